"""Counts a weekly report from the ticket store and the index; no number comes from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, and_, func, or_, select

from responder import schema
from responder.labels import GRADES, STATES, TOPICS, named
from responder.reports.weekly import DayRow, EventRow, TicketRow, UnitRow, VoiceRow, Week, Weekly
from stream.index import Index, Search
from stream.sql import failures_named, reading
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import discreet

LISTED = 12
Line = Row[tuple[Any, ...]]


class WeeklyGatherer:
    """Reads one week of one jurisdiction. Raises RetryLater when a store is away."""

    def __init__(
        self, engine: Engine, index: Index, jurisdiction: Jurisdiction, sources: Mapping[str, str]
    ) -> None:
        self._engine, self._index = reading(engine), index
        self._home, self._sources = jurisdiction, sources

    def gather(self, week: Week, now: datetime) -> Weekly:
        """The report of `week` as the data stands at `now`."""
        everything = self._index.search(self._span(week))
        relevant = self._index.search(self._span(week, relevant=True))
        tickets, missed = self._tickets(week, now)
        events = self._events(week)
        return Weekly(
            jurisdiction=self._home.name,
            week=week,
            made_at=now,
            zone=self._home.zone,
            posts=everything.total,
            relevant=relevant.total,
            days=_days(week, dict(everything.facets["day"]), dict(relevant.facets["day"])),
            topics=_named_counts(relevant.facets["topic"], TOPICS),
            sources=_named_counts(everything.facets["source"], self._sources),
            severities=_named_counts(
                relevant.facets["severity"], {str(k): v for k, v in GRADES.items()}
            ),
            events_total=len(events),
            events=tuple(events[:LISTED]),
            opened=len(tickets),
            closed=self._acts(week, "close"),
            units=self._units(week, now),
            tickets=tuple(_ticket_row(row, self._unit(row.unit), missed) for row in tickets),
            voices=self._voices(week),
            escalations=self._acts(week, "escalate"),
            pushes_failed=self._pushes_failed(week),
        )

    def _span(self, week: Week, relevant: bool | None = None) -> Search:
        return Search(
            jurisdiction=self._home.code,
            relevant=relevant,
            since=week.start,
            until=week.end,
            size=1,
            zone=self._home.zone,
        )

    def _unit(self, code: str | None) -> str:
        unit = self._home.unit(code) if code else None
        return unit.name if unit else code or "未交办"

    def _events(self, week: Week) -> list[EventRow]:
        table = schema.event_copies.c
        query = (
            select(schema.event_copies, schema.tickets.c.ticket_id)
            .outerjoin(schema.tickets, schema.tickets.c.event_id == table.event_id)
            .where(table.jurisdiction == self._home.code)
            .where(table.last_posted_at >= week.start, table.first_posted_at < week.end)
        )
        with failures_named(), self._engine.begin() as connection:
            rows = [_event_row(row, week) for row in connection.execute(query)]
        return sorted((r for r in rows if r.posts), key=lambda r: (-r.grade, -r.posts, r.title))

    def _tickets(self, week: Week, now: datetime) -> tuple[list[Line], Counter[str]]:
        table, clocks = schema.tickets.c, schema.ticket_clocks.c
        opened = (
            select(schema.tickets)
            .where(table.jurisdiction == self._home.code)
            .where(table.opened_at >= week.start, table.opened_at < week.end)
            .order_by(table.grade.desc(), table.opened_at)
        )
        late = or_(clocks.status == "breached", and_(clocks.status == "running", clocks.due < now))
        with failures_named(), self._engine.begin() as connection:
            rows = list(connection.execute(opened))
            counted = connection.execute(select(clocks.ticket_id).where(late))
            return rows, Counter(row.ticket_id for row in counted)

    def _units(self, week: Week, now: datetime) -> tuple[UnitRow, ...]:
        clocks, tickets = schema.ticket_clocks, schema.tickets
        query = (
            select(clocks)
            .join(tickets, tickets.c.ticket_id == clocks.c.ticket_id)
            .where(tickets.c.jurisdiction == self._home.code)
            .where(clocks.c.due >= week.start, clocks.c.due < week.end)
            .where(clocks.c.status != "superseded")
        )
        with failures_named(), self._engine.begin() as connection:
            rows = list(connection.execute(query))
        units = sorted({row.unit for row in rows}, key=lambda code: self._unit(code))
        return tuple(_unit_row(self._unit(u), [r for r in rows if r.unit == u], now) for u in units)

    def _acts(self, week: Week, action: str) -> int:
        acts, tickets = schema.ticket_events, schema.tickets
        query = (
            select(func.count())
            .select_from(acts.join(tickets, tickets.c.ticket_id == acts.c.ticket_id))
            .where(tickets.c.jurisdiction == self._home.code, acts.c.action == action)
            .where(acts.c.at >= week.start, acts.c.at < week.end)
        )
        with failures_named(), self._engine.begin() as connection:
            return int(connection.execute(query).scalar_one())

    def _voices(self, week: Week) -> tuple[VoiceRow, ...]:
        acts, tickets = schema.ticket_events, schema.tickets
        query = (
            select(acts)
            .join(tickets, tickets.c.ticket_id == acts.c.ticket_id)
            .where(tickets.c.jurisdiction == self._home.code)
            .where(acts.c.action.in_(("publish", "press_conference")))
            .where(acts.c.at >= week.start, acts.c.at < week.end)
            .order_by(acts.c.at)
        )
        with failures_named(), self._engine.begin() as connection:
            return tuple(_voice_row(row) for row in connection.execute(query))

    def _pushes_failed(self, week: Week) -> int:
        box, tickets = schema.outbox, schema.tickets
        query = (
            select(func.count())
            .select_from(box.join(tickets, tickets.c.ticket_id == box.c.ticket_id))
            .where(tickets.c.jurisdiction == self._home.code)
            .where(box.c.kind == "push", box.c.state == "failed")
            .where(box.c.due_at >= week.start, box.c.due_at < week.end)
        )
        with failures_named(), self._engine.begin() as connection:
            return int(connection.execute(query).scalar_one())


def _days(week: Week, posts: Mapping[str, int], relevant: Mapping[str, int]) -> tuple[DayRow, ...]:
    days = [(week.start + timedelta(days=i)).date() for i in range(7)]
    return tuple(
        DayRow(d, posts.get(d.isoformat(), 0), relevant.get(d.isoformat(), 0)) for d in days
    )


def _named_counts(
    counts: tuple[tuple[str, int], ...], names: Mapping[str, str]
) -> tuple[tuple[str, int], ...]:
    return tuple((names.get(code, code), count) for code, count in counts)


def _event_row(row: Line, week: Week) -> EventRow:
    heat = row.snapshot.get("heat", [])
    inside = (posts for at, posts in heat if week.start <= datetime.fromisoformat(at) < week.end)
    return EventRow(
        title=discreet(row.title),
        topic_zh=named(TOPICS, row.topic),
        grade=row.severity,
        grade_zh=GRADES[row.severity],
        posts=sum(inside),
        first_posted_at=row.first_posted_at,
        ticket_id=row.ticket_id,
    )


def _ticket_row(row: Line, unit: str, missed: Counter[str]) -> TicketRow:
    return TicketRow(
        ticket_id=row.ticket_id,
        title=discreet(row.title),
        grade=row.grade,
        grade_zh=GRADES[row.grade],
        unit=unit,
        state_zh=named(STATES, row.state),
        missed=missed[row.ticket_id],
    )


def _unit_row(name: str, rows: list[Line], now: datetime) -> UnitRow:
    met = sum(row.status == "met" for row in rows)
    missed = [r for r in rows if r.status == "breached" or (r.status == "running" and r.due < now)]
    late = [max(r.late_seconds, _late_now(r, now)) for r in missed]
    running = len(rows) - met - len(missed)
    return UnitRow(name, len(rows), met, len(missed), running, max(late, default=0))


def _late_now(row: Line, now: datetime) -> int:
    return 0 if row.stopped_at else max(0, int((now - row.due).total_seconds()))


def _voice_row(row: Line) -> VoiceRow:
    data = row.data
    said = data.get("published_at") or data.get("held_at")
    return VoiceRow(
        ticket_id=row.ticket_id,
        at=datetime.fromisoformat(str(said)) if said else row.at,
        channel=str(data.get("channel") or ("新闻发布会" if row.action != "publish" else "")),
        speaker=str(data.get("speaker") or "未记录"),
        principal=bool(data.get("principal")),
    )
