"""Dialogs as people use them: the one that is open, and its selects."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def dialog_of(page: Page) -> Locator:
    """The dialog that was opened last."""
    return page.locator(".yq-dialog").last


def choose(page: Page, label: str, *options: str) -> None:
    """Pick `options` in the select called `label` of the open dialog."""
    dialog_of(page).get_by_label(label, exact=True).click()
    for option in options:
        page.locator(".q-menu .q-item", has_text=option).first.click()
    if len(options) > 1:
        page.keyboard.press("Escape")
