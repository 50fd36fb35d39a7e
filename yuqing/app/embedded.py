"""The embedded shape: which processes one machine runs, and what they need before they start."""

from __future__ import annotations

from yuqing.app import ready, wiring
from yuqing.app.settings import Settings, child_environment
from yuqing.app.supervise import Child, Supervisor

CHILDREN = (
    Child("serve", ("serve",)),
    Child("crawl", ("crawl",)),
    Child("judge-group-index", ("stages", "judge", "group", "index")),
    Child("respond", ("respond",)),
)


def prepare(settings: Settings) -> None:
    """Read every configuration file (so that errors show at once) and make the tables."""
    wiring.sources(settings)
    wiring.jurisdictions(settings)
    ready.require_folder(settings)
    wiring.migrate_all(settings)


def supervisor(settings: Settings) -> Supervisor:
    """The watcher of the four processes of DESIGN's embedded shape."""
    logs = settings.data_dir / "logs"
    return Supervisor(CHILDREN, child_environment(settings), logs)
