"""Looking for drift: the index is asked, the reference compared, people and Prometheus told."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from yuqing.app import configuration, wiring
from yuqing.domain.drift import Drift

if TYPE_CHECKING:
    from stream.index import Index
    from yuqing.app.crew import Crew
    from yuqing.app.settings import Settings


def look_for_drift(crew: Crew) -> None:
    """Compare every jurisdiction's last seven days; what moved is pushed to its analysts and
    administrators. Raises RetryLater."""
    from responder.drifts import Drifts

    kept, now = Drifts(wiring.tickets_engine(crew.settings)), crew.clock.now()
    with closing(wiring.index(crew.settings)) as index:
        found = drifts(crew.settings, index, now)
    for code, drift in found.items():
        for head in drift.heads:
            if head.psi is not None:
                crew.metrics.drifted(code, head.head, head.psi)
        zone = ZoneInfo(configuration.jurisdictions(crew.settings)[code].zone)
        kept.record(code, drift, now.astimezone(zone).date(), now)


def drifts(settings: Settings, index: Index, now: datetime) -> dict[str, Drift]:
    """Each jurisdiction's last seven days against the reference."""
    from classifier.drift import compare
    from classifier.drifting import measure

    reference = configuration.drift_reference(settings)
    homes = configuration.jurisdictions(settings)
    return {code: compare(reference, measure(index, code, now)) for code in sorted(homes)}
