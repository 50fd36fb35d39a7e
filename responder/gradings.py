"""定级标准: from how many on a grade begins, laid out for people, the local ones marked."""

from __future__ import annotations

from dataclasses import dataclass

from yuqing.domain.grading import STATUTORY, WORDS, Grading, amount_zh
from yuqing.domain.verdict import Severity

GRADED = tuple(int(grade) for grade in Severity if grade)


@dataclass(frozen=True, slots=True)
class Cell:
    """From how many on, "" where no count reaches the grade; `own`: not the general one."""

    least: str
    own: bool


@dataclass(frozen=True, slots=True)
class GradingRow:
    """One thing that is counted; `cells` are the grades of GRADED."""

    counted: str
    statutory: bool
    cells: tuple[Cell, ...]


def grading_rows(grading: Grading) -> tuple[GradingRow, ...]:
    """Everything counted, in the order of the file's form."""
    own = grading.own()
    return tuple(
        GradingRow(
            WORDS[counted],
            counted in STATUTORY,
            tuple(
                Cell(
                    amount_zh(counted, steps[Severity(grade)]) if grade in steps else "",
                    grade in own.get(counted, {}),
                )
                for grade in GRADED
            ),
        )
        for counted, _steps in grading.steps
        for steps in (grading.of(counted),)
    )


def whose(grading: Grading) -> str:
    """Whose the steps are, and by what."""
    if not grading.by:
        return (
            "通用标准：死亡、重伤、损失依《生产安全事故报告和调查处理条例》第三条，其余为本系统约定"
        )
    cited = f"，依据：{grading.basis}" if grading.basis else ""
    return f"标“本地”的是{grading.by}自定{cited}；其余为通用标准"
