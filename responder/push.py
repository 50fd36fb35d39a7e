"""The way out to people's phones: one message through the first channel that takes it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import apprise
import httpx

from responder.channels import Asked, Said, asked, said

_LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Delivery:
    """`error` is None when a channel accepted the message; else what they said.

    `via` names the channel that took it, `refused` says what those before it answered, and
    `again_after` is when the channels want to be asked again, where all of them say so.
    `hopeless`: no channel is an address that anything could ever be sent to.
    """

    error: str | None
    via: str = ""
    refused: tuple[str, ...] = ()
    again_after: timedelta | None = None
    hopeless: bool = False


# The signs that chats and mails take for links, mentions and layout, and what stands for them.
_MARKUP = str.maketrans("<>[]@`", "＜＞［］＠ˋ")


def harmless(text: str) -> str:
    """`text` of a stranger as one line that no channel reads as a link, a mention or a command."""
    return " ".join(text.split()).translate(_MARKUP)


class Pusher(Protocol):
    """Sends one message to one person."""

    def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:
        """Try `channels` in order until one accepts; never raises for a channel's refusal.

        A channel may have accepted although this process died before it could say so: sending is
        at least once. Without channels nothing can be sent, and that is an error.
        """
        ...


class ApprisePusher:
    """企业微信, 钉钉, 飞书 and signed webhooks, whose answers are read to the last word; mail and
    all else that apprise knows. `now` is real time, which signatures and patience go by."""

    def __init__(self, now: Callable[[], datetime], timeout_seconds: float = 10.0) -> None:
        self._now, self._timeout = now, timeout_seconds

    def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:
        """See `Pusher`."""
        refused: list[str] = []
        answers: list[Said] = []
        for channel in channels:
            name, answer = self._send(channel, title, body)
            if answer.error is None:
                return Delivery(None, name, tuple(refused))
            refused.append(f"{name}: {answer.error}")
            answers.append(answer)
        error = "；".join(refused) or "没有推送地址"
        # asked again when the first of them is ready; one that names no time is ready soon
        waits = [answer.again_after or timedelta(0) for answer in answers]
        hopeless = all(answer.hopeless for answer in answers)
        return Delivery(error, "", tuple(refused), min(waits, default=None) or None, hopeless)

    def _send(self, channel: str, title: str, body: str) -> tuple[str, Said]:
        request = asked(channel, title, body, self._now())
        if request is not None:
            return request.name, self._post(request)
        return self._apprise(channel, title, body)

    def _post(self, request: Asked) -> Said:
        headers = {"Content-Type": "application/json; charset=utf-8", **request.headers}
        try:
            with (
                httpx.Client(timeout=self._timeout, follow_redirects=False) as client,
                client.stream("POST", request.url, content=request.body, headers=headers) as answer,
            ):
                return said(answer.status_code, answer.headers, self._read(answer), self._now())
        except httpx.TimeoutException:
            return Said(f"{self._timeout:g} 秒内没有应答")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # the words of the error may hold the address, and with it the robot's key
            return Said(f"无法连接（{type(error).__name__}）")

    def _read(self, answer: httpx.Response) -> bytes:
        """The answer, as far as an honest one goes; one that drips is not waited for."""
        until, read = self._now() + timedelta(seconds=self._timeout), b""
        for chunk in answer.iter_bytes():
            read += chunk
            if len(read) > _LARGEST_ANSWER:
                break
            if self._now() > until:
                raise httpx.ReadTimeout("drips")
        return read

    def _apprise(self, channel: str, title: str, body: str) -> tuple[str, Said]:
        service = apprise.Apprise.instantiate(_limited(channel, self._timeout))
        if service is None:
            return channel.split(":", 1)[0], Said("不是可用的推送地址", hopeless=True)
        outgoing = apprise.Apprise()
        outgoing.add(service)
        capture = apprise.LogCapture(level=logging.WARNING)  # type: ignore[no-untyped-call]
        with capture as heard:
            accepted = outgoing.notify(body, title=title, body_format=apprise.NotifyFormat.TEXT)
            words = heard.getvalue().strip()
        name = _NAMES.get(channel.split(":", 1)[0], str(service.service_name))
        return name, Said(None if accepted else words or "未被接受")


_NAMES = {"mailto": "邮件", "mailtos": "邮件", "json": "回调", "jsons": "回调"}


def _limited(channel: str, seconds: float) -> str:
    joint = "&" if "?" in channel else "?"
    return f"{channel}{joint}cto={seconds:g}&rto={seconds:g}"
