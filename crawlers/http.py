"""How we behave on other people's servers: the Scrapy settings of one crawl."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from scrapy.exceptions import IgnoreRequest

from crawlers.pages.urls import within
from crawlers.source import Source


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """What holds for every source. `contact` (a mail or URL) is told to the sites we visit;
    `timeout` is in real seconds; `retries` are tries after the first."""

    contact: str = ""
    timeout: float = 10.0
    retries: int = 2
    redirects: int = 5
    concurrency: int = 4


class HostGate:
    """Lets no request out to a host that is not the source's own, redirects included."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @classmethod
    def from_crawler(cls, crawler: Any) -> HostGate:
        """The gate of the crawl's own source."""
        return cls(crawler.spider.visit.source)

    def process_request(self, request: Any) -> None:
        """Raises IgnoreRequest for an address outside."""
        if not within(request.url, self._source.hosts):
            raise IgnoreRequest(f"leads outside the source's hosts, to {request.url[:200]}")


def scrapy_settings(source: Source, http: HttpSettings) -> dict[str, Any]:
    """The settings for a crawl of `source`: polite, bounded, without cookies or consoles."""
    return _manners(source, http) | _bounds(source, http) | _parts()


def user_agent(contact: str) -> str:
    """Who we say we are."""
    return f"yuqing/{version('yuqing')}" + (f" (+{contact})" if contact else "")


def _manners(source: Source, http: HttpSettings) -> dict[str, Any]:
    return {
        "USER_AGENT": user_agent(http.contact),
        "ROBOTSTXT_OBEY": source.obey_robots,
        "ROBOTSTXT_USER_AGENT": "yuqing",
        "DOWNLOAD_DELAY": source.delay,
        "CONCURRENT_REQUESTS_PER_DOMAIN": http.concurrency,
        # with no delay asked for there is nothing to throttle towards
        "AUTOTHROTTLE_ENABLED": source.delay > 0,
        "AUTOTHROTTLE_START_DELAY": source.delay,
        "COOKIES_ENABLED": False,
        "REFERRER_POLICY": "no-referrer",
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "zh-CN,zh;q=0.9"},
    }


def _bounds(source: Source, http: HttpSettings) -> dict[str, Any]:
    return {
        "DOWNLOAD_MAXSIZE": source.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": http.timeout,
        "RETRY_TIMES": http.retries,
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
        "REDIRECT_MAX_TIMES": http.redirects,
    }


def _parts() -> dict[str, Any]:
    from crawlers.pipeline import PublishPipeline

    return {
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        # both let others run code in this process, and are on unless switched off
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "DOWNLOADER_MIDDLEWARES": {
            HostGate: 50,
            # it knows no ports, and the gate is stricter
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
        },
        "ITEM_PIPELINES": {PublishPipeline: 100},
        "EXTENSIONS": {
            "scrapy.extensions.logstats.LogStats": None,
            "scrapy.extensions.memusage.MemoryUsage": None,
        },
    }
