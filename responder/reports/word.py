"""A weekly report as a Word document, A4, ready to sign."""

from __future__ import annotations

import io
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell

from responder.reports import charts
from responder.reports.weekly import Weekly
from responder.reports.wording import lead, percent, period, span_zh, title

BODY, HEAD = "宋体", "黑体"


def document(report: Weekly) -> bytes:
    """`report` as the bytes of a .docx file."""
    paper = _blank(report)
    for sentence in lead(report):
        paper.add_paragraph(sentence).paragraph_format.first_line_indent = Pt(22)
    _posts(paper, report)
    _events(paper, report)
    _clocks(paper, report)
    _tickets(paper, report)
    _voices(paper, report)
    _signature(paper, report)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _blank(report: Weekly) -> Paper:
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    section.top_margin = section.bottom_margin = Cm(2.2)
    for name, font, size in (("Normal", BODY, 11), ("Heading 1", HEAD, 14), ("Title", HEAD, 20)):
        style = paper.styles[name]
        style.font.name, style.font.size = font, Pt(size)
        style.font.color.rgb = RGBColor(0x16, 0x24, 0x3A)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    head = paper.add_paragraph(title(report), style="Title")
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paper.add_paragraph(period(report)).alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paper


def _picture(paper: Paper, image: bytes) -> None:
    paper.add_picture(io.BytesIO(image), width=Cm(16))
    paper.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER


def _table(
    paper: Paper,
    columns: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[object]],
    none: str,
) -> None:
    """A table of `columns` (heading, width in cm), its heading repeated on every page."""
    if not rows:
        paper.add_paragraph(none)
        return
    table = paper.add_table(rows=1, cols=len(columns), style="Table Grid")
    table.autofit = False
    for column, (_, width) in zip(table.columns, columns, strict=True):
        column.width = Cm(width)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, (text, _) in zip(table.rows[0].cells, columns, strict=True):
        cell.text = text
        _shade(cell)
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = str(value)
    for line in table.rows:
        for cell, (_, width) in zip(line.cells, columns, strict=True):
            cell.width = Cm(width)
            _small(cell)


def _shade(cell: _Cell) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), "E8EEF6")
    cell._tc.get_or_add_tcPr().append(shade)


def _small(cell: _Cell) -> None:
    for paragraph in cell.paragraphs:
        paragraph.paragraph_format.space_before = Pt(2)
        paragraph.paragraph_format.space_after = Pt(2)
        for run in paragraph.runs:
            run.font.size = Pt(9)


def _posts(paper: Paper, report: Weekly) -> None:
    paper.add_heading("一、帖文走势", 1)
    _picture(paper, charts.png(charts.volume(report)))
    paper.add_heading("二、议题分布", 1)
    if report.topics:
        _picture(paper, charts.png(charts.topics(report)))
    _table(paper, (("信源", 12.2), ("帖文", 4)), report.sources, "本周没有帖文。")


def _events(paper: Paper, report: Weekly) -> None:
    zone = ZoneInfo(report.zone)
    paper.add_heading("三、主要事件", 1)
    rows = [
        (
            e.title,
            e.topic_zh,
            e.grade_zh,
            e.posts,
            e.first_posted_at.astimezone(zone).strftime("%m-%d %H:%M"),
            e.ticket_id or "—",
        )
        for e in report.events
    ]
    columns = (
        ("事件", 6.2),
        ("议题", 1.9),
        ("等级", 1.5),
        ("本周帖文", 1.7),
        ("首发", 1.9),
        ("台账", 3),
    )
    _table(paper, columns, rows, "本周没有事件。")


def _clocks(paper: Paper, report: Weekly) -> None:
    paper.add_heading("四、时限完成情况", 1)
    if report.units:
        _picture(paper, charts.png(charts.units(report)))
    rows = [
        (u.unit, u.due, u.met, u.missed, u.running, percent(u.rate), span_zh(u.worst_late))
        for u in report.units
    ]
    columns = (
        ("责任单位", 5.2),
        ("本周到期", 1.8),
        ("按时", 1.4),
        ("超时", 1.4),
        ("计时中", 1.5),
        ("按时率", 1.6),
        ("最长超时", 3.3),
    )
    _table(paper, columns, rows, "本周没有到期的时限。")


def _tickets(paper: Paper, report: Weekly) -> None:
    paper.add_heading("五、新立台账", 1)
    rows = [
        (t.ticket_id, t.title, t.grade_zh, t.unit, t.state_zh, t.missed) for t in report.tickets
    ]
    columns = (
        ("编号", 3),
        ("事项", 6.2),
        ("等级", 1.5),
        ("责任单位", 2.9),
        ("状态", 1.5),
        ("超时", 1.1),
    )
    _table(paper, columns, rows, "本周没有新立台账。")


def _voices(paper: Paper, report: Weekly) -> None:
    zone = ZoneInfo(report.zone)
    paper.add_heading("六、公开回应与发声", 1)
    rows = [
        (
            v.ticket_id,
            v.at.astimezone(zone).strftime("%m-%d %H:%M"),
            v.channel,
            v.speaker,
            "是" if v.principal else "否",
        )
        for v in report.voices
    ]
    columns = (
        ("台账", 3.6),
        ("时间", 2.2),
        ("渠道", 4.2),
        ("发言人", 3.6),
        ("第一新闻发言人", 2.6),
    )
    _table(paper, columns, rows, "本周没有登记公开回应。")
    paper.add_paragraph(f"催办升级 {report.escalations} 次，发送失败 {report.pushes_failed} 次。")


def _signature(paper: Paper, report: Weekly) -> None:
    made = report.made_at.astimezone(ZoneInfo(report.zone)).strftime("%Y-%m-%d %H:%M")
    paper.add_paragraph()
    paper.add_paragraph("评估人（签字）：　　　　　　　　　　日期：　　年　　月　　日")
    paper.add_paragraph(f"数据截至 {made}。由系统根据帖文库与台账计算，评估结论以签字为准。")
