"""The sentences of a report, made from its numbers."""

from __future__ import annotations

from datetime import timedelta

from responder.reports.weekly import Weekly


def title(report: Weekly) -> str:
    """The report's title."""
    return f"{report.jurisdiction}政务舆情回应评估周报"


def period(report: Weekly) -> str:
    """The days it covers."""
    last = report.week.end - timedelta(days=1)
    first = report.week.start
    return (
        f"{report.week.name}（{first.year}年{first.month}月{first.day}日"
        f"至{last.month}月{last.day}日）"
    )


def lead(report: Weekly) -> tuple[str, ...]:
    """The opening: what happened in the week, in a few sentences."""
    said = [
        f"本周采集帖文 {report.posts} 条，其中政务舆情 {report.relevant} 条，"
        f"归并为 {report.events_total} 个事件，新立台账 {report.opened} 件，"
        f"办结 {report.closed} 件。"
    ]
    ended = report.met + report.missed
    if ended:
        said.append(
            f"本周到期时限 {ended} 项，按时 {report.met} 项，超时 {report.missed} 项，"
            f"按时率 {percent(report.met / ended)}。"
        )
    else:
        said.append("本周没有到期的时限。")
    if report.events and report.events[0].grade >= 2:
        top = report.events[0]
        said.append(f"等级最高的事件为「{top.title}」（{top.grade_zh}），本周 {top.posts} 帖。")
    principal = sum(voice.principal for voice in report.voices)
    said.append(
        f"登记公开回应 {len(report.voices)} 次，其中主要负责人发声 {principal} 次；"
        f"催办升级 {report.escalations} 次。"
    )
    return tuple(said)


def percent(share: float | None) -> str:
    """A share as people read it; a dash where there is none."""
    return "—" if share is None else f"{share:.1%}"


def span_zh(seconds: int) -> str:
    """A lateness in hours and minutes; a dash for none."""
    if not seconds:
        return "—"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} 小时 {minutes:02d} 分" if hours else f"{minutes} 分"
