"""From how many dead, hurt or yuan on a matter is 一般, 较大, 重大 or 特别重大.

The general steps are those of 《生产安全事故报告和调查处理条例》第三条 for the dead, the gravely
injured and the loss; for all else no law speaks, and they are the product's own. A jurisdiction
may set its own for any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from yuqing.domain.verdict import Severity


class Counted(StrEnum):
    """What is counted in people, or in yuan for a loss; who is missing counts as dead."""

    DEAD = "dead"
    GRAVELY_INJURED = "gravely_injured"
    HURT = "hurt"
    TRAPPED = "trapped"
    LOSS = "loss"
    CROWD = "crowd"
    AFFECTED = "affected"
    STRICKEN = "stricken"
    SHARED = "shared"


WORDS: Mapping[Counted, str] = MappingProxyType(
    {
        Counted.DEAD: "死亡",
        Counted.GRAVELY_INJURED: "重伤(含急性工业中毒)",
        Counted.HURT: "受伤或中毒",
        Counted.TRAPPED: "被困",
        Counted.LOSS: "直接经济损失",
        Counted.CROWD: "聚集",
        Counted.AFFECTED: "水气电中断或受污染",
        Counted.STRICKEN: "受灾",
        Counted.SHARED: "共同的诉求",
    }
)
STATUTORY = frozenset({Counted.DEAD, Counted.GRAVELY_INJURED, Counted.LOSS})
LEAST_SEEN: Mapping[Counted, int] = MappingProxyType(
    {
        Counted.LOSS: 10_000,
        Counted.CROWD: 20,
        Counted.AFFECTED: 20,
        Counted.STRICKEN: 10,
        Counted.SHARED: 10,
    }
)
"""Below it the machine does not read a number as one of these; without an entry, 1."""

Steps = tuple[tuple[Severity, int], ...]
_ORDINARY, _LARGER, _MAJOR, _GRAVE = (grade for grade in Severity if grade)


def _steps(**least: int) -> Steps:
    named = {"ordinary": _ORDINARY, "larger": _LARGER, "major": _MAJOR, "grave": _GRAVE}
    return tuple((named[name], count) for name, count in least.items())


_GENERAL: tuple[tuple[Counted, Steps], ...] = (
    (Counted.DEAD, _steps(ordinary=1, larger=3, major=10, grave=30)),
    (Counted.GRAVELY_INJURED, _steps(ordinary=1, larger=10, major=50, grave=100)),
    (Counted.HURT, _steps(ordinary=1, larger=10, major=300)),
    (Counted.TRAPPED, _steps(larger=1, major=10)),
    (Counted.LOSS, _steps(larger=10_000_000, major=50_000_000, grave=100_000_000)),
    (Counted.CROWD, _steps(larger=20, major=200)),
    (Counted.AFFECTED, _steps(larger=100, major=1000)),
    (Counted.STRICKEN, _steps(larger=100, major=10_000)),
    (Counted.SHARED, _steps(larger=10)),
)


@dataclass(frozen=True, slots=True)
class Grading:
    """The steps of everything counted, each from its least count on, the lesser grade first.

    `by` is the name of the government whose own some of them are, "" for the general ones;
    `basis` cites what it set them by.
    """

    steps: tuple[tuple[Counted, Steps], ...] = _GENERAL
    by: str = field(default="", compare=False)
    basis: str = ""

    def of(self, counted: Counted) -> Mapping[Severity, int]:
        """From how many on each grade begins; a grade that no count reaches is not there."""
        return dict(dict(self.steps)[counted])

    def own(self) -> Mapping[Counted, Mapping[Severity, int]]:
        """The steps that differ from the general ones."""
        general = dict(_GENERAL)
        found = {
            counted: {g: least for g, least in steps if dict(general[counted]).get(g) != least}
            for counted, steps in self.steps
        }
        return {counted: steps for counted, steps in found.items() if steps}


GENERAL = Grading()


def amount_zh(counted: Counted, count: int) -> str:
    """`count` of what is counted, in words: 5人, 5000万元, 1亿元."""
    if counted is not Counted.LOSS:
        return f"{count}人"
    for unit, name in ((100_000_000, "亿元"), (10_000, "万元")):
        if count % unit == 0:
            return f"{count // unit}{name}"
    return f"{count}元"
