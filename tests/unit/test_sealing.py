"""Secrets at rest: sealed with the first key, opened with any, refused with a remedy."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, insert, select, text, update

from responder.hooks import Posted, send_hooks, signature
from responder.opening import NewCase, by_hand
from responder.outbox import Push, put_pushes, send_due
from responder.people import Person, Role
from responder.push import Delivery
from responder.resealing import check_sealed, reseal
from responder.schema import outbox, people
from responder.schema_doors import audit_log, webhooks
from responder.sealing import Seal, sealing
from responder.store import TicketStore
from responder.webhooks import WebhookDraft, Webhooks
from stream.bus import Outgoing
from stream.sql import open_engine
from tests.desk_world import SECRET, quick_people
from tests.reference.small_district import DISTRICT
from tests.responder_world import NOON, SetClock, district
from yuqing.app import engines, ready, wiring
from yuqing.app.settings import Settings
from yuqing.domain.errors import ConfigError
from yuqing.domain.jurisdiction_diff import differences
from yuqing.files.named_channels import with_named_channels

OLD, NEW = "an-old-key-of-thirty-two-characters", "a-new-key-of-thirty-two-characters"
ROBOT = "wecombot://the-robot-key"
LIN = Person("lin", "林一", Role.MONITOR, "qinghe", None, (ROBOT,))


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 't.db'}", durable=True)
    TicketStore(made).migrate()
    yield made
    made.dispose()


def a_push(key: str = "p") -> Push:
    return Push(
        key, "case", "unit:yingji", "qinghe", "题", "见 https://y.test", "/notices", NOON,
        recipients=(("值班", (ROBOT, "mailto://a:pw@h")),),
    )  # fmt: skip


def fill(engine: Engine) -> str:
    """One secret of each kind; the webhook's is returned."""
    _, secret = Webhooks(engine, SetClock()).create(
        WebhookDraft("平台", "https://u:pw@h.test/in?token=t"), "root"
    )
    quick_people(engine, SetClock()).create(LIN, SECRET)
    with engine.begin() as connection:
        put_pushes(connection, [a_push()], NOON)
    return secret


def resting(engine: Engine) -> str:
    """Everything that rests in the columns that hold secrets."""
    with engine.connect() as link:
        found: list[Any] = [*link.execute(select(webhooks.c.secret)).scalars()]
        found += link.execute(select(people.c.channels)).scalars()
        found += [one["channels"] for one in link.execute(select(outbox.c.payload)).scalars()]
    return repr(found)


class Chat:
    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:  # noqa: ARG002
        self.asked.append(tuple(channels))
        return Delivery(None)


def nowhere(_messages: Sequence[Outgoing]) -> None:
    """The bus is of no interest here."""


def test_what_is_shut_is_opened_by_any_key_that_is_listed() -> None:
    shut = Seal([OLD]).shut("秘密")
    assert "秘密" not in shut
    assert Seal([NEW, OLD]).open(shut) == "秘密"
    assert not Seal([NEW, OLD]).is_newest(shut)
    assert Seal([NEW, OLD]).is_newest(Seal([NEW]).shut("秘密"))
    with pytest.raises(ConfigError, match=r"YUQING_SECRETS_KEY.*after the present one"):
        Seal([NEW]).open(shut)
    with pytest.raises(ConfigError, match="YUQING_SECRETS_KEY: is missing"):
        Seal([]).shut("秘密")
    with pytest.raises(ConfigError, match="fewer than 32"):
        Seal(["short"])


def test_secrets_rest_sealed_and_are_used_as_they_are(plain: Engine) -> None:
    engine = sealing(plain, Seal([NEW]))
    secret = fill(engine)
    assert not any(word in resting(plain) for word in ("whsec_", "robot-key", "pw@h"))
    chat = Chat()
    assert send_due(engine, chat, nowhere, SetClock()) == 1
    assert chat.asked == [(ROBOT, "mailto://a:pw@h")]
    (person,) = quick_people(engine, SetClock()).everybody()
    assert person.channels == (ROBOT,)
    got: list[dict[str, str]] = []

    class Receiver:
        def post(self, url: str, body: bytes, headers: Any) -> Posted:  # noqa: ARG002
            got.append({**headers, "body": body.decode()})
            return Posted()

    case = NewCase("qinghe", "路灯不亮", "南湖路", "urban", 1, False)
    TicketStore(engine).open(by_hand(case, LIN, district(), NOON))
    assert send_hooks(engine, Receiver(), SetClock()) == 1
    stamp, body = int(got[0]["webhook-timestamp"]), got[0]["body"].encode()
    signed = signature(secret, got[0]["webhook-id"], stamp, body)
    assert got[0]["webhook-signature"] == signed


