"""The stages of the service, each put together from wired parts: what it reads, and what it does
beside at its rhythm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from stream.pulse import Kind
from stream.runner import Periodic
from stream.topics import DECISIONS, EVENTS, POSTS_JUDGED, POSTS_RAW, POSTS_RELEVANT
from stream.worker import Worker
from yuqing.app import configuration, kept_secrets, wiring
from yuqing.app.crew import Crew
from yuqing.app.settings import Settings
from yuqing.domain.clock import Clock, real_span
from yuqing.domain.errors import RetryLater

SWEEP_EVERY, SEND_EVERY = timedelta(seconds=20), timedelta(seconds=5)
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
    from responder.rereading import look_anew
    from responder.reviewing import review_handler
    from responder.reviews import Reviews, own_thresholds
    from responder.sweep import sweep_due
    from responder.watchlists import Watchlists

    store, homes = wiring.ticket_store(crew.settings), configuration.jurisdictions(crew.settings)
    lists, pusher, poster = Watchlists(store.engine), wiring.pusher(), HttpHookPoster()
    queue = Reviews(store.engine, crew.settings.review_below, own_thresholds(homes))
    console, secret = crew.settings.console_url(), kept_secrets.secret(crew.settings)
    look_anew(store.engine, crew.clock.now())
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
        *hearts(crew.settings, crew.clock),
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


def hearts(settings: Settings, clock: Clock) -> list[Periodic]:
    """The task that tells somebody outside what stopped, if anybody is named."""
    if not settings.heartbeat():
        return []
    return [Periodic("heartbeat", real_span(clock, LOOK_EVERY), wiring.heart(settings).look)]


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
