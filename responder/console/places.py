"""Inputs that ask where something belongs: a jurisdiction, and a unit of that jurisdiction."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from responder.console.screen import Screen

EVERYWHERE = ""
NO_UNIT = ""


def ask_place(screen: Screen, place: str | None, unit: str | None, none: str) -> dict[str, Any]:
    """Selects `place` (None: not said yet, "" all of them) and `unit`; the units follow the
    jurisdiction. Whoever belongs to one jurisdiction chooses among its units only; `none` says
    what it means to name no unit."""
    own, homes = screen.person.jurisdiction, screen.backstage.jurisdictions
    places = {code: home.name for code, home in homes.items() if own in (None, code)}
    # All of them is for whoever asks for it, never what stands there by itself.
    chosen = next(iter(places), EVERYWHERE)
    if own is None:
        places |= {EVERYWHERE: "全部辖区"}
    chosen = place if place is not None and place in places else chosen
    where = ui.select(places, label="辖区", value=chosen).classes("w-full")
    made = ui.select(_units(screen, chosen, none), label="单位", value=unit or NO_UNIT)

    def follow() -> None:
        made.set_options(_units(screen, str(where.value or ""), none), value=NO_UNIT)

    where.on_value_change(follow)
    return {"place": where, "unit": made.classes("w-full")}


def _units(screen: Screen, place: str, none: str) -> dict[str, str]:
    home = screen.backstage.jurisdictions.get(place)
    return {NO_UNIT: none} | ({one.code: one.name for one in home.units} if home else {})
