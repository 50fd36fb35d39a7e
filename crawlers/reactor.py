"""Twisted's reactor, run once for one coroutine: the part of Scrapy that is a process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_TALKATIVE = ("scrapy", "twisted", "trafilatura", "htmldate", "protego", "asyncio")


def in_reactor(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run `main` on the reactor and give back what it gives, or raise what it raises.

    At most once in a process, in its main thread. Signals are left to the caller.
    """
    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    # twisted's own types describe the interface, not the installed reactor
    installed: Any = reactor
    ended: list[T | BaseException] = []
    _quieten()

    async def run() -> None:
        try:
            ended.append(await main())
        except BaseException as error:
            # it must reach the caller across the reactor, which would only log it
            ended.append(error)
        finally:
            installed.stop()

    tasks: list[asyncio.Task[None]] = []
    installed.callWhenRunning(lambda: tasks.append(asyncio.ensure_future(run())))
    installed.run(installSignalHandlers=False)
    result = ended[0]
    if isinstance(result, BaseException):
        raise result
    return result


def _quieten() -> None:
    """Scrapy and Twisted tell of every request; we tell of every crawl, and of their warnings."""
    from twisted.python import log

    observer: Any = log.PythonLoggingObserver
    observer("twisted").start()
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
