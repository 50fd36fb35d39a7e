"""Webhooks over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import httpx

from responder.hooks import Posted


class HttpHookPoster:
    """Straight to the address: no proxy, no redirect, and no look at what is answered but the
    status, so a receiver can neither lead it elsewhere nor keep it busy."""

    def __init__(self, seconds: float = 10.0) -> None:
        self._seconds = seconds

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """See `HookPoster`."""
        try:
            with (
                httpx.Client(timeout=self._seconds, trust_env=False) as client,
                client.stream("POST", url, content=body, headers=dict(headers)) as answer,
            ):
                return _posted(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # the words of the error may hold the address, and with it what is secret there
            return Posted(type(error).__name__)


def _posted(answer: httpx.Response) -> Posted:
    if answer.is_success:
        return Posted()
    asked = answer.headers.get("retry-after", "")
    pause = timedelta(seconds=int(asked[:6])) if asked[:6].isdecimal() else None
    return Posted(f"HTTP {answer.status_code}", pause)
