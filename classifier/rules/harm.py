"""Find the dead, injured, missing and trapped, the loss, the crowd, the many affected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from classifier.rules.numerals import Number


class Harm(StrEnum):
    """What a number of the text counts."""

    DEAD = "dead"
    GRAVELY_INJURED = "gravely_injured"
    HURT = "hurt"
    MISSING = "missing"
    TRAPPED = "trapped"
    LOSS = "loss"
    CROWD = "crowd"
    AFFECTED = "affected"
    OUTRAGE = "outrage"
    LOCKDOWN = "lockdown"
    DANGER = "danger"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Finding:
    """`count` people (or yuan, for a loss) told at [start, end) of the folded text; 1 for what
    is grave without a number."""

    harm: Harm
    count: float
    start: int
    end: int


_WHO = r"(?:(?:名|位|个|人|口|具)[^,。;!?、:\n\d()]{0,10}?)?"
_DIE = (
    r"(?:死亡(?!率|原因|证明|赔偿|风险|线)|遇难|丧生|身亡|罹难|牺牲|殉职|溺亡|坠亡|溺水身亡|烧死|熏死|砸死|"
    r"撞死|撞亡|压死|毒死|打死|捅死|砍死|杀死|遇害|被害|丧命|殒命|窒息而死|不治|死于非命|死去)"
)
_BARE_DIE = r"^(?:人|名|个)?(?:当场)?死(?!刑|缓|活|角|路|里|因|机|党|板|者|去|于|亡)"
_GRAVE = r"(?:重伤|伤势(?:较|严)?重|病危|危重|生命垂危|截肢|重度烧伤)"
_HURT = (
    r"(?:受伤|轻伤|烧伤|摔伤|砸伤|擦伤|灼伤|送医|送往医院|被送|住院|入院|中毒|呕吐|腹泻|"
    r"不适|昏迷|晕倒|身体不适|伤亡|吸入|上吐下泻|拉肚子|吐血|抽搐|砍伤|捅伤|刺伤|咬伤)"
)
_MISSING = r"(?:失踪|失联|下落不明|失去联系|不知去向)"
_TRAPPED = r"(?:被困|被埋|被压|受困|压在|埋在)"
_AFTER: tuple[tuple[Harm, re.Pattern[str]], ...] = (
    (Harm.DEAD, re.compile(rf"^{_WHO}{_DIE}|^条(?:鲜活的?|无辜的?)?(?:生命|人命)")),
    (Harm.DEAD, re.compile(_BARE_DIE)),
    (Harm.MISSING, re.compile(rf"^{_WHO}{_MISSING}")),
    (Harm.TRAPPED, re.compile(rf"^{_WHO}{_TRAPPED}")),
    (Harm.GRAVELY_INJURED, re.compile(rf"^{_WHO}{_GRAVE}")),
    (Harm.HURT, re.compile(rf"^{_WHO}{_HURT}|^(?:人|名)?伤(?!害|心|口|感)")),
)
_REACHED = r"(?:人数|总数|者)?(?:已经|已|上升|升|增加|增|达|至|到|为|共|约|有|累计|了|:|是)*$"
_BEFORE: tuple[tuple[Harm, re.Pattern[str]], ...] = (
    (Harm.DEAD, re.compile(rf"(?:死亡|遇难|死者|身亡|丧生|罹难|死难){_REACHED}")),
    (Harm.MISSING, re.compile(rf"(?:失踪|失联){_REACHED}")),
    (Harm.TRAPPED, re.compile(rf"(?:被困|受困){_REACHED}")),
    (Harm.GRAVELY_INJURED, re.compile(rf"(?:重伤|危重){_REACHED}")),
    (Harm.HURT, re.compile(rf"(?:受伤|轻伤|中毒|住院){_REACHED}")),
)
_AND = re.compile(r"^(?:名|位|个|人)[^,。;!?\n\d]{0,8}(?:和|及|与|以及)$")
_CLAUSE_END = re.compile("[,。;!?\n]")
_SHOCKING = re.compile(
    "虐死|活活(?:打|饿|烧)死|饿[^,。;!?]{0,8}(?:虐死|致死)|灭门|碎尸|(?:虐待|殴打)[^,。;!?]{0,4}致死|"
    "(?:暴力恐怖|暴恐|恐怖)(?:袭击|案件)|性侵(?:多名)?(?:幼女|女童|儿童|学生)|(?:投毒|纵火|持刀)[^,。;!?]{0,10}(?:儿童|学生|幼儿)"
)
_PROVINCE_SHUT = re.compile("封省|全省(?:封控|封锁|停电|断网|停课)|所有城市(?:全部|都|均)?封")
_SITE = (
    "厂|站|楼(?![上下])|仓库|车间|小区|商场|超市|市场|学校|幼儿园|医院|宾馆|酒店|工地|隧道|桥|煤矿|矿井|罐|管道|公交车|大巴|客车|"
    "大坝|堤|水库|园区|化工|宿舍|食堂|高架|饭店|库房"
)
_ONGOING = re.compile(
    f"(?:{_SITE})[^,。;!?\\n]{{0,10}}(?:爆炸|炸|着火|着大火|起火|烧起来|塌|垮|坍塌|倒塌|泄漏|泄露|漏气|决口|决堤)了(?![锅毛])|"
    "(?:拿|持|举|提|挥)着?[^,。;!?]{0,3}刀[^,。;!?]{0,8}(?:砍|捅|刺|追人|伤人|行凶)|乱砍|见人就(?:砍|捅|打)|"
    "被(?:洪水|山洪|大水|水|大火|火|泥石流)(?:围|困)|(?:被?困在)[^,。;!?]{0,4}(?:屋顶|楼顶|房顶|树上|洪水|水里)|"
    "(?:放|排|排放|散发|飘来|泄漏|泄露)出?(?:大量)?(?:毒气|有毒气体|有毒有害气体|氯气|氨气)"
)
_PERSON = re.compile(r"^(?:多|余)?(?:名|位|个|人|口|具|条)")
_COUNT_END = re.compile(r"^(?:多|余)?(?:人|名|位|个|[,。;!?、)]|$)")
_YUAN = re.compile(r"^(?:多|余)?(?:元|块|人民币|巨款|的?(?:货款|学费|工程款|损失))")
_LOST = re.compile(
    r"(?:损失|涉案|被骗|骗取|骗走|骗了|诈骗|待还|待收|未兑付|无法兑付|拖欠|欠薪|挪用|侵吞|卷走|卷款|"
    r"非法集资|吸收(?:公众)?存款|资不抵债|流失)[^。;!?\n]{0,14}$"
)
_ACTING = re.compile(
    r"围堵|堵路|堵门|堵塞交通|拉起?横幅|打横幅|静坐|示威|游行|罢工|罢课|罢市|罢运|集体上访|集体维权|聚众|抗议|打砸|"
    r"冲击|聚集(?!性)|下跪"
)
_CUT_OFF = re.compile(
    r"停水|断水|没水|无水|自来水[^,。]{0,10}(?:发黄|发黑|异味|臭|浑浊|污染|[药怪腥]味)|水源[^,。]{0,6}污染|饮用水[^,。]{0,6}污染|"
    r"毒气|有毒气体|氯气|氨气|化学品泄漏|停气|停暖|停电"
)
_SHARED = re.compile(
    r"(?:拖欠|欠|克扣|讨要|没发|不发|没有发|未发|没拿到|要不到|没结|不结)[^,。;!?]{0,8}(?:工资|工钱|薪|血汗钱)|"
    r"(?:工资|工钱|血汗钱)[^,。;!?]{0,8}(?:没发|不发|未发|没结|一分|没着落|无着落|没拿到|拖欠|拿不到)|"
    r"跑路|卷款|人去楼空|烂尾|停工[^,。]{0,3}年|逾期交房|延期交房|交不了房|办不了(?:房产|不动产|产权)?证|联名|讨说法|要说法"
)
_PEOPLE_UNIT = re.compile(
    r"(?:多|余)?(?:名|位|个|户|人|号人|居民|业主|村民|员工|职工|工人|农民工|学生|家长|司机|商户|群众|市民|家庭|住户|师生|民众|"
    r"百姓|投资人|出借人|师傅|孩子|老人|考生|老职工|乘客)"
)


_UNCOUNTED = (
    (Harm.OUTRAGE, _SHOCKING),
    (Harm.LOCKDOWN, _PROVINCE_SHUT),
    (Harm.DANGER, _ONGOING),
)


def find_harm(text: str, counted: Sequence[Number]) -> Iterator[Finding]:
    """Every harm that one of the numbers `counted` in the folded `text` counts, in order; nothing
    is weighed yet."""
    found = [number for number in counted if number.value >= 1]
    used = 0  # a verb that counted one number does not count the next (1人死亡9人受伤)
    for i, number in enumerate(found):
        stop = found[i + 1].start if i + 1 < len(found) else len(text)
        start = max(found[i - 1].end, used) if i else 0
        if _joined(text[number.end : stop]) and i + 1 < len(found):
            told = list(_shared(text, number, found[i + 1]))
        else:
            near = max(start, number.start - 24), min(stop, number.end + 24)
            told = list(_of(text, number, *near))
            used = max([used, *(finding.end for finding in told)])
        yield from told


def find_outrage(text: str) -> Iterator[Finding]:
    """What is grave without a number: crimes that shock everybody, a whole province shut, a danger
    that is told as going on."""
    for harm, pattern in _UNCOUNTED:
        for match in pattern.finditer(text):
            yield Finding(harm, 1, match.start(), match.end())


def most_people(text: str, counted: Sequence[Number]) -> float:
    """The greatest of the numbers `counted` that counts people or households, 0 when none does."""
    return max((n.value for n in counted if _PEOPLE_UNIT.match(text, n.end)), default=0.0)


def _joined(gap: str) -> bool:
    """True for what stands between two numbers that share one verb (50名儿童和3名老师中毒)."""
    return _AND.match(gap) is not None


def _shared(text: str, number: Number, following: Number) -> Iterator[Finding]:
    for finding in _people(following, "", text[following.end : following.end + 24]):
        yield Finding(finding.harm, number.value, number.start, finding.end)


def _of(text: str, number: Number, left: int, right: int) -> Iterator[Finding]:
    after, before = text[number.end : right], text[left : number.start]
    if _ordinal(text, number) or re.match("岁|年|月|日|时|点|分|%|号楼|栋|路|周", after):
        return
    yield from _people(number, before, after)
    lost = _LOST.search(before)
    if lost and (_YUAN.match(after) or number.value >= 1e7):
        yield Finding(
            Harm.LOSS, number.value, left + lost.start(), number.end + (after[:1] == "元")
        )
    elif _YUAN.match(after) and (lost := re.search("^.{0,4}的?(?:经济)?损失", after)):
        yield Finding(Harm.LOSS, number.value, number.start, number.end + lost.end())
    yield from _many(text, number, after)


def _people(number: Number, before: str, after: str) -> Iterator[Finding]:
    for harm, pattern in _AFTER:
        match = pattern.search(after)
        if match:
            yield Finding(harm, number.value, number.start, number.end + match.end())
            return
    if not _COUNT_END.match(after):
        return
    for harm, pattern in _BEFORE:
        match = pattern.search(before)
        if match:
            start = number.start - len(before) + match.start()
            yield Finding(harm, number.value, start, number.end + len(_unit(after)))
            return


def _unit(after: str) -> str:
    match = _PERSON.match(after)
    return match[0] if match else ""


def _many(text: str, number: Number, after: str) -> Iterator[Finding]:
    unit = _PEOPLE_UNIT.match(after)
    if unit is None or number.value < 10:
        return
    end = number.end + unit.end()
    if _SHARED.search(text[max(0, number.start - 60) : number.end + 60]):
        yield Finding(Harm.SHARED, number.value, number.start, end)
    if number.value < 20:
        return
    clause = _CLAUSE_END.split(text[number.end : number.end + 40])[0]
    before = _CLAUSE_END.split(text[max(0, number.start - 12) : number.start])[-1]
    if _ACTING.search(clause) or _ACTING.search(before):
        yield Finding(Harm.CROWD, number.value, number.start, end)
    if _CUT_OFF.search(text[max(0, number.start - 60) : number.end + 60]):
        yield Finding(Harm.AFFECTED, number.value, number.start, end)


def _ordinal(text: str, number: Number) -> bool:
    return number.start > 0 and text[number.start - 1] in "第初周#.-/:"
