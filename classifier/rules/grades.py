"""Grade what the numbers say by the statutory thresholds, and say which rule gave the grade.

The thresholds are those of 《生产安全事故报告和调查处理条例》第三条, for every kind of incident;
crowds and cut-off supplies have none in law, so theirs are the product's own choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifier.rules.context import Context
from classifier.rules.folding import Folded
from classifier.rules.harm_words import Finding, Harm
from yuqing.domain.verdict import Evidence, Severity

ARTICLE = "《生产安全事故报告和调查处理条例》第三条"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `least` on a harm is at least of `severity`, by `rule`."""

    least: float
    severity: Severity
    rule: str


def _statutory(unit: str, words: str, steps: Sequence[tuple[float, str]]) -> tuple[Threshold, ...]:
    grades = (Severity.GRAVE, Severity.MAJOR, Severity.LARGER, Severity.ORDINARY)
    return tuple(
        Threshold(least, grade, f"{ARTICLE}:{words}{name}{unit}")
        for grade, (least, name) in zip(grades, steps, strict=False)
    )


def _local(steps: Sequence[tuple[float, Severity, str]]) -> tuple[Threshold, ...]:
    return tuple(Threshold(least, grade, f"本系统规则:{words}") for least, grade, words in steps)


_DEATHS = _statutory("人", "死亡", [(30, "30"), (10, "10"), (3, "3"), (1, "1")])
THRESHOLDS: dict[Harm, tuple[Threshold, ...]] = {
    Harm.DEAD: _DEATHS,
    Harm.MISSING: _statutory(
        "人", "下落不明计入死亡", [(30, "30"), (10, "10"), (3, "3"), (1, "1")]
    ),
    Harm.GRAVELY_INJURED: _statutory(
        "人", "重伤(含急性工业中毒)", [(100, "100"), (50, "50"), (10, "10"), (1, "1")]
    ),
    Harm.LOSS: _statutory("元", "直接经济损失", [(1e8, "1亿"), (5e7, "5000万"), (1e7, "1000万")]),
    Harm.HURT: _local(
        [
            (300, Severity.MAJOR, "受伤或中毒300人"),
            (10, Severity.LARGER, "受伤或中毒10人"),
            (1, Severity.ORDINARY, "有人受伤"),
        ]
    ),
    Harm.TRAPPED: _local(
        [(10, Severity.MAJOR, "被困10人"), (1, Severity.LARGER, "有人被困,危险尚在")]
    ),
    Harm.CROWD: _local([(200, Severity.MAJOR, "数百人聚集"), (20, Severity.LARGER, "数十人聚集")]),
    Harm.AFFECTED: _local(
        [
            (1000, Severity.MAJOR, "千人以上水气电中断或受污染"),
            (100, Severity.LARGER, "百人以上受影响"),
        ]
    ),
    Harm.STRICKEN: _local(
        [(10_000, Severity.MAJOR, "万人以上受灾"), (100, Severity.LARGER, "百人以上受灾")]
    ),
    Harm.OUTRAGE: _local([(1, Severity.MAJOR, "震动社会的恶性案件")]),
    Harm.LOCKDOWN: _local([(1, Severity.GRAVE, "全省范围的危机")]),
    Harm.SHARED: _local([(10, Severity.LARGER, "十人(户)以上共同的诉求")]),
    Harm.DANGER: _local([(1, Severity.LARGER, "公众面临的危险正在发生")]),
}
_OVER = (
    "扑灭",
    "得到控制",
    "被控制",
    "抓获",
    "被抓",
    "刑拘",
    "逮捕",
    "判处",
    "宣判",
    "制服",
    "无人员伤亡",
    "无人伤亡",
    "无人受伤",
    "未造成",
    "虚惊",
)
_STILL = re.compile("仍|尚|还有|依然|正在(?:全力)?(?:救援|搜救|营救|施救)|无法脱身")
_PLANNED = re.compile(
    "计划(?:停|检修)|检修|例行|施工(?:需要|期间|需)|因[^,。]{0,10}(?:施工|改造|维护|升级|割接)|储水|储备用水|做好[^,。]{0,4}准备|"
    "恢复(?:供水|供电|供气|供暖|正常)|已(?:经)?(?:恢复|抢通|修复)|抢修完毕"
)
_USUAL = re.compile("长期|每天|天天|经常|多年|常年|每到|时常|生产时|一直|按时")
_LASTING = (Harm.SHARED, Harm.LOSS)
_RESCUED = ("获救", "救出", "脱险", "脱困", "疏散", "升井", "送往医院", "送医")


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade a finding gives, and the evidence for it."""

    severity: Severity
    harm: Harm
    evidence: Evidence


def grade_findings(
    folded: Folded, findings: Iterable[Finding], context: Context
) -> tuple[Graded, ...]:
    """What of `findings` is real, graded, gravest first (then by place in the text)."""
    graded = [
        _graded(folded, finding, threshold)
        for finding in findings
        if (threshold := threshold_of(finding)) is not None and _counts(finding, context)
    ]
    return tuple(sorted(graded, key=lambda g: (-g.severity, g.evidence.start)))


def threshold_of(finding: Finding) -> Threshold | None:
    """The gravest threshold that the finding's count reaches."""
    steps = THRESHOLDS[finding.harm]
    return next((step for step in steps if finding.count >= step.least), None)


def _counts(finding: Finding, context: Context) -> bool:
    harm = finding.harm
    if not context.real(finding.start, finding.end, lasting=harm in _LASTING):
        return False
    if harm in (Harm.DEAD, Harm.GRAVELY_INJURED, Harm.HURT):
        return not context.counts_cases(finding.start, finding.end)
    if harm is Harm.DANGER:
        near = context.text[max(0, finding.start - 40) : finding.end + 40]
        over = any(word in context.text for word in (*_OVER, *_RESCUED))
        return not over and _USUAL.search(near) is None
    if harm is Harm.TRAPPED:
        return not _rescued(finding, context)
    return harm is not Harm.AFFECTED or not _PLANNED.search(context.text)


def _rescued(finding: Finding, context: Context) -> bool:
    """True when those trapped are out again, unless the words around say who is not."""
    if not any(word in context.text for word in _RESCUED):
        return False
    return not _STILL.search(context.text[max(0, finding.start - 12) : finding.end + 12])


def _graded(folded: Folded, finding: Finding, threshold: Threshold) -> Graded:
    start, end = folded.span(finding.start, finding.end)
    rule = f"{threshold.rule}(合计{finding.count:g}人)" if finding.summed else threshold.rule
    said = Evidence("severity", start, end, folded.source[start:end], rule)
    return Graded(threshold.severity, finding.harm, said)
