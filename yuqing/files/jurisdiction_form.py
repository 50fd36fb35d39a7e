"""The form of a jurisdiction file, version 1; jurisdictions/template.yaml explains it."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from yuqing.domain.jurisdiction import ClockStart, Numbering, StoppedBy
from yuqing.domain.roster import Calendar
from yuqing.domain.verdict import Severity, Topic
from yuqing.files.conduct_form import (
    CadenceForm,
    ChannelForm,
    DutyForm,
    ProgressReleaseForm,
    ReportsToForm,
    ReviewStepForm,
    SpokespeopleForm,
    SubTopicForm,
    WatchKindForm,
)
from yuqing.files.durations import Duration, PositiveDuration
from yuqing.files.form import Code, ContactForm, Form, Grade, Name
from yuqing.files.grading_form import GradingForm
from yuqing.files.roster_form import QuietForm, ShiftForm

__all__ = ["ContactForm", "JurisdictionForm"]

PushKind = Literal["wecom", "dingtalk", "feishu", "mail", "sms", "webhook"]
UnitKind = Literal[
    "street",
    "district_gov",
    "housing",
    "urban_mgmt",
    "planning",
    "transport",
    "police",
    "environment",
    "water",
    "education",
    "health",
    "hr",
    "civil",
    "market",
    "agri",
    "culture",
    "finance",
    "reform",
    "soe",
    "other",
    "unknown",
]


class UnitForm(Form):
    """A responsible unit, or an outside body."""

    code: Code
    name: Name
    kind: UnitKind = "other"
    principal: ContactForm
    duty: tuple[ContactForm, ...] = ()
    territory: tuple[Name, ...] = ()


class PlaceForm(Form):
    """A place of the gazetteer."""

    name: Name
    aliases: tuple[Name, ...] = ()
    within: Name | None = None


class StepForm(Form):
    """A step of an escalation chain."""

    after: Duration
    target: Code
    channels: tuple[PushKind, ...] = ()


class RouteForm(Form):
    """A route with a remark: `inferred` when no document says that the unit is in charge."""

    unit: Code
    inferred: bool = False


class AskedWhenForm(Form):
    """When a clock is asked for."""

    emergency: bool
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]


class TightenForm(Form):
    """How a national clock is made stricter; nothing can make it laxer."""

    due: PositiveDuration | None = None
    start: Literal[ClockStart.FIRST_POSTED] | None = None
    also_asked_when: tuple[AskedWhenForm, ...] = ()
    basis: str = ""


class ClockForm(Form):
    """A local clock. Left out, `asked_when` means always."""

    name: Code
    title: Name
    due: PositiveDuration
    stopped_by: StoppedBy
    numbering: Numbering = Numbering.PER_ASSIGNMENT
    start: ClockStart | None = None
    asked_when: tuple[AskedWhenForm, ...] = ()
    origins: tuple[Code, ...] = ()
    calendar: Calendar = Calendar.NATURAL
    basis: str = ""


class ClocksForm(Form):
    """What a jurisdiction changes of the national policy."""

    tighten: dict[str, TightenForm] = Field(default_factory=dict)
    add: tuple[ClockForm, ...] = ()


class JurisdictionForm(Form):
    """One government."""

    schema_version: Annotated[Literal[1], Field(alias="schema")] = 1
    code: Code
    name: Name
    level: Literal["city", "district", "street", "township", "zone"]
    zone: str = "Asia/Shanghai"
    policy: Literal["national"] = "national"
    clocks: ClocksForm = ClocksForm()
    opens_from: Annotated[Severity, Field(ge=1, le=4)] = Severity.ORDINARY
    grading: GradingForm = GradingForm()
    review_below: Annotated[float, Field(ge=0, le=1)] | None = None
    acknowledge_within: PositiveDuration = Field(default="30m", validate_default=True)
    warn_before: Duration = Field(default="1h", validate_default=True)
    local_lead: bool = False
    coordinator: Code
    official_channels: tuple[Name, ...] = ()
    units: Annotated[tuple[UnitForm, ...], Field(min_length=1)]
    routes: dict[Topic, RouteForm] = Field(default_factory=dict)
    sub_topics: tuple[SubTopicForm, ...] = ()
    places: tuple[PlaceForm, ...] = ()
    chains: dict[Grade, tuple[StepForm, ...]] = Field(default_factory=dict)
    triage_within: PositiveDuration | None = None
    report_within: PositiveDuration | None = None
    stalls_after: dict[Grade, PositiveDuration] = Field(default_factory=dict)
    handover_within: PositiveDuration = Field(default="15m", validate_default=True)
    reminders: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    quiet_hours: QuietForm | None = None
    calendar: Calendar = Calendar.NATURAL
    roster: tuple[ShiftForm, ...] = ()
    superior: ContactForm | None = None
    leader: ContactForm | None = None
    reports_to: ReportsToForm = ReportsToForm()
    police: Code | None = None
    review: tuple[ReviewStepForm, ...] = ()
    spokespeople: SpokespeopleForm = SpokespeopleForm()
    channels: tuple[ChannelForm, ...] = ()
    cadence: CadenceForm | None = None
    progress_release: ProgressReleaseForm | None = None
    watch_kinds: tuple[WatchKindForm, ...] = ()
    duties: tuple[DutyForm, ...] = ()

    @field_validator("routes", mode="before")
    @classmethod
    def _short_routes(cls, routes: object) -> object:
        if not isinstance(routes, dict):
            return routes
        return {t: {"unit": r} if isinstance(r, str) else r for t, r in routes.items()}

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"no time zone {zone!r}; write one such as Asia/Shanghai") from None
        return zone
