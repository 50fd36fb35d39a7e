"""From scores (logits) to probabilities, the same for every model."""

from __future__ import annotations

from math import exp

import numpy as np

from classifier.linear import Floats


def sigmoid(score: float) -> float:
    """1 / (1 + e^-score), without overflow."""
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, score))))


def softmax(scores: Floats) -> Floats:
    """Shares that sum to 1."""
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
