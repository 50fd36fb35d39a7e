"""What people typed beside a decision is shown masked, as what they decided on is."""

from __future__ import annotations

from responder.console.render import environment, render
from responder.regroupings import Regrouping
from tests.responder_world import NOON
from yuqing.domain.decision import Regroup


def test_the_reason_of_a_regrouping_is_masked() -> None:
    said = Regrouping(
        Regroup.PIN, "e1", None, ("p1",), "ana", NOON, "已电话 138\u200b00138000 核实"
    )
    made = environment("Asia/Shanghai")
    shown = render(made, "regroupings.html", decided=[said], names={}, event_id="e1")
    assert "已电话 138****8000 核实" in shown
    assert "00138000" not in shown
