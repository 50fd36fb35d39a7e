"""Read the numbers of a Chinese text as people write them: 32, 三十二, 近百, 数千, 5000余万, 1.2亿.

A number that says only "about" is read at the side the grade may safely rest on: 近百 is 99 (the
hundred is not reached), 百余 and 上百 are 100 or more, 几十 at least 20, 数百 at least 200.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "俩": 2,
    "仨": 3,
}
_FORMAL = frozenset("壹贰叁肆伍陆柒捌玖拾佰仟")  # alone they are names and words: 陆续, 队伍
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_ABOUT = frozenset("约有达共")
_COUNTED = frozenset("名人位户")
_MANY = 3.0  # 多人, 数人: in Chinese law "several" begins at three
_GROUPS = {"万": 10_000, "亿": 100_000_000}
_HAN = "零一二三四五六七八九〇两壹贰叁肆伍陆柒捌玖十拾百佰千仟"
_NUMBER = re.compile(
    rf"(?=[\d接将不差近超逾过上成数几好万亿多俩仨{_HAN}])"  # quick: most characters begin none
    r"(?P<near>接近|将近|不到|不足|差不多|近)?(?P<over>超过|超|逾|过|上(?=[十百千万亿])|成(?=[百千]))?"
    r"(?:(?P<arabic>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,12}(?:\.\d{1,4})?)(?P<few1>几|数|多|余|来)?"
    r"(?P<scale>十|百|千)?(?P<few2>多|余|来)?(?P<group>[万亿]{1,2})?(?P<few3>多|余|来)?"
    rf"|(?P<vague>[数几好]{{1,2}})(?P<vunits>[十百千万亿]{{1,3}})"
    r"|(?<=[上超过近逾])(?P<bare>[万亿]{1,2})"
    r"|(?P<many>(?<![许很好更大太差那这么不最诸甚众人总半少次岁个])[多数](?=[名人位]))"
    rf"|(?P<han>[{_HAN}俩仨](?:[{_HAN}几余多万亿点来])*))"
)
_SHORT = 8  # characters; longer numbers are rare, and a hostile text makes them as long as it likes
_ABOUT_SO = re.compile("[余多来]")
_FRACTION = re.compile(rf"([{''.join(_DIGITS)}]+)([万亿]*)")
_PARTS = ("near", "over", "arabic", "vague", "bare", "many", "han")


@dataclass(frozen=True, slots=True)
class Number:
    """A number at [start, end) of the text; `value` is the least it can mean."""

    start: int
    end: int
    value: float


def numbers(text: str) -> Iterator[Number]:
    """Every number of the folded `text`, in order. Linear in the length of the text."""
    for match in _NUMBER.finditer(text):
        value = _value(match)
        if value is not None:
            yield Number(match.start(), match.end(), value)


def _value(match: re.Match[str]) -> float | None:
    near, over, arabic, vague, bare, many, han = match.group(*_PARTS)
    if arabic:
        value: float | None = _arabic(match)
    elif vague:
        value = 2 * _product(match["vunits"])
    elif bare:
        value = _product(bare)
    elif many:
        value = _MANY
    elif han in ("百", "千") and not (near or over or _about(match)):
        value = None  # alone it is a part of a word: 秋千, 百姓
    else:
        value = han_value(han)
    if value is not None and near and value >= 1:
        return value - 1 if value < 10_000 else value * 0.99
    return value


def _about(match: re.Match[str]) -> bool:
    """约百名, 有千人: a bare hundred or thousand between such words is a number."""
    text, start, end = match.string, match.start(), match.end()
    return text[max(0, start - 1) : start] in _ABOUT and text[end : end + 1] in _COUNTED


def _arabic(match: re.Match[str]) -> float:
    scale = _UNITS.get(match["scale"] or "", 1)
    return float(match["arabic"].replace(",", "")) * scale * _product(match["group"] or "")


def _product(units: str) -> float:
    value = 1.0
    for unit in units:
        value *= _UNITS.get(unit) or _GROUPS[unit]
    return value


def han_value(written: str) -> float | None:
    """三百二十一 → 321, 十几 → 11, 两千余万 → 2e7, 百 → 100; None when it is no number."""
    return _short_value(written) if len(written) <= _SHORT else _spelled_value(written)


@lru_cache(maxsize=4096)  # a few words are nearly all the numbers of a stream
def _short_value(written: str) -> float | None:
    return _spelled_value(written)


def _spelled_value(written: str) -> float | None:
    if written in _FORMAL:
        return None
    written = _ABOUT_SO.sub("", written).rstrip("点")
    whole, _, part = written.partition("点")
    tail = _FRACTION.fullmatch(part)
    if part and tail is None:
        return None
    if tail is not None:
        fraction = float("0." + "".join(str(_DIGITS[c]) for c in tail[1]))
        base = _whole(whole)
        return None if base is None else (base + fraction) * _product(tail[2])
    return _whole(written)


def _whole(written: str) -> float | None:
    if len(written) > 1 and all(c in _DIGITS for c in written):
        return _spelled([_DIGITS[c] for c in written[:15]])
    total = section = 0.0
    digit: float | None = None
    for char in written:
        if char in _DIGITS:
            digit = digit or _DIGITS[char]  # 二三百 is at least two hundred
        elif char == "几":
            digit = 1 if section or total else 2
        elif char in _UNITS:
            section += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        else:
            total = _grouped(total, section + (digit or 0), char)
            section, digit = 0.0, None
    value = total + section + (digit or 0)
    return value if value > 0 or "零" in written or "〇" in written else None


def _spelled(digits: Sequence[int]) -> float:
    """二〇二六 is read digit by digit; 七八 and 三五 say "about" and are read at the lesser end."""
    if len(digits) == 2 and digits[0] > 0 and digits[1] - digits[0] in (1, 2):
        return float(digits[0])
    return float("".join(map(str, digits)))


def _grouped(total: float, section: float, group: str) -> float:
    if group == "亿":
        return (total + section or 1) * _GROUPS[group]
    return total + (section or 1) * _GROUPS[group]
