"""Find the places a post names, and so the governments it concerns, or that it is about elsewhere.

Each jurisdiction's gazetteer is searched by itself; the country's divisions (provinces,
prefectures, counties) stand beside them, so that a post without any place of ours still says
where it is, and one that names only other places is not taken for ours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import add

from classifier.gazetteer.divisions import Division, Mention, china
from classifier.rules.folding import Folded, fold
from classifier.rules.lexicon import Lexicon
from yuqing.domain.jurisdiction import Place

_EVERYDAY_WORDS = """
    和平 幸福 光明 团结 胜利 友谊 建设 新华 人民 解放 平安 朝阳 太平 文化 东方 中山 红旗 前进
    向阳 长安 永安 新城 城关 开发 科技 工业 健康 快乐 希望 吉祥 富强 民主 文明 和谐 自由 中心
    高新 工人 青年 劳动 丰收 黎明 曙光 先锋 创新 卫星 进步 安康 大同 长治 来宾 白银 日照 长江
    黄河 泰山 阳光 春天
"""
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())
_KIND = re.compile(
    "(?:街道|镇|乡|村|社区|小区|路|街|区|县|市|片区|苑|花园|办事处|派出所|小学|中学|医院|大桥|桥|广场|站|里|巷|卫生院|幼儿园)"
)
_AT = re.compile("(?:在|到|去|住|位于|来自|我们|咱们?|我|本|从)$")
_OURS = re.compile("我[省市县区镇乡村]|本[省市县区镇乡村地]|咱们?这|我们(?:这|小区|村|镇|县|区|市)")


@dataclass(frozen=True, slots=True)
class Named:
    """A place of `jurisdiction`'s gazetteer, by its canonical `name`, at [start, end); of none
    ("") for a division of the country."""

    jurisdiction: str
    name: str
    start: int
    end: int


class Gazetteers:
    """The places of every jurisdiction served, longest name first. Each gazetteer is searched by
    itself, so that one government's longer alias never hides another's place."""

    def __init__(self, places: Mapping[str, Sequence[Place]]) -> None:
        self._lexicons = {code: Lexicon(_spellings(places[code])) for code in sorted(places)}
        self._anchors = {code: _anchors(places[code]) for code in places}

    def find(self, folded: Folded, only: Collection[str] = ()) -> tuple[Named, ...]:
        """The places named in `folded`, in its own positions; `only` narrows to jurisdictions."""
        pairs = set(map(add, folded.text, folded.text[1:]))
        return tuple(
            Named(jurisdiction, name, hit.start, hit.end)
            for jurisdiction, lexicon in self._lexicons.items()
            if (not only or jurisdiction in only) and lexicon.may_find(pairs)
            for hit in lexicon.find(folded.text)
            if _meant(folded.text, hit.start, hit.end)
            for name in hit.means
        )

    def general(self, folded: Folded) -> tuple[Named, ...]:
        """The country's divisions named in `folded`, by their full names."""
        return tuple(
            Named("", mention.divisions[0].name, mention.start, mention.end)
            for mention in china().find(folded.text)
        )

    def elsewhere(self, folded: Folded, jurisdiction: str) -> bool:
        """True when `folded` names divisions, and all of them lie outside `jurisdiction`.

        Never where it names a place of ours or says "our town", and never for a jurisdiction whose
        gazetteer holds no division of the country: then nothing tells what lies above it.
        """
        anchors = self._anchors.get(jurisdiction, ())
        if not anchors or _OURS.search(folded.text) or self.find(folded, (jurisdiction,)):
            return False
        mentions = china().find(folded.text)
        return bool(mentions) and not any(_near(mention, anchors) for mention in mentions)


def _near(mention: Mention, anchors: Sequence[Division]) -> bool:
    """True when a division of `mention` lies in an anchor, or an anchor in it."""
    return any(d.within(a) or a.within(d) for d in mention.divisions for a in anchors)


def _anchors(listed: Sequence[Place]) -> tuple[Division, ...]:
    """The divisions that the gazetteer names and that no other place of the country shares."""
    names = [name for p in listed for name in (p.name, *p.aliases, p.within or "")]
    found = [china().named(name) for name in dict.fromkeys(names) if name]
    return tuple(divisions[0] for divisions in found if len(divisions) == 1)


def _meant(text: str, start: int, end: int) -> bool:
    """False for an everyday word (幸福, 和平) without anything that makes it a place."""
    if text[start:end] not in _EVERYDAY:
        return True
    return (
        _KIND.match(text, end) is not None or _AT.search(text, max(0, start - 3), start) is not None
    )


def _spellings(listed: Sequence[Place]) -> dict[str, tuple[str, ...]]:
    spelled: dict[str, tuple[str, ...]] = {}
    for place in listed:
        for word in dict.fromkeys(fold(w).text for w in (place.name, *place.aliases)):
            spelled[word] = (*spelled.get(word, ()), place.name)
    return spelled
