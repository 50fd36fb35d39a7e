"""The way out to people's phones: one message through the first channel that takes it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import apprise


@dataclass(frozen=True, slots=True)
class Delivery:
    """`error` is None when a channel accepted the message; else what the last one said."""

    error: str | None


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
    """企业微信, 钉钉, 飞书, mail and webhooks by their apprise URLs."""

    def __init__(self, timeout_seconds: float = 10.0) -> None:
        self._timeout = timeout_seconds

    def push(self, channels: Sequence[str], title: str, body: str) -> Delivery:
        """See `Pusher`."""
        error: str | None = "没有推送地址"
        for channel in channels:
            error = self._send(channel, title, body)
            if error is None:
                return Delivery(None)
        return Delivery(error)

    def _send(self, channel: str, title: str, body: str) -> str | None:
        service = apprise.Apprise.instantiate(_limited(channel, self._timeout))
        if service is None:
            return f"{channel.split(':', 1)[0]}: 不是可用的推送地址"
        outgoing = apprise.Apprise()
        outgoing.add(service)
        capture = apprise.LogCapture(level=logging.WARNING)  # type: ignore[no-untyped-call]
        with capture as said:
            accepted = outgoing.notify(body, title=title, body_format=apprise.NotifyFormat.TEXT)
            words = said.getvalue().strip()
        return None if accepted else words or f"{service.service_name}: 未被接受"


def _limited(channel: str, seconds: float) -> str:
    joint = "&" if "?" in channel else "?"
    return f"{channel}{joint}cto={seconds:g}&rto={seconds:g}"
