"""Lengths of time as people write them in YAML: 30m, 5h, 2d, 1h30m."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_FORM = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?")


def duration(written: object) -> timedelta:
    """The length that `written` names, 0s included; ValueError tells the form."""
    found = _FORM.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None or not any(found.groups()):
        raise ValueError(f"write a length such as 30m, 5h, 2d or 1h30m, not {written!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def positive_duration(written: object) -> timedelta:
    """As `duration`, but longer than nothing."""
    length = duration(written)
    if not length:
        raise ValueError("must be longer than nothing")
    return length


Duration = Annotated[timedelta, BeforeValidator(duration)]
PositiveDuration = Annotated[timedelta, BeforeValidator(positive_duration)]
