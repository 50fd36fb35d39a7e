"""The six kinds a district watches first, each with the words that show it."""

from __future__ import annotations

import pytest

from classifier.emergencies import emergency_of
from classifier.features import read
from classifier.rules.lexicon import product_lexicon
from classifier.rumours import assess
from classifier.watch_kinds import NAMES, Watched, watch_kinds_of
from yuqing.domain.post import Owner
from yuqing.domain.verdict import Severity, Topic

LEXICON = product_lexicon()
C, M, O = Owner.CITIZEN, Owner.MEDIA, Owner.OFFICIAL  # noqa: E741
T = Topic

POSTS: list[tuple[str, Topic, int, Owner, float, set[int]]] = [
    # text, topic, severity, owner, the text's rumour log-odds, kinds
    ("区政府常务会议研究了公交票价方案,大家怎么看", T.TRANSPORT, 1, C, -3, {1}),
    ("县委决定撤并三个镇,我们镇以后归哪里管?", T.GOV_SERVICE, 1, C, -3, {1}),
    ("教育局学区划分方案一刀切,对老小区不公平", T.EDUCATION, 1, C, -3, {1}),
    ("政府工作报告里说的停车场什么时候建", T.TRANSPORT, 1, C, -3, {1}),
    ("管委会印发征地补偿实施方案", T.LAND, 0, O, -3, {1}),
    ("拆迁政策意见稿公布了,补偿标准太低", T.LAND, 1, C, -3, {1}),
    ("听证会代表怎么选的,水价要涨多少", T.URBAN, 1, C, -3, {1}),
    ("重大行政决策应当公示,这座垃圾焚烧厂公示了吗", T.ENVIRONMENT, 1, C, -3, {1}),
    ("区委部署老旧小区改造,居民盼望早日开工", T.HOUSING, 0, C, -3, {1}),
    ("本报记者调查:三百户居民喝了半年黄水", T.URBAN, 2, M, -3, {2}),
    ("记者从现场了解到,两百名工人工资被拖欠", T.LABOUR, 2, M, -3, {2}),
    ("电视台曝光了这家超市卖过期肉,几百名消费者维权", T.FOOD_DRUG, 2, C, -3, {2}),
    ("据晚报报道,全小区业主的维修基金不见了", T.HOUSING, 1, C, -3, {2}),
    ("楼盘烂尾三年,500户业主无家可归", T.HOUSING, 2, M, -3, {2}),
    ("媒体披露学校食堂供应商无证,学生家长们担心", T.EDUCATION, 1, C, -3, {2}),
    ("办事大厅工作人员态度恶劣,门难进脸难看", T.GOV_SERVICE, 1, C, -3, {3}),
    ("城管暴力执法,掀翻老人的菜摊", T.GOV_SERVICE, 2, C, -3, {3}),
    ("镇政府说话不算数,承诺的路三年没修", T.TRANSPORT, 1, C, -3, {3}),
    ("村支书贪污占地补偿款", T.LAND, 2, C, -3, {3}),
    ("派出所民警殴打报案人", T.PUBLIC_SECURITY, 2, C, -3, {3}),
    ("局长公款吃喝,群众举报没人查", T.GOV_SERVICE, 2, C, -3, {3}),
    ("环保局对偷排不作为,举报五次没结果", T.ENVIRONMENT, 1, C, -3, {3}),
    ("发改局瞒报数据,上级来查才补", T.GOV_SERVICE, 1, C, -3, {3}),
    ("天价路灯一盏五万,谁批的", T.URBAN, 1, C, -3, {3}),
    ("今晨鞋厂发生火灾,已有4人死亡", T.WORK_SAFETY, 2, C, -3, {4}),
    ("暴雨过后河堤决堤,村庄被淹", T.DISASTER, 2, C, -3, {4}),
    ("小学食堂饭后四十名学生呕吐,已送医", T.FOOD_DRUG, 2, C, -3, {4}),
    ("男子持刀在市场砍伤3人", T.PUBLIC_SECURITY, 2, C, -3, {4}),
    ("三百名业主围堵售楼部", T.HOUSING, 3, C, -3, {4}),
    ("隧道塌方,7名工人被困", T.WORK_SAFETY, 2, O, -3, {4}),
    ("养老院护工虐待失能老人,身上全是淤青", T.ELDERLY_CARE, 2, C, -3, {5}),
    ("幼儿园老师用针给孩子扎针", T.EDUCATION, 2, C, -3, {5}),
    ("救灾款被村里截留,灾民住帐篷", T.HARDSHIP, 2, C, -3, {5}),
    ("低保金被冒领三年,老人死后还在领", T.HARDSHIP, 2, C, -3, {5}),
    ("假疫苗流进卫生院,孩子打了怎么办", T.FOOD_DRUG, 2, C, -3, {5}),
    ("医院拒绝抢救致孕妇死亡,家属悲痛", T.HEALTHCARE, 2, C, -3, {5}),
    ("冒名顶替上学二十年,她才发现自己考上过", T.EDUCATION, 2, C, -3, {5}),
    ("人贩子贩卖儿童被端,村里五户牵连", T.PUBLIC_SECURITY, 2, C, -3, {5}),
    ("速转!听说水厂被投了毒,千万别喝", T.URBAN, 2, C, 3, {6}),
    ("内部消息,明天银行就倒了,赶紧取钱转给家人", T.FINANCE, 1, C, 3, {6}),
    ("网传疫情死了好多人不让说,扩散", T.EPIDEMIC, 1, C, 3, {6}),
    ("朋友说这种面吃了会致癌,赶紧告诉家人", T.FOOD_DRUG, 1, C, 3, {6}),
    ("群里都在说大桥要塌,大家小心绕行", T.TRANSPORT, 1, C, 3, {6}),
    # several at once
    ("镇政府瞒报煤矿透水,11人被困井下", T.WORK_SAFETY, 3, C, -3, {3, 4}),
    ("本报记者采访:养老院虐待老人多人受伤,民政局不作为", T.ELDERLY_CARE, 2, M, -3, {2, 3, 5}),
    ("速转!听说今早化工厂爆炸死了12人,政府瞒报", T.WORK_SAFETY, 3, C, 3, {3, 4, 6}),
    # none
    ("路灯坏了半个月没人修", T.URBAN, 1, C, -3, set()),
    ("公交车四十分钟一趟,挤不上去", T.TRANSPORT, 1, C, -3, set()),
    ("请问小学报名需要什么材料", T.EDUCATION, 1, C, -3, set()),
    ("楼上漏水,物业推来推去", T.HOUSING, 1, C, -3, set()),
    ("希望公园增设几张长椅", T.URBAN, 1, C, -3, set()),
    ("老板拖欠我两个月工资", T.LABOUR, 1, C, -3, set()),
    ("社区为老人免费量血压", T.HEALTHCARE, 0, O, -3, set()),
    ("消防演练,模拟12人被困", T.WORK_SAFETY, 0, O, -3, set()),
    ("图书馆周末延长开放", T.CULTURE, 0, M, -3, set()),
    ("【辟谣】水厂投毒系谣言,请勿轻信", T.URBAN, 0, O, 3, set()),
    ("记者走进社区,看居民跳广场舞", T.CULTURE, 0, M, -3, set()),
    ("这部片子是谣言合集,笑死我了", T.OTHER, 0, C, 3, set()),
    ("晚高峰堵得厉害,建议调红绿灯", T.TRANSPORT, 1, C, -3, set()),
    ("医院挂号排队太久", T.HEALTHCARE, 1, C, -3, set()),
    ("大火十周年,居民献花", T.WORK_SAFETY, 0, C, -3, set()),
]


