"""A drill from its name to its record."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from yuqing.app import engines, kept_secrets, wiring
from yuqing.app.drill.cast import with_phones
from yuqing.app.drill.folder import StoredClock, held, lay_out, settings_of
from yuqing.app.drill.rehearsal import Rehearsal
from yuqing.app.settings import Settings
from yuqing.domain.errors import NotFound
from yuqing.files.jurisdiction import load_jurisdiction

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday morning, nine o'clock in Beijing."""


@contextmanager
def rehearsing(
    settings: Settings, name: str, scenario: str, folder: Path | None
) -> Iterator[Rehearsal]:
    """The drill, ready to be played (on) in `folder`; without one, in a folder that goes away.

    Raises ConfigError for a folder that is taken, NotFound for a jurisdiction that is not there.
    """
    file = jurisdiction_file(settings, name)
    with _lying(folder) as place, held(place):
        home = with_phones(load_jurisdiction(lay_out(place, scenario, file)))
        ours = settings_of(place, settings)
        store = wiring.ticket_store(ours)
        store.migrate()
        clock = StoredClock(place / "now", START)
        try:
            yield Rehearsal(scenario, home, store, clock, START, kept_secrets.secret(ours))
        finally:
            engines.dispose()


def jurisdiction_file(settings: Settings, name: str) -> Path:
    """The file that `name` stands for: a path, one of the settings' folder, or one shipped."""
    import jurisdictions as shipped

    folders = (settings.jurisdictions, Path(shipped.__file__).parent)
    places = [Path(name)] if name.endswith(".yaml") else [f / f"{name}.yaml" for f in folders]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        there = sorted({file.stem for folder in folders for file in folder.glob("*.yaml")})
        raise NotFound(f"no jurisdiction {name!r}; there are {', '.join(there)}")
    return found


@contextmanager
def _lying(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="yuqing-drill-") as made:
        yield Path(made)
