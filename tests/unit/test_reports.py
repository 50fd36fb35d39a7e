"""The weekly report: every number is counted from the stores, and both forms show it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from docx import Document
from sqlalchemy import func, select

from responder import schema
from responder.reports.gather import WeeklyGatherer
from responder.reports.html import page
from responder.reports.weekly import Weekly, parse_week
from responder.reports.word import document
from responder.reports.write import write_weekly
from stream.index import Search
from tests.small_world import HOME, SmallWorld, small_world
from yuqing.app import configuration, wiring
from yuqing.domain.errors import InvalidMessage


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallWorld]:
    """Fifty-five hours of the small world: some clocks have ended."""
    with small_world(tmp_path_factory.mktemp("report")) as world:
        for hours in (6, 30, 55):
            world.live(world.world.start + timedelta(hours=hours))
        yield world


def gathered(world: SmallWorld, week: str) -> Weekly:
    home = configuration.jurisdictions(world.settings)[HOME]
    index = wiring.index(world.settings)
    try:
        names = configuration.source_names(world.settings)
        gatherer = WeeklyGatherer(wiring.tickets_engine(world.settings), index, home, names)
        return gatherer.gather(parse_week(week, home.zone), world.clock.now())
    finally:
        index.close()


@pytest.fixture(scope="module")
def report(lived: SmallWorld) -> Weekly:
    """The report of the world's week, as of its fifty-fifth hour."""
    return gathered(lived, "2026-W10")


def test_volumes_are_those_of_the_index(lived: SmallWorld, report: Weekly) -> None:
    index = wiring.index(lived.settings)
    week = report.week
    try:
        page = index.search(Search(jurisdiction=HOME, since=week.start, until=week.end))
    finally:
        index.close()
    assert report.posts == page.total > 100
    assert sum(day.posts for day in report.days) == report.posts
    assert sum(day.relevant for day in report.days) == report.relevant
    assert sum(count for _, count in report.sources) == report.posts
    assert sum(count for _, count in report.topics) == report.relevant


def test_tickets_and_clocks_are_those_of_the_store(lived: SmallWorld, report: Weekly) -> None:
    now, clocks = lived.clock.now(), schema.ticket_clocks.c
    in_week = (clocks.due >= report.week.start) & (clocks.due < report.week.end)
    counted = in_week & (clocks.status != "superseded")
    late = (clocks.status == "breached") | ((clocks.status == "running") & (clocks.due < now))
    with wiring.tickets_engine(lived.settings).begin() as link:
        tickets = link.scalar(select(func.count()).select_from(schema.tickets))
        due = link.scalar(select(func.count()).where(counted))
        missed = link.scalar(select(func.count()).where(counted & late))
    assert report.opened == tickets == len(report.tickets)
    assert sum(unit.due for unit in report.units) == due
    assert report.missed == missed
    assert report.missed > 0
    for unit in report.units:
        assert unit.due == unit.met + unit.missed + unit.running
        assert (unit.worst_late > 0) == (unit.missed > 0)


def test_a_week_without_anything_is_an_honest_empty_report(lived: SmallWorld) -> None:
    empty = gathered(lived, "2025-W10")
    assert (empty.posts, empty.opened, empty.events_total, empty.units) == (0, 0, 0, ())
    assert "本周没有到期的时限" in page(empty)
    assert any("本周没有事件" in p.text for p in Document(io.BytesIO(document(empty))).paragraphs)


def test_word_shows_the_numbers_and_the_charts(report: Weekly) -> None:
    paper = Document(io.BytesIO(document(report)))
    text = "\n".join(p.text for p in paper.paragraphs)
    assert f"本周采集帖文 {report.posts} 条" in text
    assert f"超时 {report.missed} 项" in text
    assert len(paper.inline_shapes) == 3
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    assert {ticket.ticket_id for ticket in report.tickets} <= cells


def test_the_page_needs_nothing_from_elsewhere_and_escapes(report: Weekly) -> None:
    hostile = replace(report.events[0], title="<script>alert(1)</script>")
    html = page(replace(report, events=(hostile,)))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert html.count("<svg") == 3
    assert not re.findall(r'(?:src|href)="(?!#)', html)


def test_files_are_named_by_place_and_week(report: Weekly, tmp_path: Path) -> None:
    word, web = write_weekly(report, tmp_path / "reports", HOME)
    assert (word.name, web.name) == ("qingting-2026-W10.docx", "qingting-2026-W10.html")
    assert word.stat().st_size > 10_000
    assert web.stat().st_size > 10_000


@pytest.mark.parametrize("name", ["", "2026-10", "2026-W60", "2026W10", "上周"])
def test_a_week_that_is_none_is_refused_with_the_right_form(name: str) -> None:
    with pytest.raises(InvalidMessage, match="2026-W47"):
        parse_week(name, "Asia/Shanghai")
