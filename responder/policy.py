"""A policy as JSON: as a ticket keeps its copy of it, and as an exported record carries it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from yuqing.domain.errors import InvalidMessage
from yuqing.domain.jurisdiction import (
    AskedWhen,
    ClockRule,
    ClockStart,
    Numbering,
    Policy,
    StoppedBy,
)
from yuqing.domain.policy import national
from yuqing.domain.workdays import Workdays

__all__ = ["national", "policy_from_data", "policy_to_data"]


class _Part(BaseModel):
    # An unknown field is ignored, so that an older program reads a newer record.
    model_config = ConfigDict(extra="ignore", strict=True)


class _AskedWhen(_Part):
    emergency: bool
    grades: list[Annotated[int, Field(ge=1, le=4)]]


class _Clock(_Part):
    name: Annotated[str, Field(min_length=1)]
    title: str = ""
    due_seconds: Annotated[int, Field(gt=0, le=366 * 86400)]
    start: Annotated[ClockStart, Field(strict=False)]
    stopped_by: Annotated[StoppedBy, Field(strict=False)]
    asked_when: list[_AskedWhen]
    numbering: Annotated[Numbering, Field(strict=False)] = Numbering.ONCE
    national: bool = True
    basis: str = ""
    origins: list[str] = []
    in_workdays: bool = False


class _Workdays(_Part):
    zone: str
    off: list[Annotated[date, Field(strict=False)]] = []
    on: list[Annotated[date, Field(strict=False)]] = []

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"no time zone {zone!r}") from None
        return zone


class _Policy(_Part):
    schema_version: Annotated[Literal[1], Field(alias="schema")] = 1
    name: str
    version: str
    clocks: list[_Clock]
    workdays: _Workdays | None = None


def policy_to_data(policy: Policy) -> dict[str, object]:
    """`policy` as JSON values, version 1 of the form; limits in whole seconds."""
    told: dict[str, object] = {
        "schema": 1,
        "name": policy.name,
        "version": policy.version,
        "clocks": [_clock_to_data(rule) for rule in policy.clocks],
    }
    days = policy.workdays
    if days:
        off, on = ([day.isoformat() for day in some] for some in (days.off, days.on))
        told["workdays"] = {"zone": days.zone, "off": off, "on": on}
    return told


def policy_from_data(data: object) -> Policy:
    """The policy that `policy_to_data` made `data` of.

    Raises InvalidMessage naming the first field that is missing or wrong, or a name used twice.
    """
    if not isinstance(data, Mapping):
        raise InvalidMessage("policy must be an object or the name of a policy")
    try:
        read = _Policy.model_validate(dict(data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(("policy", *(str(part) for part in first["loc"])))
        raise InvalidMessage(f"{field}: {first['msg']}") from error
    names = [clock.name for clock in read.clocks]
    if len(set(names)) < len(names):
        raise InvalidMessage("policy.clocks: two clocks have one name")
    if read.workdays is None and any(clock.in_workdays for clock in read.clocks):
        raise InvalidMessage("policy.workdays: missing, but a clock counts in workdays")
    clocks, days = tuple(_clock_from(clock) for clock in read.clocks), read.workdays
    workdays = Workdays(days.zone, tuple(days.off), tuple(days.on)) if days else None
    return Policy(read.name, read.version, clocks, workdays)


def _clock_to_data(rule: ClockRule) -> dict[str, object]:
    told: dict[str, object] = {
        "name": rule.name,
        "title": rule.title,
        "due_seconds": int(rule.due.total_seconds()),
        "start": rule.start.value,
        "stopped_by": rule.stopped_by.value,
        "asked_when": [
            {"emergency": when.emergency, "grades": list(when.grades)} for when in rule.asked_when
        ],
        "numbering": rule.numbering.value,
        "national": rule.national,
        "basis": rule.basis,
    }
    # Only where it says something, so that older records and programs read the same.
    if rule.origins:
        told["origins"] = list(rule.origins)
    return told | ({"in_workdays": True} if rule.in_workdays else {})


def _clock_from(clock: _Clock) -> ClockRule:
    return ClockRule(
        name=clock.name,
        title=clock.title or clock.name,
        due=timedelta(seconds=clock.due_seconds),
        start=clock.start,
        stopped_by=clock.stopped_by,
        asked_when=tuple(AskedWhen(w.emergency, tuple(w.grades)) for w in clock.asked_when),
        numbering=clock.numbering,
        national=clock.national,
        basis=clock.basis,
        origins=tuple(clock.origins),
        in_workdays=clock.in_workdays,
    )
