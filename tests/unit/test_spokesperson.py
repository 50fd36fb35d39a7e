"""第一新闻发言人: the principal of the unit, of the place too when it is grave; no delegate."""

from __future__ import annotations

from responder.act import Act
from responder.spokesperson import first_spokespeople, speaks_as_principal
from responder.ticket import replay
from tests.reference.small_district import DISTRICT
from tests.reference.tell import act, opened

ASSIGNED = act(1, "assign", unit="water")


def speakers(acts: list[Act], *places: str) -> list[str]:
    return [person.name for person in first_spokespeople(DISTRICT, replay(acts), places)]


def test_ordinarily_the_principal_of_the_responsible_unit() -> None:
    assert speakers([opened(2, True), ASSIGNED], "柳月小区") == ["水务局负责人"]
    assert speakers([opened(3, False), ASSIGNED], "柳月小区") == ["水务局负责人"]
    assert speakers([opened(1, False)]) == ["区政府办负责人"]


def test_in_a_grave_emergency_first_the_principal_of_the_place() -> None:
    grave = [opened(3, True), ASSIGNED]
    assert speakers(grave, "柳月小区") == ["北岸街道负责人", "水务局负责人"]
    assert speakers(grave) == ["区政府办负责人", "水务局负责人"]


def test_a_delegate_does_not_count() -> None:
    ticket = replay([opened(1, False), ASSIGNED, act(2, "delegate", to="水务局副局长")])
    assert speaks_as_principal(DISTRICT, ticket, " 水务局负责人 ")
    assert not speaks_as_principal(DISTRICT, ticket, "水务局副局长")
    assert not speaks_as_principal(DISTRICT, ticket, "")
