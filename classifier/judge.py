"""Judge posts: rules read each, the fast model weighs it, the slow one where the fast is unsure.

Every opinion shows its evidence. What happens inside may change; how it is called does not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict, Unpack

import numpy as np

from classifier.artifacts import Models, load_models
from classifier.asking import REMEMBERED, Asking
from classifier.cascade import Route, Scores
from classifier.debunks.library import Debunk, Debunks
from classifier.features import LONGEST, NAMES, Reading, dense, read
from classifier.heads import SEVEN, TAIDI7
from classifier.opinion import Opinion
from classifier.places import Gazetteers
from classifier.rules.folding import fold
from classifier.rules.grades import Thresholds, local_thresholds
from classifier.rules.lexicon import Lexicon, product_lexicon
from classifier.rules.mark_words import Mark
from classifier.rumours import UNKNOWN, Signals, signals_of
from yuqing.domain.grading import Grading
from yuqing.domain.jurisdiction import Place
from yuqing.domain.post import Owner, Post, Sighting
from yuqing.domain.verdict import Topic, Verdict


def load_judge(
    gazetteers: Mapping[str, Sequence[Place]],
    debunks: Sequence[Debunk] = (),
    folder: Path | None = None,
    gradings: Mapping[str, Grading] = MappingProxyType({}),
) -> Judge:
    """The judge that ships with the product (or with the models of `folder`), knowing the places
    and the grading of each jurisdiction code and the operator's official refutations."""
    models = load_models(folder)
    parts = Gazetteers(gazetteers), product_lexicon(), Debunks(debunks)
    return Judge(models, *parts, {code: own for code, own in gradings.items() if own.own()})


class Known(TypedDict, total=False):
    """What may be known of a text; the fields of `Asked` by name."""

    published_at: datetime | None
    owner: Owner
    jurisdictions: Collection[str]
    signals: Signals


@dataclass(frozen=True, slots=True)
class Asked:
    """A text to judge and what is known beside it; places are looked up in the gazetteers of
    `jurisdictions` only, or in all when there are none."""

    post_id: str
    text: str
    published_at: datetime | None = None
    owner: Owner = Owner.CITIZEN
    jurisdictions: Collection[str] = ()
    signals: Signals = UNKNOWN


def asked_of(post: Post, sighting: Sighting | None = None) -> Asked:
    """What a crawled `post` asks, as `sighting` saw it; spans will point into `post.text`."""
    return Asked(
        post.post_id,
        post.text,
        post.published_at,
        post.owner,
        post.jurisdictions,
        signals_of(post.followers, sighting),
    )


@dataclass(frozen=True, slots=True)
class _Begun:
    """A post that the rules have read and the fast model has scored: as it says (`linear`), and
    calibrated for where it decides `alone`."""

    asked: Asked
    reading: Reading
    linear: Scores
    alone: Scores
    slow: Future[Scores] | None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a crawled post is to each jurisdiction that it concerns, by that one's own thresholds.

    `verdict` is the gravest of them, or the general one where it concerns none.
    """

    verdict: Verdict
    concerned: Mapping[str, Verdict]


class Judge:
    """Pure and deterministic: the same text gets the same verdict alone, in any batch or order.

    What the slow model said of the last `remembered` texts is kept; a copy is not asked again.
    """

    def __init__(
        self,
        models: Models,
        gazetteers: Gazetteers,
        lexicon: Lexicon[Topic | Mark],
        debunks: Debunks | None = None,
        gradings: Mapping[str, Grading] = MappingProxyType({}),
        remembered: int = REMEMBERED,
    ) -> None:
        self._models, self._gazetteers, self._lexicon = models, gazetteers, lexicon
        self._debunks = debunks
        self._local = {code: local_thresholds(own) for code, own in gradings.items()}
        self._slow = Asking(models.encoder, remembered) if models.encoder else None

    @property
    def name(self) -> str:
        """What its verdicts say they are by."""
        return self._models.name

    def judge_all(self, asked: Sequence[Asked]) -> list[Verdict]:
        """A verdict on each, in their order; the slow model works on several at once."""
        begun = [self._begin(one) for one in asked]
        return [self._verdict(one) for one in begun]

    def judge(self, post_id: str, text: str, **known: Unpack[Known]) -> Verdict:
        """The verdict on one text and what is known beside it; see `Asked`."""
        return self.judge_all([Asked(post_id, text, **known)])[0]

    def rulings(self, posts: Sequence[tuple[Post, Sighting | None]]) -> list[Ruling]:
        """What each of `posts` is, as its sighting saw it, in their order; spans point into
        `Post.text`."""
        begun = [self._begin(asked_of(*one)) for one in posts]
        return [self._ruling(one, post) for one, (post, _seen) in zip(begun, posts, strict=True)]

    def seven(self, text: str) -> str:
        """Which of the seven topics of citizen messages `text` is about."""
        nothing = np.zeros(len(NAMES), dtype=np.float32)
        said = self._models.seven().scores(fold(text[:LONGEST]).text, nothing)
        return TAIDI7[int(said[SEVEN].argmax())]

    def concerned_by(self, post: Post) -> tuple[str, ...]:
        """The jurisdictions of `post`: its source's, but for those that all its places lie outside
        of; for a source that has none, those whose gazetteers name a place of its text."""
        if not post.jurisdictions:
            return self.concerned(post.text)
        folded = fold(post.text[:LONGEST])
        outside = self._gazetteers.elsewhere
        return tuple(code for code in post.jurisdictions if not outside(folded, code))

    def concerned(self, text: str) -> tuple[str, ...]:
        """The codes of the jurisdictions whose gazetteers name a place of `text`, in order."""
        named = self._gazetteers.find(fold(text[:LONGEST]))
        return tuple(dict.fromkeys(place.jurisdiction for place in named))

    def _begin(self, asked: Asked) -> _Begun:
        reading = read(asked.text, self._lexicon, asked.published_at)
        text, tuning = reading.folded.text, self._models.tuning
        linear = self._models.linear.scores(text, dense(reading))
        alone = tuning.alone.scores(linear)
        slow = self._slow.about(text) if self._slow and tuning.unsure(alone) else None
        return _Begun(asked, reading, linear, alone, slow)

    def _decided(self, begun: _Begun) -> tuple[Scores, Route]:
        tuning = self._models.tuning
        if begun.slow is None:
            return begun.alone, tuning.alone
        return tuning.both.scores(begun.linear, begun.slow.result()), tuning.both

    def _ruling(self, begun: _Begun, post: Post) -> Ruling:
        general = self._verdict(begun)
        said = {
            code: self._verdict(begun, self._local[code]) if code in self._local else general
            for code in self.concerned_by(post)
        }
        gravest = max(said.values(), key=lambda one: (one.relevant, one.severity), default=general)
        return Ruling(gravest, said)

    def _verdict(self, begun: _Begun, local: Thresholds | None = None) -> Verdict:
        asked = begun.asked
        scores, route = self._decided(begun)
        opinion = Opinion(
            begun.reading.graded_by(local) if local else begun.reading,
            scores,
            self._models.linear.heads,
            route.settings,
            asked.owner,
            asked.signals,
            self._debunks,
        )
        folded = begun.reading.folded
        ours = self._gazetteers.find(folded, asked.jurisdictions)
        places = (*ours, *self._gazetteers.general(folded))
        return opinion.verdict(asked.post_id, places, self._models.name)
