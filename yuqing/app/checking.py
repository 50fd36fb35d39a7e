"""What `yuqing check` looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rich.markup import escape

from yuqing.app import wiring
from yuqing.app.settings import Settings
from yuqing.app.wallclock import parse_clock
from yuqing.domain.errors import ConfigError, YuqingError


@dataclass(slots=True)
class Findings:
    """What is in order, and what is not; both ready to print."""

    good: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def check_all(settings: Settings) -> Findings:
    """Read everything; one wrong file does not hide the next."""
    found = Findings()
    _attempt(found, lambda: _clock(settings))
    homes: set[str] = set()
    _attempt(found, lambda: _jurisdictions(settings, homes))
    _attempt(found, lambda: _debunks(settings))
    _sources(settings, homes, found)
    return found


def _attempt(found: Findings, look: Callable[[], str]) -> None:
    try:
        found.good.append(look())
    except YuqingError as error:
        found.errors.append(escape(str(error)))


def _clock(settings: Settings) -> str:
    parse_clock(settings.clock)
    return "settings"


def _jurisdictions(settings: Settings, homes: set[str]) -> str:
    known = wiring.jurisdictions(settings)
    homes.update(known)
    return f"{len(known)} jurisdictions in {settings.jurisdictions}"


def _debunks(settings: Settings) -> str:
    from classifier.debunks.files import load_debunks

    return f"{len(load_debunks(settings.debunks))} refutations in {settings.debunks}"


def _sources(settings: Settings, homes: set[str], found: Findings) -> None:
    from crawlers.sources import read_sources

    sources, errors = read_sources(settings.sources_dir)
    found.errors += [escape(str(error)) for error in errors]
    strange = [
        str(
            ConfigError(
                str(settings.sources_dir),
                f"{source.id}.jurisdictions",
                f"there is no jurisdiction {code!r}",
                f"Write one of {', '.join(sorted(homes)) or 'those you make first'}.",
            )
        )
        for source in sources
        for code in source.jurisdictions
        if homes and code not in homes
    ]
    found.errors += [escape(text) for text in strange]
    if not errors and not strange:
        found.good.append(f"{len(sources)} sources in {settings.sources_dir}")
