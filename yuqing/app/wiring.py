"""The only place that names concrete adapters: settings in, working parts out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import Engine

from stream.bus import Bus
from stream.index import Index
from stream.sql import failures_named
from stream.topics import DEAD, TOPICS, TopicPlan
from yuqing.app.engines import engine, sqlite_file
from yuqing.app.kept_secrets import seal
from yuqing.app.settings import Settings
from yuqing.app.wallclock import parse_clock, real_now
from yuqing.domain.clock import Clock
from yuqing.files.jurisdiction import load_jurisdictions

if TYPE_CHECKING:
    from classifier.events.store import GroupingStore
    from classifier.judge import Judge
    from responder.push import Pusher
    from responder.store import TicketStore
    from stream.pulse import Pulse
    from yuqing.app.heartbeat import Heart


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
        str(sqlite_file(url, "YUQING_BUS_URL")),
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

    return SqliteIndex(sqlite_file(url, "YUQING_INDEX_URL"))


def tickets_engine(settings: Settings) -> Engine:
    """The database of the ticket store; what is committed there survives a power cut, and what
    is secret rests sealed."""
    from responder.sealing import sealing

    return sealing(engine(settings.tickets(), durable=True), seal(settings))


def has_tickets(settings: Settings) -> bool:
    """Whether there is a ticket store to read; an embedded one that nobody has made is none."""
    kind, _, file = settings.tickets().partition(":///")
    return kind != "sqlite" or Path(file).exists()


def state_engine(settings: Settings) -> Engine:
    """The database of the stages' own state."""
    return engine(settings.state(), durable=False)


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


def pusher() -> Pusher:
    """The way out to people's phones and mailboxes."""
    from responder.push import ApprisePusher

    return ApprisePusher(real_now)


def grouping_store(settings: Settings) -> GroupingStore:
    """The state of the grouping stage."""
    from classifier.events.sql_store import SqlGroupingStore

    return SqlGroupingStore(settings.state())


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
