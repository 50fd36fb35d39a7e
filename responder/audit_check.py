"""Whether the audit log is whole: what an inspector runs, trusting nothing but the hashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from responder.audit import ACT, GENESIS, Entry, Head, act_digest, hash_of, head_of
from responder.schema import ticket_events
from responder.schema_doors import audit_log
from stream.sql import failures_named, reading

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong at entry `number` (0: with the log as a whole), in Chinese."""

    number: int
    said: str


@dataclass(frozen=True, slots=True)
class Verified:
    """`entries` and `acts` say how much was looked at; the log is whole without `findings`."""

    entries: int
    acts: int
    head: Head
    findings: tuple[Finding, ...]


def verify(engine: Engine, anchors: Sequence[Head] = ()) -> Verified:
    """Read the whole log at one moment, and every history that it vouches for.

    `anchors` are heads noted down earlier, outside the database.
    """
    with failures_named(), reading(engine).begin() as connection:
        chain = _Chain({anchor.number: anchor.hash for anchor in anchors})
        for row in _rows(connection):
            chain.take(row)
        head = head_of(connection)
        findings = [*chain.findings, *chain.ending(head)]
        acts = list(_histories(connection, chain.acts, findings))
    return Verified(chain.count, len(acts), head, tuple(findings))


class _Chain:
    """Walks the entries in order of their numbers."""

    def __init__(self, anchors: dict[int, str]) -> None:
        self.findings: list[Finding] = []
        self.acts: dict[tuple[str, int], tuple[int, str]] = {}
        self.last, self.count = Head(0, GENESIS), 0
        self._anchors = anchors

    def take(self, row: Row[Any]) -> None:
        entry = Entry(row.at, row.who, row.what, row.subject, row.detail)
        if row.number != self.last.number + 1:
            self._find(row, f"第 {self.last.number + 1} 条起缺失，至第 {row.number - 1} 条")
        elif row.previous != self.last.hash:
            self._find(row, "与上一条接不上：上一条被改动，或次序被调换")
        if hash_of(row.number, entry, row.previous) != row.hash:
            self._find(row, "内容被改动：与本条的哈希不符")
        if self._anchors.pop(row.number, row.hash) != row.hash:
            self._find(row, "与另存的锚点不符：日志被整体重写")
        self.last, self.count = Head(row.number, row.hash), self.count + 1
        if row.what == ACT:
            key = (row.subject.removeprefix("ticket:"), int(row.detail["position"]))
            self.acts[key] = (row.number, str(row.detail["sha256"]))

    def ending(self, head: Head) -> Iterator[Finding]:
        if head != self.last:
            yield Finding(
                self.last.number,
                f"末尾不符：登记的末条为第 {head.number} 条，实际末条为第 {self.last.number} 条",
            )
        for number in sorted(self._anchors):
            yield Finding(number, "锚点所记的条目已不存在：日志末尾被截去")

    def _find(self, row: Row[Any], said: str) -> None:
        self.findings.append(Finding(row.number, said))


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    query = select(audit_log).order_by(audit_log.c.number)
    yield from connection.execute(query, execution_options={"yield_per": _AT_ONCE})


def _histories(
    connection: Connection, noted: dict[tuple[str, int], tuple[int, str]], findings: list[Finding]
) -> Iterator[tuple[str, int]]:
    """Hold the recorded acts to what the log noted of them; yields those compared.

    Tickets opened before there was a log are vouched for from their first noted act on.
    """
    since: dict[str, int] = {}
    for ticket_id, position in noted:
        since[ticket_id] = min(position, since.get(ticket_id, position))
    left = dict(noted)
    query = select(ticket_events).order_by(ticket_events.c.ticket_id, ticket_events.c.position)
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        key = (row.ticket_id, row.position)
        number, sha256 = left.pop(key, (0, ""))
        where = f"台账 {row.ticket_id} 第 {row.position} 条记录"
        if number:
            yield key
            done = act_digest(*key, row.at, row.who, row.action, row.data)
            if done != sha256:
                findings.append(Finding(number, f"{where}被改动：与日志所记不符"))
        elif row.position >= since.get(row.ticket_id, row.position + 1):
            findings.append(Finding(0, f"{where}不是经系统写入：日志没有它"))
    for (ticket_id, position), (number, _) in sorted(left.items(), key=lambda one: one[1]):
        findings.append(Finding(number, f"台账 {ticket_id} 第 {position} 条记录已被删去"))
