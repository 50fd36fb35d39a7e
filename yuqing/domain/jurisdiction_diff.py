"""What an edit of a jurisdiction changes, field by field, and for whom.

Clocks are copied onto a ticket when it opens, so an edit of them is for tickets to come. All else
(who is pushed, who reviews, who speaks, where is released) is read anew at every step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum, IntEnum
from types import MappingProxyType

from yuqing.domain.jurisdiction import Jurisdiction

COPIED = frozenset({"policy"})
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "policy": "时限",
        "units": "单位",
        "coordinator": "综合协调单位",
        "routes": "主题分工",
        "places": "地名",
        "chains": "催办链",
        "opens_from": "自动立项级别",
        "review_below": "复核门槛",
        "grading": "定级标准",
        "acknowledge_within": "签收时间",
        "triage_within": "交办时间",
        "report_within": "上报时间",
        "stalls_after": "处置停滞时间",
        "progress_release": "进展后续发布",
        "handover_within": "接班签收时间",
        "official_channels": "官方渠道",
        "warn_before": "到期前提醒",
        "local_lead": "属地主办",
        "superior": "上级政府",
        "leader": "分管领导",
        "reports_to": "上报通报单位",
        "quiet_hours": "夜间免打扰",
        "reminders": "时限提醒",
        "calendar": "工作日历",
        "roster": "值班表",
        "review": "审核环节",
        "spokespeople": "第一新闻发言人",
        "channels": "发布渠道",
        "sub_topics": "子主题",
        "watch_kinds": "重点类别",
        "duties": "职责",
        "inferred": "推定的分工",
    }
)
_Flat = dict[tuple[str, ...], str]
_KEYS = ("code", "name", "number", "unit", "target")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field with its value before and after, None where there was or is none.

    `path` begins with the field of the jurisdiction. `copied`: open tickets keep what they have.
    """

    path: tuple[str, ...]
    before: str | None
    after: str | None

    @property
    def copied(self) -> bool:
        """True when only tickets opened from now on see it."""
        return self.path[0] in COPIED

    @property
    def title(self) -> str:
        """The field in Chinese, and where in it."""
        return ".".join((TITLES.get(self.path[0], self.path[0]), *self.path[1:]))


def differences(old: Jurisdiction, new: Jurisdiction) -> tuple[Difference, ...]:
    """Every field that differs, in the order of the new one, what is gone last."""
    before, after = dict(_flat(old, ())), dict(_flat(new, ()))
    before, after = _gathered(before, after), _gathered(after, before)
    paths = dict.fromkeys((*after, *before))
    return tuple(
        Difference(path, before.get(path), after.get(path))
        for path in paths
        if before.get(path) != after.get(path)
    )


def _gathered(one: _Flat, other: _Flat) -> _Flat:
    """`one` with each entry that `other` lacks altogether as a single value."""
    there = {path[:2] for path in other}
    found: _Flat = {}
    for path, text in one.items():
        if path[:2] in there:
            found[path] = text
        else:
            found[path[:2]] = f"{found[path[:2]]}，{text}" if path[:2] in found else text
    return found


def _flat(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if is_dataclass(value):
        for field in (one for one in fields(value) if one.compare):
            yield from _flat(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, tuple) and not all(_plain(one) for one in value):
        seen: dict[str, int] = {}
        for one in value:
            name, held = _entry(one)
            seen[name] = seen.get(name, 0) + 1
            numbered = name if seen[name] == 1 else f"{name}#{seen[name]}"
            yield from _flat(held, (*path, numbered))
    elif value not in (None, (), ""):
        yield path, _text(value)


def _entry(one: object) -> tuple[str, object]:
    """The name of an entry of a list, and the entry."""
    if isinstance(one, tuple) and len(one) == 2 and _plain(one[0]):
        return _text(one[0]), one[1]
    key = next((key for key in _KEYS if hasattr(one, key)), None)
    return (_text(getattr(one, key)) if key else "", one)


def _plain(value: object) -> bool:
    return not isinstance(value, tuple) and not is_dataclass(value)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(_text(one) for one in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, IntEnum):
        return str(int(value))
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, timedelta):
        return _length(value)
    if isinstance(value, str) and "://" in value:
        return _masked(value)
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _masked(address: str) -> str:
    """An address of pushes is a key: its kind, and enough to see that it is another."""
    digest = hashlib.sha256(address.encode()).hexdigest()[:6]
    return f"{address.partition('://')[0]}://…{digest}"


def _length(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    parts = ((minutes // 60, "h"), (minutes % 60, "m"), (seconds, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0m"
