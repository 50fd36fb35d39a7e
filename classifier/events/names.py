"""Names of estates, roads, companies, schools, villages in Chinese text, by what they end in.

Where a name begins cannot be told without a dictionary ("请问万科之城小区" begins with a verb), but
where it ends can. So a name is known by its kind and the two characters before it, which is enough
to say whether two texts name the same thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_KINDS = (
    "小区|社区|街道|花园|家园|公寓|嘉园|佳苑|新村|大厦|广场|大道|公司|集团|学校|中学|小学|幼儿园|医院|"
    "养老院|公园|市场|饭店|酒店|超市|工业园|开发区|水库|大桥|村|镇|乡|苑|府|城|路|街|厂|站|湾|庭|楼盘|项目|平台"
)
_HAN_END = re.compile(r"[\u4e00-\u9fff]+$")
_PLOTS = (
    "小区|花园|家园|公寓|嘉园|佳苑|新村|大厦|广场|学校|中学|小学|幼儿园|医院|养老院|公园|市场|饭店|酒店|"
    "超市|大桥|苑|府|湾|庭|楼盘|路|街|大道"
)
PLOTS = frozenset(_PLOTS.split("|"))
"""Kinds small enough that two of them are two places; a village or town may hold the other."""
_NAME = re.compile(rf"(?=([\u4e00-\u9fff]{{2}})({_KINDS}))")


_LONGEST = 4


def spelled(text: str) -> Iterator[tuple[str, str]]:
    """(a name as long as it may be, the two characters before its kind) in normalised `text`.

    It reaches up to four Han characters before the kind, since where it begins is not known.
    """
    for found in _NAME.finditer(text):
        start = found.start()
        before = _HAN_END.search(text, max(0, start + 2 - _LONGEST), start + 2)
        if before:
            yield before[0] + found[2], found[1]


def names(text: str) -> tuple[tuple[str, str], ...]:
    """(the two characters before the kind, the kind) of each name in normalised `text`.

    In order, repetitions included; common phrases ("这条路") are among them, and are told apart
    by how common their two characters are.
    """
    return tuple((found[1], found[2]) for found in _NAME.finditer(text))
