"""The processes of the service: stages, the crawler, and the API with the console, each until it is
told to stop."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from stream.metrics import StageMetrics
from stream.probe import Probe, hanging, unreachable
from stream.runner import Periodic, on_signals, run_together
from stream.worker import Worker
from yuqing.app import configuration, kept_secrets, ready, serving, wiring
from yuqing.app.crew import Crew
from yuqing.app.logs import configure_logs
from yuqing.app.settings import Settings
from yuqing.app.stages import STAGES, hearts
from yuqing.domain.errors import ConfigError

if TYPE_CHECKING:
    from crawlers.visit import CrawlReport

LAG_EVERY = timedelta(seconds=5)


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
    beside, stop = hearts(settings, clock), threading.Event()
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
