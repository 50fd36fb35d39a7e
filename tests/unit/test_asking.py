"""The slow model is asked once about copies, and again about what has been forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from threading import Event

import numpy as np
import pytest

from classifier.artifacts import load_models
from classifier.asking import Asking
from classifier.encoder import Scorer
from classifier.linear import Floats


class Listening:
    """A scorer that keeps what it was asked about; of `mute` texts it says nothing."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer, self.heard, self.mute = scorer, list[str](), set[str]()

    @property
    def name(self) -> str:
        return self._scorer.name

    def scores(self, text: str) -> Mapping[str, Floats]:
        self.heard.append(text)
        if text in self.mute:
            raise RuntimeError("out of memory")
        return self._scorer.scores(text)


@lru_cache(maxsize=1)
def encoder() -> Scorer:
    found = load_models().encoder
    assert found is not None
    return found


def test_a_copy_is_not_asked_again() -> None:
    scorer = Listening(encoder())
    asking = Asking(scorer)
    said = [asking.about(text).result() for text in ("停水三天了", "路灯坏了", "停水三天了")]
    assert scorer.heard == ["停水三天了", "路灯坏了"]
    assert said[0] is said[2]
    assert np.array_equal(said[0]["topic"], encoder().scores("停水三天了")["topic"])


def test_a_copy_waits_for_the_same_answer() -> None:
    may_speak = Event()

    class Held(Listening):
        def scores(self, text: str) -> Mapping[str, Floats]:
            may_speak.wait()
            return super().scores(text)

    scorer = Held(encoder())
    asking = Asking(scorer)
    first, second = asking.about("停水三天了"), asking.about("停水三天了")
    assert not first.done()
    may_speak.set()
    assert first.result() is second.result()
    assert scorer.heard == ["停水三天了"]


def test_only_the_last_texts_are_remembered() -> None:
    scorer = Listening(encoder())
    asking = Asking(scorer, remembered=2)
    for text in ("一", "二", "一", "三", "二", "一"):
        asking.about(text).result()
    assert scorer.heard == ["一", "二", "三", "二", "一"]
    forgetful = Listening(encoder())
    never = Asking(forgetful, remembered=0)
    for _ in range(2):
        never.about("一").result()
    assert forgetful.heard == ["一", "一"]


def test_what_failed_is_asked_anew() -> None:
    scorer = Listening(encoder())
    scorer.mute.add("停电")
    asking = Asking(scorer)
    with pytest.raises(RuntimeError, match="memory"):
        asking.about("停电").result()
    scorer.mute.clear()
    assert np.isfinite(asking.about("停电").result()["topic"]).all()
