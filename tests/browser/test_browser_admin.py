"""Administration at the screen: people, keys and webhooks, the audit log, an edited file."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from responder.people import Person, Role
from responder.webhooks import WebhookDraft
from tests.browser.dialogs import choose, dialog_of
from tests.browser.house import HOME, PASSWORD, ROOT, UNIT, House
from tests.browser.visits import LARGE, Visits, sign_in
from yuqing.app import serving

pytestmark = pytest.mark.browser
SECRET = "input[data-secret]"


def shown_once(page: Page) -> str:
    """What the dialog shows; afterwards it is closed and on the page no more."""
    secret = page.locator(SECRET).input_value()
    assert len(secret) >= 16
    page.get_by_role("button", name="已抄好，关闭").click()
    expect(page.locator(SECRET)).to_have_count(0)
    assert secret not in page.content()
    return secret


def test_a_person_is_made_signs_in_and_sees_the_own_units_tickets(
    house: House, visits: Visits
) -> None:
    own, foreign = house.case("渡口路货车侧翻漏油"), house.case("文津广场台阶松动")
    house.act(own, "reassign", {"unit": "market", "reason": "演练改派"})
    page = visits.of("guanli", "/people")
    page.get_by_role("button", name="新建账号").click()
    dialog = dialog_of(page)
    expect(dialog).to_contain_text("点击后：账号立即可以登录")
    dialog.get_by_label("账号").fill("shijian")
    dialog.get_by_label("姓名或岗位").fill("市场监管局值班员")
    dialog.get_by_role("button", name="新建").click()
    expect(page.get_by_text("请选择「角色」")).to_be_visible()
    choose(page, "角色", "责任单位")
    choose(page, "单位", "青汀区市场监督管理局")
    dialog.get_by_role("button", name="新建").click()
    password = shown_once(page)
    row = page.locator('[data-person="shijian"]')
    expect(row).to_contain_text("青汀区市场监督管理局")
    expect(row).to_contain_text("未登录")
    other = visits.stranger()
    sign_in(other, house.url, "/tickets", "shijian", password)
    expect(other.locator(f'[data-ticket="{own}"]')).to_be_visible()
    expect(other.locator(f'[data-ticket="{foreign}"]')).to_have_count(0)
    for hidden in ("/people", "/access", "/audit"):
        expect(other.locator(f'.yq-nav a[href="{hidden}"]')).to_have_count(0)
        other.goto(house.url + hidden)
        expect(other.get_by_text("只有管理员能进行此操作")).to_be_visible()
    expect(row).to_contain_text("1 处")


def test_an_account_is_reset_signed_out_and_shut(house: House, visits: Visits) -> None:
    people = serving.people(house.settings)
    linshi = Person("linshi", "临时值班员", Role.UNIT, HOME, "hr")
    people.create(linshi, PASSWORD)
    theirs = visits.of("linshi", "/tickets")
    page = visits.of("guanli", "/people/linshi")
    expect(page.get_by_role("heading", name="临时值班员")).to_be_visible()
    page.get_by_role("button", name="结束全部登录").click()
    dialog_of(page).get_by_role("button", name="结束全部登录").click()
    expect(page.get_by_text("已结束 1 处登录")).to_be_visible()
    expect(theirs).to_have_url(re.compile("/sign-in"))
    page.get_by_role("button", name="重置密码").click()
    dialog_of(page).get_by_role("button", name="重置密码").click()
    password = shown_once(page)
    sign_in(theirs, house.url, "/myself", "linshi", password)
    theirs.get_by_role("button", name="修改密码").click()
    for label, typed in (
        ("现在的密码", password),
        ("新密码", PASSWORD),
        ("再输一遍新密码", PASSWORD),
    ):
        dialog_of(theirs).get_by_label(label, exact=True).fill(typed)
    dialog_of(theirs).get_by_role("button", name="修改").click()
    expect(theirs).to_have_url(re.compile("/sign-in"))
    page.get_by_role("button", name="停用", exact=True).click()
    expect(dialog_of(page)).to_contain_text("办过的事仍在记录里")
    dialog_of(page).get_by_role("button", name="停用").click()
    expect(page.locator(".yq-kv")).to_contain_text("已停用")
    visits.expected.append("401")
    sign_in(theirs, house.url, "/", "linshi", PASSWORD)
    expect(theirs.get_by_role("alert")).to_have_text("账号或密码不正确，或账号已暂时锁定")


def test_nobody_shuts_the_own_account(house: House, visits: Visits) -> None:
    page = visits.of("guanli", "/people/guanli")
    page.get_by_role("button", name="停用", exact=True).click()
    dialog_of(page).get_by_role("button", name="停用").click()
    expect(page.get_by_text("不能停用自己，请由另一位管理员办理")).to_be_visible()


def test_a_key_is_shown_once_rotated_and_revoked(house: House, visits: Visits) -> None:
    page = visits.of("guanli", "/access")
    page.get_by_role("button", name="新建密钥").click()
    dialog = dialog_of(page)
    dialog.get_by_label("名称（哪个系统用）").fill("热线平台")
    choose(page, "角色", "值班监测员")
    dialog.get_by_role("button", name="新建").click()
    first = shown_once(page)
    keys = serving.machines(house.settings).of_keys
    known = keys.of(first)
    assert known is not None
    assert known.jurisdiction == HOME
    row = page.locator(f'[data-key="{known.key_id}"]')
    expect(row).to_contain_text("有效")
    row.get_by_role("button", name="更换").click()
    expect(dialog_of(page)).to_contain_text("原密钥立即失效")
    dialog_of(page).get_by_role("button", name="更换").click()
    second = shown_once(page)
    assert keys.of(first) is None
    assert keys.of(second) is not None
    row.get_by_role("button", name="作废").click()
    dialog_of(page).get_by_role("button", name="作废").click()
    expect(row).to_contain_text("已作废")
    expect(row.get_by_role("button")).to_have_count(0)


def test_a_webhooks_secret_is_shown_once_and_its_deliveries_are_told(
    house: House, visits: Visits
) -> None:
    page = visits.of("guanli", "/access")
    page.get_by_role("button", name="新建订阅").click()
    dialog = dialog_of(page)
    dialog.get_by_label("名称（告知哪个系统）").fill("区级平台")
    dialog.get_by_label("回调地址").fill("http://127.0.0.1:9/in?key=very-private")
    dialog.get_by_role("button", name="保存").click()
    secret = shown_once(page)
    assert secret.startswith("whsec_")
    page.locator("[data-hook]", has_text="区级平台").get_by_role("link").click()
    expect(page.get_by_role("heading", name="区级平台")).to_be_visible()
    expect(page.get_by_text("还没有投递")).to_be_visible()
    number = house.case("汀兰公园假山松动")
    expect(page.locator("[data-delivery]", has_text=number).first).to_contain_text("待发送")
    page.get_by_role("button", name="更换密钥").click()
    dialog_of(page).get_by_role("button", name="更换").click()
    assert shown_once(page) != secret
    page.get_by_role("button", name="停用", exact=True).click()
    dialog_of(page).get_by_role("button", name="停用").click()
    expect(page.locator(".yq-kv")).to_contain_text("已停用")
    assert "very-private" not in page.content()
    assert secret not in page.content()
    page.get_by_role("button", name="删除", exact=True).click()
    dialog_of(page).get_by_role("button", name="删除").click()
    expect(page).to_have_url(house.url + "/access")
    expect(page.locator("[data-hook]", has_text="区级平台")).to_have_count(0)


def test_a_hook_that_is_not_there_says_so(house: House, visits: Visits) -> None:
    page = visits.of("guanli", "/access/hooks/99999")
    expect(page.get_by_text("没有事件订阅 99999")).to_be_visible()
    page.goto(house.url + "/access/hooks/none")
    expect(page.get_by_text("没有事件订阅 none")).to_be_visible()


def test_the_audit_log_is_narrowed_and_verified(house: House, visits: Visits) -> None:
    number = house.case("北窑街井盖被盗")
    house.act(number, "acknowledge", {}, UNIT)
    page = visits.of("guanli", "/audit", LARGE)
    form = page.get_by_role("search")
    form.get_by_label("台账编号").fill(number.lower())
    form.get_by_role("button", name="筛选").click()
    rows = page.locator("[data-entry]")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("台账：签收")
    form.get_by_label("谁").fill("应急局丁")
    form.get_by_role("button", name="筛选").click()
    expect(rows).to_have_count(1)
    expect(rows.first.get_by_role("link", name=number)).to_be_visible()
    form.get_by_label("做了什么").select_option(label="交办")
    form.get_by_role("button", name="筛选").click()
    expect(page.get_by_text("没有符合条件的记录")).to_be_visible()
    page.get_by_role("link", name="清空条件").click()
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="下一页").click()
    expect(page).to_have_url(re.compile(r"before=\d+"))
    form.get_by_label("自").fill("昨天")
    form.get_by_role("button", name="筛选").click()
    expect(page.get_by_text("「自」请写成")).to_be_visible()
    page.goto(house.url + "/audit?to=2026-01-01")
    expect(page.get_by_text("没有符合条件的记录")).to_be_visible()
    page.get_by_role("button", name="核验整条日志").click()
    expect(page.get_by_text(re.compile("日志完整"))).to_be_visible()


def test_every_change_of_a_machine_is_in_the_log(house: House, visits: Visits) -> None:
    machines = serving.machines(house.settings)
    made, _secret = machines.subscribe(ROOT, WebhookDraft("市级平台", "http://127.0.0.1:9/x"))
    machines.rotate_hook(ROOT, made)
    page = visits.of("guanli", f"/audit?subject=webhook:{made.webhook_id}")
    rows = page.locator("[data-entry]")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("更换订阅密钥")
    expect(rows.last).to_contain_text("新建订阅")
    machines.drop_hook(ROOT, machines.hook(ROOT, made.webhook_id))


def test_an_edited_file_is_chosen_or_uploaded_and_compared(house: House, visits: Visits) -> None:
    file = house.settings.jurisdictions / "qingting.yaml"
    text = file.read_text(encoding="utf-8")
    edited = text.replace("acknowledge_within: 30m", "acknowledge_within: 20m")
    page = visits.of("guanli", "/jurisdiction")

    def told(changed: bool) -> None:
        dialog_of(page).get_by_role("button", name="比较").click()
        result = page.locator(".yq-dialog", has_text="改动与影响")
        expect(result).to_contain_text("签收时间" if changed else "没有变化")
        result.get_by_role("button", name="关闭").click()
        expect(page.locator(".yq-dialog")).to_have_count(0)

    page.get_by_role("button", name="比较改动").click()
    told(changed=False)
    draft = file.with_name("qingting.yaml.new")
    draft.write_text(edited, encoding="utf-8")
    page.get_by_role("button", name="比较改动").click()
    choose(page, "文件", "qingting.yaml.new")
    told(changed=True)
    page.get_by_role("button", name="比较改动").click()
    dialog_of(page).get_by_role("radio", name="上传文件").click()
    page.locator("input[type=file]").set_input_files(draft)
    expect(dialog_of(page).get_by_text("qingting.yaml.new", exact=True)).to_be_visible()
    told(changed=True)
    draft.unlink()