def watched(text: str, topic: Topic, severity: int, owner: Owner, score: float) -> Watched:
    reading = read(text, LEXICON)
    grade = Severity(severity)
    emergency = emergency_of(reading, topic, grade)
    return Watched(reading, (topic,), grade, emergency, owner, assess(score, reading, owner))


@pytest.mark.parametrize(("text", "topic", "severity", "owner", "score", "kinds"), POSTS)
def test_the_kinds_that_hold(
    text: str, topic: Topic, severity: int, owner: Owner, score: float, kinds: set[int]
) -> None:
    found = watch_kinds_of(watched(text, topic, severity, owner, score))
    assert {kind for kind, _ in found} == kinds


@pytest.mark.parametrize(("text", "topic", "severity", "owner", "score", "kinds"), POSTS)
def test_each_kind_shows_why(
    text: str, topic: Topic, severity: int, owner: Owner, score: float, kinds: set[int]
) -> None:
    for kind, evidence in watch_kinds_of(watched(text, topic, severity, owner, score)):
        assert evidence.what == "watch_kinds"
        assert NAMES[kind] in evidence.rule
        assert text[evidence.start : evidence.end] == evidence.text


def test_an_official_voice_is_no_false_information() -> None:
    post = watched("网传水厂出事,速转", Topic.URBAN, 1, Owner.OFFICIAL, 6.0)
    assert 6 not in {kind for kind, _ in watch_kinds_of(post)}
