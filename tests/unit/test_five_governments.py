"""The five governments: what each file names, and its particular duties walked end to end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from responder.handlers import respond_handler
from responder.origins import Origin
from responder.people import Person, Role
from responder.routing import route
from responder.spokesperson import first_spokespeople, speaks_as_principal
from responder.sub_topics import sub_topics_of
from tests.five_governments import CODES, House, at, government, house, told
from tests.responder_world import SetClock, changed, post, recorded, relevant
from yuqing.domain.conduct import DutyStatus, Gate
from yuqing.domain.errors import NotAllowed, NotFound
from yuqing.domain.policy import national
from yuqing.domain.verdict import Disposition, Topic

UNITS = {
    "qixingguan": "区委宣传部、区新闻中心、区电子政务办、区网信办、区政府应急办、政府办公室、"
    "扶贫办、民政局、"
    "人力资源和社会保障局、住房和城乡建设局、房征局、房产局、环保局、水务局、教育局、卫生计生局、市场监管局、安监局、"
    "交通局、国土局、财政局、发改局、政务服务中心、文体广旅局、城市综合执法大队、供电局、农牧局、工能局、科技办、"
    "金融办、小康办、编委办、法制办、监察局、督办督查局、实绩考核办、电视台、公安机关",
    "dagang": "政务公开办、区环境局",
    "handian": "行政办",
    "lianhuashan": "管委会办公室、法制办、金融办、发改局、财政局、建委、农业局、生态环境分局、"
    "林业局、水利局、"
    "教育卫生计生局、民政局、人社局、文体旅游科技局、审计局、安居办、规划和自然资源分局、公安分局、工商分局、税务局、"
    "政务公开办、信息网络中心",
    "jinghai": "区政府办公室、区委网信办、发改委、规划资源分局、政务服务办、市场监管局、商务局、"
    "财政局、卫健委、"
    "医保局、教育局、国资委、司法局、民政局",
}
TOPICS = {
    "qixingguan": set(Topic) - {Topic.OTHER},
    "dagang": {
        *(Topic.FINANCE, Topic.HARDSHIP, Topic.ENVIRONMENT, Topic.EDUCATION, Topic.EPIDEMIC),
        *(Topic.FOOD_DRUG, Topic.HOUSING, Topic.WORK_SAFETY),
    },
    "handian": {
        *(Topic.EPIDEMIC, Topic.LABOUR, Topic.ENVIRONMENT, Topic.EDUCATION, Topic.FOOD_DRUG),
        *(Topic.MARKET, Topic.SOCIAL_SECURITY, Topic.DISASTER),
    },
    "lianhuashan": {
        *(Topic.FINANCE, Topic.ENVIRONMENT, Topic.HARDSHIP, Topic.EDUCATION, Topic.HEALTHCARE),
        *(Topic.MARKET, Topic.SOCIAL_SECURITY, Topic.PUBLIC_SECURITY, Topic.HOUSING),
        Topic.GOV_SERVICE,
    },
    "jinghai": {
        *(Topic.EPIDEMIC, Topic.HOUSING, Topic.LABOUR, Topic.ENVIRONMENT, Topic.FOOD_DRUG),
        *(Topic.EDUCATION, Topic.HEALTHCARE, Topic.ELDERLY_CARE, Topic.WORK_SAFETY),
        Topic.HARDSHIP,
    },
}


@pytest.mark.parametrize("code", CODES)
def test_units_and_topics_that_the_plan_names_are_there(code: str) -> None:
    home = government(code)
    assert set(UNITS[code].split("、")) <= {unit.name for unit in home.units}
    assert set(TOPICS[code]) <= set(dict(home.routes))
    assert all(unit.principal.role == "主要负责人" for unit in home.units)
    assert home.superior
    assert home.leader
    assert home.spokespeople.head


SUB_TOPICS = {
    "qixingguan": "public_money projects soe business science poverty_relief",
    "dagang": "fees projects poverty_relief social_relief env_emergency enrolment infectious "
    "canteen fundraising shanty safety_accident",
    "handian": "arrears pollution fair_education medicine insurance",
    "lianhuashan": "public_money projects business science poverty_relief real_estate",
    "jinghai": "property_finance arrears ecology eldercare soe business projects public_money",
}
CHANNELS = {
    "qixingguan": "site mailbox interview hotline radio tv",
    "dagang": "site board wechat binhai_times evening_news meeting",
    "handian": "reading board screen leaflet lecture site",
    "lianhuashan": "site wechat app hotline",
    "jinghai": "site",
}
DUTIES = {
    "qixingguan": "watch clocks continued_release territory first_voice dispositions hand_over "
    "cyberspace_notice report_up coordinate proof interpretation interpretation_steps "
    "interpretation_first interpreter mailbox publish_in_time appraisal misconduct observers",
    "dagang": "first_voice rumour review audit channels archive safety_advice promises feedback "
    "appraisal",
    "handian": "ledger follow_up officer first_attention hotline_clock hotline_publish review "
    "offline hotline_import interpretation",
    "lianhuashan": "first_voice consult territory major_emergency review risk follow_policy "
    "hotline hear",
    "jinghai": "ledger promises one_voice measures weekly promise_finding drafts appraisal "
    "yearly_report links training",
}


@pytest.mark.parametrize("code", CODES)
def test_narrower_matters_channels_and_duties_that_the_plan_names_are_there(code: str) -> None:
    home = government(code)
    assert set(SUB_TOPICS[code].split()) <= {one.code for one in home.sub_topics}
    assert set(CHANNELS[code].split()) <= {one.code for one in home.channels}
    assert {one.code for one in home.duties} == set(DUTIES[code].split())


def test_numbers_that_the_plans_name_are_there() -> None:
    said = {code: "".join(duty.name for duty in government(code).duties) for code in CODES}
    for number in ("5小时", "24小时", "48小时", "5个工作日", "4%", "每年至少解读两次"):
        assert number in said["qixingguan"]
    assert "季度和年度考核，月度和季度数字" in said["dagang"]
    assert "每年至少听取一次" in said["lianhuashan"]
    assert "按周" in said["jinghai"]
    assert "每年至少培训一次" in said["jinghai"]


@pytest.mark.parametrize("code", ["qixingguan", "lianhuashan", "jinghai"])
def test_districts_and_the_zone_leave_one_places_matter_to_the_place(code: str) -> None:
    home = government(code)
    assert home.local_lead
    town = next(unit for unit in home.units if unit.kind == "street")
    named = (*town.territory, home.name)
    routed = route(home, Topic.HARDSHIP, named)
    assert (routed.unit, routed.co_units) == (town.code, ("civil",))
    whole = route(home, Topic.HARDSHIP, (home.name,))
    assert whole.unit == "civil"
    assert any(reason.startswith("涉及全域") for reason in whole.reasons)


@pytest.mark.parametrize(("code", "unit"), [("dagang", "civil"), ("handian", "civil")])
def test_a_street_is_one_territory_and_the_unit_of_the_topic_leads(code: str, unit: str) -> None:
    home = government(code)
    assert not home.local_lead
    routed = route(home, Topic.HARDSHIP, (home.name,))
    assert (routed.unit, routed.co_units) == (unit, (home.coordinator,))


def test_lianhuashan_tells_the_news_and_network_departments() -> None:
    told_to = government("lianhuashan").reports_to
    assert (told_to.publicity, told_to.cyberspace) == ("news", "cyberspace")


@pytest.mark.parametrize("code", CODES)
def test_no_national_clock_is_longer_or_missing(code: str) -> None:
    rules = {rule.name: rule for rule in government(code).policy.clocks}
    for rule in national().clocks:
        ours = rules[rule.name]
        assert ours.due <= rule.due
        # A plan that repeats the law leaves it the law; one that asks for more is local.
        assert ours.national == ((ours.due, ours.asked_when) == (rule.due, rule.asked_when))
        assert set(rule.asked_when) <= set(rules[rule.name].asked_when) or code == "lianhuashan"


@pytest.mark.parametrize(
    ("code", "needs"),
    [
        ("qixingguan", {"按处置类别核对证据的功能", "热线与信箱导入"}),
        ("dagang", {"从答复中找出承诺的功能", "热线与信箱导入"}),
        ("handian", {"热线与信箱导入"}),
        ("lianhuashan", {"政策风险评估", "热线与信箱导入"}),
        ("jinghai", {"从答复中找出承诺的功能", "政策风险评估"}),
    ],
)
def test_duties_that_wait_for_later_work_are_pending(code: str, needs: set[str]) -> None:
    duties = government(code).duties
    assert needs <= {duty.needs for duty in duties if duty.status is DutyStatus.PENDING}
    assert all(duty.basis for duty in duties)
    assert any(duty.status is DutyStatus.ACTIVE for duty in duties)


@pytest.mark.parametrize(
    ("code", "text", "sub", "unit"),
    [
        ("qixingguan", "村里的扶贫款去哪了", "poverty_relief", "poverty"),
        ("qixingguan", "学校装修招标有猫腻，政府采购价格虚高", "public_money", "finance"),
        ("dagang", "学校食堂的菜不新鲜", "canteen", "food"),
        ("handian", "工地拖欠工资半年，讨薪无门", "arrears", "labour"),
        ("lianhuashan", "有人在山上毁林开路", "forest", "forestry"),
        ("jinghai", "楼盘烂尾，预售资金不见了", "property_finance", "housing"),
    ],
)
def test_sub_topics_are_known_by_their_words(code: str, text: str, sub: str, unit: str) -> None:
    found = sub_topics_of(government(code), text)
    assert (found[0].code, found[0].unit) == (sub, unit)
    assert sub_topics_of(government(code), "今天天气不错") == ()
    assert sub_topics_of(government(code), text, [Topic.CULTURE]) == ()


def approved(walk: House, hours: float, gates: frozenset[Gate] = frozenset()) -> list[str]:
    """Every step of the file's review in order, each by another person; the codes passed."""
    passed = []
    for step in walk.home.review:
        if step.when is not None and step.when not in gates:
            continue
        role = Role.LEADER if step.by == "leader" else Role.REVIEWER
        unit = None if step.by in ("leader", "reviewer") else step.by
        walk.act(hours, walk.person(f"at-{step.code}", role, unit), "approve", step=step.code)
        passed.append(step.code)
    return passed


