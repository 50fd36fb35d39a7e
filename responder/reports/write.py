"""Write a weekly report into a folder, both forms of it."""

from __future__ import annotations

from pathlib import Path

from responder.reports.html import page
from responder.reports.weekly import Weekly
from responder.reports.word import document


def write_weekly(report: Weekly, folder: Path, code: str) -> tuple[Path, Path]:
    """The .docx and the .html of `report`, named by jurisdiction `code` and week."""
    folder.mkdir(parents=True, exist_ok=True)
    word = folder / f"{code}-{report.week.name}.docx"
    web = folder / f"{code}-{report.week.name}.html"
    word.write_bytes(document(report))
    web.write_text(page(report), encoding="utf-8")
    return word, web
