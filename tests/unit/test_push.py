"""Pushes through apprise to real local HTTP and SMTP servers, kind and unkind ones."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TypeVar

import pytest

from responder.push import ApprisePusher, harmless

# apprise probes for a module that Python 3.11 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

S = TypeVar("S", bound=socketserver.BaseServer)


class Webhook(HTTPServer):
    """Answers `status`; remembers what was posted."""

    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.status, self.posted = status, list[dict[str, object]]()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/hook"


class _Hook(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.posted.append(json.loads(self.rfile.read(length)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        return


class Mail(socketserver.TCPServer):
    """A mail server of the few words a client needs; remembers the letters."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Letter)
        self.letters: list[str] = []


class _Letter(socketserver.StreamRequestHandler):
    server: Mail

    def handle(self) -> None:
        self._say("220 local")
        for raw in self.rfile:
            word = raw[:4].upper()
            if word == b"DATA":
                self._say("354 go on")
                self.server.letters.append(self._letter())
                self._say("250 taken")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

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
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_webhook_gets_title_and_body() -> None:
    with serving(Webhook(200)) as hook:
        delivery = ApprisePusher().push([hook.url], "请签收：北坡仓库起火", "编号：QH-2026-000001")
    assert delivery.error is None
    assert hook.posted[0]["title"] == "请签收：北坡仓库起火"
    assert hook.posted[0]["message"] == "编号：QH-2026-000001"


def test_markup_in_hostile_text_stays_text() -> None:
    with serving(Webhook(200)) as hook:
        ApprisePusher().push([hook.url], "<b>标题</b>", "<script>alert(1)</script>&amp;")
    assert hook.posted[0]["message"] == "<script>alert(1)</script>&amp;"


def test_the_next_channel_is_tried_when_one_refuses() -> None:
    with serving(Webhook(500)) as broken, serving(Webhook(200)) as hook:
        delivery = ApprisePusher().push([broken.url, hook.url], "催办", "超期")
    assert delivery.error is None
    assert (len(broken.posted), len(hook.posted)) == (1, 1)


def test_when_all_refuse_the_reason_is_told() -> None:
    with serving(Webhook(429)) as busy:
        delivery = ApprisePusher().push([busy.url], "催办", "超期")
    assert delivery.error
    assert "429" in delivery.error


def test_a_server_that_hangs_or_is_gone_costs_seconds_not_the_sender() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        delivery = ApprisePusher(timeout_seconds=0.2).push([f"json://127.0.0.1:{port}/"], "a", "b")
    assert delivery.error
    gone = ApprisePusher(timeout_seconds=0.2).push([f"json://127.0.0.1:{port}/"], "a", "b")
    assert gone.error


def test_an_address_that_is_none_is_an_error_not_a_crash() -> None:
    assert ApprisePusher().push(["smoke-signal://hill"], "a", "b").error


def test_without_channels_nothing_is_delivered() -> None:
    assert ApprisePusher().push([], "a", "b").error


def test_mail_arrives() -> None:
    with serving(Mail()) as mail:
        port = mail.server_address[1]
        url = f"mailto://127.0.0.1:{port}?from=duty@qinghe.test&to=unit@qinghe.test&mode=insecure"
        delivery = ApprisePusher().push([url], "Reminder", "QINGHE-2026-000001")
    assert delivery.error is None
    assert "QINGHE-2026-000001" in mail.letters[0]


def test_words_of_strangers_are_no_markup_to_any_channel() -> None:
    hostile = '<at user_id="all"></at> [点此](http://x)\n编号：假 @everyone `x`'
    assert (
        harmless(hostile)
        == '＜at user_id="all"＞＜/at＞ ［点此］(http://x) 编号：假 ＠everyone ˋxˋ'
    )


def test_a_link_arrives_as_it_is() -> None:
    link = "查看：http://yuqing.qinghe.test:8080/tickets/QINGHE-2026-000001"
    with serving(Webhook(200)) as hook:
        ApprisePusher().push([hook.url], "请签收", f"等级：重大\n{link}")
    assert str(hook.posted[0]["message"]).splitlines()[-1] == link
