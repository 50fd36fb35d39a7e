"""From data and labels to the linear artifact."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classifier.features import read
from classifier.heads import FAST_HEADS
from classifier.linear import LinearModel
from classifier.rules.lexicon import product_lexicon
from classifier.train.linear.gold import Gold, compose, fit_heads
from classifier.train.linear.weak import fit_weak, gather


def fit_linear(
    data: Path, taught: Sequence[dict[str, Any]], weights: Sequence[float], unseen: Sequence[str]
) -> LinearModel:
    """A linear model of `taught` (rows in the form of the gold labels, each with its weight) and
    of the public texts under `data`, without any of the texts `unseen`. Deterministic."""
    lexicon = product_lexicon()
    gold = Gold(tuple(taught), tuple(read(r["text"], lexicon) for r in taught), tuple(weights))
    pool = gather(data, [*(r["text"] for r in taught), *unseen], lexicon)
    weak = fit_weak(pool, gold.readings)
    ngrams, dense, bias = compose(weak, fit_heads(weak, gold, pool))
    name = "linear-" + hashlib.sha256(ngrams.tobytes() + dense.tobytes()).hexdigest()[:8]
    keys, idf = weak.vocabulary.keys, weak.vocabulary.idf
    return LinearModel(name, keys, idf, ngrams, dense, bias, FAST_HEADS)
