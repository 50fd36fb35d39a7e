"""The charts of a report, drawn with the shipped Chinese font, as PNG (Word) or SVG (web)."""

from __future__ import annotations

import io
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import MaxNLocator

from responder.reports.weekly import Weekly

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-GB2312.otf"
BLUE, ORANGE, GREEN, RED, GREY = "#2b6cb0", "#d9600a", "#1a7f4b", "#b3131b", "#9aa7b8"


def _text(size: float) -> FontProperties:
    return FontProperties(fname=FONT, size=size)


def volume(report: Weekly) -> Figure:
    """Posts a day: all, and the relevant ones."""
    figure = Figure(figsize=(6.6, 2.6), layout="constrained")
    axes = figure.add_subplot()
    days = [f"{row.day.month}月{row.day.day}日" for row in report.days]
    axes.bar(days, [row.posts for row in report.days], color="#c9d8ea", label="全部帖文")
    axes.bar(days, [row.relevant for row in report.days], color=BLUE, width=0.5, label="政务舆情")
    axes.set_ylim(0, max(1, *(row.posts for row in report.days)) * 1.15)
    axes.set_ylabel("帖", fontproperties=_text(9))
    _finish(axes, legend=True)
    return figure


def topics(report: Weekly) -> Figure:
    """Relevant posts by topic, the largest twelve."""
    rows = report.topics[:12][::-1]
    figure = Figure(figsize=(6.6, 0.5 + 0.27 * max(3, len(rows))), layout="constrained")
    axes = figure.add_subplot()
    axes.barh([name for name, _ in rows], [count for _, count in rows], color=ORANGE)
    axes.set_xlim(0, max((count for _, count in rows), default=1) * 1.1)
    for place, (_, count) in enumerate(rows):
        axes.text(count, place, f" {count}", va="center", fontproperties=_text(8))
    _finish(axes)
    return figure


def units(report: Weekly) -> Figure:
    """Clocks due in the week by unit: met, missed, still running."""
    rows = report.units[::-1]
    figure = Figure(figsize=(6.6, 0.7 + 0.3 * max(3, len(rows))), layout="constrained")
    axes = figure.add_subplot()
    names, left = [row.unit for row in rows], [0] * len(rows)
    parts = (
        ("按时", GREEN, [row.met for row in rows]),
        ("超时", RED, [row.missed for row in rows]),
        ("计时中", GREY, [row.running for row in rows]),
    )
    for label, colour, counts in parts:
        axes.barh(names, counts, left=left, color=colour, label=label)
        left = [a + b for a, b in zip(left, counts, strict=True)]
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(0, max(1, *left, 1) * 1.05)
    _finish(axes, legend=True)
    return figure


def png(figure: Figure) -> bytes:
    """`figure` at print resolution."""
    out = io.BytesIO()
    FigureCanvasAgg(figure).print_figure(out, format="png", dpi=220)
    return out.getvalue()


def svg(figure: Figure) -> str:
    """`figure` as an inline SVG element, its letters drawn as shapes."""
    out = io.StringIO()
    FigureCanvasSVG(figure).print_figure(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def _finish(axes: Axes, legend: bool = False) -> None:
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(_text(8.5))
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=0)
    if legend:
        axes.legend(prop=_text(8.5), frameon=False, ncols=3, loc="upper right")
