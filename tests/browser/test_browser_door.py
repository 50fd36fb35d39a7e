"""The door of the console, and what stands behind an address that leads nowhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.house import PASSWORD, House
from tests.browser.visits import Visits, sign_in

pytestmark = pytest.mark.browser


def test_the_signed_out_are_sent_to_the_door_and_back(house: House, visits: Visits) -> None:
    page = visits.stranger()
    sign_in(page, house.url, "/search?q=水质", "fenxi")
    expect(page).to_have_url(re.compile(r"/search\?q="))
    expect(page.get_by_text("研判员丙")).to_be_visible()


def test_a_wrong_password_is_refused_without_a_hint(house: House, visits: Visits) -> None:
    visits.expected.append("401")
    page = visits.stranger()
    for login in ("jiance", "nobody"):
        sign_in(page, house.url, "/", login, "not-the-password")
        expect(page.get_by_role("alert")).to_have_text("账号或密码不正确，或账号已暂时锁定")
    page.get_by_label("账号").fill("jiance")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="实时监看")).to_be_visible()


def test_no_page_sends_people_to_another_place(house: House, visits: Visits) -> None:
    page = visits.stranger()
    sign_in(page, house.url, "/sign-in?next=//evil.example/x", "jiance")
    expect(page).to_have_url(house.url + "/")


def test_signing_out_ends_every_page(house: House, visits: Visits) -> None:
    left, open_page = visits.of("renshe"), visits.of("renshe", "/tickets")
    left.get_by_role("button", name="退出").click()
    expect(left).to_have_url(house.url + "/sign-in")
    expect(open_page).to_have_url(house.url + "/sign-in")
    left.goto(house.url + "/tickets")
    expect(left).to_have_url(re.compile("/sign-in"))


def test_an_address_that_leads_nowhere_says_so(house: House, visits: Visits) -> None:
    visits.expected.append("404")
    page = visits.of("fenxi")
    page.goto(house.url + "/no-such-page")
    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
    page.goto(house.url + "/tickets/QINGTING-1999-000001")
    expect(page.get_by_text("没有台账 QINGTING-1999-000001")).to_be_visible()
    page.goto(house.url + "/reports/files/qingting-1999-W01.docx")
    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
