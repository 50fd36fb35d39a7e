"""Every page at both sizes: nothing sticks out, nothing complains, nothing is fetched elsewhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.house import House
from tests.browser.visits import LARGE, SMALL, Visits

pytestmark = pytest.mark.browser
PAGES = ("/", "/search?q=自来水", "/watchlists", "/events", "/tickets", "/tickets?offers=1")
MORE = ("/reports", "/notices", "/status")
CLOCK = re.compile(r"2026-03-0\d 周. \d\d:\d\d:\d\d")
STICKS_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["1366", "1920"])
def test_every_page_fits(house: House, visits: Visits, size: ViewportSize) -> None:
    accident = house.accident()
    own = (f"/tickets/{accident.ticket_id}", f"/events/{accident.event_id}")
    page = visits.of("fenxi", size=size)
    for path in (*PAGES, *MORE, *own):
        page.goto(house.url + path)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("[data-now]")).to_have_text(CLOCK)
        assert page.evaluate(STICKS_OUT) == 0, path
        expect(page.locator(".yq-alarm")).to_have_count(0)
