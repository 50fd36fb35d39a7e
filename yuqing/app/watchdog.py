"""On a second machine: ask the first whether all of it lives, and tell when it does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import httpx

from responder.push import Pusher

_PATH = "/heartbeat"
_LARGEST = 1 << 20


@dataclass(slots=True)
class Watch:
    """What was found and what was told; somebody is told after so many `failures` in a row, and
    again when all is well. What nobody heard is told at the next step."""

    failures: int
    tell: Callable[[str, str], bool]
    _bad: int = 0
    _told: bool = False

    def step(self, problem: str | None) -> None:
        """One more answer: None when all is well, else what is wrong."""
        self._bad = self._bad + 1 if problem else 0
        if problem and self._bad >= self.failures and not self._told:
            self._told = self.tell("舆情系统异常", problem)
        elif problem is None and self._told:
            self._told = not self.tell("舆情系统已恢复", "各部分均按时报到")


def heartbeat_of(url: str) -> str:
    """The whole address to ask: `url` may be the service's, or the page itself."""
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + _PATH


def problem_of(url: str, seconds: float) -> str | None:
    """None when the service at `url` says that all of it lives, else what is wrong."""
    try:
        answer = httpx.get(url, timeout=seconds, follow_redirects=False)
    except httpx.TimeoutException:
        return f"{seconds:g} 秒内没有应答"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"无法连接（{type(error).__name__}）"
    told = _read(answer.content)
    if answer.status_code == httpx.codes.OK and told.get("status") == "ok":
        return None
    late = told.get("behind")
    names = "、".join(str(one) for one in late) if isinstance(late, list) else ""
    return f"未按时报到：{names}" if names else f"应答异常：HTTP {answer.status_code}"


def watch(
    url: str, watching: Watch, every: timedelta, seconds: float, stop: threading.Event
) -> None:
    """Ask every so often until told to stop."""
    while True:
        watching.step(problem_of(url, seconds))
        if stop.wait(every.total_seconds()):
            return


def telling(pusher: Pusher, urls: list[str], name: str) -> Callable[[str, str], bool]:
    """Tells all of `urls`; heard is what one of them took."""

    def tell(title: str, body: str) -> bool:
        said = f"{title}：{name}"
        heard = [pusher.push([one], said, body).error is None for one in urls]
        return any(heard)

    return tell


def _read(content: bytes) -> dict[str, object]:
    try:
        told = json.loads(content[:_LARGEST])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
