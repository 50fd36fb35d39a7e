"""From a round of 会商 to what is shown of it."""

from __future__ import annotations

from responder.consultation import Consultation
from responder.lines.names import unit_zh
from responder.readmodels.conduct import ConsultationView
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.text import discreet


def consultation_view(one: Consultation, jurisdiction: Jurisdiction | None) -> ConsultationView:
    """One round of 会商 as shown."""
    return ConsultationView(
        number=one.number,
        opened_at=one.opened_at,
        question=discreet(one.question),
        units_zh=tuple(unit_zh(jurisdiction, code) for code in one.units),
        opinions=tuple((unit_zh(jurisdiction, o.unit), discreet(o.text)) for o in one.opinions),
        concluded_at=one.concluded_at,
        conclusion=discreet(one.conclusion),
        absent_zh=tuple(unit_zh(jurisdiction, code) for code in one.silent),
        units=one.units,
    )
