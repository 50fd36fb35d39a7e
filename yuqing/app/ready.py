"""What must be in order before a process works: a folder to write to, a free port, tables in
their newest shape. Told in a sentence at the start, instead of by a crash in the middle."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from stream.sql import failures_named, is_newest
from yuqing.app import kept_secrets, wiring
from yuqing.app.settings import Settings
from yuqing.domain.errors import ConfigError

_STATE = (
    ("stream:migrations", "stream_version"),
    ("crawlers:migrations", "crawlers_version"),
    ("classifier.events:migrations", "grouping_version"),
)


def require_folder(settings: Settings) -> None:
    """Make the data folder. Raises ConfigError when it cannot be made or written to."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _wrong_folder(folder, error.strerror or str(error)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _wrong_folder(folder, "may not be written to")


def require_tables(settings: Settings) -> None:
    """Raises ConfigError when a table is missing or older than this program, RetryLater when a
    database is away."""
    from responder.schema import SCRIPTS, VERSION_TABLE

    require_folder(settings)
    rooms = [(settings.state(), wiring.state_engine(settings), *room) for room in _STATE]
    rooms.append((settings.tickets(), wiring.tickets_engine(settings), SCRIPTS, VERSION_TABLE))
    for url, engine, scripts, versions in rooms:
        with failures_named():
            newest = is_newest(engine, scripts, versions)
        if not newest:
            name = scripts.split(":")[0].split(".")[0]
            raise ConfigError(
                url.rpartition("@")[2],
                versions,
                f"the tables of {name} are missing or not of this version",
                "Run `yuqing migrate`.",
            )


def require_secrets(settings: Settings) -> None:
    """Raises ConfigError when secrets at rest cannot be sealed, or not be opened."""
    from responder.resealing import check_sealed

    kept_secrets.seal(settings).shut("")
    check_sealed(wiring.tickets_engine(settings))


def require_port(settings: Settings) -> None:
    """Raises ConfigError when the console's address is taken, or not this machine's."""
    try:
        with socket.create_server((settings.host, settings.port)):
            pass
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        remedy = "Stop what listens there, or set YUQING_PORT and YUQING_HOST."
        problem = f"cannot listen on {where}: {error.strerror}"
        raise ConfigError("environment", "YUQING_PORT", problem, remedy) from error


def _wrong_folder(folder: Path, problem: str) -> ConfigError:
    remedy = "Set YUQING_DATA_DIR to a folder that this user may write to."
    return ConfigError(str(folder), "data_dir", problem, remedy)
