"""Find what is counted besides victims: money lost, crowds, shared grievances, cut-off supplies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from classifier.rules.harm_words import NOT_PEOPLE, RESCUERS, Finding, Harm
from classifier.rules.numerals import Number
from yuqing.domain.grading import LEAST_SEEN, Counted

_CLAUSE_END = re.compile("[,。;!?\n]")
_CROWD = LEAST_SEEN[Counted.CROWD]  # fewer who act together are a small group
_MANY = LEAST_SEEN[Counted.SHARED]
_YUAN = re.compile(r"^(?:多|余)?(?:元|块|人民币|巨款|的?(?:货款|学费|工程款|损失))")
_BARE = re.compile("[,。;!?)]|$")  # 损失60万: nothing else is counted, so it is yuan
_LOST = re.compile(
    r"(?:损失|涉案|被骗|骗取|骗走|骗了|诈骗|待还|待收|未兑付|无法兑付|拖欠|欠薪|挪用|侵吞|卷走|卷款|"
    r"非法集资|吸收(?:公众)?存款|资不抵债|流失)[^。;!?\n]{0,14}$"
)
_SAVED = re.compile("(?:挽回|避免|减少|追回|挽损|止损|追缴|退还|返还|补偿|赔付)[^,。;!?]{0,12}$")
_ACTING = re.compile(
    r"围堵(?!病毒)|堵路|堵门|堵塞交通|拉起?横幅|打横幅|静坐|示威|游行|罢工|罢课|罢市|罢运|集体上访|集体维权|聚众(?!赌|淫|吸|打牌)|抗议|打砸|"
    r"冲击(?=[^,。]{0,6}(?:政府|机关|办公|大楼|派出所|大门|厂|单位|现场|警))|聚集(?!性)|下跪|封堵"
)
_PEACEFUL = re.compile(
    "游客|旅客|观众|粉丝|歌迷|球迷|候鸟|车友|广场舞|跨年|志愿者|赶集|祭祖|演唱会|健身|观看|观赏|庆祝|排队(?:购|买|打卡)|核酸|接种"
)
_CUT_OFF = re.compile(
    r"停水|断水|没水|无水|自来水[^,。]{0,10}(?:发黄|发黑|异味|臭|浑浊|污染|[药怪腥]味)|水源[^,。]{0,6}污染|饮用水[^,。]{0,6}污染|"
    r"毒气|有毒气体|氯气|氨气|化学品泄漏|停气|停暖|停电|断电|断气|断供"
)
_SHARED = re.compile(
    r"(?:拖欠|欠|克扣|讨要|没发|不发|没有发|未发|没拿到|要不到|没结|不结)[^,。;!?]{0,8}(?:工资|工钱|薪|血汗钱)|"
    r"(?:工资|工钱|血汗钱)[^,。;!?]{0,8}(?:没发|不发|未发|没结|一分|没着落|无着落|没拿到|拖欠|拿不到)|"
    r"跑路|卷款|人去楼空|烂尾|停工[^,。]{0,3}年|逾期交房|延期交房|交不了房|办不了(?:房产|不动产|产权)?证|联名|讨说法|要说法|"
    r"讨薪|欠薪"
)
_STRICKEN = re.compile(
    r"^(?:多|余)?(?:人|名|户)(?:村民|群众|居民|人口|农户)?(?:不同程度)?(?:受灾|无家可归|受淹|房屋(?:被毁|倒塌|受损))|"
    r"^(?:多|余)?(?:名|位|户)?(?:村民|群众|居民|农户)(?:不同程度)?(?:受灾|无家可归|受淹)"
)
_PEOPLE_UNIT = re.compile(
    r"(?:多|余)?(?:名|位|个|户|人|号人|居民|业主|村民|员工|职工|工人|农民工|学生|家长|司机|商户|群众|市民|家庭|住户|师生|民众|"
    r"百姓|投资人|出借人|师傅|孩子|老人|考生|老职工|乘客|家(?:商户|商家|企业|农户|店|供应商))"
)


def most_people(text: str, counted: Sequence[Number]) -> float:
    """The greatest of the numbers `counted` that counts people or households, 0 when none does."""
    return max((n.value for n in counted if _PEOPLE_UNIT.match(text, n.end)), default=0.0)


def may_be_many(text: str, number: Number) -> bool:
    """False when `find_many` finds nothing that `number` counts."""
    return number.value >= _MANY and _PEOPLE_UNIT.match(text, number.end) is not None


def find_losses(number: Number, before: str, after: str, left: int) -> Iterator[Finding]:
    """The money that `number` says was lost; what was saved or paid back is none."""
    if _SAVED.search(before):
        return
    lost = _LOST.search(before)
    bare = lost and not lost[0].startswith("流失") and _BARE.match(after)
    if lost and (bare or _YUAN.match(after) or number.value >= 1e7):
        end = number.end + (after[:1] == "元")
        yield Finding(Harm.LOSS, number.value, left + lost.start(), end)
    elif _YUAN.match(after) and (told := re.search("^.{0,4}的?(?:经济)?损失", after)):
        yield Finding(Harm.LOSS, number.value, number.start, number.end + told.end())


def find_many(text: str, number: Number, after: str) -> Iterator[Finding]:
    """Crowds, shared grievances, the stricken and the cut off that `number` counts."""
    unit = _PEOPLE_UNIT.match(after)
    if unit is None or number.value < _MANY or NOT_PEOPLE.match(after):
        return
    end = number.end + unit.end()
    stricken = _STRICKEN.match(after)
    if stricken:
        yield Finding(Harm.STRICKEN, number.value, number.start, number.end + stricken.end())
    yield from _crowds(text, number, end) if number.value >= _CROWD else ()
    if _SHARED.search(text[max(0, number.start - 60) : number.end + 60]):
        yield Finding(Harm.SHARED, number.value, number.start, end)
    if number.value < _CROWD:
        return
    if _CUT_OFF.search(text[max(0, number.start - 60) : number.end + 60]):
        yield Finding(Harm.AFFECTED, number.value, number.start, end)


def _crowds(text: str, number: Number, end: int) -> Iterator[Finding]:
    clause = _CLAUSE_END.split(text[number.end : number.end + 40])[0]
    before = _CLAUSE_END.split(text[max(0, number.start - 12) : number.start])[-1]
    if _PEACEFUL.search(before + clause) or RESCUERS.search(clause[:10]):
        return
    if _ACTING.search(clause) or _ACTING.search(before):
        yield Finding(Harm.CROWD, number.value, number.start, end)
