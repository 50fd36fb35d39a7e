"""Stores of one benchmark's own on the real services, gone afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

import psycopg

from tests.services.elastic import Elastic
from tests.services.engine import Engine, running
from tests.services.kafka import Kafka
from tests.services.postgres import Postgres

ENGINES: dict[str, Engine] = {"kafka": Kafka(), "elastic": Elastic(), "postgres": Postgres()}
_SETTINGS = {
    "kafka": ("bus_url",),
    "elastic": ("index_url",),
    "postgres": ("tickets_url", "state_url"),
}


def found() -> dict[str, str]:
    """The addresses of the services that `make services` has started and that answer."""
    asked = ((name, running(engine)) for name, engine in ENGINES.items())
    return {name: url for name, url in asked if url}


def kinds(services: Collection[str]) -> list[str]:
    """The settings that `stores` will give for `services`."""
    return [name for service, names in _SETTINGS.items() if service in services for name in names]


@contextmanager
def stores(services: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Settings (bus_url, index_url, tickets_url, state_url) for as many of `services` as run. The
    index and the database are dropped; topics of the prefix bench… stay until retention."""
    name = f"bench{uuid.uuid4().hex[:8]}"
    urls: dict[str, str] = {}
    if "kafka" in services:
        urls["bus_url"] = f"kafka://{services['kafka']}/{name}"
    if "elastic" in services:
        urls["index_url"] = f"{services['elastic']}/{name}"
    if "postgres" in services:
        urls |= dict.fromkeys(("tickets_url", "state_url"), _database(services["postgres"], name))
    try:
        yield urls
    finally:
        if "elastic" in services:
            _drop_index(services["elastic"], name)
        if "postgres" in services:
            _ask(services["postgres"], f"DROP DATABASE {name} WITH (FORCE)")


def _database(server: str, name: str) -> str:
    _ask(server, f"CREATE DATABASE {name}")
    return server.removesuffix("/postgres") + f"/{name}"


def _ask(server: str, statement: str) -> None:
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as link:
        link.execute(statement.encode())


def _drop_index(url: str, name: str) -> None:
    from stream.elastic_index import ElasticIndex

    index = ElasticIndex(url, name)
    index.drop_before(date(9999, 12, 31))
    index.close()
