"""From what rules found and the model scored to one verdict, head by head, with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from classifier.debunks.library import Debunks
from classifier.emergencies import emergency_of
from classifier.features import Reading
from classifier.heads import EMERGENCY
from classifier.linear import Floats
from classifier.places import Named
from classifier.probability import sigmoid, softmax
from classifier.rules.mark_words import Mark
from classifier.rumours import UNKNOWN, Assessment, Signals, assess
from classifier.unit_kinds import guess_unit_kind
from classifier.watch_kinds import Watched, watch_kinds_of
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Disposition, Emergency, Evidence, Severity, Topic, Verdict

_COMPLAINT = (Mark.GRIEVANCE, Mark.ACCUSE, Mark.ASK_HELP, Mark.QUESTION, Mark.ABUSE)
_HAPPENED = (Mark.ACCIDENT, Mark.NATURAL, Mark.HEALTH, Mark.SOCIAL, Mark.DANGER, Mark.OUTRAGE)
_ADVICE = re.compile(
    "注意(?:预防|防范|防[^,。]{1,6}|安全)|谨防|严防|预防"
)  # what might happen, not what did
_ADVERT_WORDS = 2  # one may stand in anybody's post
_MOST_SHOWN = 3  # pieces of evidence of one kind: enough to check, not a second copy of the post
_SHOWN_MARKS: dict[str, tuple[Mark, ...]] = {
    "severity": (Mark.GROUP, Mark.CROWD, Mark.ABUSE, Mark.DANGER, Mark.OUTRAGE),
}
_DISPOSITION_MARKS: dict[Disposition, tuple[Mark, ...]] = {
    Disposition.SUGGESTION: (Mark.PROPOSE,),
    Disposition.DIFFICULTY: (Mark.ASK_HELP,),
    Disposition.MAJOR_PROBLEM: (Mark.ACCUSE, Mark.ABUSE, Mark.DANGER),
    Disposition.UNCLEAR: (Mark.QUESTION,),
    Disposition.WRONG_VIEW: (),
    Disposition.FALSE_INFO: (Mark.HEARSAY, Mark.ALARM),
    Disposition.NONE: (Mark.PRAISE, Mark.NOTICE),
}


@dataclass(frozen=True)
class Opinion:
    """One post's reading, scores (logits by head) and settings; each property one head."""

    reading: Reading
    scores: Mapping[str, Floats]
    columns: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, float]
    owner: Owner
    signals: Signals = UNKNOWN
    debunks: Debunks | None = None

    @cached_property
    def statutory(self) -> Severity:
        """The grade the numbers of the text give by themselves."""
        return self.reading.graded[0].severity if self.reading.graded else Severity.NONE

    @cached_property
    def relevance(self) -> float:
        """The model's probability that the post concerns government."""
        return sigmoid(float(self.scores["relevant"][0]))

    @cached_property
    def relevant(self) -> bool:
        """By the model, or because harm of the graver kind is reported; never a foreign affair."""
        if self.reading.context.abroad_only or self._advert:
            return False
        return self.relevance >= self.settings["relevant_from"] or self.statutory >= Severity.LARGER

    @cached_property
    def topics(self) -> list[tuple[Topic, float]]:
        """Every topic but `other` with its probability, likeliest first."""
        shares = softmax(self.scores["topic"])
        order = np.argsort(-shares, kind="stable")
        return [(Topic(self.columns["topic"][i]), float(shares[i])) for i in order]

    @cached_property
    def topic(self) -> Topic:
        """The likeliest topic of a relevant post."""
        return self.topics[0][0] if self.relevant else Topic.OTHER

    @cached_property
    def also(self) -> tuple[Topic, ...]:
        """At most two further topics that are likely by themselves."""
        if not self.relevant:
            return ()
        return tuple(t for t, p in self.topics[1:3] if p >= self.settings["also_from"])

    @cached_property
    def severity(self) -> Severity:
        """The model's grade (it knows 0 to 3), raised by the numbers of the text.

        A refutation, a drill, a memorial and what an office publishes without a grievance are 0
        but for the harm they report themselves.
        """
        if not self.relevant:
            return Severity.NONE
        if self._publicity:
            return self.statutory
        return max(self._modelled, self.statutory)

    @property
    def _modelled(self) -> Severity:
        """The highest step the model takes; each has its own threshold."""
        steps = zip(self.columns["severity"], self.scores["severity"], strict=True)
        settings = self.settings
        taken = [int(s) for s, x in steps if sigmoid(float(x)) >= settings[f"severity_{s}_from"]]
        return Severity(max(taken, default=0))

    @cached_property
    def _publicity(self) -> bool:
        context = self.reading.context
        if context.refuted:
            return True
        told = any(self.reading.has(mark) for mark in _COMPLAINT)
        notice = self.reading.has(Mark.NOTICE)
        if self.owner is Owner.OFFICIAL and (notice or not told):
            return True
        advised = notice and _ADVICE.search(self.reading.folded.text) is not None
        if (context.drill or context.remembered or advised) and not told:
            return True
        happened = any(self.reading.has(mark) for mark in _HAPPENED)
        published = notice or self.reading.has(Mark.PRAISE)
        treated = self._likeliest is not Disposition.NONE or self._modelled >= Severity.LARGER
        return published and not (treated or told or happened)

    @cached_property
    def _advert(self) -> bool:
        hits = sum(Mark.ADVERT in hit.means for hit in self.reading.hits)
        return hits >= _ADVERT_WORDS and not any(self.reading.has(mark) for mark in _COMPLAINT)

    @cached_property
    def disposition(self) -> Disposition:
        """The likeliest way to treat a relevant post; without any risk there is nothing to treat,
        and an official voice is never false_info."""
        if not self.relevant or self.severity is Severity.NONE:
            return Disposition.NONE
        return self._likeliest

    @cached_property
    def _likeliest(self) -> Disposition:
        codes, scores = self.columns["disposition"], self.scores["disposition"]
        ranked = [Disposition(codes[i]) for i in np.argsort(-scores, kind="stable")]
        refused = self.owner is Owner.OFFICIAL or self.reading.context.denied
        return next(d for d in ranked if not (refused and d is Disposition.FALSE_INFO))

    @cached_property
    def rumour(self) -> Assessment:
        """See classifier.rumours."""
        score = float(self.scores["rumour"][0])
        return assess(score, self.reading, self.owner, self.signals, self.debunks)

    @cached_property
    def confidence(self) -> float:
        """The calibrated probability that relevance and topic are both right."""
        sure = self.relevance * self.topics[0][1] if self.relevant else 1 - self.relevance
        slope, level = self.settings["confidence_slope"], self.settings["confidence_level"]
        sure = min(max(sure, 1e-4), 1 - 1e-4)
        return round(sigmoid(slope * float(np.log(sure / (1 - sure))) + level), 4)

    def verdict(self, post_id: str, places: Iterable[Named], model: str) -> Verdict:
        """All heads together."""
        named = tuple(places)
        emergency, shown = self.emergency or (None, None)
        text = self.reading.folded.text
        return Verdict(
            post_id=post_id,
            relevant=self.relevant,
            topic=self.topic,
            also=self.also,
            severity=self.severity,
            emergency=emergency,
            disposition=self.disposition,
            rumour_risk=self.rumour.risk,
            confidence=self.confidence,
            evidence=(
                *self._evidence(),
                *((shown,) if shown else ()),
                *(evidence for _, evidence in self.watched),
                *self._place_evidence(named),
            ),
            places=tuple(dict.fromkeys(place.name for place in named)),
            unit_kind_guess=guess_unit_kind(self.topic, text) if self.relevant else None,
            model=model,
            watch_kinds=tuple(kind for kind, _ in self.watched),
        )

    @cached_property
    def emergency(self) -> tuple[Emergency, Evidence] | None:
        """See classifier.emergencies."""
        if not self.relevant:
            return None
        likely = sigmoid(float(self.scores[EMERGENCY][0])) >= self.settings["emergency_from"]
        return emergency_of(self.reading, self.topic, self.severity, likely)

    @cached_property
    def watched(self) -> tuple[tuple[int, Evidence], ...]:
        """See classifier.watch_kinds."""
        if not self.relevant:
            return ()
        topics = (self.topic, *self.also)
        return watch_kinds_of(
            Watched(self.reading, topics, self.severity, self.emergency, self.owner, self.rumour)
        )

    def _evidence(self) -> tuple[Evidence, ...]:
        if not self.relevant:
            words = self._words("relevant", (Mark.LEISURE, Mark.FOREIGN))
            return (*words, *self.rumour.reasons)
        graded = tuple(g.evidence for g in self.reading.graded[:_MOST_SHOWN])
        larger = self.severity >= Severity.LARGER
        return (
            *self._words("topic", (self.topic,)),
            *graded,
            *(self._words("severity", _SHOWN_MARKS["severity"]) if larger else ()),
            *self._words("disposition", _DISPOSITION_MARKS[self.disposition]),
            *self.rumour.reasons,
        )

    def _words(self, what: str, wanted: tuple[Topic | Mark, ...]) -> tuple[Evidence, ...]:
        hits = [(hit, means) for hit in self.reading.hits for means in wanted if means in hit.means]
        shown = hits[:_MOST_SHOWN]
        return tuple(
            self.reading.folded.evidence(what, hit.start, hit.end, f"词表:{means}")
            for hit, means in shown
        )

    def _place_evidence(self, named: tuple[Named, ...]) -> tuple[Evidence, ...]:
        first: dict[str, Named] = {}
        for place in named:
            first.setdefault(place.name, place)
        return tuple(
            self.reading.folded.evidence("place", p.start, p.end, f"地名:{p.name}")
            for p in first.values()
        )
