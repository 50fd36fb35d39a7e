"""The form of a jurisdiction file, version 1; jurisdictions/template.yaml explains it."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from yuqing.domain.jurisdiction import ClockStart, Numbering, StoppedBy
from yuqing.domain.verdict import Severity, Topic
from yuqing.files.durations import Duration, PositiveDuration

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Grade = Annotated[int, Field(ge=1, le=4)]
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


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ContactForm(_Form):
    """A person or post; `channels` are apprise URLs."""

    name: Name
    role: str = ""
    channels: tuple[Name, ...] = ()


class UnitForm(_Form):
    """A responsible unit, or an outside body."""

    code: Code
    name: Name
    kind: UnitKind = "other"
    principal: ContactForm
    duty: tuple[ContactForm, ...] = ()
    territory: tuple[Name, ...] = ()


class PlaceForm(_Form):
    """A place of the gazetteer."""

    name: Name
    aliases: tuple[Name, ...] = ()
    within: Name | None = None


class StepForm(_Form):
    """A step of an escalation chain."""

    after: Duration
    target: Code


class AskedWhenForm(_Form):
    """When a clock is asked for."""

    emergency: bool
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]


class TightenForm(_Form):
    """How a national clock is made stricter; nothing can make it laxer."""

    due: PositiveDuration | None = None
    start: Literal[ClockStart.FIRST_POSTED] | None = None
    also_asked_when: tuple[AskedWhenForm, ...] = ()
    basis: str = ""


class ClockForm(_Form):
    """A local clock. Left out, `asked_when` means always."""

    name: Code
    title: Name
    due: PositiveDuration
    stopped_by: StoppedBy
    numbering: Numbering = Numbering.PER_ASSIGNMENT
    start: ClockStart | None = None
    asked_when: tuple[AskedWhenForm, ...] = ()
    basis: str = ""


class ClocksForm(_Form):
    """What a jurisdiction changes of the national policy."""

    tighten: dict[str, TightenForm] = {}
    add: tuple[ClockForm, ...] = ()


class JurisdictionForm(_Form):
    """One government."""

    schema_version: Annotated[Literal[1], Field(alias="schema")] = 1
    code: Code
    name: Name
    level: Literal["city", "district", "street", "township", "zone"]
    zone: str = "Asia/Shanghai"
    policy: Literal["national"] = "national"
    clocks: ClocksForm = ClocksForm()
    opens_from: Annotated[Severity, Field(ge=1, le=4)] = Severity.ORDINARY
    acknowledge_within: PositiveDuration = Field(default="30m", validate_default=True)
    warn_before: Duration = Field(default="1h", validate_default=True)
    local_lead: bool = False
    coordinator: Code
    official_channels: tuple[Name, ...] = ()
    units: Annotated[tuple[UnitForm, ...], Field(min_length=1)]
    routes: dict[Topic, Code] = {}
    places: tuple[PlaceForm, ...] = ()
    chains: dict[Grade, tuple[StepForm, ...]] = {}

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"no time zone {zone!r}; write one such as Asia/Shanghai") from None
        return zone
