"""Watching: what comes in is shown as it comes, as text, masked, found again and reported on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from stream.pulse import Kind
from tests.browser.house import House
from tests.browser.visits import Visits
from yuqing.app import wiring
from yuqing.domain.verdict import Evidence

pytestmark = pytest.mark.browser
ALARM = ".yq-alarm"


def unchanged(page: Page) -> None:
    """Marks the page, so that `same` can tell that it was never loaded again."""
    page.evaluate("window.yqSame = true")


def same(page: Page) -> bool:
    return bool(page.evaluate("window.yqSame === true"))


def test_a_new_post_arrives_without_a_reload(house: House, visits: Visits) -> None:
    page = visits.of("jiance")
    expect(page.locator("[data-post]").first).to_be_visible()
    unchanged(page)
    judged = house.publish("望澜广场的喷泉半夜自己开了", "水漫到了人行道")
    arrived = page.locator(f'[data-post="{judged.post.post_id}"]')
    expect(arrived).to_contain_text("望澜广场的喷泉半夜自己开了")
    assert same(page)


def test_hostile_posts_are_text_and_numbers_are_masked(house: House, visits: Visits) -> None:
    title = "<script>window.yqEvil=1</script><img src=x onerror=window.yqEvil=2>"
    body = "打 138\u200b12345678 找我，身份证 110101199003078512，<b onclick=1>有毒</b>的水"
    text = f"{title}\n{body}"
    at = text.index("有毒")
    marked = Evidence("severity", at, at + 2, "有毒", "词表:danger")
    judged = house.publish(title, body, (marked,))
    page = visits.of("fenxi")
    card = page.locator(f'[data-post="{judged.post.post_id}"]')
    expect(card.locator("h3")).to_have_text(title)
    expect(card.locator("p")).to_have_text(
        "打 138****5678 找我，身份证 110**************2，<b onclick=1>有毒</b>的水"
    )
    expect(card.locator("mark.strong")).to_have_text("有毒")
    expect(card.locator("mark.strong")).to_have_attribute("title", "等级依据：词表")
    assert page.locator("main script, main img, main b[onclick]").count() == 0
    assert page.evaluate("window.yqEvil") is None


def test_search_narrows_by_words_and_facets(house: House, visits: Visits) -> None:
    house.publish("渡口路的景观灯全坏了", "晚上黑漆漆")
    house.publish("渡口路的井盖也没了", "小心脚下")
    page = visits.of("fenxi", "/search")
    box = page.get_by_label("关键词")
    box.fill("渡口路 景观灯|井盖 -井盖")
    box.press("Enter")
    expect(page.locator("[data-post] h3")).to_have_text(["渡口路的景观灯全坏了"])
    page.locator(".yq-facet a", has_text="较大").click()
    expect(page).to_have_url(re.compile("severity=2"))
    expect(page.locator("[data-post]")).to_have_count(1)
    expect(page.locator(".yq-facet a.on")).to_have_count(1)
    page.locator(".yq-facet a.on").click()
    expect(page.locator(".yq-facet a.on")).to_have_count(0)


@pytest.mark.parametrize("query", ['"', "((((", "a AND OR NOT *", "' OR 1=1 --", "😀" * 300, "-"])
def test_hostile_queries_find_nothing_and_break_nothing(
    house: House, visits: Visits, query: str
) -> None:
    page = visits.of("fenxi", "/search?day=0001-01-01&severity=99&source=x&topic=y")
    page.get_by_label("关键词").fill(query)
    page.get_by_role("button", name="检索", exact=True).click()
    expect(page).to_have_url(re.compile("q="))
    expect(page.get_by_text("检索结果")).to_be_visible()
    expect(page.get_by_label("关键词")).to_have_value(query)


def test_a_search_kept_as_a_watchlist_rings_the_bell(house: House, visits: Visits) -> None:
    page = visits.of("jiance", "/search?q=石桥口%20塌陷")
    bell = page.locator(".yq-bell")
    before = int(bell.locator("b").inner_text()) if bell.locator("b").count() else 0
    page.get_by_role("button", name="存为监测方案").click()
    page.get_by_label("名称").fill("路面塌陷")
    page.get_by_role("button", name="保存").click()
    row = page.locator("table.yq tr", has_text="路面塌陷")
    expect(row).to_contain_text("监测员乙")
    row.get_by_role("link").click()
    expect(page.get_by_text("还没有命中")).to_be_visible()
    unchanged(page)
    house.publish("石桥口村道塌陷了一个大坑", "电动车差点掉进去")
    expect(page.locator(".yq-post h3")).to_have_text("石桥口村道塌陷了一个大坑")
    expect(bell.locator("b")).to_have_text(str(before + 1))
    assert same(page)
    bell.click()
    page.get_by_role("link", name="监测方案“路面塌陷”命中 1 条").click()
    expect(page.get_by_role("button", name="修改")).to_be_visible()
    page.goto(house.url + "/notices")
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.locator(".yq-bell b")).to_have_count(0)


def test_a_silent_stage_is_on_every_page_until_it_reports(house: House, visits: Visits) -> None:
    pages = [visits.of("fenxi"), visits.of("fenxi", "/tickets")]
    for page in pages:
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(ALARM)).to_have_count(0)
    wiring.pulse(house.settings).forget("judge", Kind.STAGE)
    try:
        for page in pages:
            expect(page.locator(ALARM)).to_contain_text("处理环节「研判」尚未报到")
        pages[0].get_by_role("link", name="查看运行状态").click()
        row = pages[0].locator("tr", has_text="研判")
        expect(row).to_contain_text("尚未报到")
    finally:
        house.report_in()
    for page in pages:
        expect(page.locator(ALARM)).to_have_count(0)


def test_a_unit_reads_no_posts_but_its_own_cases(house: House, visits: Visits) -> None:
    judged = house.publish("望澜广场北口的石凳被人搬走了")
    number = house.case("鱼市路充电棚冒烟")
    watching = visits.of("jiance")
    expect(watching.locator(f'[data-post="{judged.post.post_id}"]')).to_be_visible()
    page = visits.of("yingji", f"/tickets/{number}")
    expect(page.get_by_text("鱼市路充电棚冒烟").first).to_be_visible()
    page.goto(house.url)
    expect(page.locator('[href^="/tickets/"]').first).to_be_visible()
    expect(page.locator("[data-post]")).to_have_count(0)
    expect(page.get_by_text("最新帖文")).to_have_count(0)
    for path in ("/search", "/watchlists"):
        expect(page.locator(f'.yq-nav a[href="{path}"]')).to_have_count(0)
    for path in ("/search?q=石凳", "/watchlists", "/watchlists/1"):
        page.goto(house.url + path)
        expect(page.get_by_text("责任单位账号只查看本单位的台账")).to_be_visible()
        expect(page.locator("[data-post]")).to_have_count(0)
    page.get_by_role("link", name="返回").click()
    expect(page).to_have_url(house.url + "/")
