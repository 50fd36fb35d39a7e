"""Where a drill lies, so that one that was cut off goes on where it stood, and no two share it.

Nothing of the real service is in it: its own tickets, its own secret, its own time.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from yuqing.app.settings import Settings
from yuqing.domain.errors import ConfigError

_ANOTHER = "Give this drill a folder of its own."


class StoredClock:
    """A clock that stands until it is moved, and stands there still after a power cut."""

    def __init__(self, file: Path, start: datetime) -> None:
        self._file = file
        if not file.exists():
            _replace(file, start.astimezone(UTC).isoformat())
        self._now = datetime.fromisoformat(file.read_text(encoding="ascii"))

    def now(self) -> datetime:
        """The moment of the rehearsed world."""
        return self._now

    def real_seconds(self, span: timedelta) -> float:
        """Nobody waits in a drill; spans keep their length."""
        return max(0.0, span.total_seconds())

    def move(self, to: datetime) -> None:
        """It is `to` now, whatever happens to this process."""
        _replace(self._file, to.astimezone(UTC).isoformat())
        self._now = to


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder is ours within. Raises ConfigError while another process has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            problem = "another drill runs there"
            raise ConfigError(str(folder), "folder", problem, _ANOTHER) from error
        yield


def lay_out(folder: Path, scenario: str, jurisdiction: Path) -> Path:
    """Note which drill lies here, and keep its jurisdiction's file as it is now; returns where.

    Raises ConfigError when another drill lies in the folder.
    """
    label, copy = folder / "drill.json", folder / "jurisdiction.yaml"
    ours = {"scenario": scenario, "jurisdiction": jurisdiction.stem}
    if not label.exists():
        _replace(copy, jurisdiction.read_text(encoding="utf-8"))
        _replace(label, json.dumps(ours))
    lies = json.loads(label.read_text(encoding="utf-8"))
    if lies != ours:
        problem = f"holds the drill {lies['scenario']} of {lies['jurisdiction']}"
        raise ConfigError(str(folder), "folder", problem, _ANOTHER)
    return copy


def settings_of(folder: Path, base: Settings) -> Settings:
    """Settings under which everything is written into the folder and nowhere else."""
    tickets = f"sqlite:///{folder.absolute() / 'tickets.db'}"
    state = f"sqlite:///{folder.absolute() / 'state.db'}"
    ours = {"data_dir": folder, "tickets_url": tickets, "state_url": state, "secret": None}
    return base.model_copy(update=ours)


def _replace(file: Path, text: str) -> None:
    """Write `file` whole or not at all."""
    draft = file.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
