"""What the rules of 催办升级 look at: one ticket with its history and clocks, and who may be pushed
about it at which moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from responder.act import Act
from responder.audience import Audience, audience
from responder.causes import Cause
from responder.clocks import Reading
from responder.open_clocks import ACKNOWLEDGE_CLOCK, is_open
from responder.progress import Step, owed_release
from responder.roster import Handover, awake
from responder.ticket import Ticket
from responder.transitions import State
from yuqing.domain.jurisdiction import ChainStep, Jurisdiction

# An instant is still in time; late begins with the smallest step of time after it.
TICK = timedelta.resolution


@dataclass(frozen=True, slots=True)
class Situation:
    """`readings` are the clocks of `acts`; `handovers` those that nobody has taken yet."""

    ticket: Ticket
    acts: Sequence[Act]
    readings: Sequence[Reading]
    jurisdiction: Jurisdiction
    handovers: Sequence[Handover]

    @property
    def owed(self) -> tuple[Step, ...]:
        """The steps of progress that await a release."""
        return owed_release(self.ticket, self.acts, self.jurisdiction.progress_release)

    @property
    def awaited(self) -> tuple[Reading, ...]:
        """The clocks that are called to mind: those not stopped, the acknowledgement's only while
        nobody has acknowledged."""
        asked = self.ticket.state is State.ASSIGNED
        open_ones = (one for one in self.readings if is_open(one))
        return tuple(one for one in open_ones if asked or one.name != ACKNOWLEDGE_CLOCK)

    def audience(self, cause: Cause, step: ChainStep, at: datetime) -> Audience:
        """Whom `step` means at `at`; it is the coordinator's to report, whoever handles the
        matter."""
        unit = None if cause is Cause.UNREPORTED else self.ticket.unit
        ticket = replace(self.ticket, unit=unit)
        return audience(self.jurisdiction, ticket, step, at, self.handovers)

    def awake(self, at: datetime) -> datetime:
        """The first moment from `at` on at which a push about the ticket may leave."""
        return awake(self.jurisdiction, self.ticket.grade, at)


def shown_time(time: datetime, jurisdiction: Jurisdiction) -> str:
    """The moment as the jurisdiction's people read it."""
    local = time.astimezone(ZoneInfo(jurisdiction.zone))
    return f"{local.month}月{local.day}日{local:%H:%M}"
