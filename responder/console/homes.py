"""Which government a page is about: the viewer's own, or the one that an administrator chose."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui

from responder.console.screen import Screen
from yuqing.domain.errors import NotFound
from yuqing.domain.jurisdiction import Jurisdiction


def home_of(screen: Screen, request: Request) -> Jurisdiction:
    """The government that the page is about. Raises NotFound."""
    homes = screen.backstage.jurisdictions
    own = screen.person.jurisdiction or request.query_params.get("home") or next(iter(homes), "")
    if own not in homes:
        raise NotFound(f"没有辖区 {own}")
    return homes[own]


def choose_home(screen: Screen, path: str, home: Jurisdiction) -> None:
    """A choice of governments for whoever sees several."""
    homes = {code: one.name for code, one in screen.backstage.jurisdictions.items()}
    if screen.person.jurisdiction is not None or len(homes) < 2:
        return
    made = ui.select(homes, label="辖区", value=home.code).props("dense outlined").classes("w-48")
    made.on_value_change(lambda: ui.navigate.to(f"{path}?{urlencode({'home': made.value})}"))
