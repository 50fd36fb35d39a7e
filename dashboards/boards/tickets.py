"""台账: what is open, whose clocks ran out, how long units take to acknowledge."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.names import GRADES, STATES
from dashboards.panels import Sql, at, board, gauges, lines, listing, number
from dashboards.sources import TICKETS


def _named(column: str, names: dict[str, str]) -> str:
    cases = " ".join(f"WHEN '{code}' THEN '{name}'" for code, name in names.items())
    return f"CASE {column}::text {cases} ELSE {column}::text END"


_UNIT = "coalesce(unit, '未交办')"

OPEN = "SELECT count(*) AS 在办 FROM tickets WHERE open"
BREACHED = """
    SELECT count(*) AS 超时 FROM ticket_clocks c JOIN tickets t USING (ticket_id)
    WHERE t.open AND c.status = 'breached' AND c.stopped_at IS NULL"""
GRAVE = "SELECT count(*) AS 重大 FROM tickets WHERE open AND grade >= 3"
WAITING = "SELECT count(*) AS 未签收 FROM tickets WHERE state = 'assigned'"

BY_STATE = f"""
    SELECT {_named("state", dict(STATES))} AS 状态, count(*) AS 数量
    FROM tickets WHERE open GROUP BY state ORDER BY count(*) DESC"""
BREACHED_BY_UNIT = """
    SELECT coalesce(c.unit, '未交办') AS 单位, count(*) AS 超时
    FROM ticket_clocks c WHERE c.status = 'breached' AND $__timeFilter(c.due)
    GROUP BY c.unit ORDER BY count(*) DESC LIMIT 20"""
ACKNOWLEDGED = """
    SELECT date_trunc('hour', a.at) AS time, coalesce(t.unit, '未交办') AS metric,
      avg(extract(epoch FROM a.at - s.at))::float AS value
    FROM ticket_events a
    JOIN tickets t ON t.ticket_id = a.ticket_id
    JOIN LATERAL (
      SELECT max(b.at) AS at FROM ticket_events b
      WHERE b.ticket_id = a.ticket_id AND b.position < a.position
        AND b.action IN ('assign', 'reassign')) s ON s.at IS NOT NULL
    WHERE a.action = 'acknowledge' AND $__timeFilter(a.at)
    GROUP BY 1, 2 ORDER BY 1"""
OPENED = """
    SELECT date_trunc('day', opened_at) AS time, '新开' AS metric, count(*)::float AS value
    FROM tickets WHERE $__timeFilter(opened_at) GROUP BY 1
    UNION ALL
    SELECT date_trunc('day', at), '办结', count(*)::float
    FROM ticket_events WHERE action = 'close' AND $__timeFilter(at) GROUP BY 1 ORDER BY 1"""
CLOCKS = """
    SELECT title AS 时限, count(*) FILTER (WHERE status = 'running') AS 计时中,
      count(*) FILTER (WHERE status = 'met') AS 按时,
      count(*) FILTER (WHERE status = 'breached') AS 超时
    FROM ticket_clocks WHERE $__timeFilter(start) GROUP BY title ORDER BY title"""
NEXT_DUE = f"""
    SELECT ticket_id AS 编号, title AS 标题, {_named("grade", dict(GRADES))} AS 等级,
      {_named("state", dict(STATES))} AS 状态, {_UNIT} AS 单位, due_at AS 最近时限
    FROM tickets WHERE open AND due_at IS NOT NULL ORDER BY due_at LIMIT 50"""


def board_of_tickets() -> Dashboard:
    """The board over the ticket store."""
    return (
        board("yuqing-tickets", "舆情台账", "now-30d", ["台账"])
        .with_panel(number("在办条目", TICKETS, Sql(OPEN), at(0, 0, 6, 4), "lastNotNull"))
        .with_panel(number("在办超时", TICKETS, Sql(BREACHED), at(6, 0, 6, 4), "lastNotNull"))
        .with_panel(number("在办重大以上", TICKETS, Sql(GRAVE), at(12, 0, 6, 4), "lastNotNull"))
        .with_panel(number("待签收", TICKETS, Sql(WAITING), at(18, 0, 6, 4), "lastNotNull"))
        .with_panel(gauges("在办条目按状态", Sql(BY_STATE), at(0, 4, 8, 9)))
        .with_panel(gauges("超时时限按单位", Sql(BREACHED_BY_UNIT), at(8, 4, 8, 9)))
        .with_panel(listing("时限执行情况", Sql(CLOCKS), at(16, 4, 8, 9)))
        .with_panel(
            lines(
                "签收用时（交办至签收）",
                TICKETS,
                Sql(ACKNOWLEDGED, "time_series"),
                at(0, 13, 12, 9),
                "s",
            )
        )
        .with_panel(lines("每日新开与办结", TICKETS, Sql(OPENED, "time_series"), at(12, 13, 12, 9)))
        .with_panel(listing("最近到期", Sql(NEXT_DUE), at(0, 22, 24, 10)))
    )
