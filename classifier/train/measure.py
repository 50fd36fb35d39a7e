"""Out-of-fold scores of the gold rows, the same numbers as the project's scorer of verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from classifier.opinion import Opinion
from classifier.train.gold import HEADS, Basis, Gold, fit_heads, stack
from classifier.train.weak import WeakModel
from yuqing.domain.post import Owner

FOLDS = 5
_LEAST = 5  # a class with fewer gold posts is left out of macro averages


def out_of_fold(
    weak: WeakModel, basis: Basis, gold: Gold, settings: dict[str, float], seed: int = 0
) -> list[Opinion]:
    """An opinion on every gold row by a model that has not seen that row's label."""
    strata = _strata(gold)
    beside = range(gold.scored, len(gold.rows))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    grams = stack(weak, gold.readings)[:, : weak.ngrams.shape[1]].toarray()
    opinions: dict[int, Opinion] = {}
    for train, test in folds.split(np.zeros(len(strata)), strata):
        heads = fit_heads(basis, gold, [*train, *beside])
        for row in test:
            scores = {h: basis.rows[row] @ w + b for h, (w, b) in heads.items()}
            scores["rumour"] = grams[row, -1:] / 0.3
            opinions[int(row)] = Opinion(gold.readings[row], scores, HEADS, settings, Owner.CITIZEN)
    return [opinions[i] for i in range(gold.scored)]


def _strata(gold: Gold) -> list[str]:
    """Source and gravity of each row; kinds too rare to be in every fold stand together."""
    kinds = [f"{row.get('src')}:{row['severity'] >= 2}" for row in gold.rows[: gold.scored]]
    common = {kind for kind, count in Counter(kinds).items() if count >= FOLDS}
    return [kind if kind in common else "rare" for kind in kinds]


def calibrate(opinions: Sequence[Opinion], gold: Gold) -> tuple[float, float]:
    """Slope and level that turn the raw sureness into the share of right verdicts (Platt)."""
    raw = np.array([[_logit(o)] for o in opinions])
    right = [
        o.relevant == r["relevant"] and o.topic == r["topic"]
        for o, r in zip(opinions, gold.rows[: gold.scored], strict=True)
    ]
    fitted = LogisticRegression(C=100.0).fit(raw, right)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _logit(opinion: Opinion) -> float:
    sure = opinion.relevance * opinion.topics[0][1] if opinion.relevant else 1 - opinion.relevance
    sure = min(max(sure, 1e-4), 1 - 1e-4)
    return float(np.log(sure / (1 - sure)))


def scores_of(opinions: Sequence[Opinion], gold: Gold) -> dict[str, Any]:
    """Topic and disposition macro-F1, relevance F1, severity kappa, and recall of 2 and above."""
    rows = gold.rows[: gold.scored]
    topics = f1_by_class([r["topic"] for r in rows], [str(o.topic) for o in opinions])
    told = f1_by_class([r["disposition"] for r in rows], [str(o.disposition) for o in opinions])
    relevant = f1_by_class([r["relevant"] for r in rows], [o.relevant for o in opinions])
    severity = [r["severity"] for r in rows], [int(o.severity) for o in opinions]
    high = [(g >= 2, p >= 2) for g, p in zip(*severity, strict=True)]
    hit = sum(g and p for g, p in high)
    return {
        "posts": len(rows),
        "topic_macro_f1": round(float(np.mean(list(topics.values()))), 4),
        "relevance_f1": round(relevant[True], 4),
        "severity_qwk": round(kappa(*severity), 4),
        "severity2_recall": round(hit / max(1, sum(g for g, _ in high)), 4),
        "severity2_precision": round(hit / max(1, sum(p for _, p in high)), 4),
        "disposition_macro_f1": round(float(np.mean(list(told.values()))), 4),
        "by_topic": {k: round(v, 3) for k, v in sorted(topics.items())},
        "by_disposition": {k: round(v, 3) for k, v in sorted(told.items())},
    }


def f1_by_class(gold: Sequence[Any], said: Sequence[Any]) -> dict[Any, float]:
    """F1 of every class that has enough gold rows."""
    scores = {}
    for name, count in Counter(gold).items():
        if count >= _LEAST:
            right = sum(g == p == name for g, p in zip(gold, said, strict=True))
            scores[name] = 2 * right / (count + sum(p == name for p in said))
    return scores


def kappa(gold: Sequence[int], said: Sequence[int], grades: int = 5) -> float:
    """Quadratic-weighted kappa."""
    off = sum((g - p) ** 2 for g, p in zip(gold, said, strict=True))
    first, second = Counter(gold), Counter(said)
    chance = sum((a - b) ** 2 * first[a] * second[b] for a in range(grades) for b in range(grades))
    return 1 - off * len(gold) / chance if chance else 1.0
