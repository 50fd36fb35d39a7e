"""Find what is grave without a number: crimes that shock, a province shut, a danger going on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.rules.harm_words import Finding, Harm

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
# beside each pattern a character of all that it finds: most posts hold none
_UNCOUNTED = (
    (Harm.OUTRAGE, re.compile("[死灭碎恐侵投纵持]"), _SHOCKING),
    (Harm.LOCKDOWN, re.compile("封|全省"), _PROVINCE_SHUT),
    (Harm.DANGER, re.compile("[爆炸火烧塌垮漏露决刀砍见围困毒氯氨]"), _ONGOING),
)


def find_outrage(text: str) -> Iterator[Finding]:
    """What is grave without a number: crimes that shock everybody, a whole province shut, a danger
    that is told as going on."""
    for harm, telling, pattern in _UNCOUNTED:
        for match in pattern.finditer(text) if telling.search(text) else ():
            yield Finding(harm, 1, match.start(), match.end())
