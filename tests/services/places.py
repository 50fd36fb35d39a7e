"""Where the services live, and as whom they run: two of the three refuse to run as root."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".services"


class Unavailable(Exception):
    """A service cannot be had on this machine; says why."""


@dataclass(frozen=True)
class Account:
    """The user that services run as; None means as we are."""

    name: str | None
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Whether every folder from the root down to `folder` lets this user through."""
        return all(_lets_in(step, self) for step in (folder, *folder.parents) if step.exists())

    def own(self, path: Path) -> None:
        """Give `path` and all below it to this user."""
        if self.name is None:
            return
        for item in (path, *path.rglob("*")):
            os.chown(item, self.uid, self.gid, follow_symlinks=False)


def account() -> Account:
    """`nobody` when we are root, else ourselves."""
    if os.getuid() != 0:
        return Account(None, os.getuid(), os.getgid())
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def engines_home() -> Path:
    """The folder for programs and data: `.services` in the repository, or, when the account may
    not enter there, one of the system's temporary folder that belongs to this checkout."""
    if account().may_enter(STATE):
        STATE.mkdir(exist_ok=True)
        return STATE
    mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    home = Path(tempfile.gettempdir()) / f"yuqing-services-{os.getuid()}-{mark}"
    home.mkdir(mode=0o755, exist_ok=True)
    if home.stat().st_uid != os.getuid():
        raise Unavailable(f"{home} belongs to somebody else")
    return home


def fresh(folder: Path) -> Path:
    """`folder`, emptied and given to the account."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    account().own(folder)
    return folder


def free_port(preferred: int = 0) -> int:
    """`preferred` when nobody listens there on loopback, else any free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Unavailable("no free port on loopback")


def listening(port: int) -> bool:
    """Whether somebody accepts connections on `port` of loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _lets_in(folder: Path, who: Account) -> bool:
    found = folder.stat()
    if found.st_uid == who.uid:
        return bool(found.st_mode & 0o100)
    return bool(found.st_mode & (0o010 if found.st_gid == who.gid else 0o001))