def test_no_secret_is_in_the_log(plain: Engine) -> None:
    engine = sealing(plain, Seal([NEW]))
    secret = fill(engine)
    with plain.connect() as link:
        told = repr(link.execute(select(audit_log.c.detail)).scalars().all())
    assert "https://h.test/in" in told
    assert not any(word in told for word in (secret, "pw", "token=t", "robot-key"))


def test_what_rested_in_the_clear_is_sealed_by_the_migration(plain: Engine) -> None:
    secret = fill(plain)
    assert secret in resting(plain)
    with pytest.raises(ConfigError, match="YUQING_SECRETS_KEY: is missing"):
        reseal(sealing(plain, Seal([])))
    assert secret in resting(plain)
    engine = sealing(plain, Seal([NEW]))
    assert (reseal(engine), reseal(engine)) == (3, 0)
    assert not any(word in resting(plain) for word in ("whsec_", "robot-key"))
    check_sealed(engine)


def test_a_push_that_waits_under_a_key_that_is_gone_is_told_at_the_start(plain: Engine) -> None:
    with sealing(plain, Seal([OLD])).begin() as link:
        put_pushes(link, [a_push()], NOON)
    with pytest.raises(ConfigError, match="after the present one"):
        check_sealed(sealing(plain, Seal([NEW])))
    with plain.begin() as link:
        link.execute(update(outbox).values(state="sent"))
    check_sealed(sealing(plain, Seal([NEW])))


def test_a_key_is_changed_by_listing_the_former_one_after_it(plain: Engine) -> None:
    fill(sealing(plain, Seal([OLD])))
    with plain.begin() as link:  # one that has left is opened by nobody again
        put_pushes(link, [], NOON)
        sent: dict[str, Any] = {"key": "q:0", "kind": "push", "purpose": "case", "target": "unit:x"}
        sent |= {"payload": {"channels": [Seal([OLD]).shut(ROBOT)], "title": "题"}}
        sent |= {"created_at": NOON, "due_at": NOON, "state": "sent", "attempts": 1}
        link.execute(insert(outbox).values(sent))
    with pytest.raises(ConfigError, match="does not open"):
        check_sealed(sealing(plain, Seal([NEW])))
    assert reseal(sealing(plain, Seal([NEW, OLD]))) == 3
    only_new = sealing(plain, Seal([NEW]))
    check_sealed(only_new)
    assert send_due(only_new, Chat(), nowhere, SetClock()) == 1
    with plain.begin() as link:
        link.execute(update(webhooks).values(secret=Seal([OLD]).shut("whsec_x")))
    with pytest.raises(ConfigError, match="after the present one"):
        reseal(only_new)


def test_embedded_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    wiring.migrate_all(settings)
    file = tmp_path / "secrets.key"
    made = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with wiring.tickets_engine(settings).begin() as connection:
        put_pushes(connection, [a_push()], NOON)
    ready.require_secrets(settings)
    assert file.read_text() == made
    with wiring.tickets_engine(settings).connect() as link:
        assert "robot-key" not in str(link.execute(text("select payload from outbox")).scalar())
    other = settings.model_copy(update={"secrets_key": SecretStr(NEW)})
    Webhooks(wiring.tickets_engine(settings), SetClock()).create(
        WebhookDraft("平台", "https://h.test/"), "root"
    )
    with pytest.raises(ConfigError, match="YUQING_SECRETS_KEY"):
        ready.require_secrets(other)
    engines.dispose()


def test_a_database_that_others_reach_needs_a_key_that_is_set() -> None:
    settings = Settings(tickets_url="postgresql+psycopg://yuqing:x@127.0.0.1:9/yuqing")
    with pytest.raises(ConfigError, match="YUQING_SECRETS_KEY: is missing"):
        ready.require_secrets(settings)
    engines.dispose()


def test_a_file_may_name_an_address_instead_of_holding_it() -> None:
    home = district("env:DUTY_ROBOT", "json://127.0.0.1/x")
    found = with_named_channels(home, lambda name: f" {ROBOT}\n" if name == "DUTY_ROBOT" else None)
    assert {one.principal.channels for one in found.units} == {(ROBOT, "json://127.0.0.1/x")}
    assert {one.duty[0].channels for one in found.units} == {(ROBOT, "json://127.0.0.1/x")}
    with pytest.raises(ConfigError, match="应急局值班: the environment holds nothing"):
        with_named_channels(home, lambda _name: None)
    assert with_named_channels(DISTRICT, lambda _name: None) == DISTRICT


def test_a_comparison_shows_no_address() -> None:
    found = differences(district(ROBOT), district("wecombot://another-key"))
    shown = "".join(f"{one.before}{one.after}" for one in found)
    assert shown.count("wecombot://…") == 2 * len(found) > 0
    assert "-key" not in shown
