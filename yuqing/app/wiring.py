"""The only place that names concrete adapters: settings in, working parts out."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import Engine

from stream.bus import Bus
from stream.index import Index
from stream.sql import failures_named, open_engine
from stream.topics import DEAD, TOPICS, TopicPlan
from yuqing.app.settings import Settings, named
from yuqing.app.wallclock import parse_clock, real_now
from yuqing.domain.clock import Clock
from yuqing.domain.errors import ConfigError
from yuqing.domain.jurisdiction import Jurisdiction, Policy
from yuqing.files.jurisdiction import load_jurisdictions
from yuqing.files.named_channels import with_named_channels

if TYPE_CHECKING:
    from classifier.drift import Shares
    from classifier.events.store import GroupingStore
    from classifier.judge import Judge
    from crawlers.source import Source
    from responder.accounts import Accounts
    from responder.api.services import Services
    from responder.console.backstage import Backstage
    from responder.desk import Desk
    from responder.machines import Machines
    from responder.oidc import Oidc
    from responder.people import People
    from responder.phone_links import PhoneLinks
    from responder.push import Pusher
    from responder.sealing import Seal
    from responder.store import TicketStore
    from stream.pulse import Pulse
    from yuqing.app.heartbeat import Heart

_ENGINES: dict[tuple[str, bool], Engine] = {}


def clock(settings: Settings) -> Clock:
    """The clock of the world the service watches."""
    return parse_clock(settings.clock)


def bus(settings: Settings) -> Bus:
    """The bus that `settings.bus_url` names."""
    url = settings.bus()
    keep = timedelta(hours=settings.bus_retention_hours)
    plan = _planned(settings.bus_partitions)
    if url.startswith("kafka://"):
        from stream.kafka_bus import KafkaBus, KafkaLimits

        limits = KafkaLimits(high_water=settings.bus_high_water, keep=keep)
        return KafkaBus(url, plan, clock(settings), limits)
    from stream.retention import Retention
    from stream.sqlite_bus import SqliteBus, SqliteLimits

    return SqliteBus(
        str(_file(url, "YUQING_BUS_URL")),
        plan,
        clock(settings),
        real_now,
        SqliteLimits(high_water=settings.bus_high_water, retention=Retention(age=keep)),
    )


def index(settings: Settings) -> Index:
    """The index that `settings.index_url` names."""
    url = settings.index()
    if url.startswith(("http://", "https://")):
        from stream.elastic_index import ElasticIndex

        address = urlsplit(url)
        name = address.path.strip("/") or "yuqing"
        return ElasticIndex(address._replace(path="").geturl(), name)
    from stream.sqlite_index import SqliteIndex

    return SqliteIndex(_file(url, "YUQING_INDEX_URL"))


def tickets_engine(settings: Settings) -> Engine:
    """The database of the ticket store; what is committed there survives a power cut, and what
    is secret rests sealed."""
    from responder.sealing import sealing

    return sealing(_engine(settings.tickets(), durable=True), seal(settings))


def has_tickets(settings: Settings) -> bool:
    """Whether there is a ticket store to read; an embedded one that nobody has made is none."""
    kind, _, file = settings.tickets().partition(":///")
    return kind != "sqlite" or Path(file).exists()


def state_engine(settings: Settings) -> Engine:
    """The database of the stages' own state."""
    return _engine(settings.state(), durable=False)


def jurisdictions(settings: Settings) -> Mapping[str, Jurisdiction]:
    """Every jurisdiction of the folder, by code. Raises ConfigError when there is none."""
    found = load_jurisdictions(settings.jurisdictions)
    if not found:
        remedy = "Run `yuqing init`, or set YUQING_JURISDICTIONS to another folder."
        raise ConfigError(str(settings.jurisdictions), "folder", "holds no jurisdiction", remedy)
    return {code: with_named_channels(home, named) for code, home in found.items()}


def policies(settings: Settings) -> Mapping[str, Policy]:
    """The policies that a name stands for: those shipped, and those of the settings' folder."""
    import jurisdictions as shipped
    from yuqing.app.policies import NamedPolicies

    return NamedPolicies((Path(shipped.__file__).parent, settings.jurisdictions))


