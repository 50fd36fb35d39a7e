"""What an orchestrator and Prometheus ask a stage: is it alive, is it ready, how is it doing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from stream.bus import Bus
from stream.worker import Worker
from yuqing.domain.errors import RetryLater

HANGS_AFTER = 120.0


def hanging(workers: Sequence[Worker], after: float = HANGS_AFTER) -> str | None:
    """Why the process is not alive: a loop that has not turned for `after` real seconds."""
    stuck = [one.group for one in workers if one.idle_seconds > after]
    return f"has not turned for {after:.0f} s: {', '.join(stuck)}" if stuck else None


def unreachable(bus: Bus) -> str | None:
    """Why the process is not ready: the bus cannot be reached."""
    try:
        bus.lags()
    except RetryLater as error:
        return str(error)
    return None


class Probe:
    """GET /healthz, /readyz and /metrics on `host`:`port` (0: any free one, see `port`).

    `sick` and `not_ready` answer None when all is well, else why not (then 503).
    """

    def __init__(
        self,
        host: str,
        port: int,
        registry: CollectorRegistry,
        sick: Callable[[], str | None],
        not_ready: Callable[[], str | None],
    ) -> None:
        answers = {"/healthz": _verdict(sick), "/readyz": _verdict(not_ready)}
        answers["/metrics"] = lambda: (HTTPStatus.OK, generate_latest(registry))
        self._server = ThreadingHTTPServer((host, port), _handler(answers))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Answer from now on, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


_Answer = Callable[[], tuple[HTTPStatus, bytes]]


def _verdict(problem: Callable[[], str | None]) -> _Answer:
    def answer() -> tuple[HTTPStatus, bytes]:
        found = problem()
        if found is None:
            return HTTPStatus.OK, b"ok\n"
        return HTTPStatus.SERVICE_UNAVAILABLE, f"{found}\n".encode()

    return answer


def _handler(answers: dict[str, _Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            answer = answers.get(self.path.partition("?")[0])
            status, body = answer() if answer else (HTTPStatus.NOT_FOUND, b"no such page\n")
            self.send_response(status)
            self.send_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Being asked every few seconds is no news."""

    return Handler
