"""Judging: people confirm and correct what the machine said, put events right, and see why."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from responder.drifts import Drifts
from tests.browser.house import HOME, ROOT, House
from tests.browser.visits import LARGE, Visits
from yuqing.app import wiring
from yuqing.domain.drift import Drift, HeadDrift, Move
from yuqing.domain.verdict import Evidence, Severity, Topic

pytestmark = pytest.mark.browser
QUEUE = ".yq-card article"


def choose(page: Page, label: str, option: str) -> None:
    """Pick `option` in the select called `label` of the open dialog."""
    page.locator(".yq-dialog").get_by_label(label, exact=True).click()
    page.locator(".q-menu .q-item", has_text=option).first.click()


def test_a_doubtful_post_is_confirmed_and_leaves(house: House, visits: Visits) -> None:
    judged = house.wait_for_review(house.publish("渔港西街的井盖松了", "车一过就响"))
    page = visits.of("fenxi", "/reviews")
    card = page.locator(f'[data-post="{judged.post.post_id}"]')
    expect(card).to_contain_text("把握 40%")
    expect(card).to_contain_text("安全生产")
    card.get_by_role("button", name="确认无误").click()
    expect(card).to_have_count(0)
    (said,) = house.desk.corrections_of(ROOT, judged.post.post_id)
    assert (said.who, said.changed) == ("fenxi", False)


def test_who_works_on_one_is_seen_by_others(house: House, visits: Visits) -> None:
    judged = house.wait_for_review(house.publish("鱼市口的路牌写错了", "外地人都走反"))
    here = f'[data-post="{judged.post.post_id}"]'
    mine, other = visits.of("fenxi", "/reviews"), visits.of("jiance", "/reviews")
    mine.locator(here).get_by_role("button", name="更正").click()
    expect(other.locator(here)).to_contain_text("研判员丙正在处理")
    other.locator(here).get_by_role("button", name="更正").click()
    expect(other.get_by_text("研判员丙正在处理这条帖文")).to_be_visible()
    mine.get_by_role("button", name="取消").click()
    expect(other.locator(here).get_by_text("正在处理")).to_have_count(0)


def test_a_correction_is_on_record_and_everywhere(house: House, visits: Visits) -> None:
    judged = house.publish("石桥口的渡船三天没开", "说是船工没领到钱")
    page = visits.of("jiance", "/search?q=石桥口%20渡船")
    card = page.locator(f'[data-post="{judged.post.post_id}"]')
    card.get_by_role("button", name="更正研判").click()
    dialog = page.locator(".yq-dialog")
    expect(dialog).to_contain_text("石桥口的渡船三天没开")
    choose(page, "议题", "就业与工资拖欠")
    choose(page, "等级", "一般")
    dialog.get_by_label("地点（用顿号隔开）").fill("石桥口、渡船码头")
    dialog.get_by_label("理由（可不填）").fill("起因是欠薪")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_have_count(0)
    (said,) = house.desk.corrections_of(ROOT, judged.post.post_id)
    assert (said.who, said.note, said.before.topic) == ("jiance", "起因是欠薪", Topic.WORK_SAFETY)
    assert (said.after.topic, said.after.severity) == (Topic.LABOUR, Severity.ORDINARY)
    assert said.after.places == ("石桥口", "渡船码头")
    house.carry_decisions()
    page.goto(house.url + "/search?q=石桥口%20渡船&topic=labour&severity=1")
    expect(card).to_contain_text("就业与工资拖欠")
    expect(card.locator(".yq-badge.said")).to_have_attribute("title", "人工核定：监测员乙")


def test_a_post_found_irrelevant_is_dimmed(house: House, visits: Visits) -> None:
    judged = house.publish("望澜广场的灯光秀好看", "带孩子来玩", severity=1)
    page = visits.of("fenxi")
    card = page.locator(f'[data-post="{judged.post.post_id}"]')
    card.get_by_role("button", name="更正研判").click()
    dialog = page.locator(".yq-dialog")
    dialog.get_by_text("与政务舆情相关").click()
    expect(dialog.get_by_label("议题", exact=True)).to_be_hidden()
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_have_count(0)
    house.carry_decisions()
    expect(card).to_have_class(re.compile("dim"))


def test_why_is_marked_by_head_and_explained(house: House, visits: Visits) -> None:
    title, body = "临澜路冷库爆炸", "<b>3人死亡</b>，打 13812345678 找我"
    text = f"{title}\n{body}"
    dead, cold = text.index("3人死亡"), text.index("冷库")
    spans = (
        Evidence("severity", dead, dead + 4, "3人死亡", "条例第三条"),
        Evidence("emergency", cold, cold + 4, "冷库爆炸", "词表:accident"),
        Evidence("topic", cold + 2, cold + 4, "爆炸", "词表:work_safety"),
        Evidence("place", 0, 3, "临澜路", "地名:临澜路"),
    )
    judged = house.publish(title, body, spans)
    page = visits.of("fenxi", "/search?q=临澜路%20冷库")
    card = page.locator(f'[data-post="{judged.post.post_id}"]')
    expect(card.locator("mark")).to_have_text(["临澜路", "冷库", "爆炸", "3人死亡"])
    both = card.locator("mark.several")
    expect(both).to_have_class("m-emergency strong several")
    expect(both).to_have_attribute(
        "title", "突发事件依据：词表（事故灾难）；议题依据：词表（安全生产）"
    )
    expect(both).to_have_attribute("aria-description", re.compile("议题依据"))
    expect(card.locator("p")).to_have_text("<b>3人死亡</b>，打 138****5678 找我")
    expect(page.locator(".yq-legend mark")).to_have_count(8)
    number = house.accident()
    page.goto(f"{house.url}/tickets/{number.ticket_id}")
    expect(page.locator("[data-post] mark.strong").first).to_be_visible()
    page.goto(f"{house.url}/events/{number.event_id}")
    expect(page.locator("[data-post] mark.strong").first).to_be_visible()


def test_events_are_split_and_merged_by_hand(house: House, visits: Visits) -> None:
    line = house.accident()
    page = visits.of("fenxi", f"/events/{line.event_id}")
    last = page.locator("[data-post]").first
    moved = str(last.get_attribute("data-post"))
    before = page.locator("[data-post]").count()
    page.locator('[data-regroup="split"]').click()
    dialog = page.locator(".yq-dialog")
    dialog.get_by_label("帖文").click()
    page.locator(".q-menu .q-item").first.click()
    page.keyboard.press("Escape")
    dialog.get_by_label("理由").fill("另一处的事")
    dialog.get_by_role("button", name="拆出").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".yq-steps")).to_contain_text("1 帖拆出，单独成为事件。另一处的事")
    house.carry_decisions()
    expect(page.locator(f'[data-post="{moved}"]')).to_have_count(0)
    expect(page.locator("[data-post]")).to_have_count(before - 1)


def test_drift_is_said_in_words(house: House, visits: Visits) -> None:
    moves = (Move("labour", 0.05, 0.21), Move("urban", 0.3, 0.18))
    heads = HeadDrift("topic", 900, 0.31, 0.05, moves), HeadDrift("relevant", 90, None, None, ())
    kept, now = Drifts(wiring.tickets_engine(house.settings)), house.now()
    assert kept.record(HOME, Drift("linear-b", "linear-a", heads), now.date(), now) > 0
    page = visits.of("fenxi", "/drift", LARGE)
    row = page.locator(".yq-drift tr", has_text="议题").first
    expect(row).to_contain_text("明显偏移")
    expect(row).to_contain_text("“就业与工资拖欠”由 5.0% 升至 21.0%")
    expect(page.locator(".yq-drift").first).to_contain_text("样本不足，不作比较")
    page.goto(house.url + "/notices")
    expect(page.get_by_role("link", name="研判结果出现偏移：议题")).to_be_visible()


def test_a_unit_neither_corrects_nor_reviews(house: House, visits: Visits) -> None:
    house.wait_for_review(house.publish("南塘的码头灯不亮"))
    page = visits.of("yingji", "/reviews")
    expect(page.get_by_text("责任单位账号只查看本单位的台账")).to_be_visible()
    expect(page.locator('.yq-nav a[href="/reviews"], .yq-nav a[href="/drift"]')).to_have_count(0)
    line = house.accident()
    page.goto(f"{house.url}/tickets/{line.ticket_id}")
    expect(page.locator("[data-fix]")).to_have_count(0)
