"""The duty at the screen: the queue, own work, clocks explained, 会商, review, the roster, pushes,
reports to the superior, the government's file."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from responder.desk import NewCase
from tests.browser.dialogs import choose, dialog_of
from tests.browser.house import HOME, ROOT, UNIT, House
from tests.browser.visits import LARGE, Visits
from yuqing.app import configuration

pytestmark = pytest.mark.browser


def test_the_queue_proposes_a_unit_and_is_emptied_by_assigning(
    house: House, visits: Visits
) -> None:
    number = house.case("渡口路沿街店铺冒烟", assigned=False)
    page = visits.of("fenxi", "/triage")
    line = page.locator(f'.yq-wait[data-ticket="{number}"]')
    expect(line).to_contain_text("建议交办：青汀区应急管理局")
    expect(line.locator("[data-due]")).to_have_text(re.compile("剩余"))
    expect(line.locator('[data-action="acknowledge"]')).to_have_count(0)
    line.locator('[data-action="assign"]').click()
    dialog = page.locator(".yq-dialog")
    expect(dialog).to_contain_text("点击后：")
    expect(dialog).to_contain_text("青汀区应急管理局")
    dialog.get_by_role("button", name="交办").click()
    expect(line).to_have_count(0)
    assert house.page(number).line.unit == "emergency"


def test_a_unit_does_not_triage(house: House, visits: Visits) -> None:
    page = visits.of("yingji", "/mine")
    expect(page.locator('.yq-nav a[href="/triage"]')).to_have_count(0)
    expect(page.locator('.yq-nav a[href="/access"]')).to_have_count(0)
    visits.expected.append("400")
    page.goto(f"{house.url}/triage")
    expect(page.get_by_text("待研判队列由监测员、研判员和领导办理")).to_be_visible()


def test_own_work_stands_by_what_is_asked(house: House, visits: Visits) -> None:
    number = house.case("石桥口粮库外墙裂缝")
    page = visits.of("yingji", "/mine")
    asked, begun = (
        page.locator(f'[data-group="{title}"] a[href="/tickets/{number}"]')
        for title in ("待签收", "待开始处置")
    )
    expect(asked).to_be_visible()
    expect(page.locator('[data-group="待签收"] header')).to_contain_text("签收即停止签收催办")
    house.act(number, "acknowledge", {}, UNIT)
    expect(begun).to_be_visible()
    expect(asked).to_have_count(0)


def test_why_a_clock_stands_is_told_from_the_record(house: House, visits: Visits) -> None:
    number = house.case("文津广场地砖翘起")
    page = visits.of("jiance", f"/tickets/{number}")
    page.locator('[data-why^="response|1|"]').click()
    dialog = page.locator(".yq-dialog")
    expect(dialog).to_contain_text("时限依据：")
    expect(dialog.locator("li").first).to_contain_text("国办发")
    expect(dialog).to_contain_text("所记的发现时间")
    expect(dialog.locator("ol")).not_to_contain_text(re.compile(r"\.\d{3}|\+08:00"))
    dialog.get_by_role("button", name="关闭").click()
    expect(dialog).to_have_count(0)


def test_a_draft_waits_for_its_reviewer_and_says_so(house: House, visits: Visits) -> None:
    number = house.case("建业路围挡占道")
    for action, data in (("acknowledge", {}), ("start", {}), ("submit", {"draft": "今晚拆除围挡"})):
        house.act(number, action, dict(data), UNIT)
    page = visits.of("yingji", f"/tickets/{number}")
    expect(page.locator(".yq-draft")).to_have_text("今晚拆除围挡")
    expect(page.locator(".yq-flow li.next")).to_contain_text("待审核人或领导办理")
    expect(page.locator('button[data-action="settle"]')).to_be_visible()
    for action in ("approve", "publish", "answer"):
        expect(page.locator(f'button[data-action="{action}"]')).to_have_count(0)
    work = visits.of("guanli", "/mine")
    expect(work.locator(f'[data-group="待我审核"] a[href="/tickets/{number}"]')).to_be_visible()
    work.goto(f"{house.url}/tickets/{number}")
    work.locator('button[data-action="approve"]').click()
    work.locator(".yq-dialog").get_by_role("button", name="审核通过").click()
    expect(page.locator(".yq-flow li.done")).to_contain_text("管理员甲 已通过")
    expect(page.locator('button[data-action="publish"]')).to_be_visible()


def test_a_consultation_is_a_round_with_opinions_absentees_and_an_end(
    house: House, visits: Visits
) -> None:
    number = house.case("锦帆家园装修工讨薪堵门")
    page = visits.of("fenxi", f"/tickets/{number}")
    page.locator('[data-phase="open"]').click()
    dialog = page.locator(".yq-dialog")
    expect(dialog).to_contain_text("通知参加单位")
    choose(page, "参加单位", "青汀区人力资源和社会保障局", "青汀区公安分局")
    dialog.get_by_label("议题").fill("由谁先垫付工资")
    dialog.get_by_role("button", name="发起会商").click()
    expect(page.locator('[data-round="1"]')).to_contain_text("由谁先垫付工资")
    other = visits.of("renshe", "/mine")
    other.locator(f'[data-group="待发表会商意见"] a[href="/tickets/{number}"]').click()
    expect(other.locator("button[data-action]")).to_have_count(0)
    other.locator('[data-phase="opinion"]').click()
    other.locator(".yq-dialog").get_by_label("意见").fill("从工资保证金中先行垫付")
    other.locator(".yq-dialog").get_by_role("button", name="发表意见").click()
    here = page.locator('[data-round="1"]')
    expect(here).to_contain_text("从工资保证金中先行垫付")
    expect(here).to_contain_text("尚未发表")
    page.locator('[data-phase="conclude"]').click()
    page.locator(".yq-dialog").get_by_label("结论").fill("人社局三日内垫付")
    page.locator(".yq-dialog").get_by_role("button", name="形成结论").click()
    expect(here).to_contain_text("已形成结论")
    (one,) = house.page(number).consultations
    assert (one.conclusion, one.absent_zh) == ("人社局三日内垫付", ("青汀区公安分局",))
    assert one.opinions == (("青汀区人力资源和社会保障局", "从工资保证金中先行垫付"),)
    expect(other.locator('[data-phase="opinion"]')).to_have_count(0)


def test_duty_is_handed_over_and_a_contact_tried(house: House, visits: Visits) -> None:
    page = visits.of("yingji", "/roster")
    row = page.locator('[data-unit="emergency"]')
    expect(row).to_contain_text("应急指挥中心")
    expect(page.locator("[data-unit]")).to_have_count(1)
    page.get_by_role("button", name="推送测试", exact=True).click()
    choose(page, "联系人", "应急指挥中心")
    page.locator(".yq-dialog").get_by_role("button", name="发送").click()
    expect(page.locator("[data-push]").first).to_contain_text("推送测试")
    page.get_by_role("button", name="交班", exact=True).click()
    choose(page, "交班人", "应急指挥中心")
    choose(page, "接班人", "区应急管理局局长")
    page.locator(".yq-dialog").get_by_label("交班说明").fill("一件待签收")
    page.locator(".yq-dialog").get_by_role("button", name="交班").click()
    expect(row.locator(".taken")).to_have_text("区应急管理局局长")
    page.locator("[data-take]").click()
    expect(page.get_by_text("交班人不能代接班人签收")).to_be_visible()
    other = visits.of("jiance", "/roster")
    expect(other.locator('[data-unit="hr"]')).to_be_visible()
    other.locator("[data-take]").click()
    expect(row.locator(".taken")).to_have_count(0)
    (taken, *_) = house.desk.handovers(ROOT, HOME)
    assert (taken.note, taken.taken_by) == ("一件待签收", "jiance")


def test_what_was_pushed_is_told_for_one_ticket_and_for_all(house: House, visits: Visits) -> None:
    number = house.case("汀兰公园木栈道断裂")
    page = visits.of("fenxi", f"/tickets/{number}")
    page.get_by_role("link", name="按时间看全部推送").click()
    expect(page).to_have_url(re.compile(f"/deliveries\\?ticket={number}"))
    mine = page.locator("[data-push]", has_text="汀兰公园木栈道断裂")
    expect(mine.first).to_contain_text("青汀区应急管理局")
    assert mine.count() == page.locator("[data-push]").count()
    page.goto(f"{house.url}/deliveries")
    page.locator(".yq-facet a", has_text="待发送").click()
    expect(page.locator("[data-push] .yq-badge").first).to_have_text("待发送")
    own = visits.of("renshe", f"/deliveries?ticket={number}")
    expect(own.get_by_text("没有符合条件的推送")).to_be_visible()


def test_the_file_of_the_government_is_shown_and_an_edit_compared(
    house: House, visits: Visits
) -> None:
    page = visits.of("fenxi", "/jurisdiction", LARGE)
    expect(page.locator("table.yq").first).to_contain_text("国家规定")
    expect(page.locator('[data-unit="emergency"]')).to_contain_text("安全生产")
    expect(page.locator('[data-unit="emergency"]')).to_contain_text("应急指挥中心（回调）")
    expect(page.locator(".yq-main")).not_to_contain_text("json://")
    expect(page.get_by_role("button", name="比较改动")).to_have_count(0)
    text = (house.settings.jurisdictions / "qingting.yaml").read_text(encoding="utf-8")
    edited = text.replace("acknowledge_within: 30m", "acknowledge_within: 20m")
    assert edited != text
    root = visits.of("guanli", "/jurisdiction")
    root.get_by_role("button", name="比较改动").click()
    root.locator(".yq-dialog").get_by_role("radio", name="粘贴全文").click()
    box = root.locator(".yq-dialog").get_by_label("修改后的文件全文（YAML）")
    box.fill(edited)
    root.locator(".yq-dialog").get_by_role("button", name="比较").click()
    told = root.locator(".yq-dialog", has_text="改动与影响")
    expect(told).to_contain_text("签收时间")
    expect(told).to_contain_text("即时生效")
    assert (
        configuration.jurisdictions(house.settings)[HOME].acknowledge_within.total_seconds() == 1800
    )


def test_a_grave_case_is_reported_up_and_the_receipt_recorded(house: House, visits: Visits) -> None:
    said = ("芦塘化工园储罐起火", "来电：三人受伤，已撤离")
    case = NewCase(HOME, *said, "work_safety", 3, emergency=True)
    number = house.desk.open_by_hand(ROOT, case, house.now()).ticket_id
    page = visits.of("jiance", f"/tickets/{number}")
    card = page.locator("section", has_text="系统拟稿，由人确认")
    expect(card).to_contain_text("须上报，尚未办理")
    card.get_by_role("button", name="拟稿上报").click()
    dialog = dialog_of(page)
    expect(dialog).to_contain_text("点击后：推送所选各方")
    expect(dialog.get_by_label("事件")).to_have_value(re.compile("芦塘化工园储罐起火"))
    dialog.get_by_label("需支持事项").fill("请派市级消防增援")
    dialog.get_by_role("checkbox", name="青汀区委网信办").click()
    dialog.get_by_role("button", name="确认上报").click()
    expect(card).to_contain_text("尚无回执")
    expect(page.locator('li[data-action="report_up"]')).to_contain_text("临澜市政府总值班室")
    told = {one.to: one for one in house.page(number).reports}
    assert told["superior"].at is not None
    assert told["publicity"].at is not None
    assert told["cyberspace"].at is None
    card.get_by_role("button", name="登记回执").click()
    dialog = dialog_of(page)
    dialog.get_by_label("回执内容").fill("已收悉，增援已出发，联系 13900001234")
    dialog.get_by_label("回执时间").fill("2020-01-01 08:00")
    dialog.get_by_role("button", name="登记").click()
    expect(page.get_by_text("回执时间须在上报之后、现在之前", exact=True)).to_be_visible()
    local = house.now().astimezone(ZoneInfo("Asia/Shanghai"))
    dialog.get_by_label("回执时间").fill(local.strftime("%Y-%m-%d %H:%M:%S"))
    dialog.get_by_role("button", name="登记").click()
    expect(card).to_contain_text("已收悉，增援已出发，联系 139****1234")
    expect(dialog_of(page)).to_have_count(0)
    told = {one.to: one for one in house.page(number).reports}
    assert told["superior"].receipt_at is not None
    assert told["publicity"].receipt is None
