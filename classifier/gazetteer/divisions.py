"""Find the administrative divisions that a text names, and tell those of the same name apart.

`divisions.txt` holds codes and names of GB/T 2260 (state of 2021), facts that belong to nobody;
they were taken from the table of cpca 0.5.5 (MIT licence). A full name is found by the character
it ends in; the short names of provinces and prefectures (福州, 贵州) by their own, and those that
are also everyday words (安康, 长治) only with their suffix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

_SUFFIX = re.compile("[省市县区州盟旗]")
_LONGEST, _SHORTEST = 12, 2
_PEOPLES = "(?:朝鲜|土家|苗|藏|羌|彝|布依|侗|哈尼|壮|傣|白|景颇|傈僳|回|黎|蒙古|哈萨克|柯尔克孜)族?"
_CUT = re.compile(
    f"(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|(?:{_PEOPLES}){{1,3}}自治州|地区|盟|省|市)$"
)
_EVERYDAY_WORDS = """
    安康 长治 来宾 白银 朝阳 日照 中山 东方 百色 吉安 大同 大理 海东 海西 河源 三明 东营 平安
    和平 资阳 内江 宣城 黄山 锦州 本溪 保山 河池 贵港 鸡西 鹤岗 普洱 丽水 玉林 阿里 自贡 大庆
    安顺 双河 和田 图木 海北 黄南 云浮 铜仁 汕尾 迪庆 怒江 红河 乐山 巴中 池州 六安 金昌 儋州
    三沙 白山 白城 通化 临沧 文山 商洛
"""
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())
_NOT_A_PLACE = re.compile(
    "[东西南北中一二三四五六七八九]?(?:路|街|大道|道口|巷|里弄|大厦|花园|小区|宾馆|酒店|饭店|烤鸭|拉面|火锅|小吃|小面|银行|大学|"
    "晚报|日报|商会|牌|菜|味|人家|话|站台|事变|条约|时间|卫视|电视台|籍|口音|航空|证券)"
)


@dataclass(frozen=True, slots=True)
class Division:
    """A division of GB/T 2260."""

    code: str
    name: str

    def within(self, other: Division) -> bool:
        """True when this one is `other` or lies in it."""
        stem = other.code.rstrip("0")
        stem += "0" * (len(stem) % 2)
        return self.code.startswith(stem)


@dataclass(frozen=True, slots=True)
class Mention:
    """Divisions of one name at [start, end) of a text; several when it does not tell which."""

    start: int
    end: int
    divisions: tuple[Division, ...]


class Divisions:
    """The divisions by full and by short name; immutable once built."""

    def __init__(self, listed: Sequence[Division]) -> None:
        self._named: dict[str, tuple[Division, ...]] = {}
        short: dict[str, tuple[Division, ...]] = {}
        for division in listed:
            self._named[division.name] = (*self._named.get(division.name, ()), division)
            brief = _CUT.sub("", division.name)
            if division.code.endswith("00") and len(brief) > 1 and brief != division.name:
                short[brief] = (*short.get(brief, ()), division)
        self._short = {
            name: found
            for name, found in short.items()
            if name not in _EVERYDAY and name not in self._named
        }
        self._brief = re.compile(_trie(sorted(self._short)))

    def named(self, name: str) -> tuple[Division, ...]:
        """The divisions called `name`, in full or in short."""
        return self._named.get(name) or self._short.get(name, ())

    def find(self, text: str) -> list[Mention]:
        """What the folded `text` names, in order; the longest name wins, and a division that was
        named before tells which of its namesakes is meant (福州市鼓楼区)."""
        found = sorted([*self._full(text), *self._in_short(text)], key=lambda m: (m.start, -m.end))
        mentions: list[Mention] = []
        for mention in found:
            if mentions and mention.start < mentions[-1].end:
                continue
            mentions.append(self._told_apart(mention, mentions))
        return mentions

    def _full(self, text: str) -> Iterator[Mention]:
        for match in _SUFFIX.finditer(text):
            end = match.end()
            for start in range(max(0, end - _LONGEST), end - _SHORTEST + 1):
                divisions = self._named.get(text[start:end])
                if divisions and not _part_of_a_word(text, end):
                    yield Mention(start, end, divisions)
                    break

    def _in_short(self, text: str) -> Iterator[Mention]:
        for match in self._brief.finditer(text):
            if not _NOT_A_PLACE.match(text, match.end()):
                yield Mention(match.start(), match.end(), self._short[match[0]])

    def _told_apart(self, mention: Mention, before: Sequence[Mention]) -> Mention:
        if len(mention.divisions) == 1:
            return mention
        for earlier in reversed(before):
            inside = tuple(
                d for d in mention.divisions if any(d.within(e) for e in earlier.divisions)
            )
            if inside:
                return Mention(mention.start, mention.end, inside)
        return mention


def _part_of_a_word(text: str, end: int) -> bool:
    """True for 新城区域 and 和平区间."""
    return text[end : end + 1] in ("域", "间", "别", "块", "分") and text[end - 1] == "区"


def _trie(words: Sequence[str]) -> str:
    """A pattern of `words` grouped by their first character, the longest first."""
    by_head: dict[str, list[str]] = {}
    for word in words:
        by_head.setdefault(word[0], []).append(word[1:])
    return "|".join(
        f"{head}(?:{'|'.join(sorted(rest, key=lambda r: (-len(r), r)))})"
        for head, rest in by_head.items()
    )


@lru_cache(maxsize=1)
def china() -> Divisions:
    """The shipped table."""
    path = resources.files("classifier").joinpath("gazetteer", "divisions.txt")
    lines = path.read_text(encoding="utf8").splitlines()
    return Divisions([Division(*line.split(" ", 1)) for line in lines])
