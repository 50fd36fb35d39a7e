"""Who somebody is: an account's login, role and place. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, Row

from responder.sealing import opened

KEY_PREFIX = "key."
"""Begins the login of a machine client, and of no person."""


class Role(StrEnum):
    """值班监测员, 研判员, 责任单位, 审核人, 领导, 管理员."""

    MONITOR = "monitor"
    ANALYST = "analyst"
    UNIT = "unit"
    REVIEWER = "reviewer"
    LEADER = "leader"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """One account. `jurisdiction` None: all of them. `unit` is the code of the unit that a
    person of role `unit` acts for. `channels` are apprise URLs for alerts."""

    login: str
    name: str
    role: Role
    jurisdiction: str | None = None
    unit: str | None = None
    channels: tuple[str, ...] = ()


def person_in(engine: Engine, row: Row[Any]) -> Person:
    """The person whose account `row` is; where alerts go rests sealed."""
    channels = opened(engine, row.channels)
    return Person(row.login, row.name, Role(row.role), row.jurisdiction, row.unit, channels)
