"""What strangers and colleagues type is text on every page: it runs nowhere, tells no number, and
pushes nothing off the screen."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from responder.desk import WatchlistDraft
from responder.keys import KeyDraft
from responder.people import Person, Role
from responder.webhooks import WebhookDraft
from tests.browser.house import HOME, PASSWORD, ROOT, House
from tests.browser.visits import SMALL, Visits
from yuqing.app import serving

pytestmark = pytest.mark.browser
PHONE, CARD = "13812345678", "110101199003078512"
EVIL = "<script>window.yqEvil=1</script><img src=x onerror=window.yqEvil=2>"
LONG = "W" * 160
TITLE = f"渡口路{EVIL}{LONG}电话{PHONE}"
SAID = f"{EVIL}打 {PHONE}，身份证 {CARD}，{LONG}"
WATCH = Person("jiance", "监测员乙", Role.MONITOR, HOME)
NAME = "<script>window.yqEvil=1</script>"
RUNS = "main script, main iframe, img[src=x], [onerror], [onclick]"
STICKS_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def written_everywhere(house: House) -> Iterator[str]:
    """Writes hostile text wherever the console takes any; yields the pages that may show it."""
    desk, now = house.desk, house.now
    line = house.event_of(house.wait_for_review(house.publish(TITLE, SAID, severity=3)))
    number = line.ticket_id
    house.act(number, "note", {"text": SAID})
    house.act(number, "assign", {"unit": "emergency", "co_units": ["hr"]})
    house.act(number, "consult", {"phase": "open", "units": ["hr"], "text": SAID})
    report = {"time": "今日", "place": SAID, "what": SAID}
    version = house.page(number).line.version
    desk.report(ROOT, number, version, ["superior"], report, now())
    told = next(one for one in house.page(number).reports if one.position is not None)
    assert told.position is not None
    at = now()
    desk.record_receipt(ROOT, number, version + 1, told.position, SAID, at, at)
    contacts = ("应急指挥中心", "区应急管理局局长")
    given = desk.hand_over(ROOT, HOME, "emergency", contacts, SAID, now())
    desk.take_over(WATCH, given.handover_id, now())
    draft = WatchlistDraft(HOME, NAME, f"渡口路 -{LONG[:60]}", notify=(ROOT.login,))
    saved = desk.save_watchlist(ROOT, draft, now())
    house.publish(f"又是{TITLE}", SAID)
    desk.unmask(ROOT, number, SAID, now())
    machines = serving.machines(house.settings)
    machines.make_key(ROOT, KeyDraft(NAME, "monitor", ("read",), HOME))
    hook, _secret = machines.subscribe(ROOT, WebhookDraft(NAME, "http://127.0.0.1:9/<b>"))
    serving.people(house.settings).create(Person("eren", NAME, Role.MONITOR, HOME), PASSWORD)
    yield from ("/", "/search?q=" + quote("渡口路"), "/reviews", "/watchlists", "/events")
    yield from (f"/watchlists/{saved.watchlist_id}", "/triage", "/mine", "/tickets", "/reports")
    yield from (f"/tickets/{number}", f"/events/{line.event_id}", f"/deliveries?ticket={number}")
    yield from ("/notices", "/roster", "/deliveries", "/jurisdiction", "/people", "/people/eren")
    yield from ("/access", f"/access/hooks/{hook.webhook_id}", "/drift", "/status", "/myself")
    yield from ("/audit", f"/audit?ticket={number}", f"/audit?who={quote(NAME)}", "/tickets?q=渡口")
    yield f"/events?q={quote(EVIL + LONG)}"
    yield f"/api/v1/tickets/{number}/print"


WIDE = """() => [...document.querySelectorAll('body *')].filter((one) =>
  !one.children.length && one.getBoundingClientRect().right > innerWidth + 1 &&
  getComputedStyle(one.parentElement).overflow === 'visible'
  ).slice(0, 3).map((one) => one.parentElement.className + ' > ' + one.className)"""


def harms(page: Page, path: str) -> Iterator[str]:
    """What of it ran, stands as a tag, tells a number, or sticks out."""
    told = page.content()
    if page.evaluate("window.yqEvil") is not None:
        yield f"{path} runs it"
    if page.locator(RUNS).count():
        yield f"{path} holds a tag of it"
    if PHONE in told or CARD in told:
        yield f"{path} tells a number"
    if page.evaluate(STICKS_OUT) > 0:
        yield f"{path} is pushed wide by {page.evaluate(WIDE)}"


def test_hostile_text_is_text_on_every_page(house: House, visits: Visits) -> None:
    page = visits.of("guanli", size=SMALL)
    shown, found = 0, list[str]()
    for path in tuple(written_everywhere(house)):
        page.goto(house.url + path)
        expect(page.locator("h1").first).to_be_visible()
        found += harms(page, path)
        shown += "window.yqEvil=1" in page.locator("body").inner_text()
    assert found == []
    assert shown >= 12
