"""What the console stands on, handed in whole by the wiring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from responder.accounts import Accounts
from responder.console.beats import complaints
from responder.console.recent import Recent
from responder.desk import Desk
from responder.machines import Machines
from responder.oidc import Oidc
from responder.people import People
from stream.index import Index
from stream.pulse import Pulse
from yuqing.domain.clock import Clock
from yuqing.domain.jurisdiction import Jurisdiction


@dataclass(frozen=True, slots=True)
class Backstage:
    """Services and facts every page needs. `source_names` maps a source's id to its name;
    `reports` is where finished weekly reports lie; `write_report(jurisdiction, week)` makes one,
    the week as 2026-W47. `files` is the folder of the governments' files, `machines` looks after
    the systems that ask and are told."""

    desk: Desk
    people: People
    accounts: Accounts
    machines: Machines
    index: Index
    pulse: Pulse
    clock: Clock
    jurisdictions: Mapping[str, Jurisdiction]
    source_names: Mapping[str, str]
    reports: Path
    write_report: Callable[[str, str], Path]
    recent: Recent = field(default_factory=Recent)
    oidc: Oidc | None = None
    files: Path | None = None

    @property
    def zone(self) -> str:
        """The time zone shown: that of the first jurisdiction."""
        first = next(iter(self.jurisdictions.values()), None)
        return first.zone if first else "Asia/Shanghai"

    @property
    def place(self) -> str:
        """Whose service this is, in words."""
        return "、".join(j.name for j in self.jurisdictions.values())

    def complaints(self) -> list[str]:
        """What of the service is behind, in words; empty when all is well."""
        return complaints(self.pulse.read(), self.source_names, self.clock.now())

    @property
    def rate(self) -> float:
        """How many seconds of the service's clock pass in one real second."""
        return 60 / max(1e-9, self.clock.real_seconds(timedelta(seconds=60)))
