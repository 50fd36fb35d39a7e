"""What an edit of a jurisdiction's file would mean for the tickets that are open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select

from responder.policy import policy_from_data
from responder.schema import tickets
from stream.sql import failures_named, reading
from yuqing.domain.jurisdiction import Jurisdiction, Policy
from yuqing.domain.jurisdiction_diff import Difference
from yuqing.domain.verdict import Severity

_OF_POSTS = frozenset({"grading", "review_below"})


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """What of an open ticket an edit can touch."""

    ticket_id: str
    state: str
    grade: int
    unit: str | None
    co_units: tuple[str, ...]
    policy: Policy


def open_tickets(engine: Engine, jurisdiction: str) -> tuple[OpenTicket, ...]:
    """Every open ticket of a jurisdiction, by number. Raises RetryLater when the store is away."""
    columns = (
        *(tickets.c.ticket_id, tickets.c.state, tickets.c.grade, tickets.c.unit),
        *(tickets.c.co_units, tickets.c.policy),
    )
    wanted = select(*columns).where(tickets.c.jurisdiction == jurisdiction, tickets.c.open)
    with failures_named(), reading(engine).begin() as connection:
        rows = connection.execute(wanted.order_by(tickets.c.ticket_id)).all()
    return tuple(
        OpenTicket(
            r.ticket_id, r.state, r.grade, r.unit, tuple(r.co_units), policy_from_data(r.policy)
        )
        for r in rows
    )


def in_words(changed: Sequence[Difference]) -> tuple[str, ...]:
    """Each difference in a Chinese line, with whom it reaches."""
    return tuple(_worded(one) for one in changed)


def _worded(one: Difference) -> str:
    reach = _reach(one)
    if one.before is None:
        return f"+ {one.title}: {one.after}（{reach}）"
    if one.after is None:
        return f"- {one.title}: {one.before}（{reach}）"
    return f"~ {one.title}: {one.before} → {one.after}（{reach}）"


def _reach(one: Difference) -> str:
    if one.copied:
        return "只对新立案的台账"
    return "只对此后研判的帖文" if one.path[0] in _OF_POSTS else "即时生效"


def effects(
    new: Jurisdiction, changed: Sequence[Difference], open_now: Sequence[OpenTicket]
) -> Iterator[str]:
    """Chinese sentences, the gravest first: who would be left without a unit, who keeps which
    clocks, whose chain and review would be other ones from the next step on."""
    yield from _orphans(new, open_now)
    fields = {difference.path[0] for difference in changed}
    if "policy" in fields:
        older = [one for one in open_now if one.policy != new.policy]
        yield (
            f"{len(older)} 件未办结台账保留立案时的时限，不受影响；此后立案的按新时限{_some(older)}"
        )
    yield from _chains(changed, open_now)
    if "grading" in fields and open_now:
        kept = f"{len(open_now)} 件未办结台账的等级不因此改变"
        yield f"{kept}；以后的帖文按新标准研判，机器可能提出新的等级。"
    in_review = [one for one in open_now if one.state == "in_review"]
    if "review" in fields and in_review:
        count = len(in_review)
        yield f"{count} 件正在审核的台账，尚未通过的按新的审核环节办理{_some(in_review)}"


def _orphans(new: Jurisdiction, open_now: Sequence[OpenTicket]) -> Iterator[str]:
    known = {unit.code for unit in new.units}
    charged = {code for one in open_now for code in (one.unit, *one.co_units) if code}
    for code in sorted(charged - known):
        mine = [one for one in open_now if code in (one.unit, *one.co_units)]
        kept = f"仍有 {len(mine)} 件未办结台账由它办理，须先改派"
        yield f"单位 {code} 已不在文件中，{kept}{_some(mine)}"


def _chains(changed: Sequence[Difference], open_now: Sequence[OpenTicket]) -> Iterator[str]:
    grades = {difference.path[1] for difference in changed if difference.path[0] == "chains"}
    for grade in sorted(grades):
        mine = [one for one in open_now if Severity(one.grade) == int(grade)]
        if mine:
            yield f"{len(mine)} 件 {grade} 级未办结台账，尚未发出的催办按新的催办链{_some(mine)}"


def _some(found: Sequence[OpenTicket]) -> str:
    if not found:
        return "。"
    named = "、".join(one.ticket_id for one in found[:5])
    return f"：{named}{'等' if len(found) > 5 else ''}。"