def publish(walk: House, hours: float, person: Person, **said: object) -> None:
    """A public answer recorded as it is given."""
    usual: dict[str, object] = {"published_at": told(hours), "channel": walk.home.channels[0].name}
    usual |= {"official": True, "speaker": "某负责人", "principal": False}
    walk.act(hours, person, "publish", **{**usual, "url": "https://example.gov.cn/1", **said})


def test_qixingguan_grave_accident_in_one_township(tmp_path: Path) -> None:
    with house("qixingguan", tmp_path) as walk:
        accident = walk.open("鸭池镇一厂房倒塌", Topic.WORK_SAFETY, 3, True, ("鸭池",))
        # 属地主办，主管部门协办，政府办协调
        assert accident.ticket.unit == "yachi"
        assert set(accident.ticket.co_units) == {"safety", "gov_office"}
        due = {name: one.due for name, one in walk.clocks(0).items()}
        assert due["authoritative_release"] == at(5)
        assert due["press_conference"] == due["first_spokesperson"] == at(24)
        speakers = [name for name, _role in walk.desk.spokespeople(walk.analyst, walk.ticket_id)]
        assert speakers == ["鸭池镇镇长"]
        walk.reported(0.1)
        walk.act(0.2, walk.analyst, "consult", text="政府办会同宣传部会商，统一口径")
        unit = walk.worked(0.4)
        assert walk.clocks(0.4)["acknowledge"].status == "met"
        walk.act(1, unit, "verify", text="现场核查完毕")
        walk.act(2, unit, "submit", draft="鸭池镇一厂房倒塌，救援正在进行。")
        assert approved(walk, 3) == ["unit", "coordinate"]
        publish(walk, 4, unit, speaker="鸭池镇镇长", principal=True)
        going_on = walk.clocks(4)["continued_release"]
        assert (going_on.seq, going_on.due) == (1, at(28))
        with pytest.raises(NotAllowed, match="回执"):
            walk.act(5, walk.analyst, "close", proof="已发布")
        conference = {"held_at": told(20), "speaker": "七星关区区长", "principal": True}
        walk.act(20, unit, "press_conference", file="发布会签到表", **conference)
        publish(walk, 27, unit)
        assert walk.clocks(27)["continued_release"].seq == 2
        with pytest.raises(NotAllowed, match="毕节市人民政府总值班室尚无回执"):
            walk.act(40, walk.analyst, "close", proof="处置完毕，全部时限完成")
        walk.receipted(40)
        walk.act(40, walk.analyst, "close", proof="处置完毕，全部时限完成")
        settled = walk.clocks(40)
        assert {one.status for name, one in settled.items() if name != "continued_release"} == {
            "met"
        }
        assert settled["continued_release"].status == "superseded"


