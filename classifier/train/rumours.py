"""Fit how the text's score, the author and the spread are put together into one rumour risk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from classifier.features import read
from classifier.rules.folding import fold
from classifier.rules.lexicon import product_lexicon
from classifier.rumours import Signals, measures, spread_seconds
from classifier.train.linear.matrix import learn_vocabulary, text_matrix
from classifier.train.sources import CUT, rows

Numbers = NDArray[np.float64]
FACTS: dict[str, tuple[str, ...]] = {
    "followers": ("followers",),
    "reposts": ("reposts",),
    "spread": ("tenth", "first_hour"),
}
ALWAYS = ("text", "hearsay", "alarm", "sourced")
_MOST = 6.0
_LEAST_ROWS = 200
_VOCABULARY_SIZE = 50_000


def fit_rumour(data_dir: Path, text_scores: Mapping[str, float]) -> dict[str, Any]:
    """The combination as JSON data: {name, weights by known facts, auc by known facts}.

    `text_scores` gives the text model's log-odds of rumour for the ids of rumours/ced_train; they
    must come from folds that did not see the text, or the score is trusted too much. Rows
    without a score are left out. `auc` is measured over five folds of the whole combination.
    """
    known = [r for r in rows(data_dir / "rumours/ced_train.jsonl.gz") if r["id"] in text_scores]
    lexicon = product_lexicon()
    told = [_signals(row) for row in known]
    measured = [
        measures(read(row["text"], lexicon), signals) | {"text": _score(text_scores[row["id"]])}
        for row, signals in zip(known, told, strict=True)
    ]
    labels = np.array([bool(row["rumor"]) for row in known])
    weights, auc = {}, {}
    for facts in _subsets():
        holding = [i for i, signals in enumerate(told) if _holds(signals, facts)]
        if len(holding) < _LEAST_ROWS:
            continue
        names = (*ALWAYS, *chain.from_iterable(FACTS[fact] for fact in facts))
        x = np.array([[measured[i][name] for name in names] for i in holding])
        key = "+".join(facts) or "text"
        weights[key] = _fitted(x, labels[holding], names)
        auc[key] = round(_cross_validated(x, labels[holding]), 4)
    name = "rumour-" + hashlib.sha256(json.dumps(weights).encode()).hexdigest()[:8]
    return {"name": name, "weights": weights, "auc": auc, "rows": len(known)}


def unseen_scores(data_dir: Path) -> dict[str, float]:
    """The log-odds of rumour for each id of rumours/ced_train, by a model of character n-grams that
    did not see that text; what `fit_rumour` takes."""
    known = list(rows(data_dir / "rumours/ced_train.jsonl.gz"))
    texts = [fold(row["text"].strip()[:CUT]).text for row in known]
    matrix = text_matrix(texts, learn_vocabulary(texts, _VOCABULARY_SIZE))
    labels = np.array([bool(row["rumor"]) for row in known])
    said = np.zeros(len(known))
    for learn, test in StratifiedKFold(5, shuffle=True, random_state=1).split(said, labels):
        model = LogisticRegression(
            C=4.0, solver="liblinear", class_weight="balanced", random_state=0
        ).fit(matrix[learn], labels[learn])
        said[test] = model.decision_function(matrix[test])
    return {row["id"]: float(score) for row, score in zip(known, said, strict=True)}


def save_rumour(fitted: Mapping[str, Any], folder: Path) -> None:
    """Write combination.json under `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(fitted, ensure_ascii=False, indent=1) + "\n"
    (folder / "combination.json").write_text(text, encoding="utf8")


def _subsets() -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(FACTS, size) for size in range(len(FACTS) + 1)))


def _signals(row: Mapping[str, Any]) -> Signals:
    return Signals(row["followers"], row["reposts"], spread_seconds(row["repost_seconds"]))


def _holds(signals: Signals, facts: Sequence[str]) -> bool:
    return set(facts) <= set(signals.known().split("+"))


def _score(log_odds: float) -> float:
    return max(-_MOST, min(_MOST, log_odds))


def _model() -> LogisticRegression:
    return LogisticRegression(C=1.0, max_iter=1000)


def _fitted(x: Numbers, y: NDArray[np.bool_], names: Sequence[str]) -> dict[str, float]:
    """Weights of the raw measures, the constant as "one"."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = _model().fit((x - mean) / spread, y)
    raw = model.coef_[0] / spread
    one = float(model.intercept_[0] - raw @ mean)
    return {
        "one": round(one, 5),
        **{n: round(float(w), 5) for n, w in zip(names, raw, strict=True)},
    }


def _cross_validated(x: Numbers, y: NDArray[np.bool_]) -> float:
    said = np.zeros(len(y))
    for learn, test in StratifiedKFold(5, shuffle=True, random_state=0).split(x, y):
        mean, spread = x[learn].mean(axis=0), x[learn].std(axis=0) + 1e-9
        model = _model().fit((x[learn] - mean) / spread, y[learn])
        said[test] = model.decision_function((x[test] - mean) / spread)
    return float(roc_auc_score(y, said))
