"""The processes of the service, put together from wired parts."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from stream.metrics import StageMetrics
from stream.probe import Probe, hanging, unreachable
from stream.pulse import Kind
from stream.runner import Periodic, on_signals, run_together
from stream.topics import DECISIONS, EVENTS, POSTS_JUDGED, POSTS_RAW, POSTS_RELEVANT
from stream.worker import Worker
from yuqing.app import configuration, kept_secrets, ready, serving, wiring
from yuqing.app.crew import Crew
from yuqing.app.logs import configure_logs
from yuqing.app.settings import Settings
from yuqing.domain.clock import Clock, real_span
from yuqing.domain.errors import ConfigError, RetryLater

if TYPE_CHECKING:
    from crawlers.visit import CrawlReport

SWEEP_EVERY, SEND_EVERY, LAG_EVERY = (timedelta(seconds=s) for s in (20, 5, 5))
LOOK_EVERY = timedelta(seconds=15)
AT_ONCE = 200


def judge_stage(crew: Crew) -> tuple[list[Worker], list[Periodic]]:
    """posts.raw to posts.judged and posts.relevant."""
    from classifier.handlers import judge_handler

    handler = judge_handler(wiring.judge(crew.settings))
    return [crew.worker(POSTS_RAW.name, "judge", handler)], []


def group_stage(crew: Crew) -> tuple[list[Worker], list[Periodic]]:
    """posts.relevant and people's decisions to events."""
    from classifier.events.handlers import LIVE, decisions_handler, group_handler

    store = wiring.grouping_store(crew.settings)
    crew.closing.callback(store.close)
    window = timedelta(days=crew.settings.group_window_days)
    rules = replace(LIVE, window=window)
    return [
        crew.worker(POSTS_RELEVANT.name, "group", group_handler(store, rules)),
        crew.worker(DECISIONS.name, "group-decisions", decisions_handler(store, rules)),
    ], []


def index_stage(crew: Crew) -> tuple[list[Worker], list[Periodic]]:
    """posts.judged and people's corrections to the index, and its retention once a day."""
    from stream.indexing import indexing, settling

    index = wiring.index(crew.settings)
    crew.closing.callback(index.close)

    def retain() -> None:
        kept = timedelta(days=31 * crew.settings.index_retention_months)
        index.drop_before((crew.clock.now() - kept).date())

    tasks = [Periodic("retention", timedelta(days=1), retain)]
    return [
        crew.worker(POSTS_JUDGED.name, "index", indexing(index)),
        crew.worker(DECISIONS.name, "index-decisions", settling(index)),
    ], tasks


def respond_stage(crew: Crew) -> tuple[list[Worker], list[Periodic]]:
    """events to tickets; watchlists, answers and the review queue; the sweep, the outbox, drift."""
    from responder.handlers import answers_handler, respond_handler, watch_handler
    from responder.hook_http import HttpHookPoster
    from responder.hooks import send_hooks
    from responder.outbox import send_due
    from responder.reviewing import review_handler
    from responder.reviews import Reviews, own_thresholds
    from responder.sweep import sweep_due
    from responder.watchlists import Watchlists

    store, homes = wiring.ticket_store(crew.settings), configuration.jurisdictions(crew.settings)
    lists, pusher, poster = Watchlists(store.engine), wiring.pusher(), HttpHookPoster()
    queue = Reviews(store.engine, crew.settings.review_below, own_thresholds(homes))
    console, secret = crew.settings.console_url(), kept_secrets.secret(crew.settings)
    workers = [
        crew.worker(EVENTS.name, "respond", respond_handler(store, homes, crew.clock)),
        crew.worker(POSTS_RELEVANT.name, "answers", answers_handler(store, crew.clock)),
        crew.worker(POSTS_JUDGED.name, "watch", watch_handler(lists, crew.clock)),
        crew.worker(POSTS_JUDGED.name, "review", review_handler(queue, crew.clock)),
    ]

    def sweep() -> None:
        while sweep_due(store, homes, crew.clock.now(), AT_ONCE) == AT_ONCE:
            pass

    def send() -> None:
        send_due(store.engine, pusher, crew.bus.publish, crew.clock, AT_ONCE, console, secret)

    def tell() -> None:
        send_hooks(store.engine, poster, crew.clock, AT_ONCE)

    tasks = [
        _beating(crew, "webhooks", Kind.OUTBOX, SEND_EVERY, tell),
        _beating(crew, "sweep", Kind.SWEEP, SWEEP_EVERY, sweep),
        _beating(crew, "outbox", Kind.OUTBOX, SEND_EVERY, send),
        Periodic("forget_reviews", timedelta(days=1), lambda: queue.forget(crew.clock.now())),
        drift_task(crew),
        *_hearts(crew.settings, crew.clock),
    ]
    return workers, tasks


def drift_task(crew: Crew) -> Periodic:
    """Once a day: what the judge says against the reference, kept, measured and told."""
    from yuqing.app.drifting import look_for_drift

    return Periodic("drift", timedelta(days=1), partial(look_for_drift, crew))


