"""Fixtures for the real services: started when the first test asks, shared, stopped at the end."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator

import psycopg
import pytest

from tests.services import engine as life
from tests.services.elastic import Elastic
from tests.services.engine import Engine
from tests.services.kafka import Kafka
from tests.services.places import Unavailable
from tests.services.postgres import Postgres


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes the expectations under tests/golden anew."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden")


@pytest.fixture(scope="session")
def kafka_servers() -> Iterator[str]:
    """Bootstrap server of a real Kafka; use topic names of your own."""
    yield from _shared(Kafka())


@pytest.fixture(scope="session")
def elastic_url() -> Iterator[str]:
    """http://user:password@host:port of a real Elasticsearch; use index names of your own."""
    yield from _shared(Elastic())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """SQLAlchemy URL of a real PostgreSQL's database `postgres`."""
    yield from _shared(Postgres())


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """SQLAlchemy URL of an empty database of this test's own."""
    name = f"test_{uuid.uuid4().hex}"
    server = postgres_server.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield postgres_server.removesuffix("/postgres") + f"/{name}"
        finally:
            link.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The system's Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found:
            return found
    return _missing("no Chromium on the PATH (Debian: apt-get install chromium)")


def _shared(engine: Engine) -> Iterator[str]:
    user = str(os.getpid())
    try:
        url = life.start(engine, user)
    except Unavailable as error:
        _missing(str(error))
    yield url
    life.release(engine, user)


def _missing(reason: str) -> str:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
