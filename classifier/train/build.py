"""From data and labels to the artifact: weak step, gold step, calibration, measurement."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from classifier.features import read
from classifier.linear import LinearModel, save_linear
from classifier.rules.lexicon import Lexicon, product_lexicon
from classifier.rules.mark_words import Mark
from classifier.train.further import WEIGHTS, authored, further
from classifier.train.gold import HEADS, Gold, basis_of, compose, fit_heads
from classifier.train.measure import calibrate, out_of_fold, scores_of
from classifier.train.sources import gold_mark, rows
from classifier.train.weak import fit_weak, gather
from yuqing.domain.errors import ConfigError
from yuqing.domain.verdict import Topic

SETTINGS: dict[str, float] = {
    "relevant_from": 0.4,
    "severity_1_from": 0.4,
    "severity_2_from": 0.3,
    "also_from": 0.2,
    "confidence_slope": 1.0,
    "confidence_level": 0.0,
}


def train(data_dir: Path, labels_dir: Path, out_dir: Path) -> dict[str, Any]:
    """Train on `data_dir` (public texts) and `labels_dir`/posts.jsonl (gold), write to `out_dir`.

    Returns the out-of-fold scores, which are also written to scores.json. The same input gives
    the same artifact. Raises ConfigError when a folder lacks what is read.
    """
    gold_file = labels_dir / "posts.jsonl"
    for needed in (gold_file, data_dir / "topics" / "taidi_raw_train.jsonl.gz"):
        if not needed.is_file():
            raise ConfigError(str(needed), "file", "not found", "Name the folders of the data")
    lexicon = product_lexicon()
    gold = _labelled(gold_file, data_dir, lexicon)
    pool = gather(data_dir, [r["text"] for r in gold.rows], lexicon)
    weak = fit_weak(pool, gold.readings)
    basis = basis_of(weak, gold, pool)
    opinions = out_of_fold(weak, basis, gold, SETTINGS)
    slope, level = calibrate(opinions, gold)
    settings = SETTINGS | {"confidence_slope": round(slope, 4), "confidence_level": round(level, 4)}
    ngrams, dense, bias = compose(weak, basis, fit_heads(basis, gold, range(len(gold.rows))))
    name = "linear-" + hashlib.sha256(ngrams.tobytes() + dense.tobytes()).hexdigest()[:8]
    keys, idf = weak.vocabulary.keys, weak.vocabulary.idf
    out_dir.mkdir(parents=True, exist_ok=True)
    save_linear(LinearModel(name, keys, idf, ngrams, dense, bias, HEADS, settings), out_dir)
    scores = scores_of(opinions, gold)
    (out_dir / "scores.json").write_text(
        json.dumps(scores, ensure_ascii=False, indent=1) + "\n", encoding="utf8"
    )
    return scores


def _labelled(gold_file: Path, data_dir: Path, lexicon: Lexicon[Topic | Mark]) -> Gold:
    """The gold rows, then our own that are not the same text again."""
    gold = tuple(rows(gold_file))
    known = {gold_mark(row["text"]) for row in gold}
    beside = [(row, "further") for row in further(data_dir)]
    beside += [(row, "authored") for row in authored()]
    taken = [(row, kind) for row, kind in beside if gold_mark(row["text"]) not in known]
    labelled = (*gold, *(row for row, _ in taken))
    weights = (*(1.0 for _ in gold), *(WEIGHTS[kind] for _, kind in taken))
    readings = tuple(read(row["text"], lexicon) for row in labelled)
    return Gold(labelled, readings, weights, len(gold))
