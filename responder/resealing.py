"""Bringing every secret at rest under the newest key: those of before there was one, and those of
a key that is to go. Run with the migrations; twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, String, Table, cast, select, update

from responder.schema import outbox, people
from responder.schema_doors import webhooks
from responder.sealing import Seal, is_shut, seal_of
from stream.sql import failures_named


def reseal(engine: Engine) -> int:
    """Seal anew what is not under the first key; returns how many rows changed.

    Raises ConfigError, and changes nothing, when a key that it needs is missing.
    """
    seal = seal_of(engine)
    if seal is None:
        return 0
    with failures_named(), engine.begin() as connection:
        changed = _column(connection, seal, webhooks, "webhook_id", "secret")
        return changed + _accounts(connection, seal) + _messages(connection, seal)


def check_sealed(engine: Engine) -> None:
    """Raises ConfigError when what rests sealed there, and will be used again, cannot be opened."""
    seal = seal_of(engine) or Seal(())
    with failures_named(), engine.connect() as connection:
        for secret in connection.execute(select(webhooks.c.secret)).scalars():
            seal.open(secret)
        for channels in connection.execute(select(people.c.channels)).scalars():
            _ = [seal.open(one) for one in channels]
        waiting = (outbox.c.kind == "push") & (outbox.c.state == "pending")
        for payload in connection.execute(select(outbox.c.payload).where(waiting)).scalars():
            _ = [seal.open(one) for one in payload.get("channels", ())]


def _column(connection: Connection, seal: Seal, table: Table, key: str, name: str) -> int:
    changed = 0
    for row in connection.execute(select(table.c[key], table.c[name])).all():
        if not seal.is_newest(row[1]):
            mine = update(table).where(table.c[key] == row[0])
            connection.execute(mine.values({name: seal.shut(seal.open(row[1]))}))
            changed += 1
    return changed


def _accounts(connection: Connection, seal: Seal) -> int:
    changed = 0
    for login, channels in connection.execute(select(people.c.login, people.c.channels)).all():
        if any(not seal.is_newest(one) for one in channels):
            mine = update(people).where(people.c.login == login)
            connection.execute(mine.values(channels=_anew(seal, channels)))
            changed += 1
    return changed


def _messages(connection: Connection, seal: Seal) -> int:
    """Addresses in pushes: all that were never sealed; under a former key only what has still to
    leave, for nobody opens the others again."""
    plain = cast(outbox.c.payload, String).like("%://%")
    query = select(outbox.c.outbox_id, outbox.c.state, outbox.c.payload)
    query = query.where(outbox.c.kind == "push", plain | (outbox.c.state == "pending"))
    changed = 0
    for row in connection.execute(query).all():
        channels = row.payload.get("channels", ())
        if any(_is_due(seal, one, row.state) for one in channels):
            payload = {**row.payload, "channels": _anew(seal, channels)}
            mine = update(outbox).where(outbox.c.outbox_id == row.outbox_id)
            connection.execute(mine.values(payload=payload))
            changed += 1
    return changed


def _is_due(seal: Seal, resting: str, state: Any) -> bool:
    return not is_shut(resting) or (state == "pending" and not seal.is_newest(resting))


def _anew(seal: Seal, channels: Sequence[str]) -> list[str]:
    return [seal.shut(seal.open(one)) for one in channels]
