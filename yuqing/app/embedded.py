"""The embedded shape: which processes one machine runs, and what they need before they start."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from yuqing.app import configuration, ready, wiring
from yuqing.app.settings import PREFIX, Settings, child_environment
from yuqing.app.supervise import Child, Supervisor

CHILDREN: tuple[Child, ...] = (
    Child("serve", ("serve",)),
    Child("crawl", ("crawl",)),
    Child("judge-group-index", ("stages", "judge", "group", "index")),
    Child("respond", ("respond",)),
)


def prepare(settings: Settings) -> None:
    """Read every configuration file (so that errors show at once) and make the tables."""
    configuration.sources(settings)
    configuration.jurisdictions(settings)
    ready.require_folder(settings)
    wiring.migrate_all(settings)


def supervisor(settings: Settings) -> Supervisor:
    """The watcher of the four processes of DESIGN's embedded shape. Where probes are asked for,
    they listen on as many ports one after another."""
    children = CHILDREN
    if settings.probe_port is not None:
        ports = count(settings.probe_port)
        children = tuple(
            replace(c, environment=(_probed(p),)) for c, p in zip(CHILDREN, ports, strict=False)
        )
    return Supervisor(children, child_environment(settings), settings.data_dir / "logs")


def _probed(port: int) -> tuple[str, str]:
    return f"{PREFIX}PROBE_PORT", str(port)