def test_qixingguan_goes_on_releasing_as_the_work_goes_on(tmp_path: Path) -> None:
    with house("qixingguan", tmp_path) as walk:
        walk.open("鸭池镇一厂房倒塌", Topic.WORK_SAFETY, 3, True, ("鸭池",))
        unit = walk.worked(0.2)
        walk.act(0.5, unit, "verify", text="现场核查完毕")
        assert walk.owed(1) == []  # the clocks still ask for the first word
        publish(walk, 2, unit, speaker="鸭池镇镇长", principal=True, reason="突发事件先行发布")
        walk.act(3, unit, "note", text="被困人员全部救出", progress=True)
        assert walk.owed(3.5) == [("备注", at(3), at(7), False)]
        page = walk.desk.ticket(unit, walk.ticket_id, at(3.5))
        assert page.history[-1].summary_zh == "备注：新进展，被困人员全部救出"
        assert walk.swept(3.5)[-1] == "提醒：已登记新进展（备注），请于3月2日19:00前继续发布"
        assert walk.owed(8) == [("备注", at(3), at(7), True)]
        late = "催办：新进展（备注）登记后没有继续发布，应于3月2日19:00前发布"
        # The township has no duty contact, so: its principal, 政府办, 宣传部, the leader.
        assert sum(one.startswith(late) for one in walk.swept(8.5)) == 4
        before = walk.clocks(9)
        publish(walk, 9, unit, reason="续报先行发布")
        assert walk.owed(9) == []
        assert sum(one.startswith(late) for one in walk.swept(12)) == 4
        assert walk.clocks(12)["authoritative_release"] == before["authoritative_release"]