STAGES: dict[str, Callable[[Crew], tuple[list[Worker], list[Periodic]]]] = {
    "judge": judge_stage,
    "group": group_stage,
    "index": index_stage,
    "respond": respond_stage,
}


def run_stages(settings: Settings, names: Sequence[str]) -> None:
    """Run the stages `names` in this process until told to stop. Raises ConfigError."""
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        raise ConfigError(
            "command line",
            "names",
            f"no stage {unknown[0]!r}",
            f"Write one of {', '.join(STAGES)}.",
        )
    clock = wiring.clock(settings)
    ready.require_tables(settings)
    if "respond" in names:
        ready.require_secrets(settings)
    configure_logs(settings.log_level, "+".join(names), clock)
    registry = CollectorRegistry()
    crew = Crew(
        settings, clock, wiring.bus(settings), wiring.pulse(settings), StageMetrics(registry)
    )
    on_signals(crew.stop)
    workers: list[Worker] = []
    tasks = [_lags(crew)]
    for name in names:
        more_workers, more_tasks = STAGES[name](crew)
        workers += more_workers
        tasks += more_tasks
    probe = _probe(settings, registry, partial(hanging, workers), partial(unreachable, crew.bus))
    code = run_together(workers, tasks, crew.stop, clock)
    if probe:
        probe.stop()
    crew.closing.close()
    crew.bus.close()
    sys.exit(code)


def crawl(settings: Settings, *, once: bool) -> tuple[CrawlReport, ...]:
    """Crawl the sources, at their rhythms until told to stop, or once (then how each went)."""
    from crawlers.http import HttpSettings
    from crawlers.run import crawl_forever, crawl_once

    stop = threading.Event()
    on_signals(stop)

    clock, found = wiring.clock(settings), configuration.sources(settings)
    ready.require_tables(settings)
    configure_logs(settings.log_level, "crawl", clock)
    bus, state = wiring.bus(settings), wiring.state_engine(settings)
    probe = _probe(settings, CollectorRegistry(), lambda: None, partial(unreachable, bus))
    http = HttpSettings(contact=settings.crawl_contact)
    try:
        if once:
            return crawl_once(found, bus, state, clock, http, wiring.pulse(settings))
        crawl_forever(found, bus, state, clock, wiring.pulse(settings), stop, http)
    finally:
        if probe:
            probe.stop()
        bus.close()
    return ()


def serve(settings: Settings) -> None:
    """Serve the API and the console."""
    import uvicorn

    from responder.api.app import create_api
    from responder.api.heartbeat import add_heartbeat
    from responder.api.phone import add_phone_page
    from responder.console.mount import mount_console
    from yuqing.app.heartbeat import parts_behind
    from yuqing.app.reporting import write_report

    clock = wiring.clock(settings)
    ready.require_tables(settings)
    ready.require_secrets(settings)
    ready.require_port(settings)
    configure_logs(settings.log_level, "serve", clock)
    stage = serving.backstage(settings, lambda code, week: write_report(settings, code, week)[0])
    api = create_api(serving.api_services(settings, stage))
    pulse = wiring.pulse(settings)
    add_heartbeat(api, pulse.read, lambda beats: parts_behind(beats, clock.now()), clock)
    add_phone_page(api, serving.phone_links(settings), clock)
    mount_console(api, stage, kept_secrets.secret(settings))
    probe = _probe(settings, CollectorRegistry(), lambda: None, lambda: None)
    beside, stop = _hearts(settings, clock), threading.Event()
    watching = threading.Thread(target=run_together, args=((), beside, stop, clock), daemon=True)
    watching.start()
    # uvicorn hands a signal on when it is done: here, to end with exit code 0
    on_signals(threading.Event())
    uvicorn.run(
        api,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    stop.set()
    watching.join()
    if probe:
        probe.stop()


def _beating(
    crew: Crew, name: str, kind: Kind, every: timedelta, run: Callable[[], None]
) -> Periodic:
    """A task that reports in after each run, and when it fails. On a fast clock it runs every
    real second at most."""
    pace = max(every, crew.real(timedelta(seconds=1)))
    expected = max(pace, crew.real(timedelta(seconds=5)))

    def watched() -> None:
        try:
            run()
        except RetryLater as error:
            crew.pulse.beat(name, kind, crew.clock.now(), expected, False, str(error))
            raise
        crew.pulse.beat(name, kind, crew.clock.now(), expected)

    return Periodic(name, pace, watched)


def _hearts(settings: Settings, clock: Clock) -> list[Periodic]:
    """The task that tells somebody outside what stopped, if anybody is named."""
    if not settings.heartbeat():
        return []
    return [Periodic("heartbeat", real_span(clock, LOOK_EVERY), wiring.heart(settings).look)]


def _lags(crew: Crew) -> Periodic:
    return Periodic("lags", crew.real(LAG_EVERY), lambda: crew.metrics.lags(crew.bus.lags()))


def _probe(
    settings: Settings,
    registry: CollectorRegistry,
    sick: Callable[[], str | None],
    not_ready: Callable[[], str | None],
) -> Probe | None:
    if settings.probe_port is None:
        return None
    probe = Probe(settings.probe_host, settings.probe_port, registry, sick, not_ready)
    probe.start()
    return probe
