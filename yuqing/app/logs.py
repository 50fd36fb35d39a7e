"""Structured logs on stderr, one JSON object a line, or readable ones on a terminal."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.types import EventDict, WrappedLogger

from yuqing.domain.clock import Clock


def configure_logs(level: str, stage: str, clock: Clock) -> None:
    """Send every log line, also those of libraries, through one format."""

    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {**event, "at": clock.now().isoformat(timespec="seconds"), "stage": stage}

    shared = [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, stamp]
    last = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                last,
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("kafka", "elastic_transport", "alembic", "httpx", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger().level))
