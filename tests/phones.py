"""Real servers on loopback in the place of chats and mailboxes: honest, broken, and lying ones."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

S = TypeVar("S", bound=socketserver.BaseServer)


class Webhook(ThreadingHTTPServer):
    """Answers `status`, `answer` and `headers`; remembers what was posted, where and how."""

    daemon_threads = True

    def __init__(
        self, status: int, answer: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.status, self.answer, self.headers = status, answer, dict(headers or {})
        self.posted, self.raw = list[dict[str, Any]](), list[bytes]()
        self.paths, self.heard = list[str](), list[dict[str, str]]()
        self.came = threading.Event()

    @property
    def address(self) -> str:
        """As a chat of one's own is reached."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        """As apprise's JSON channel names it."""
        return f"json://127.0.0.1:{self.server_port}/hook"


class _Hook(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if raw:
            self.server.raw.append(raw)
            self.server.posted.append(json.loads(raw))
        self.server.paths.append(self.path)
        self.server.heard.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)
        self.server.came.set()

    do_GET = do_POST

    def log_message(self, *_words: object) -> None:
        return


class Drip(ThreadingHTTPServer):
    """Answers one byte after another, for ever, until it is `let_go`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Dripping)
        self.let_go = threading.Event()


class _Dripping(BaseHTTPRequestHandler):
    server: Drip

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.let_go.wait(0.02):
                self.wfile.write(b" ")
                self.wfile.flush()
        except OSError:
            return

    def log_message(self, *_words: object) -> None:
        return


class Mail(socketserver.ThreadingTCPServer):
    """A mail server of the few words a client needs; remembers the letters. `full` refuses each
    letter, `mute` says nothing at all until it is let go."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, full: bool = False, mute: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Letter)
        self.letters: list[str] = []
        self.full, self.mute, self.let_go = full, mute, threading.Event()

    @property
    def url(self) -> str:
        """As apprise names it."""
        port = self.server_address[1]
        return f"mailto://127.0.0.1:{port}?from=duty@qinghe.test&to=unit@qinghe.test&mode=insecure"


class _Letter(socketserver.StreamRequestHandler):
    server: Mail

    def handle(self) -> None:
        if self.server.mute:
            self.server.let_go.wait(30)
            return
        self._say("220 local")
        for raw in self.rfile:
            word = raw[:4].upper()
            if word == b"DATA" and not self.server.full:
                self._say("354 go on")
                self.server.letters.append(self._letter())
                self._say("250 taken")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                full = self.server.full and word in (b"MAIL", b"RCPT", b"DATA")
                self._say("452 mailbox full" if full else "250 yes")

    def _letter(self) -> str:
        lines = list[bytes]()
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw)
        return b"".join(lines).decode()

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def serving(server: S) -> Iterator[S]:
    """`server` answers within."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        if isinstance(server, Drip | Mail):
            server.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
