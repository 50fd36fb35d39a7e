"""Who handles what: the topic's unit, the territory's unit, or the coordinator."""

from __future__ import annotations

import pytest

from responder.routing import route, territories_of
from tests.reference.small_district import DISTRICT, LOCAL_LEAD
from yuqing.domain.verdict import Severity, Topic


@pytest.mark.parametrize(
    ("topic", "places", "unit", "co_units"),
    [
        (Topic.HOUSING, (), "housing", ()),
        (Topic.HOUSING, ("柳月小区",), "housing", ("north",)),
        (Topic.HOUSING, ("柳月", "北岸"), "housing", ("north",)),
        (Topic.HOUSING, ("柳月", "南岸街道"), "housing", ("north", "south")),
        (Topic.HOUSING, ("外星",), "housing", ()),
        (Topic.EDUCATION, (), "office", ()),
        (Topic.EDUCATION, ("南岸街道",), "office", ("south",)),
        (Topic.EDUCATION, ("湾禾区",), "office", ()),
    ],
)
def test_the_topic_leads_and_the_territory_helps(
    topic: Topic, places: tuple[str, ...], unit: str, co_units: tuple[str, ...]
) -> None:
    routed = route(DISTRICT, topic, places)
    assert (routed.unit, routed.co_units) == (unit, co_units)
    assert routed.reasons


def test_with_local_lead_one_territory_leads_and_several_do_not() -> None:
    one = route(LOCAL_LEAD, Topic.HOUSING, ("柳月小区",))
    assert (one.unit, one.co_units) == ("north", ("housing",))
    several = route(LOCAL_LEAD, Topic.HOUSING, ("柳月小区", "南岸街道"))
    assert (several.unit, several.co_units) == ("housing", ("north", "south"))
    assert "涉及多地" in several.reasons[0]


def test_from_major_on_the_coordinator_helps() -> None:
    routed = route(DISTRICT, Topic.HOUSING, ("柳月小区",), Severity.MAJOR)
    assert routed.co_units == ("north", "office")
    assert route(DISTRICT, Topic.LABOUR, (), Severity.GRAVE).co_units == ()


def test_the_nearest_territory_above_a_place_is_meant() -> None:
    assert [unit.code for unit in territories_of(DISTRICT, ("柳月",))] == ["north"]
    assert [unit.code for unit in territories_of(DISTRICT, ("湾禾",))] == ["office"]
