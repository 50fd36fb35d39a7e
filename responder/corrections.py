"""What people said a post is: kept for ever with who, when, before and after, and told to all.

The record is the truth; the index, grouping and the queue follow from it by messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from responder.audit import Entry
from responder.audit import note as noted
from responder.copies import plain
from responder.outbox import put_decision
from responder.review_filter import within
from responder.reviews import joined, judged_of, settle
from responder.schema_judging import corrections
from stream.messages import Corrected, Judged
from stream.sql import failures_named, reading
from yuqing.domain.decision import Labels, confirmed, labels_of
from yuqing.domain.errors import Conflict
from yuqing.domain.text import discreet

GOLD = ("relevant", "topic", "also", "severity", "emergency", "disposition", "places")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction; `before` equals `after` where a person confirmed."""

    post_id: str
    who: str
    at: datetime
    before: Labels
    after: Labels
    note: str
    judged: Judged

    @property
    def changed(self) -> bool:
        """False where the person said that the machine was right."""
        return self.before != self.after


class Corrections:
    """The corrections in the ticket store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(
        self,
        judged: Judged,
        labels: Labels,
        who: str,
        now: datetime,
        known_at: datetime | None = None,
        note: str = "",
    ) -> Correction:
        """`who` says that `judged` is `labels`: on record, out of the queue, and told.

        `known_at` is when the last correction that `who` has seen was made, None when none was.
        Raises Conflict naming the login of whoever came between.
        """
        after = labels.settled
        post_id, before = judged.post.post_id, labels_of(judged.verdict)
        verdict = confirmed(judged.verdict, after, who, now)
        made = Correction(post_id, who, now, before, after, note, replace(judged, verdict=verdict))
        try:
            with failures_named(), self._engine.begin() as connection:
                last = _last(connection, post_id)
                if last is not None and last.at != known_at:
                    raise Conflict(last.who)
                self._write(connection, made, _decision_id(post_id, last))
        except IntegrityError as error:  # two followed the same one: the other was first
            raise Conflict(self.of_post(post_id)[0].who) from error
        return made

    def of_post(self, post_id: str) -> tuple[Correction, ...]:
        """What people said of it, the latest first."""
        query = select(corrections).where(corrections.c.post_id == post_id)
        query = query.order_by(corrections.c.correction_id.desc())
        with failures_named(), reading(self._engine).begin() as connection:
            return tuple(_correction(row) for row in connection.execute(query))

    def known_at(self, post_id: str, version: int) -> datetime | None:
        """When the post came to `version`, None for the machine's word, which is version 1; each
        correction makes the next. Raises Conflict naming the login of whoever made the newest,
        where `version` is another; nobody's for one that never was."""
        made = self.of_post(post_id)
        if version != len(made) + 1:
            raise Conflict(made[0].who if version <= len(made) else "")
        return made[0].at if made else None

    def settled(self, judged: Sequence[Judged]) -> list[Judged]:
        """`judged`, each with the latest correction of it, if there is one."""
        with failures_named(), reading(self._engine).begin() as connection:
            said = latest(connection, [one.post.post_id for one in judged])
        return [_with(one, said.get(one.post.post_id)) for one in judged]

    def every(self, jurisdiction: str | None = None) -> Iterator[Correction]:
        """The latest correction of each post, in the order they were made."""
        newest = select(func.max(corrections.c.correction_id)).group_by(corrections.c.post_id)
        last = 0
        while True:
            query = select(corrections).where(
                corrections.c.correction_id.in_(newest),
                corrections.c.correction_id > last,
                within(jurisdiction, corrections.c.jurisdictions),
            )
            query = query.order_by(corrections.c.correction_id).limit(_AT_ONCE)
            with failures_named(), reading(self._engine).begin() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield from (_correction(row) for row in rows)
            last = rows[-1].correction_id

    def _write(self, connection: Connection, made: Correction, decision_id: str) -> None:
        row = {
            "decision_id": decision_id,
            "post_id": made.post_id,
            "jurisdictions": joined(made.judged.jurisdictions),
            "who": made.who,
            "at": made.at,
            "before": plain(made.before),
            "after": plain(made.after),
            "changed": made.changed,
            "note": made.note,
            "model": made.judged.verdict.model,
            "judged": plain(made.judged),
        }
        connection.execute(insert(corrections), row)
        settle(connection, made.post_id, made.who, made.at)
        for code in made.judged.jurisdictions or ("",):
            told = Corrected(decision_id, code, made.judged, made.before)
            put_decision(connection, told, code, made.at)
        noted(connection, _entry(decision_id, made))


def as_gold(made: Correction) -> dict[str, Any]:
    """`made` as a labelled post, for training: personal numbers masked, in the text and in what
    people noted."""
    labels = plain(made.after)
    return {
        "id": made.post_id,
        "text": discreet(made.judged.post.text),
        **{name: labels[name] for name in GOLD},
        "who": made.who,
        "at": made.at.isoformat(),
        "changed": made.changed,
        "before": plain(made.before),
        "note": discreet(made.note),
        "model": made.judged.verdict.model,
    }


def latest(connection: Connection, post_ids: Collection[str]) -> Mapping[str, Correction]:
    """The last correction of each of `post_ids` that has one."""
    query = select(corrections).where(corrections.c.post_id.in_(post_ids))
    rows = connection.execute(query.order_by(corrections.c.correction_id))
    return {row.post_id: _correction(row) for row in rows}


def _with(judged: Judged, said: Correction | None) -> Judged:
    if said is None:
        return judged
    verdict = confirmed(judged.verdict, said.after, said.who, said.at)
    return replace(judged, verdict=verdict)


def _last(connection: Connection, post_id: str) -> Row[Any] | None:
    query = select(corrections).where(corrections.c.post_id == post_id)
    newest = query.order_by(corrections.c.correction_id.desc()).limit(1)
    return connection.execute(newest).one_or_none()


def _decision_id(post_id: str, last: Row[Any] | None) -> str:
    """Names what follows the correction `last`, the very one that was looked at: two that follow
    the same one are told apart by nobody, and the database takes the first."""
    told = f"{post_id}\x00{last.decision_id if last else ''}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _entry(decision_id: str, made: Correction) -> Entry:
    """Which heads were changed, and not to what: a place that somebody typed may be anything."""
    heads = [name for name in GOLD if getattr(made.before, name) != getattr(made.after, name)]
    what = "post_corrected" if made.changed else "post_confirmed"
    detail = {"decision": decision_id, "heads": heads}
    return Entry(made.at, made.who, what, f"post:{made.post_id}", detail)


def _correction(row: Row[Any]) -> Correction:
    before, after = (_labels().validate_python(one) for one in (row.before, row.after))
    return Correction(row.post_id, row.who, row.at, before, after, row.note, judged_of(row.judged))


@lru_cache(maxsize=1)
def _labels() -> TypeAdapter[Labels]:
    return TypeAdapter(Labels)
