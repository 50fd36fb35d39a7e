"""Every page at both sizes: nothing sticks out, nothing complains, nothing is fetched elsewhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.house import PASSWORD, House
from tests.browser.visits import LARGE, SMALL, Visits
from yuqing.app import serving

pytestmark = pytest.mark.browser
PAGES = ("/", "/search?q=自来水", "/reviews", "/watchlists", "/events", "/triage", "/mine")
MORE = ("/tickets", "/tickets?offers=1", "/reports", "/notices", "/roster", "/deliveries")
REST = ("/jurisdiction", "/drift", "/status", "/myself")
ADMIN = ("/people", "/people/yingji", "/access", "/audit")
CLOCK = re.compile(r"2026-03-0\d 周. \d\d:\d\d:\d\d")
STICKS_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Tables and lists that are wider than the card they stand in.
SPILLS = """() => [...document.querySelectorAll('.yq-card')].flatMap((card) =>
  [...card.querySelectorAll('table, .yq-line, .yq-filter, .yq-kv')].filter((one) =>
    one.getBoundingClientRect().right > card.getBoundingClientRect().right + 1
  ).map((one) => one.innerText.slice(0, 60)))"""
CODES = re.compile(r"\b(machine|person:|ticket:|webhook:|authoritative_release|None|undefined)\b")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["1366", "1920"])
def test_every_page_fits(house: House, visits: Visits, size: ViewportSize) -> None:
    accident = house.accident()
    own = (f"/tickets/{accident.ticket_id}", f"/events/{accident.event_id}")
    page, titles = visits.of("guanli", size=size), dict[str, str]()
    for path in (*PAGES, *MORE, *REST, *ADMIN, *own):
        page.goto(house.url + path)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("[data-now]")).to_have_text(CLOCK)
        assert page.evaluate(STICKS_OUT) == 0, path
        assert page.evaluate(SPILLS) == [], path
        assert CODES.search(page.locator(".yq-main").inner_text()) is None, path
        expect(page.locator(".yq-alarm")).to_have_count(0)
        titles[path] = page.title()
    assert all(title.endswith(" · 舆情监测与回应") for title in titles.values())
    assert accident.ticket_id in titles[own[0]]


def test_a_table_is_sorted_by_the_heading_that_is_chosen(house: House, visits: Visits) -> None:
    page = visits.of("guanli", "/people")
    logins = page.locator("[data-person] .id")
    heading = page.get_by_role("columnheader", name="账号")
    row = page.locator('[data-person="jiance"]')
    before = row.inner_text()
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    shown = logins.all_inner_texts()
    assert shown == sorted(shown, reverse=True)
    serving.people(house.settings).sign_in("jiance", PASSWORD)
    expect(row).not_to_have_text(before, use_inner_text=True)
    assert logins.all_inner_texts() == shown
