"""How the JSONL commands read stdin and write stdout, with progress on stderr."""

from __future__ import annotations

import os
import stat
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from yuqing.domain.errors import InvalidMessage

_TOLD = 20


def stdin_lines(label: str) -> Iterator[bytes]:
    """The lines of stdin as they come, with a bar on stderr when that is a terminal: how much of
    a file is read, or how many lines of a pipe.

    A byte order mark before the first is not part of it.
    """
    size = _size()
    counted = TextColumn("{task.fields[lines]:,} 行")
    columns = (SpinnerColumn(), label, BarColumn(), TaskProgressColumn(), counted)
    console = Console(stderr=True)
    shown = Progress(*columns, TimeElapsedColumn(), console=console)
    shown.disable = not console.is_terminal
    with shown as progress:
        task = progress.add_task(label, total=size, lines=0)
        for number, line in enumerate(sys.stdin.buffer):
            yield line.removeprefix(BOM_UTF8) if number == 0 else line
            progress.update(task, advance=len(line), lines=number + 1)


def _size() -> int | None:
    """The bytes of stdin when it is a file; None for a pipe, which does not tell."""
    try:
        found = os.fstat(sys.stdin.fileno())
    except (OSError, ValueError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


class Skipped:
    """The bad lines passed over: each told on stderr (the first twenty), and how many at last."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, error: InvalidMessage) -> None:
        """One more."""
        self._count += 1
        if self._count <= _TOLD:
            print(f"yuqing: skipped {error}", file=sys.stderr)  # noqa: T201

    def tell(self) -> None:
        """How many, if any."""
        if self._count:
            print(f"yuqing: {self._count} bad lines skipped", file=sys.stderr)  # noqa: T201


def write_lines(lines: Iterable[bytes]) -> None:
    """Each of `lines` on stdout, one a line."""
    out = sys.stdout.buffer
    for line in lines:
        out.write(line if line.endswith(b"\n") else line + b"\n")
    out.flush()
