"""A web site on loopback that a test furnishes: good pages, bad pages, and a memory of visits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """What a page answers; `headers` are sent as they are."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """One request: its path with query, and its headers (names in lower case)."""

    path: str
    headers: dict[str, str]


Page = Answer | Callable[[Visit], Answer]


class Site:
    """Pages by path, changeable while it is up; every visit is remembered."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.visits: list[Visit] = []
        self._came = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.released = threading.Event()

    @property
    def host(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self._server.server_port}"

    def url(self, path: str) -> str:
        """The whole address of `path`."""
        return f"http://{self.host}{path}"

    def paths(self) -> list[str]:
        """The paths visited so far, robots.txt left out, sorted."""
        return sorted(visit.path for visit in self.visits if visit.path != "/robots.txt")

    def wait_for(self, path: str, times: int, seconds: float = 60) -> bool:
        """True once `path` was visited so many times."""
        with self._came:
            return self._came.wait_for(
                lambda: sum(visit.path == path for visit in self.visits) >= times, seconds
            )

    def run(self) -> None:
        """Serve until closed."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """Stop serving."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def stall(self, _visit: Visit) -> Answer:
        """A page that does not answer before the site closes."""
        self.released.wait(60)
        return Answer()

    def answer(self, visit: Visit) -> Answer:
        """Remember `visit` and answer it."""
        with self._came:
            self.visits.append(visit)
            self._came.notify_all()
        page = self.pages.get(visit.path, Answer(status=404))
        return page if isinstance(page, Answer) else page(visit)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    self.give(site.answer(Visit(self.path, headers)))
                except OSError:
                    # the visitor left, for the page was too long or too late
                    self.close_connection = True

            def give(self, answer: Answer) -> None:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 304:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def serving() -> Iterator[Site]:
    """A site that is up within the block."""
    site = Site()
    thread = threading.Thread(target=site.run)
    thread.start()
    try:
        yield site
    finally:
        site.close()
        thread.join()
