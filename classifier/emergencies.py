"""Mark what happened suddenly and needs handling at once: natural, accident, health, social.

The five-hour clock hangs on this mark, and a person confirms it: to miss a real one is worse than
to propose a false one. So a word of danger counts unless the text says that it did not happen
here and now: it is feared, rehearsed, remembered, refuted, habitual, or fought over in court.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from classifier.features import Reading
from classifier.rules.happenings import happenings
from classifier.rules.harm_words import Harm
from classifier.rules.mark_words import Mark
from yuqing.domain.verdict import Emergency, Evidence, Severity, Topic

_KINDS: dict[Mark, Emergency] = {
    Mark.HEALTH: Emergency.HEALTH,
    Mark.SOCIAL: Emergency.SOCIAL,
    Mark.NATURAL: Emergency.NATURAL,
    Mark.ACCIDENT: Emergency.ACCIDENT,
}
_HOME: dict[Topic, Emergency] = {
    Topic.EPIDEMIC: Emergency.HEALTH,
    Topic.FOOD_DRUG: Emergency.HEALTH,
    Topic.DISASTER: Emergency.NATURAL,
    Topic.WORK_SAFETY: Emergency.ACCIDENT,
    Topic.TRANSPORT: Emergency.ACCIDENT,
    Topic.PUBLIC_SECURITY: Emergency.SOCIAL,
}
_QUARRELS = frozenset((Topic.LABOUR, Topic.LAND, Topic.FINANCE, Topic.GOV_SERVICE))
_VICTIMS = (Harm.DEAD, Harm.GRAVELY_INJURED, Harm.HURT, Harm.MISSING, Harm.TRAPPED, Harm.STRICKEN)
_SICK = re.compile(
    "中毒|呕吐|腹泻|拉肚子|上吐下泻|腹痛|发病|传染|感染|疫情暴发|暴发疫情|聚集性|不明原因"
)
_GAS = re.compile("煤气|一氧化碳|沼气|氯气|氨气|毒气|有毒气体|硫化氢|天然气|燃气|化工|泄漏|泄露")
_ATTACK = re.compile(
    "持刀|持械|砍|捅|行凶|枪击|劫持|人质|绑架|暴恐|恐怖袭击|投毒|纵火|打砸|骚乱|灭门|爆炸案|开车撞人"
)
_WEATHER = re.compile(
    "地震|余震|洪|台风|暴雨|龙卷风|泥石流|滑坡|雪灾|冰雹|决堤|溃坝|内涝|山火|森林火"
)
_GATHERED = re.compile(
    "围堵|堵路|堵门|罢工|罢运|罢课|集体上访|群体性|游行|示威|聚众|打砸|静坐|横幅"
)
_MANY = re.compile(
    "集体|多名|多人|数名|数人|数十|几十|上百|数百|学生们|孩子们|业主们|村民们|师生|全班|好几|陆续|不少人|很多人"
)
_SUDDEN = (Emergency.ACCIDENT, Emergency.NATURAL)
_CALM = (Mark.PROPOSE, Mark.QUESTION, Mark.LEISURE, Mark.NOTICE, Mark.PRAISE, Mark.GRIEVANCE)
_LATE = 120  # an emergency is told first; deep in a letter its word is an example
_SEVERAL = 5  # who fall ill together
_HAPPENED = re.compile(
    "发生|突发|突然|爆发|暴发|遭遇|刚刚|刚才|此刻|正在|现场|今[天日晨早晚]|昨[天日晚夜]|凌晨|\\d{1,2}[时点]|"
    "报警|消防(?:员|车|官兵|队|救援)|救护车|救援|疏散|转移|浓烟|火光|火势|受灾|被淹|冲[毁垮走]|倒塌|中断|快跑|快来|逃|"
    "(?<!砸)了(?=[,。!?]|$)|塌了|炸了|着了|烧起来|裂开|漏了|淹了|决口|震感|摇晃|失控|惨|送医|抢救|拉走|烧了|起火了|着火了"
)
_FEARED = re.compile(
    "隐患|担心|害怕|怕(?!人)|容易|可能|会不会|风险|谨防|严防|预防|防止|避免|以免|以防|警惕|防范|排查|整治|宣传|"
    "培训|知识|预案|预警|预报|提醒|小心|禁止|切勿|迟早|早晚|若|逃生通道|消防通道|保险|标准|规范|验收|"
    "应急响应|蓝色|黄色|橙色|做好|部署|加强|建议|要求安装|坍塌危险|倒塌危险|没有灭火器|何时才|了怎么(?:办|逃|跑)"
)
_HABIT = re.compile(
    "每逢|每次|每天|几乎天天|每到|每年|一到|一下雨|经常|常年|长期|多年|总是|老是|天天|三天两头|动不动|时不时|又双叒|一直"
)
_DISPUTE = re.compile(
    "认定|赔偿|理赔|判决|起诉|开庭|工伤|保险公司|肇事方|责任书|仲裁|调解|赔付|伤残|追责|处理结果|复议"
)
_FIGURE = re.compile(
    "(?:朋友圈|群里|评论区|手机|心态|热搜|票房|销量|人气|流量|场面|嘴巴|脑子|脑袋|肚子|头皮)[^,。;!?]{0,4}(?:爆炸|炸)|"
    "(?:像|似|如|跟|好比|相当于)[^,。;!?]{0,6}(?:地震|爆炸|着火|火灾|洪水|台风)|(?:账户|钱包|股市|大盘|基金)[^。;!?]{0,6}(?:着火|崩|爆)|(?:音响|音乐|噪音|吵|笑|歌声|鼾)[^。;!?]{0,12}(?:塌|炸|晃)|(?:剧|歌|片|综艺|视频|账号|博主|单曲|节目)[^,。]{0,3}大火|爆炸(?:头|性|式|新闻)|知识爆炸|信息爆炸|原地爆炸|房价地震|人事地震|官场地震|楼市地震|行业地震|火灾险|"
    "起火爆|大火的|火爆|抢劫式|台风眼|滑坡式|洪水猛兽|(?:车流|人流)洪|股市(?:暴雨|地震|崩塌)|成绩滑坡|经济滑坡|道德滑坡|滑坡(?:严重|明显)的"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """A word of an emergency of `kind` at [start, end) of the folded text; a `plain` one says by
    itself that it happened."""

    kind: Emergency
    start: int
    end: int
    plain: bool = False


def emergency_of(
    reading: Reading, topic: Topic, severity: Severity, likely: bool = False
) -> tuple[Emergency, Evidence] | None:
    """The kind of emergency and what shows it; None for everyday matters.

    A word alone is not enough: there are victims, a danger told as going on, or the sentence says
    that it happened. The graver the model finds the post, the less is asked for; and of a grave
    one that is `likely` by the text model no known word, unless one is told as feared or usual.
    """
    if reading.context.drill or reading.context.refuted or reading.context.remembered:
        return None
    found = _in_words(reading, topic, severity)
    if found is None and likely and severity >= Severity.LARGER and not _refused(reading):
        kind = _likely_kind(reading, topic)
        return kind, _as_modelled(reading, kind)
    return found


def _in_words(
    reading: Reading, topic: Topic, severity: Severity
) -> tuple[Emergency, Evidence] | None:
    words = tuple(_words(reading))
    if not words and not reading.graded:
        return None
    told = [word for word in words if _real(reading, word)]
    happened = next((word for word in told if _happens(reading, word, severity)), None)
    hurt = next((g for g in reading.graded if g.harm in _VICTIMS), None)
    crowd = next((g for g in reading.graded if g.harm is Harm.CROWD), None)
    danger = next((g for g in reading.graded if g.harm in (Harm.DANGER, Harm.OUTRAGE)), None)
    if danger and (
        _usual(reading, danger.evidence) or (_FIGURE.search(reading.folded.text) and not told)
    ):
        danger = None
    grave = hurt or danger
    if crowd and _GATHERED.search(reading.folded.text):
        return Emergency.SOCIAL, _as_emergency(crowd.evidence, Emergency.SOCIAL)
    if (
        grave
        and (told or grave.severity >= Severity.LARGER)
        and not _old_quarrel(reading, severity)
    ):
        kind = _kind(reading, topic, told)
        word = next((w for w in told if w.kind is kind), None)
        return kind, _shown(reading, word) if word else _as_emergency(grave.evidence, kind)
    if happened:
        kind = _kind(reading, topic, [w for w in told if _happens(reading, w, severity)])
        word = next((w for w in told if w.kind is kind), happened)
        return kind, _shown(reading, word)
    return None


def _usual(reading: Reading, evidence: Evidence) -> bool:
    source = reading.folded.source
    return _HABIT.search(source[max(0, evidence.start - 40) : evidence.end + 20]) is not None


def _words(reading: Reading) -> Iterator[_Told]:
    for hit in reading.hits:
        for means in hit.means:
            if isinstance(means, Mark) and means in _KINDS:
                yield _Told(_KINDS[means], hit.start, hit.end)
    for kind, start, end in happenings(reading.folded.text):
        yield _Told(Emergency(kind), start, end, plain=True)


def _real(reading: Reading, word: _Told) -> bool:
    text = reading.folded.text
    if _FIGURE.search(text[max(0, word.start - 14) : word.end + 4]):
        return False
    return reading.context.real(word.start, word.end)


def _happens(reading: Reading, word: _Told, severity: Severity) -> bool:
    """True when the sentence of `word` says that it happened, not that it is feared or usual."""
    left, right = reading.context.sentence(word.start, word.end)
    around = reading.folded.text[left:right]
    clause = reading.folded.text[max(left, word.start - 14) : min(right, word.end + 10)]
    if severity is Severity.NONE and word.kind not in _SUDDEN:
        return False
    if word.start > _LATE and not reading.graded:
        return False
    if _FEARED.search(clause) or _HABIT.search(around) or _old_quarrel(reading, severity):
        return False
    if word.plain:
        return True
    if word.kind is Emergency.SOCIAL and _GATHERED.search(around) and not _ATTACK.search(around):
        return bool(_MANY.search(around)) or reading.has(Mark.GROUP)
    if word.kind is Emergency.HEALTH:
        many = reading.people >= _SEVERAL or _MANY.search(reading.folded.text) is not None
        return many or severity >= Severity.LARGER
    if (
        len({h.word for h in reading.hits if left <= h.start < right and Mark.ACCIDENT in h.means})
        > 1
    ):
        return True
    return _HAPPENED.search(around) is not None or severity >= Severity.LARGER


def _old_quarrel(reading: Reading, severity: Severity) -> bool:
    """True for a dispute about what an accident left behind; never where many were harmed."""
    gravest = reading.graded[0].severity if reading.graded else Severity.NONE
    return (
        gravest <= Severity.ORDINARY
        and severity <= Severity.LARGER
        and _DISPUTE.search(reading.folded.text) is not None
    )


def _kind(reading: Reading, topic: Topic, told: list[_Told]) -> Emergency:
    """Of several kinds that which the words speak for most; the topic decides where none do."""
    text = reading.folded.text
    kinds = [word.kind for word in told]
    if _ATTACK.search(text) and (Emergency.SOCIAL in kinds or not kinds):
        return Emergency.SOCIAL
    if _WEATHER.search(text) and Emergency.NATURAL in kinds:
        return Emergency.NATURAL
    if _SICK.search(text) and not _GAS.search(text) and Emergency.ACCIDENT not in kinds:
        return Emergency.HEALTH
    home = _HOME.get(topic)
    if home and (home in kinds or not kinds):
        return home
    return kinds[0] if kinds else Emergency.ACCIDENT


def _likely_kind(reading: Reading, topic: Topic) -> Emergency:
    """Where no word tells it: what people gather about, or quarrel over unharmed, is social."""
    quarrel = topic in _QUARRELS and not reading.graded
    if quarrel or _GATHERED.search(reading.folded.text):
        return Emergency.SOCIAL
    return _kind(reading, topic, [])


def _refused(reading: Reading) -> bool:
    """True where a known word is told as feared, as usual or as an old quarrel."""
    return any(_doubted(reading, word) for word in _words(reading))


def _doubted(reading: Reading, word: _Told) -> bool:
    left, right = reading.context.sentence(word.start, word.end)
    around = reading.folded.text[left:right]
    return any(refusal.search(around) for refusal in (_FEARED, _HABIT, _DISPUTE, _FIGURE))


def _shown(reading: Reading, word: _Told) -> Evidence:
    return reading.folded.evidence("emergency", word.start, word.end, f"词表:{word.kind}")


def _as_modelled(reading: Reading, kind: Emergency) -> Evidence:
    """The first sentence stands for the text that the model judged."""
    first = reading.context.sentence(0, 1)
    return reading.folded.evidence("emergency", *first, f"文本模型:{kind}")


def _as_emergency(evidence: Evidence, kind: Emergency) -> Evidence:
    rule = f"词表:{kind}"
    return Evidence("emergency", evidence.start, evidence.end, evidence.text, rule)
