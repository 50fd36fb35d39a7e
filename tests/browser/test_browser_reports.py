"""The weekly report from the page, and pages that fail: words, never a stack trace."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.browser.house import House
from tests.browser.visits import Visits
from yuqing.app import wiring

pytestmark = pytest.mark.browser


def test_a_week_is_reported_on_and_downloaded(house: House, visits: Visits) -> None:
    page = visits.of("fenxi", "/reports")
    page.get_by_label("周次").fill("下周")
    page.get_by_role("button", name="生成周报").click()
    expect(page.get_by_text("周次请写成 2026-W10 的样子")).to_be_visible()
    page.get_by_label("周次").fill("2026-W10")
    page.get_by_label("周次").press("Enter")
    expect(page.get_by_text("已生成 2026-W10 周报")).to_be_visible(timeout=30_000)
    with page.expect_download() as told:
        page.get_by_role("link", name="下载 Word").click()
    word = Path(told.value.path()).read_bytes()
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(word)).namelist()
    with page.expect_download() as told:
        page.get_by_role("link", name="下载网页版").click()
    assert "青汀区" in Path(told.value.path()).read_text(encoding="utf-8")


def test_a_page_that_fails_says_so_in_words(house: House, visits: Visits) -> None:
    visits.expected.append("500")
    number = house.case("翠岸花园健身器材松动")
    open_page = visits.of("fenxi", f"/tickets/{number}")
    expect(open_page.locator("[data-state]")).to_be_visible()
    engine = wiring.tickets_engine(house.settings)
    change = text("UPDATE tickets SET policy = :policy WHERE ticket_id = :number")
    with engine.begin() as link:
        asked = text("SELECT policy FROM tickets WHERE ticket_id = :number")
        policy = link.execute(asked, {"number": number}).scalar_one()
        link.execute(change, {"policy": "{}", "number": number})
    try:
        # only now has what was read before the damage been forgotten
        expect(open_page.locator(".yq-alarm")).to_contain_text("页面暂时不能更新")
        broken = visits.of("fenxi", f"/tickets/{number}")
        expect(broken.get_by_role("heading", name="页面出错了")).to_be_visible()
        expect(broken.get_by_text(re.compile("错误编号 [0-9a-f]{8}"))).to_be_visible()
        assert "Traceback" not in broken.content()
    finally:
        with engine.begin() as link:
            link.execute(change, {"policy": policy, "number": number})
    expect(open_page.locator(".yq-alarm")).to_have_count(0)