def sources(settings: Settings) -> tuple[Source, ...]:
    """Every source of the folder. Raises ConfigError for a mistake, or when there is no folder."""
    from crawlers.sources import load_sources

    if not settings.sources_dir.exists():
        remedy = "Run `yuqing init`, or set YUQING_SOURCES_DIR to another folder."
        raise ConfigError(str(settings.sources_dir), "folder", "is not there", remedy)
    return load_sources(settings.sources_dir)


def source_names(settings: Settings) -> Mapping[str, str]:
    """Source id to its name, for display."""
    return {source.id: source.name for source in sources(settings)}


def judge(settings: Settings) -> Judge:
    """The judge, with the places and thresholds of the jurisdictions and the official refutations
    there are."""
    from classifier.debunks.files import load_debunks
    from classifier.judge import load_judge

    homes = load_jurisdictions(settings.jurisdictions)
    gazetteers = {code: home.places for code, home in homes.items()}
    gradings = {code: home.grading for code, home in homes.items()}
    debunks = load_debunks(settings.debunks)
    return load_judge(gazetteers, debunks, settings.classifier_model, gradings)


def drift_reference(settings: Settings) -> Shares:
    """What the judge's answers are compared with. Raises ConfigError for a file that is none."""
    from classifier.drift import load_shares, shipped_shares

    if settings.drift_reference is None:
        return shipped_shares()
    try:
        return load_shares(settings.drift_reference)
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "Make one with `yuqing drift reference`, or leave YUQING_DRIFT_REFERENCE out."
        raise ConfigError(
            str(settings.drift_reference), "YUQING_DRIFT_REFERENCE", str(error), remedy
        ) from error


def pulse(settings: Settings) -> Pulse:
    """Where stages and sources report in."""
    from stream.pulse import Pulse

    return Pulse(state_engine(settings))


def ticket_store(settings: Settings) -> TicketStore:
    """The ticket store."""
    from responder.store import TicketStore

    return TicketStore(tickets_engine(settings))


def heart(settings: Settings) -> Heart:
    """What tells somebody outside that a part of the service stopped."""
    from stream.alarms import Alarms
    from yuqing.app.heartbeat import Heart

    alarms, place = Alarms(state_engine(settings)), urlsplit(settings.console_url()).netloc
    return Heart(
        pulse(settings), alarms, pusher(), clock(settings), settings.heartbeat(), f"{place} "
    )


def phone_links(settings: Settings) -> PhoneLinks:
    """Acknowledging by the links of pushes."""
    from responder.phone_links import PhoneLinks

    return PhoneLinks(ticket_store(settings), secret(settings))


def pusher() -> Pusher:
    """The way out to people's phones and mailboxes."""
    from responder.push import ApprisePusher

    return ApprisePusher(real_now)


def grouping_store(settings: Settings) -> GroupingStore:
    """The state of the grouping stage."""
    from classifier.events.sql_store import SqlGroupingStore

    return SqlGroupingStore(settings.state())


def desk(settings: Settings) -> Desk:
    """The application service behind console and API."""
    from responder.desk import Desk

    return Desk(tickets_engine(settings), jurisdictions(settings), settings.review_below)


def backstage(settings: Settings, write_report: Callable[[str, str], Path]) -> Backstage:
    """Everything the console stands on; `write_report` is what its button calls."""
    from responder.console.backstage import Backstage

    return Backstage(
        desk=desk(settings),
        people=people(settings),
        accounts=accounts(settings),
        machines=machines(settings),
        index=index(settings),
        pulse=pulse(settings),
        clock=clock(settings),
        jurisdictions=jurisdictions(settings),
        source_names=source_names(settings),
        reports=settings.data_dir / "reports",
        write_report=write_report,
        oidc=oidc(settings),
        files=settings.jurisdictions,
    )


def accounts(settings: Settings) -> Accounts:
    """The accounts as administrators look after them."""
    from responder.accounts import Accounts

    engine, homes = tickets_engine(settings), jurisdictions(settings)
    return Accounts(engine, people(settings), clock(settings), homes)


def machines(settings: Settings) -> Machines:
    """Keys and webhooks as administrators look after them."""
    from responder.keys import Keys
    from responder.machines import Machines
    from responder.webhooks import Webhooks

    engine, now = tickets_engine(settings), clock(settings)
    return Machines(Keys(engine, now), Webhooks(engine, now), jurisdictions(settings))


