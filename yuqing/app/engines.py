"""The databases of this process: one engine each, shared by all of its parts."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from stream.sql import open_engine
from yuqing.domain.errors import ConfigError

_ENGINES: dict[tuple[str, bool], Engine] = {}


def dispose() -> None:
    """Close every database connection this process holds."""
    while _ENGINES:
        _ENGINES.popitem()[1].dispose()


def engine(url: str, *, durable: bool) -> Engine:
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


def sqlite_file(url: str, field: str) -> Path:
    """The file that an address of SQLite names."""
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
