"""What `yuqing check` looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rich.markup import escape

from yuqing.app import configuration
from yuqing.app.settings import Settings
from yuqing.app.wallclock import parse_clock
from yuqing.domain.conduct import DutyStatus
from yuqing.domain.errors import ConfigError, YuqingError
from yuqing.domain.grading import GENERAL, STATUTORY
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.files.jurisdiction import read_jurisdictions


@dataclass(slots=True)
class Findings:
    """What is in order, what is not, and what is known to be missing; all ready to print."""

    good: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def check_all(settings: Settings) -> Findings:
    """Read everything; one wrong file does not hide the next."""
    found = Findings()
    _attempt(found, lambda: _clock(settings))
    homes = _jurisdictions(settings, found)
    _attempt(found, lambda: _debunks(settings))
    _sources(settings, homes, found)
    return found


def _attempt(found: Findings, look: Callable[[], str]) -> None:
    try:
        found.good.append(look())
    except YuqingError as error:
        found.errors.append(escape(str(error)))


def _clock(settings: Settings) -> str:
    from responder.sealing import Seal

    parse_clock(settings.clock)
    Seal(settings.secrets_keys())
    return "settings"


def _jurisdictions(settings: Settings, found: Findings) -> set[str]:
    """The codes that sources may name; none when a file is wrong, since it might be the one."""
    known, mistakes = read_jurisdictions(settings.jurisdictions)
    found.errors += [escape(str(mistake)) for mistake in mistakes]
    if not mistakes:
        where = settings.jurisdictions
        _attempt(
            found, lambda: f"{len(configuration.jurisdictions(settings))} jurisdictions in {where}"
        )
    for home in known.values():
        found.notes += [escape(note) for note in notes_on(home)]
    return set() if mistakes else set(known)


def notes_on(home: Jurisdiction) -> Iterator[str]:
    """What a jurisdiction itself says is not there yet, and what it only supposes."""
    for duty in home.duties:
        if duty.status is DutyStatus.PENDING:
            basis = f" ({duty.basis})" if duty.basis else ""
            said = f"duty {duty.code} is pending: {duty.name}{basis}"
            yield f"{home.code}: {said}; needs {duty.needs}"
    inferred = [*home.inferred, *(sub.code for sub in home.sub_topics if sub.inferred)]
    if inferred:
        yield f"{home.code}: inferred, to be confirmed: the units of {', '.join(inferred)}"
    yield from _laxer(home)


def _laxer(home: Jurisdiction) -> Iterator[str]:
    """Grades that begin later than the article lets them for a work accident."""
    for counted in sorted(STATUTORY):
        article = GENERAL.of(counted)
        for grade, least in home.grading.of(counted).items():
            if grade in article and least > article[grade]:
                said = f"grading {counted} {grade:d} begins at {least}, later than the article's"
                yield f"{home.code}: {said} {article[grade]}; a work accident keeps the article's"


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
