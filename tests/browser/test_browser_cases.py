"""Cases in the browser: who may do what, what everybody sees at once, and who was first."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.house import ROOT, UNIT, House
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser
STATE = "[data-state]"


def test_lists_narrow_and_countdowns_tick(house: House, visits: Visits) -> None:
    number = house.case("汀溪河边护栏断了一截")
    page = visits.of("fenxi", "/tickets")
    row = page.locator(f'[data-ticket="{number}"]')
    due = row.locator("[data-due]")
    expect(due).to_have_text(re.compile(r"剩余 (1 天 )?\d\d:\d\d:\d\d"))
    first = due.inner_text()
    expect(due).not_to_have_text(first)
    page.get_by_role("search").get_by_role("searchbox").fill("护栏断了")
    page.keyboard.press("Enter")
    expect(page.locator("[data-ticket]")).to_have_count(1)
    page.locator(".yq-facet a", has_text="已交办").click()
    expect(row).to_be_visible()
    page.locator(".yq-facet a", has_text="重大及以上").click()
    expect(page.get_by_text("没有符合条件的台账")).to_be_visible()


def test_only_what_state_and_role_allow_is_offered(house: House, visits: Visits) -> None:
    number = house.case("文津中学门口没有斑马线")
    unit, analyst = visits.of("yingji"), visits.of("fenxi")
    for page in (unit, analyst):
        page.goto(f"{house.url}/tickets/{number}")
        expect(page.locator(STATE)).to_have_text("已交办")
    expect(unit.locator('[data-action="acknowledge"]')).to_be_visible()
    for refused in ("grade", "reassign", "close", "merge"):
        expect(unit.locator(f'[data-action="{refused}"]')).to_have_count(0)
    expect(analyst.locator('[data-action="grade"]')).to_be_visible()
    expect(analyst.locator('[data-action="acknowledge"]')).to_have_count(0)


def test_an_acknowledgement_shows_on_every_open_page(house: House, visits: Visits) -> None:
    number = house.case("芦塘大道的限高杆歪了")
    unit = visits.of("yingji", f"/tickets/{number}")
    watching = visits.of("fenxi", f"/tickets/{number}")
    listing = visits.of("fenxi", "/tickets")
    watching.evaluate("window.yqSame = true")
    unit.locator('[data-action="acknowledge"]').click()
    expect(unit.get_by_role("dialog")).to_contain_text("点击后：签收后停止签收催办")
    unit.get_by_role("dialog").get_by_role("button", name="签收").click()
    expect(unit.get_by_text("已签收").first).to_be_visible()
    expect(watching.locator(STATE)).to_have_text("已签收")
    expect(watching.locator('li[data-action="acknowledge"]')).to_contain_text("应急局丁")
    expect(listing.locator(f'[data-ticket="{number}"]')).to_contain_text("已签收")
    assert watching.evaluate("window.yqSame === true")


def test_an_official_post_accepted_stops_the_clock_at_its_own_time(
    house: House, visits: Visits
) -> None:
    ticket = house.accident().ticket_id
    offered = [one for one in house.page(ticket).offers if one.state == "offered"]
    offer = offered[0]
    page = visits.of("fenxi", f"/tickets/{ticket}")
    card = page.locator("section", has=page.locator(f'[data-offer="{offer.offer_id}"]'))
    expect(card).to_contain_text("确认后：按帖文发布时间")
    card.get_by_role("button", name="确认为回应").click()
    expect(page.get_by_text("请填写发言人")).to_be_visible()
    card.get_by_label("发言人").fill("许区长")
    card.get_by_role("switch").click()
    card.get_by_role("button", name="确认为回应").click()
    expect(page.get_by_text(re.compile("已登记为公开回应，按帖文发布时间停止“"))).to_be_visible()
    expect(page.locator(f'[data-offer="{offer.offer_id}"]')).to_have_count(0)
    expect(page.locator("[data-facts]")).to_contain_text("许区长")
    clocks = {clock.name: clock for clock in house.page(ticket).clocks}
    assert clocks["first_spokesperson"].stopped_at == offer.published_at
    assert house.page(ticket).spokesperson is not None
    row = page.locator(".yq-clockrow", has_text="第一新闻发言人发声").filter(has_text="起算")
    expect(row).to_contain_text("停止于")


def test_a_publication_by_form_stops_the_response_clock(house: House, visits: Visits) -> None:
    number = house.case("锦帆家园电梯困人")
    page = visits.of("yingji", f"/tickets/{number}")
    page.locator('[data-action="publish"]').click()
    form = page.get_by_role("dialog")
    form.get_by_role("button", name="登记发布").click()
    expect(page.get_by_text("请填写「发布渠道」")).to_be_visible()
    form.get_by_label("发布渠道").fill("应急局官网")
    form.get_by_label("发言人", exact=True).fill("值班主任")
    form.get_by_label("网址").fill("http://gov.test/notice/7")
    form.get_by_label("网址").press("Enter")
    row = page.locator(".yq-clockrow", has_text="予以回应")
    expect(row).to_contain_text("已停止")
    assert house.page(number).clocks[0].status == "met"


def test_a_time_that_is_none_is_refused_in_words(house: House, visits: Visits) -> None:
    number = house.case("北窑街污水井冒水")
    page = visits.of("yingji", f"/tickets/{number}")
    page.locator('[data-action="answer"]').click()
    form = page.get_by_role("dialog")
    form.get_by_label("答复时间").fill("昨天")
    form.get_by_role("button", name="登记答复").click()
    expect(page.get_by_text("「答复时间」请写成")).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)


def test_the_second_of_two_is_told_who_was_first(house: House, visits: Visits) -> None:
    number = house.case("滨澜府地下车库积水")
    page = visits.of("yingji", f"/tickets/{number}")
    page.locator('[data-action="acknowledge"]').click()
    form = page.get_by_role("dialog")
    expect(form).to_be_visible()
    house.act(number, "acknowledge", {}, UNIT)
    form.get_by_role("button", name="签收").click()
    expect(page.get_by_text(re.compile("应急局丁已先行“签收”"))).to_be_visible()
    expect(form).to_be_visible()
    form.get_by_role("button", name="签收").click()
    expect(page.get_by_text("当前状态（已签收）不能进行此操作")).to_be_visible()


def test_a_case_is_opened_by_hand(house: House, visits: Visits) -> None:
    page = visits.of("jiance", "/tickets")
    page.get_by_role("button", name="手工立案").click()
    form = page.get_by_role("dialog")
    form.get_by_role("button", name="立案").click()
    expect(page.get_by_text("请填写「事项」")).to_be_visible()
    form.get_by_label("事项").fill("来电：渡口路桥下有人落水")
    form.get_by_label("来源与情况").fill("值班电话，10 时 02 分")
    form.get_by_label("首发时间").fill("2026-03-02 08:30")
    form.get_by_role("button", name="立案").click()
    expect(page).to_have_url(re.compile("/tickets/QINGTING-2026-"))
    expect(page.get_by_role("heading", name="来电：渡口路桥下有人落水")).to_be_visible()
    expect(page.locator("[data-facts]")).to_contain_text("03-02 08:30:00")
    expect(page.locator("[data-due]").first).to_have_text(re.compile("剩余"))


def test_a_unit_sees_its_own_tickets_only(house: House, visits: Visits) -> None:
    number = house.case("芦塘化工园北门值守不足")
    page = visits.of("renshe", "/tickets")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(f'[data-ticket="{number}"]')).to_have_count(0)
    expect(page.get_by_role("button", name="手工立案")).to_have_count(0)
    page.goto(f"{house.url}/tickets/{number}")
    expect(page.get_by_text(f"没有台账 {number}")).to_be_visible()
    expect(page.locator("[data-action]")).to_have_count(0)
    own = visits.of("yingji", "/tickets")
    expect(own.locator(f'[data-ticket="{number}"]')).to_be_visible()


def test_a_unit_that_was_pushed_a_case_reads_it_and_does_not_act(
    house: House, visits: Visits
) -> None:
    number = house.case("渡桥东街路灯杆歪斜")
    house.act(number, "reassign", {"unit": "hr", "reason": "演练改派"})
    page = visits.of("yingji", f"/tickets/{number}")
    expect(page.get_by_role("heading", name="渡桥东街路灯杆歪斜")).to_be_visible()
    expect(page.get_by_text("当前没有您可以办的事项")).to_be_visible()
    expect(page.locator("button[data-action]")).to_have_count(0)


def test_the_most_urgent_comes_first_on_the_live_page(house: House, visits: Visits) -> None:
    now = house.now()
    lines = house.desk.urgent(ROOT, now, 9)
    due = [
        min(c.due for c in line.clocks if c.status in ("running", "breached") and not c.stopped_at)
        for line in lines
    ]
    assert due == sorted(due)
    assert due[0] < now + timedelta(days=2)
    page = visits.of("fenxi")
    expect(page.locator(".yq-urgent")).to_have_count(len(due))
