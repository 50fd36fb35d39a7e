"""Grade what the numbers say by the statutory thresholds, and say which rule gave the grade.

The general thresholds (domain/grading) are those of 《生产安全事故报告和调查处理条例》第三条, for
every kind of incident; crowds and cut-off supplies have none in law, so theirs are the product's
own choice. A jurisdiction's own stand in their place for what is judged for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from classifier.rules.context import Context
from classifier.rules.folding import Folded
from classifier.rules.harm_words import Finding, Harm
from yuqing.domain.grading import GENERAL, WORDS, Counted, Grading, amount_zh
from yuqing.domain.verdict import Evidence, Severity

ARTICLE = "《生产安全事故报告和调查处理条例》第三条"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `least` on a harm is at least of `severity`, by `rule`."""

    least: float
    severity: Severity
    rule: str


Thresholds = Mapping[Harm, tuple[Threshold, ...]]
"""Of each harm, the gravest first."""
_COUNTED: Mapping[Harm, Counted] = {
    **{Harm(counted.value): counted for counted in Counted},
    Harm.MISSING: Counted.DEAD,
}


def _statutory(counted: Counted, words: str) -> tuple[Threshold, ...]:
    steps = sorted(GENERAL.of(counted).items(), reverse=True)
    said = f"{ARTICLE}:{words}"
    return tuple(Threshold(n, g, f"{said}{amount_zh(counted, n)}") for g, n in steps)


def _general(counted: Counted, words: Mapping[Severity, str]) -> tuple[Threshold, ...]:
    least = GENERAL.of(counted)
    return tuple(
        Threshold(least[grade], grade, f"本系统规则:{said}") for grade, said in words.items()
    )


def _whatever(severity: Severity, words: str) -> tuple[Threshold, ...]:
    return (Threshold(1, severity, f"本系统规则:{words}"),)


THRESHOLDS: Thresholds = {
    Harm.DEAD: _statutory(Counted.DEAD, "死亡"),
    Harm.MISSING: _statutory(Counted.DEAD, "下落不明计入死亡"),
    Harm.GRAVELY_INJURED: _statutory(Counted.GRAVELY_INJURED, "重伤(含急性工业中毒)"),
    Harm.LOSS: _statutory(Counted.LOSS, "直接经济损失"),
    Harm.HURT: _general(
        Counted.HURT,
        {
            Severity.MAJOR: "受伤或中毒300人",
            Severity.LARGER: "受伤或中毒10人",
            Severity.ORDINARY: "有人受伤",
        },
    ),
    Harm.TRAPPED: _general(
        Counted.TRAPPED,
        {Severity.MAJOR: "被困10人", Severity.LARGER: "有人被困,危险尚在"},
    ),
    Harm.CROWD: _general(
        Counted.CROWD, {Severity.MAJOR: "数百人聚集", Severity.LARGER: "数十人聚集"}
    ),
    Harm.AFFECTED: _general(
        Counted.AFFECTED,
        {Severity.MAJOR: "千人以上水气电中断或受污染", Severity.LARGER: "百人以上受影响"},
    ),
    Harm.STRICKEN: _general(
        Counted.STRICKEN, {Severity.MAJOR: "万人以上受灾", Severity.LARGER: "百人以上受灾"}
    ),
    Harm.SHARED: _general(Counted.SHARED, {Severity.LARGER: "十人(户)以上共同的诉求"}),
    Harm.OUTRAGE: _whatever(Severity.MAJOR, "震动社会的恶性案件"),
    Harm.LOCKDOWN: _whatever(Severity.GRAVE, "全省范围的危机"),
    Harm.DANGER: _whatever(Severity.LARGER, "公众面临的危险正在发生"),
}


def local_thresholds(grading: Grading) -> Thresholds:
    """The thresholds of a jurisdiction that has its own; where none is, the general ones."""
    own = {harm: counted for harm, counted in _COUNTED.items() if counted in grading.own()}
    return {**THRESHOLDS, **{harm: _local(grading, counted) for harm, counted in own.items()}}


def _local(grading: Grading, counted: Counted) -> tuple[Threshold, ...]:
    cited = f",{grading.basis}" if grading.basis else ""
    said = f"本地标准({grading.by}{cited}):{WORDS[counted]}"
    steps = sorted(grading.of(counted).items(), reverse=True)
    return tuple(Threshold(n, g, f"{said}{amount_zh(counted, n)}") for g, n in steps)


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
    folded: Folded, findings: Iterable[Finding], context: Context, local: Thresholds = THRESHOLDS
) -> tuple[Graded, ...]:
    """What of `findings` is real, graded, gravest first (then by place in the text)."""
    graded = [
        _graded(folded, finding, threshold)
        for finding in findings
        if (threshold := _deciding(finding, local)) is not None and _counts(finding, context)
    ]
    return tuple(sorted(graded, key=lambda g: (-g.severity, g.evidence.start)))


def threshold_of(finding: Finding, thresholds: Thresholds = THRESHOLDS) -> Threshold | None:
    """The gravest threshold that the finding's count reaches."""
    return next((step for step in thresholds[finding.harm] if finding.count >= step.least), None)


def _deciding(finding: Finding, local: Thresholds) -> Threshold | None:
    """The local threshold, unless the general one gives the same grade: then that is cited."""
    ours, general = threshold_of(finding, local), threshold_of(finding)
    return general if ours and general and ours.severity == general.severity else ours


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
    rule = f"{threshold.rule}(合计{finding.count:g}人)" if finding.summed else threshold.rule
    said = folded.evidence("severity", finding.start, finding.end, rule)
    return Graded(threshold.severity, finding.harm, said)
