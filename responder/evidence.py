"""Proof of an answer, and which clocks it can stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from responder.act import Act
from responder.fields import flag, moment
from responder.transitions import EVIDENCE_ACTIONS, Action
from yuqing.domain.jurisdiction import StoppedBy

_OWN_TIME: Mapping[Action, str] = MappingProxyType(
    {
        Action.PUBLISH: "published_at",
        Action.PRESS_CONFERENCE: "held_at",
        Action.ANSWER: "answered_at",
    }
)
# Steps that stop a local clock by being recorded; they are no evidence and cannot be struck.
STEPS: Mapping[Action, StoppedBy] = MappingProxyType(
    {Action.ACKNOWLEDGE: StoppedBy.ACKNOWLEDGE, Action.VERIFY: StoppedBy.VERIFY}
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: `at` is its own time, `recorded_at` when it came on record.

    `position` counts the acts of the ticket from 0. Both times are aware, UTC.
    """

    position: int
    action: Action
    at: datetime
    recorded_at: datetime
    official: bool
    principal: bool

    @property
    def timely(self) -> bool:
        """False for what claims to be later than its own recording; that counts nowhere."""
        return self.at <= self.recorded_at

    def stops(self, kind: StoppedBy) -> bool:
        """True when it is the kind of evidence that `kind` names."""
        published = self.action is Action.PUBLISH
        return {
            StoppedBy.OFFICIAL_PUBLICATION: published and self.official,
            StoppedBy.PRESS_CONFERENCE: self.action is Action.PRESS_CONFERENCE,
            StoppedBy.PRINCIPAL_VOICE: self.principal,
            StoppedBy.ANY_ANSWER: published or self.action is Action.ANSWER,
            StoppedBy.ANY_PUBLICATION: published,
        }.get(kind, False)


def piece_of(position: int, act: Act, action: Action) -> Piece | None:
    """The evidence that `act` records, None when it records none.

    Raises InvalidMessage when the evidence's own time is missing or unreadable.
    """
    if action not in EVIDENCE_ACTIONS:
        return None
    return Piece(
        position=position,
        action=action,
        at=moment(act.data, _OWN_TIME[action]),
        recorded_at=act.at,
        official=action is Action.PUBLISH and flag(act.data, "official", default=False),
        principal=action is not Action.ANSWER and flag(act.data, "principal", default=False),
    )