def people(settings: Settings) -> People:
    """Accounts and sign-ins."""
    from responder.people import People

    return People(
        tickets_engine(settings),
        clock(settings),
        signed_in_for=timedelta(hours=settings.session_hours),
        unused_for=timedelta(minutes=settings.session_idle_minutes),
    )


def oidc(settings: Settings) -> Oidc | None:
    """Signing in through another house, if one is set. Raises ConfigError when half set."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id or settings.oidc_client_secret is None:
        raise ConfigError(
            "environment",
            "YUQING_OIDC_CLIENT_ID or YUQING_OIDC_CLIENT_SECRET",
            "is missing",
            "Set both, or leave YUQING_OIDC_ISSUER empty.",
        )
    from responder.oidc import Oidc, OidcPlan

    plan = OidcPlan(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        settings.console_url(),
        settings.oidc_claim,
    )
    return Oidc(plan, secret(settings), real_now)


def api_services(settings: Settings, stage: Backstage) -> Services:
    """Everything the API stands on, beside the console's own."""
    from responder.api.services import Services
    from responder.repeats import Repeats

    engine, now = tickets_engine(settings), stage.clock
    return Services(
        desk=stage.desk,
        index=stage.index,
        people=stage.people,
        keys=stage.machines.of_keys,
        repeats=Repeats(engine, now),
        webhooks=stage.machines.of_hooks,
        clock=now,
        problems=stage.complaints,
    )


def seal(settings: Settings) -> Seal:
    """What seals secrets at rest. Embedded, a key is made once beside the databases if none is
    set; a database that others may reach needs one that is set."""
    from responder.sealing import Seal

    keys = settings.secrets_keys()
    if not keys and settings.tickets().startswith("sqlite:"):
        keys = [_kept(settings.data_dir / "secrets.key")]
    return Seal(keys)


def secret(settings: Settings) -> str:
    """What signs browser sessions and the links of pushes; made once and kept in the data folder
    if none is set."""
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    return _kept(settings.data_dir / "secret")


def _kept(file: Path) -> str:
    """The random text in `file`, made if there is none."""
    if not file.exists():
        _make_secret(file)
    return file.read_text(encoding="ascii")


def _make_secret(file: Path) -> None:
    """Whole or not at all: of processes that start together, one makes it for all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(32), encoding="ascii")
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()


def migrate_all(settings: Settings) -> None:
    """Bring every table of every room to its newest shape."""
    from crawlers import state as crawl
    from responder.resealing import reseal
    from stream import pulse as beats

    state = state_engine(settings)
    with failures_named():
        beats.migrate_tables(state)
        crawl.migrate_tables(state)
        grouping_store(settings).close()
        ticket_store(settings).migrate()
        reseal(tickets_engine(settings))


def _planned(partitions: int) -> list[TopicPlan]:
    """The topics, keyed ones with `partitions`; `dead` keeps its one."""
    return [t if t is DEAD else replace(t, partitions=partitions) for t in TOPICS]


def dispose() -> None:
    """Close every database connection this process holds."""
    while _ENGINES:
        _ENGINES.popitem()[1].dispose()


def _engine(url: str, *, durable: bool) -> Engine:
    """One engine a database, shared by all parts of the process."""
    if (url, durable) not in _ENGINES:
        _ENGINES[url, durable] = _opened(url, durable)
    return _ENGINES[url, durable]


def _opened(url: str, durable: bool) -> Engine:
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    elif not url.startswith("postgresql+psycopg://"):
        raise ConfigError(
            "environment",
            "YUQING_TICKETS_URL or YUQING_STATE_URL",
            f"cannot tell what {url.split(':')[0]}: is",
            "Write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE.",
        )
    return open_engine(url, durable=durable)


def _file(url: str, field: str) -> Path:
    if not url.startswith("sqlite:///"):
        raise ConfigError(
            "environment",
            field,
            f"cannot tell what {url.split(':')[0]}: is",
            "Write sqlite:///FILE, or kafka://HOST:PORT (bus), or http://HOST:PORT (index).",
        )
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
