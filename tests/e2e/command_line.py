"""The command line as a user meets it: a process in a folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

YUQING = (sys.executable, "-c", "from yuqing.app.cli import main; main()")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, with `settings` (data_dir="...") as the only YUQING_ ones."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("YUQING_")}
    rest["PYTHONPATH"] = str(Path(__file__).parents[2])
    return rest | {f"YUQING_{name.upper()}": value for name, value in settings.items()}


def run(
    folder: Path, *arguments: str, given: bytes = b"", **settings: Any
) -> subprocess.CompletedProcess[bytes]:
    """`yuqing ARGUMENTS` in `folder` with `given` on stdin, to its end."""
    return subprocess.run(
        [*YUQING, *arguments],
        cwd=folder,
        env=environment(settings),
        input=given,
        capture_output=True,
        timeout=120,
    )


@contextmanager
def started(folder: Path, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """`yuqing ARGUMENTS` in `folder`, killed at the end if it still runs."""
    process = subprocess.Popen(
        [*YUQING, *arguments],
        cwd=folder,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def await_door(process: subprocess.Popen[bytes], url: str, seconds: int = 60) -> httpx.Response:
    """What `url` answers as soon as `process` listens; fails at once when the process ends."""
    for _ in range(10 * seconds):
        try:
            return httpx.get(url)
        except httpx.TransportError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
                assert process.stderr is not None
                raise AssertionError(process.stderr.read().decode()) from None
    raise AssertionError(f"{url} did not answer in {seconds} s")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def living(folder: Path) -> dict[int, str]:
    """Stages of the service that keep their data in `folder`: process id to its arguments."""
    found = {}
    wanted = f"YUQING_DATA_DIR={folder}\0".encode()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            told, arguments = (place / "environ").read_bytes(), (place / "cmdline").read_bytes()
        except OSError:
            continue  # it has ended, or is not ours
        if wanted in told + b"\0" and b"yuqing.app.cli\0" in arguments:
            found[int(place.name)] = arguments.split(b"yuqing.app.cli\0")[1].decode()
    return found


def assert_told(done: subprocess.CompletedProcess[bytes], code: int, *words: str) -> None:
    """It ended with `code`, and said `words` on stderr, in a sentence and not in a traceback."""
    said = done.stderr.decode()
    assert done.returncode == code, said
    assert "Traceback" not in said
    for word in words:
        assert word in said