@pytest.mark.parametrize("disposition", [d for d in Disposition if d is not Disposition.NONE])
def test_qixingguan_six_dispositions_are_on_the_ticket(
    tmp_path: Path, disposition: Disposition
) -> None:
    with house("qixingguan", tmp_path) as walk:
        told_of = changed(relevant(post(1, "市东街道停水"), severity=1, emergency=None))
        ours = replace(
            told_of.event,
            jurisdiction="qixingguan",
            disposition=disposition,
            places=("市东街道",),
        )
        handler = respond_handler(walk.store, {"qixingguan": walk.home}, SetClock(at(1)))
        handler(recorded(replace(told_of, event=ours)))
        stored = walk.store.of_event(ours.event_id)
        assert stored is not None
        assert stored.disposition == disposition.value
        walk.ticket_id = stored.ticket_id
        response = walk.clocks(1)["response"]
        assert response.due - response.start == timedelta(hours=48)
        if disposition is Disposition.FALSE_INFO:
            walk.act(2, walk.analyst, "hand_over", to="公安机关、区网信办", text="涉嫌违法，附证据")
            assert walk.clocks(2)["response"].stopped_at is None


def test_qixingguan_hands_over_and_watches_six_kinds() -> None:
    home = government("qixingguan")
    told_to = (home.reports_to.publicity, home.reports_to.cyberspace, home.reports_to.police)
    assert told_to == ("publicity", "cyberspace", "police")
    assert [kind.number for kind in home.watch_kinds] == [1, 2, 3, 4, 5, 6]
    assert home.coordinator == "gov_office"
    assert len(home.inferred) == 20


def test_dagang_head_of_the_street_speaks_whatever_unit_is_responsible(tmp_path: Path) -> None:
    with house("dagang", tmp_path) as walk:
        for number, topic in enumerate((Topic.WORK_SAFETY, Topic.FOOD_DRUG, Topic.ENVIRONMENT)):
            stored = walk.open(f"突发事件{number}", topic, 3, True, ("大港街道",))
            people = first_spokespeople(walk.home, stored.ticket, stored.places, stored.topic)
            assert [one.name for one in people] == ["大港街道办事处主任"]
            unit = walk.home.unit(stored.ticket.unit or "")
            assert unit is not None
            assert not speaks_as_principal(walk.home, stored.ticket, unit.principal.name)
        small = walk.open("一处井盖松动", Topic.URBAN, 1, False, ("大港街道",))
        people = first_spokespeople(walk.home, small.ticket, small.places, small.topic)
        assert [one.name for one in people] == ["城市管理科科长"]


