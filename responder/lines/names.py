"""The names of units, and the configuration that knows them."""

from __future__ import annotations

from collections.abc import Mapping

from yuqing.domain.jurisdiction import Jurisdiction

Jurisdictions = Mapping[str, Jurisdiction]


def unit_zh(jurisdiction: Jurisdiction | None, code: str | None) -> str:
    """The unit's name; the code itself when it is no longer configured."""
    unit = jurisdiction.unit(code) if jurisdiction and code else None
    return unit.name if unit else code or ""
