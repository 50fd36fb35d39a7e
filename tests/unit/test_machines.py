"""Administrators and other systems: keys and webhooks within the own jurisdiction, secrets once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from responder.hooks import signature
from responder.keys import KeyDraft, Keys
from responder.machines import Machines
from responder.people import Person, Role
from responder.schema_doors import audit_log, webhooks
from responder.store import TicketStore
from responder.webhooks import WebhookDraft, Webhooks
from stream.sql import open_engine
from tests.responder_world import SetClock, district
from yuqing.domain.errors import Conflict, InvalidMessage, NotAllowed, NotFound

ROOT = Person("root", "管理员", Role.ADMIN)
LOCAL = Person("bendi", "本地管理员", Role.ADMIN, "qinghe")
LIN = Person("lin", "林一", Role.MONITOR, "qinghe")
KEY = KeyDraft("热线平台", "monitor", ("read",), "qinghe")
HOOK = WebhookDraft("区级平台", "https://platform.example/in?key=1", ("close",), "qinghe")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    TicketStore(made).migrate()
    yield made
    made.dispose()


@pytest.fixture
def machines(engine: Engine) -> Machines:
    clock = SetClock()
    return Machines(Keys(engine, clock), Webhooks(engine, clock), {"qinghe": district()})


def noted(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        query = select(audit_log.c.what).order_by(audit_log.c.number)
        return list(connection.execute(query).scalars())


def test_a_rotated_key_opens_with_its_new_token_only(machines: Machines, engine: Engine) -> None:
    made, token = machines.make_key(LOCAL, KEY)
    again, fresh = machines.rotate_key(LOCAL, made.key_id)
    assert (again.key_id, again.scopes) == (made.key_id, made.scopes)
    assert machines.of_keys.of(token) is None
    known = machines.of_keys.of(fresh)
    assert known is not None
    assert known.key_id == made.key_id
    machines.revoke_key(LOCAL, made.key_id)
    assert machines.of_keys.of(fresh) is None
    with pytest.raises(NotFound):
        machines.rotate_key(LOCAL, made.key_id)
    assert noted(engine) == ["key_created", "key_rotated", "key_revoked"]


def test_a_rotated_webhook_signs_with_its_new_secret(machines: Machines, engine: Engine) -> None:
    made, secret = machines.subscribe(LOCAL, HOOK)
    changed, fresh = machines.rotate_hook(LOCAL, made)
    assert changed.version == made.version + 1
    with engine.connect() as connection:
        kept = connection.execute(select(webhooks.c.secret)).scalar_one()
    assert signature(kept, "1", 2, b"x") == signature(fresh, "1", 2, b"x")
    assert signature(kept, "1", 2, b"x") != signature(secret, "1", 2, b"x")
    with pytest.raises(Conflict):
        machines.rotate_hook(LOCAL, made)
    assert noted(engine) == ["webhook_created", "webhook_rotated"]


def test_a_webhook_is_switched_off_changed_and_dropped(machines: Machines) -> None:
    made, _secret = machines.subscribe(LOCAL, HOOK)
    off = machines.change_hook(LOCAL, made, replace(HOOK, active=False))
    assert (off.active, off.url) == (False, HOOK.url)
    with pytest.raises(Conflict):
        machines.change_hook(LOCAL, made, HOOK)
    machines.drop_hook(LOCAL, off)
    assert machines.hooks(ROOT) == ()


def test_one_jurisdictions_administrator_reaches_its_own_only(machines: Machines) -> None:
    wide, _token = machines.make_key(ROOT, replace(KEY, jurisdiction=None))
    hook, _secret = machines.subscribe(ROOT, replace(HOOK, jurisdiction=None))
    assert (machines.keys(LOCAL), machines.hooks(LOCAL)) == ((), ())
    for refused in (
        lambda: machines.revoke_key(LOCAL, wide.key_id),
        lambda: machines.rotate_key(LOCAL, wide.key_id),
        lambda: machines.change_hook(LOCAL, hook, HOOK),
        lambda: machines.rotate_hook(LOCAL, hook),
        lambda: machines.drop_hook(LOCAL, hook),
        lambda: machines.deliveries(LOCAL, hook.webhook_id, 5),
        lambda: machines.make_key(LOCAL, replace(KEY, jurisdiction="beiling")),
    ):
        with pytest.raises(NotFound):
            refused()
    own, _token = machines.make_key(LOCAL, replace(KEY, jurisdiction=None))
    assert own.jurisdiction == "qinghe"


def test_nobody_else_sees_or_makes_any(machines: Machines) -> None:
    made, _secret = machines.subscribe(LOCAL, HOOK)
    for refused in (
        lambda: machines.keys(LIN),
        lambda: machines.make_key(LIN, KEY),
        lambda: machines.hooks(LIN),
        lambda: machines.hook(LIN, made.webhook_id),
        lambda: machines.subscribe(LIN, HOOK),
        lambda: machines.rotate_hook(LIN, made),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_a_unit_must_be_one_of_the_jurisdiction(machines: Machines) -> None:
    unit = replace(KEY, role="unit", unit="nowhere")
    with pytest.raises(InvalidMessage, match=r"^unit: "):
        machines.make_key(ROOT, unit)
    with pytest.raises(InvalidMessage, match=r"^unit: "):
        machines.subscribe(ROOT, replace(HOOK, jurisdiction=None, unit="yingji"))
    made, _token = machines.make_key(ROOT, replace(unit, unit="yingji"))
    assert made.unit == "yingji"


def test_the_number_of_a_dropped_webhook_is_never_given_again(machines: Machines) -> None:
    first, _secret = machines.subscribe(ROOT, HOOK)
    machines.drop_hook(ROOT, first)
    second, _secret = machines.subscribe(ROOT, HOOK)
    assert second.webhook_id > first.webhook_id
