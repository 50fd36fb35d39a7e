"""Two models, one opinion: the fast one speaks on every post, the slow one where it is unsure.

`Tuning` is fitted on posts that neither model learnt from. It says how far each model's scores are
to be believed (alone, and together), and how sure the fast one must be to be left alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources.abc import Traversable

import numpy as np

from classifier.linear import Floats
from classifier.probability import sigmoid, softmax

TUNING_FILE = "cascade.json"
Scores = Mapping[str, Floats]
_NEVER_SO_SURE = 2.0


@dataclass(frozen=True, slots=True)
class Blend:
    """One head's scores: `linear` times the fast model's, `encoder` times the slow one's, plus
    `bias` (for heads whose columns are independent questions, one a column; else empty)."""

    linear: float
    encoder: float
    bias: tuple[float, ...] = ()

    def __call__(self, linear: Floats, encoder: Floats | None) -> Floats:
        mixed = linear * np.float32(self.linear)
        if encoder is not None:
            mixed = mixed + encoder * np.float32(self.encoder)
        return mixed + _added(self.bias) if self.bias else mixed


@cache  # asked for with every post; there are as many as tunings have heads
def _added(bias: tuple[float, ...]) -> Floats:
    return np.array(bias, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Route:
    """How a post's scores become its verdict on one way through the cascade; `settings` holds
    the thresholds and the confidence's slope and level that `Opinion` reads."""

    blends: Mapping[str, Blend]
    settings: Mapping[str, float]

    def scores(self, linear: Scores, encoder: Scores | None = None) -> dict[str, Floats]:
        """The calibrated scores of each head; a head without a blend stays the fast model's."""
        return {
            head: self.blends[head](values, encoder[head] if encoder else None)
            if head in self.blends
            else values
            for head, values in linear.items()
        }


@dataclass(frozen=True, slots=True)
class Tuning:
    """`alone` where the fast model decides, `both` where the slow one was asked too. It is asked
    when relevance, topic and grade are all right with less than `sure_from`, and of what the fast
    one calls irrelevant when that is right with less than `noise_from` (0.5: never). `models` names
    those it was fitted on."""

    models: str
    alone: Route
    both: Route
    sure_from: float
    noise_from: float

    def unsure(self, alone: Scores) -> bool:
        """Whether the slow model is to be asked, by the calibrated scores of the fast one.

        The disposition has no say: where the rest is sure, a second opinion on it costs more than
        it mends.
        """
        relevant = sigmoid(float(alone["relevant"][0]))
        if relevant < self.alone.settings["relevant_from"]:
            return 1.0 - relevant < self.noise_from
        sure = relevant * float(softmax(alone["topic"]).max())
        for score in alone["severity"][:2]:
            step = sigmoid(float(score))
            sure *= max(step, 1.0 - step)
        return sure < self.sure_from

    def always(self) -> Tuning:
        """The same, but the slow model is asked about every post."""
        return replace(self, sure_from=_NEVER_SO_SURE, noise_from=_NEVER_SO_SURE)


def load_tuning(folder: Traversable) -> Tuning:
    """The tuning saved under `folder`. Raises FileNotFoundError when there is none."""
    kept = json.loads(folder.joinpath(TUNING_FILE).read_text(encoding="utf8"))
    routes = _route(kept["alone"]), _route(kept["both"])
    return Tuning(kept["models"], *routes, float(kept["sure_from"]), float(kept["noise_from"]))


def _route(kept: Mapping[str, Mapping[str, object]]) -> Route:
    blends = {
        head: Blend(b["linear"], b["encoder"], tuple(b["bias"]))  # type: ignore[index]
        for head, b in kept["blends"].items()
    }
    return Route(blends, kept["settings"])  # type: ignore[arg-type]


def kept_tuning(tuning: Tuning) -> dict[str, object]:
    """`tuning` as it is saved."""
    return {
        "models": tuning.models,
        "sure_from": tuning.sure_from,
        "noise_from": tuning.noise_from,
        "alone": _kept_route(tuning.alone),
        "both": _kept_route(tuning.both),
    }


def _kept_route(route: Route) -> dict[str, object]:
    blends = {
        head: {"linear": b.linear, "encoder": b.encoder, "bias": list(b.bias)}
        for head, b in route.blends.items()
    }
    return {"settings": dict(route.settings), "blends": blends}
