"""Serves the demo world on loopback, as far as its clock has come; the crawlers see only sites."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from yuqing.app.demo.sites import Answer, answer, pager
from yuqing.app.demo.world import World
from yuqing.domain.clock import Clock

_LONGEST_PUSH = 100_000


class WorldServer(ThreadingHTTPServer):
    """Serves `world` at `clock`'s time; port 0 takes a free one (see `server_port`).

    `pushes` are the last messages to the units' pagers, newest first: (unit, title, text).
    """

    daemon_threads = True

    def __init__(self, world: World, clock: Clock, host: str, port: int) -> None:
        super().__init__((host, port), _Handler)
        self.world, self.clock = world, clock
        self.pushes: deque[tuple[str, str, str]] = deque(maxlen=500)


def serve_world(world: World, clock: Clock, host: str, port: int) -> None:
    """Serve until the process is stopped. Raises OSError when the port is taken."""
    with WorldServer(world, clock, host, port) as server:
        server.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""
    timeout = 30
    server: WorldServer

    def do_GET(self) -> None:
        self._serve(with_body=True)

    def do_POST(self) -> None:
        """A push to a unit's pager, as a webhook sends it."""
        unit = urlsplit(self.path).path.removeprefix("/pager/")
        try:
            said = json.loads(self.rfile.read(self._announced()))
            self.server.pushes.appendleft((unit, str(said["title"]), str(said["message"])))
            status = 200
        except (ValueError, KeyError, TypeError):
            status = 400
        self._send(Answer(b"{}", "application/json", status), with_body=True)

    def do_HEAD(self) -> None:
        self._serve(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the sites' own log is not the product's."""

    def _announced(self) -> int:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= _LONGEST_PUSH:
            self.close_connection = True
            raise ValueError("a push of this length")
        return length

    def _serve(self, with_body: bool) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/pager/":
            self._send(pager(self.server.pushes), with_body)
            return
        now = self.server.clock.now()
        self._send(
            answer(self.server.world, now, parts.path, dict(parse_qsl(parts.query))), with_body
        )

    def _send(self, found: Answer, with_body: bool) -> None:
        tag = f'"{hashlib.sha256(found.body).hexdigest()[:24]}"'
        if found.status == 200 and self._has(tag, found):
            self._head(304, found, tag, 0)
            return
        self._head(found.status, found, tag, len(found.body))
        if with_body:
            self.wfile.write(found.body)

    def _has(self, tag: str, found: Answer) -> bool:
        known = self.headers.get("If-None-Match")
        if known is not None:
            return tag in [one.strip().removeprefix("W/") for one in known.split(",")]
        since = _http_date(self.headers.get("If-Modified-Since"))
        return bool(since and found.changed_at and found.changed_at <= since)

    def _head(self, status: int, found: Answer, tag: str, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", found.kind)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", tag)
        if found.changed_at:
            changed = format_datetime(found.changed_at.astimezone(UTC), usegmt=True)
            self.send_header("Last-Modified", changed)
        self.end_headers()


def _http_date(written: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(written) if written else None
    except ValueError:
        return None
