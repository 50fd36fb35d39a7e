"""The configuration of one government, as values; files/jurisdiction reads it from YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from yuqing.domain.conduct import (
    Channel,
    Duty,
    ProgressRelease,
    ReportsTo,
    ReviewStep,
    Spokespeople,
    SubTopic,
    WatchKind,
)
from yuqing.domain.grading import GENERAL, Grading
from yuqing.domain.roster import Calendar, Contact, QuietHours, Roster
from yuqing.domain.verdict import Severity, Topic
from yuqing.domain.workdays import Workdays

__all__ = [
    "AskedWhen",
    "Calendar",
    "ChainStep",
    "ClockRule",
    "ClockStart",
    "Contact",
    "Jurisdiction",
    "Numbering",
    "Place",
    "Policy",
    "Roster",
    "StoppedBy",
    "Unit",
]


class ClockStart(StrEnum):
    """From which stored time a clock starts."""

    FIRST_POSTED = "first_posted"
    DISCOVERED = "discovered"
    GRADED = "graded"
    ASSIGNED = "assigned"


class StoppedBy(StrEnum):
    """Which kind of evidence stops a clock; the last two are recorded steps, for local clocks."""

    OFFICIAL_PUBLICATION = "official_publication"
    PRESS_CONFERENCE = "press_conference"
    PRINCIPAL_VOICE = "principal_voice"
    ANY_ANSWER = "any_answer"
    ANY_PUBLICATION = "any_publication"
    ACKNOWLEDGE = "acknowledge"
    VERIFY = "verify"


class Numbering(StrEnum):
    """How often a clock runs in one round: once, anew with each assignment, or as a cadence."""

    ONCE = "once"
    PER_ASSIGNMENT = "per_assignment"
    CADENCE = "cadence"


@dataclass(frozen=True, slots=True)
class AskedWhen:
    """A clock is asked for when the emergency mark and the grade are both as said."""

    emergency: bool
    grades: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One clock of a policy; `national` tells 国家规定 from a local rule; `basis` cites it.

    With `origins` it is asked for only by a ticket whose opening names one of them as its origin
    (hotline, cyberspace, ...), whatever its grade. With `in_workdays` its length counts on the
    policy's workdays only; national clocks always run in natural hours.
    """

    name: str
    title: str
    due: timedelta
    start: ClockStart
    stopped_by: StoppedBy
    asked_when: tuple[AskedWhen, ...]
    numbering: Numbering = Numbering.ONCE
    national: bool = True
    basis: str = ""
    origins: tuple[str, ...] = ()
    in_workdays: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The clocks in force; copied onto every ticket when it opens, with the workdays they need."""

    name: str
    version: str
    clocks: tuple[ClockRule, ...]
    workdays: Workdays | None = None

    def due(self, rule: ClockRule, start: datetime) -> datetime:
        """When `rule` is due that started at `start`. OverflowError beyond the year 9999."""
        if rule.in_workdays and self.workdays:
            return self.workdays.after(start, rule.due)
        return start + rule.due


@dataclass(frozen=True, slots=True)
class Unit:
    """责任单位; `territory` lists the places it is in charge of, `kind` is a unit-kind code."""

    code: str
    name: str
    kind: str
    principal: Contact
    duty: tuple[Contact, ...] = ()
    territory: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A named place of the gazetteer; `aliases` are other names of it, `within` its parent."""

    name: str
    aliases: tuple[str, ...] = ()
    within: str | None = None


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One step of an escalation chain: who is pushed how long after something became late.

    `target` is "duty", "principal", "coordinator", "publicity" (the unit of `reports_to`),
    "leader" (分管领导), "superior" or a unit code. `channels` are the kinds of push that are
    tried (wecom, dingtalk, feishu, mail, sms, webhook); empty: all that the contact has.
    """

    after: timedelta
    target: str
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """One government. `routes` names the unit in charge of each topic; what is not routed goes
    to the `coordinator`. A ticket opens at `opens_from` and above. `chains` is by grade.
    `warn_before` is how long before its due time an unstopped clock is called to mind. With
    `local_lead` a matter within one territory goes to the unit of that territory, the department
    beside it; without, the other way round. `reminders` are fractions of every clock at which it
    is called to mind besides. `inferred` are the topics whose route no document states. `calendar`
    is for the roster and for local clocks that say so; national clocks run in natural hours.
    `triage_within` is how long a matter may wait for its assignment, `report_within` how long one
    that must be reported up may wait for that, `stalls_after`, by grade, how long a charged unit
    may show no work, before the chain is walked; without, it is not. `handover_within` is how
    long a handover may wait to be taken before it is chased. `review_below` is the confidence below
    which a verdict waits for a person; None: what the service is set to."""

    code: str
    name: str
    level: str
    zone: str
    policy: Policy
    units: tuple[Unit, ...]
    coordinator: str
    routes: tuple[tuple[Topic, str], ...]
    places: tuple[Place, ...]
    chains: tuple[tuple[Severity, tuple[ChainStep, ...]], ...]
    opens_from: Severity = Severity.ORDINARY
    acknowledge_within: timedelta = timedelta(minutes=30)
    official_channels: tuple[str, ...] = ()
    warn_before: timedelta = timedelta(hours=1)
    local_lead: bool = False
    superior: Contact | None = None
    leader: Contact | None = None
    reports_to: ReportsTo = field(default_factory=ReportsTo)
    quiet_hours: QuietHours | None = None
    reminders: tuple[float, ...] = ()
    calendar: Calendar = Calendar.NATURAL
    roster: Roster = field(default_factory=Roster)
    review: tuple[ReviewStep, ...] = ()
    spokespeople: Spokespeople = field(default_factory=Spokespeople)
    channels: tuple[Channel, ...] = ()
    sub_topics: tuple[SubTopic, ...] = ()
    watch_kinds: tuple[WatchKind, ...] = ()
    duties: tuple[Duty, ...] = ()
    inferred: tuple[Topic, ...] = ()
    triage_within: timedelta | None = None
    report_within: timedelta | None = None
    stalls_after: tuple[tuple[Severity, timedelta], ...] = ()
    grading: Grading = GENERAL
    progress_release: ProgressRelease | None = None
    review_below: float | None = None
    handover_within: timedelta = timedelta(minutes=15)

    def unit(self, code: str) -> Unit | None:
        """The unit with `code`, if there is one."""
        return next((u for u in self.units if u.code == code), None)