def test_dagang_releases_by_its_procedure_on_a_notice_board_too(tmp_path: Path) -> None:
    with house("dagang", tmp_path) as walk:
        walk.open("街区突发火灾", Topic.WORK_SAFETY, 3, True, ("大港街",))
        unit = walk.worked(0.2)
        gates = frozenset({Gate.FINANCIAL, Gate.COLLECTIVE})
        said = [gate.value for gate in sorted(gates)]
        walk.act(1, unit, "submit", draft="火灾已扑灭，安置费用由街道承担。", gates=said)
        with pytest.raises(NotAllowed, match="审核"):
            publish(walk, 1.5, unit)
        assert approved(walk, 2, gates) == [
            *("audit", "collective", "line_leader", "chief_leader", "secrecy", "release"),
        ]
        board = {"channel": "公示栏", "url": "", "file": "公示栏照片"}
        publish(walk, 3, unit, speaker="大港街道办事处主任", principal=True, **board)
        clocks = walk.clocks(3)
        assert clocks["authoritative_release"].stopped_at == at(3)
        assert clocks["first_spokesperson"].stopped_at == at(3)
        assert "公示栏" in walk.home.official_channels
        assert "会议和文件" not in walk.home.official_channels


def test_handian_hotline_is_answered_and_its_result_published(tmp_path: Path) -> None:
    with house("handian", tmp_path) as walk:
        walk.open("居民反映路灯不亮", Topic.URBAN, places=("韩店街道",))
        assert "hotline_order" not in walk.clocks(0)
        walk.open("12345：工资半年未发", Topic.LABOUR, 1, False, ("韩店",), origin=Origin.HOTLINE)
        clocks = walk.clocks(0)
        # Entered on a Monday at noon: 5 and 7 workdays go over one and the same weekend.
        assert clocks["hotline_order"].due == at(7 * 24)
        assert clocks["hotline_result"].due == at(9 * 24)
        assert not clocks["hotline_result"].national
        unit = walk.worked(0.3)
        answer = {"answered_at": told(20), "to": "来电人", "file": "回访记录"}
        # The office helps, so even the answer to the caller needs the approved line.
        with pytest.raises(NotAllowed, match="尚无审定口径"):
            walk.act(20, unit, "answer", **answer)
        walk.act(20, unit, "submit", draft="拖欠的工资已督促发放。")
        assert approved(walk, 20) == ["first", "second", "third"]
        walk.act(20, unit, "answer", **answer)
        clocks = walk.clocks(20)
        assert {clocks[name].status for name in ("hotline_order", "response")} == {"met"}
        assert clocks["hotline_result"].status == "running"
        with pytest.raises(NotAllowed, match="hotline_result"):
            walk.act(22, walk.analyst, "close", proof="已答复")
        publish(walk, 30, unit, channel="区政府网站")
        walk.act(31, walk.analyst, "close", proof="已答复并公开")
        assert walk.clocks(31)["hotline_result"].stopped_at == at(30)


def test_handian_three_reviews_by_three_people(tmp_path: Path) -> None:
    with house("handian", tmp_path) as walk:
        walk.open("医保缴费政策被误读", Topic.SOCIAL_SECURITY, 1, False, ("韩店",))
        unit = walk.worked(0.3)
        walk.act(1, unit, "submit", draft="医保缴费标准没有变化。")
        first = walk.person("first", Role.REVIEWER, "office")
        walk.act(2, first, "approve", step="first")
        with pytest.raises(NotAllowed, match="他人审核"):
            walk.act(2, first, "approve", step="second")
        walk.act(3, walk.person("second", Role.REVIEWER, "office"), "approve", step="second")
        walk.act(4, walk.leader, "approve", step="third")
        publish(walk, 5, unit)
        _stored, acts = walk.store.history(walk.ticket_id)
        steps = [(act.data["step"], act.who) for act in acts if act.action == "approve"]
        assert steps == [("first", "first"), ("second", "second"), ("third", "leader")]
        walk.act(6, unit, "follow_up")
        assert walk.stored().ticket.state == "following_up"


