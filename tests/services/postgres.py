"""PostgreSQL from the system's packages, in a data folder of its own."""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import subprocess
import urllib.parse
from pathlib import Path

from tests.services.engine import Launch
from tests.services.places import Unavailable, account, engines_home, free_port, fresh

USER = "yuqing"


class Postgres:
    """`url` is a SQLAlchemy URL of the database `postgres`, for psycopg."""

    name = "postgres"

    def prepare(self) -> Launch:
        """Make a cluster with a new password; nothing in it needs to outlive a power cut."""
        programs = _programs()
        folder = fresh(engines_home() / "postgres-data")
        password = secrets.token_urlsafe(12)
        _initdb(programs, folder, password)
        port = free_port(5433)
        options = {
            "port": port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": 100,
        }
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        command = [str(programs / "postgres"), *settings, "-D", str(folder / "cluster")]
        url = f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{port}/postgres"
        return Launch(command, folder, port, url, stop_signal=signal.SIGINT)

    def ready(self, url: str) -> bool:
        """Whether the server takes a start-up message (it asks for the password then)."""
        parts = urllib.parse.urlsplit(url)
        body = b"\x00\x03\x00\x00user\x00" + USER.encode() + b"\x00database\x00postgres\x00\x00"
        try:
            with socket.create_connection(("127.0.0.1", parts.port or 0), timeout=2) as link:
                link.sendall((len(body) + 4).to_bytes(4, "big") + body)
                return link.recv(1) == b"R"
        except OSError:
            return False


def _programs() -> Path:
    folders = []
    config = shutil.which("pg_config")
    if config:
        asked = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(asked.stdout.strip()))
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Unavailable("needs the PostgreSQL server (Debian: apt-get install postgresql)")


def _initdb(programs: Path, folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    account().own(folder)
    who = account()
    options = f"-U {USER} -A scram-sha-256 -E UTF8 --locale=C.UTF-8 -N".split()
    done = subprocess.run(
        [str(programs / "initdb"), *options, f"--pwfile={secret}", "-D", str(folder / "cluster")],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        user=who.name,
        group=who.gid if who.name else None,
        extra_groups=[] if who.name else None,
    )
    secret.unlink()
    if done.returncode:
        raise Unavailable(f"initdb failed: {done.stdout}{done.stderr}")
