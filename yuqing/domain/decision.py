"""What people decide about what the machine said: of a post, and of which posts are one matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from yuqing.domain.verdict import Disposition, Emergency, Evidence, Severity, Topic, Verdict


class Regroup(StrEnum):
    """并入 one event into another, 拆出 posts of an event, 固定 posts where they are."""

    MERGE = "merge"
    SPLIT = "split"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class Labels:
    """The heads of a verdict that a person may say otherwise."""

    relevant: bool
    topic: Topic
    also: tuple[Topic, ...]
    severity: Severity
    emergency: Emergency | None
    disposition: Disposition
    places: tuple[str, ...]

    @property
    def settled(self) -> Labels:
        """The same without what cannot be: an irrelevant post has no topic and no risk, and a
        topic does not stand beside itself."""
        if not self.relevant:
            none = Severity.NONE, None, Disposition.NONE
            return Labels(False, Topic.OTHER, (), *none, self.places)
        beside = tuple(t for t in dict.fromkeys(self.also) if t not in (self.topic, Topic.OTHER))
        return replace(self, also=beside, places=tuple(dict.fromkeys(self.places)))


HEADS = {
    "relevant": "relevant",
    "topic": "topic",
    "severity": "severity",
    "emergency": "emergency",
    "disposition": "disposition",
    "place": "places",
}
"""What a piece of evidence speaks for (`Evidence.what`) and the label that is."""


def labels_of(verdict: Verdict) -> Labels:
    """What `verdict` says, as far as a person may say otherwise."""
    return Labels(
        verdict.relevant,
        verdict.topic,
        verdict.also,
        verdict.severity,
        verdict.emergency,
        verdict.disposition,
        verdict.places,
    )


def confirmed(verdict: Verdict, labels: Labels, who: str, at: datetime) -> Verdict:
    """`verdict` as `who` settled it at `at`: what the person changed rests on no span any more."""
    before = labels_of(verdict)
    return replace(
        verdict,
        relevant=labels.relevant,
        topic=labels.topic,
        also=labels.also,
        severity=labels.severity,
        emergency=labels.emergency,
        disposition=labels.disposition,
        places=labels.places,
        evidence=tuple(one for one in verdict.evidence if not _changed(one, before, labels)),
        confirmed_by=who,
        confirmed_at=at,
    )


def more_settled(new: Verdict, old: Verdict) -> Verdict:
    """Of two verdicts on one post the one that holds: a person's before the machine's, the later
    of two persons', else the `new` one."""
    if old.confirmed_at is None:
        return new
    overrules = new.confirmed_at is not None and new.confirmed_at >= old.confirmed_at
    return new if overrules else old


def _changed(evidence: Evidence, before: Labels, after: Labels) -> bool:
    name = HEADS.get(evidence.what)
    return name is not None and getattr(before, name) != getattr(after, name)