def test_lianhuashan_principal_speaks_at_any_grade(tmp_path: Path) -> None:
    with house("lianhuashan", tmp_path) as walk:
        walk.open("泉眼镇停水两天", Topic.URBAN, 1, False, ("泉眼镇",))
        assert walk.stored().ticket.unit == "quanyan"
        speaking = walk.clocks(0)["first_spokesperson"]
        assert (speaking.due, speaking.national) == (at(24), False)
        unit = walk.worked(0.3)
        walk.act(1, walk.analyst, "consult", text="与网信、新闻单位会商，口径一致")
        walk.act(2, unit, "delegate", to="副镇长", text="镇长在外")
        walk.act(2, unit, "submit", draft="停水原因和恢复时间。")
        assert approved(walk, 2.5) == ["unit", "political"]
        publish(walk, 3, unit, speaker="副镇长", principal=False)
        clocks = walk.clocks(3)
        assert clocks["response"].status == "met"
        assert clocks["first_spokesperson"].stopped_at is None
        with pytest.raises(NotAllowed, match="first_spokesperson"):
            walk.act(5, walk.analyst, "close", proof="已发布")
        ticket = walk.stored().ticket
        assert speaks_as_principal(walk.home, ticket, "泉眼镇镇长", ("泉眼镇",))
        assert not speaks_as_principal(walk.home, ticket, "副镇长", ("泉眼镇",))
        publish(walk, 10, unit, speaker="泉眼镇镇长", principal=True)
        walk.act(11, walk.analyst, "close", proof="主要负责人已发声")


def test_lianhuashan_several_places_go_to_the_department(tmp_path: Path) -> None:
    with house("lianhuashan", tmp_path) as walk:
        stored = walk.open("两镇小学招生", Topic.EDUCATION, 1, False, ("泉眼镇", "劝农山"))
        assert stored.ticket.unit == "education_health"
        assert set(stored.ticket.co_units) == {"quanyan", "quannongshan"}


def test_jinghai_promises_are_kept_and_published_before_closing(tmp_path: Path) -> None:
    with house("jinghai", tmp_path) as walk:
        walk.open("大邱庄一处河道发臭", Topic.ENVIRONMENT, 1, False, ("大邱庄",))
        unit = walk.worked(0.3)
        walk.act(1, unit, "submit", draft="一个月内完成清淤。")
        # The department helps the town, so the draft passes the one that keeps one voice too.
        passed = approved(walk, 2, frozenset({Gate.SEVERAL_UNITS}))
        assert passed == ["unit", "one_voice", "leader"]
        publish(walk, 3, unit)
        made = {"promise": "清淤", "text": "一个月内完成清淤", "due": told(30 * 24)}
        walk.act(4, unit, "promise", **made)
        walk.act(5, unit, "follow_up")
        for action, said in (
            ("promise_kept", {"proof": "清淤验收单"}),
            ("promise_published", {"url": "https://example.gov.cn/2"}),
        ):
            with pytest.raises(NotAllowed, match="promise 清淤"):
                walk.act(20 * 24, walk.analyst, "close", proof="已回应")
            walk.act(20 * 24, unit, action, promise="清淤", **said)
        walk.act(20 * 24, walk.analyst, "close", proof="承诺已兑现并公开")
        (promise,) = walk.stored().ticket.promises
        assert (promise.kept, promise.published, promise.due) == (True, True, at(30 * 24))


def test_each_clock_of_a_ticket_is_explained_to_whoever_may_open_it(tmp_path: Path) -> None:
    with house("lianhuashan", tmp_path) as walk:
        walk.open("泉眼镇停水两天", Topic.URBAN, 1, False, ("泉眼镇",))
        found = walk.desk.explained(walk.monitor, walk.ticket_id, at(30))
        words = {one.reading.name: "".join(one.sentences) for one in found}
        assert set(words) == {"acknowledge", "first_spokesperson", "response"}
        assert "本地规定（莲花山方案；国办发〔2016〕61号" in words["first_spokesperson"]
        assert words["first_spokesperson"].endswith("尚未停表，已超期6小时。")
        assert "自2026-03-02 12:00:00+08:00起算" in words["response"]
        stranger = walk.person("stranger", Role.UNIT, "culture")
        with pytest.raises(NotFound):
            walk.desk.explained(stranger, walk.ticket_id, at(30))


def test_jinghai_speaks_with_one_voice(tmp_path: Path) -> None:
    with house("jinghai", tmp_path) as walk:
        stored = walk.open("两镇出现聚集性疫情", Topic.EPIDEMIC, 3, True, ("静海镇", "独流镇"))
        assert stored.ticket.unit == "health"
        assert {"jinghai_town", "duliu", "cyberspace"} == set(stored.ticket.co_units)
        unit = walk.worked(0.3)
        walk.act(1, unit, "submit", draft="两镇疫情处置通报。")
        passed = approved(walk, 2, frozenset({Gate.SEVERAL_UNITS}))
        assert passed == ["unit", "one_voice", "leader"]
        publish(walk, 3, unit, speaker="卫健委主任", principal=True)
        assert walk.clocks(3)["authoritative_release"].status == "met"
