"""How the JSONL commands read stdin and write stdout, with progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn


def stdin_lines(label: str) -> Iterator[bytes]:
    """The lines of stdin as they come, counted on a progress display when stderr is a terminal."""
    columns = (SpinnerColumn(), label, MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=None)
        for line in sys.stdin.buffer:
            yield line
            progress.advance(task)


def write_lines(lines: Iterable[bytes]) -> None:
    """Each of `lines` on stdout, one a line."""
    out = sys.stdout.buffer
    for line in lines:
        out.write(line if line.endswith(b"\n") else line + b"\n")
    out.flush()
