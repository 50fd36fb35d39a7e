"""Who handles what: the topic's unit, the territory's unit, or the coordinator."""

from __future__ import annotations

from dataclasses import replace

import pytest

from responder.routing import Wording, route, territories_of
from tests.reference.small_district import DISTRICT, LOCAL_LEAD, unit
from yuqing.domain.conduct import SubTopic
from yuqing.domain.jurisdiction import Place
from yuqing.domain.roster import Contact
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


VILLAGES = replace(
    DISTRICT,
    places=(
        *DISTRICT.places,
        Place("石埠村", within="南岸街道"),
        Place("柳月东里", within="柳月小区"),
    ),
    units=(*DISTRICT.units, unit("liuyue", "柳月社区", "柳月小区")),
)


@pytest.mark.parametrize(
    ("places", "codes"),
    [
        (("石埠村", "南岸街道"), ["south"]),
        (("南岸街道", "石埠村"), ["south"]),
        (("柳月", "北岸"), ["liuyue"]),  # aliases; the narrower has a unit of its own
        (("湾禾区", "北岸街道", "柳月东里"), ["liuyue"]),
        (("湾禾", "北岸街道"), ["north"]),
        (("柳月小区", "南岸街道"), ["liuyue", "south"]),
        (("湾禾区", "柳月小区", "石埠村"), ["liuyue", "south"]),
        (("石埠村", "外星", "石埠村"), ["south"]),
        ((), []),
    ],
)
def test_of_a_place_and_those_above_it_only_the_narrowest_counts(
    places: tuple[str, ...], codes: list[str]
) -> None:
    assert [unit.code for unit in territories_of(VILLAGES, places)] == codes


def test_a_village_and_its_street_are_one_territory_and_not_several() -> None:
    home = replace(VILLAGES, local_lead=True)
    one = route(home, Topic.HOUSING, ("柳月小区", "北岸街道", "湾禾区"))
    assert (one.unit, one.co_units) == ("liuyue", ("housing",))
    assert not any("多地" in reason for reason in one.reasons)
    several = route(home, Topic.HOUSING, ("柳月小区", "北岸街道", "南岸街道"))
    assert (several.unit, several.co_units) == ("housing", ("liuyue", "south"))


def test_the_place_of_the_governments_own_name_is_the_whole_also_below_a_city() -> None:
    city = (Place("汀州市"), *(replace(p, within=p.within or "汀州市") for p in DISTRICT.places))
    home = replace(DISTRICT, places=city, local_lead=True)
    for places in (("湾禾区",), ("汀州市", "湾禾"), ("汀州市",)):
        wide = route(home, Topic.HOUSING, places)
        assert wide.unit == "housing"
        assert wide.reasons[0].startswith("涉及全域")
    assert route(home, Topic.HOUSING, ("汀州市", "湾禾区", "柳月小区")).unit == "north"


def test_with_local_lead_one_territory_leads_also_where_no_department_is_named() -> None:
    routed = route(LOCAL_LEAD, Topic.EDUCATION, ("南岸街道",))
    assert (routed.unit, routed.co_units) == ("south", ())
    assert routed.reasons[0] == "只涉及一地，属地主办"


def test_what_touches_the_whole_district_is_the_departments() -> None:
    routed = route(LOCAL_LEAD, Topic.HOUSING, ("湾禾区",))
    assert routed.unit == "housing"
    assert routed.reasons[0] == "涉及全域的政策和工作，由主管单位住建局主办"
    both = route(LOCAL_LEAD, Topic.HOUSING, ("湾禾区", "北岸街道"))
    assert both.unit == "north"  # the whole is only named along with the part


def test_a_street_sends_what_goes_beyond_it_to_its_superiors_department() -> None:
    superior = Contact("区政府总值班室", "上级政府")
    street = replace(DISTRICT, level="street", superior=superior)
    several = route(street, Topic.HOUSING, ("北岸街道", "南岸街道"))
    assert "报区政府总值班室由其主管部门牵头" in several.reasons[1]
    one = route(street, Topic.HOUSING, ("北岸街道",))
    assert not any("报区政府" in reason for reason in one.reasons)


def test_a_narrower_matter_has_a_unit_of_its_own_and_a_concluded_route_is_marked() -> None:
    dam = SubTopic("dam", "水库", Topic.HOUSING, ("水库", "大坝"), "water", inferred=True)
    home = replace(DISTRICT, sub_topics=(dam,), inferred=(Topic.ENVIRONMENT,))
    routed = route(home, Topic.HOUSING, (), wording=Wording("小区旁的大坝漏水"))
    assert (routed.unit, routed.reasons[0]) == ("water", "子主题“水库”由水务局主管（推定分工）")
    assert route(home, Topic.HOUSING, (), wording=Wording("房子漏水")).unit == "housing"
    assert route(home, Topic.LABOUR, (), wording=Wording("大坝漏水")).unit == "office"
    assert route(home, Topic.ENVIRONMENT, ()).reasons[0] == "该主题的分工为推定，请核对"


def test_a_unit_that_the_text_names_helps_and_leads_where_the_topic_has_none() -> None:
    said = Wording("水务局一直推诿")
    routed = route(DISTRICT, Topic.HOUSING, (), wording=said)
    assert (routed.unit, routed.co_units) == ("housing", ("water",))
    assert "文中点名：水务局" in routed.reasons
    assert route(DISTRICT, Topic.LABOUR, (), wording=said).unit == "water"
    two = route(DISTRICT, Topic.LABOUR, (), wording=Wording("水务局推给住建局"))
    assert (two.unit, two.co_units) == ("office", ("housing", "water"))
    longer = replace(DISTRICT, units=(*DISTRICT.units, unit("city_water", "市水务局")))
    assert route(longer, Topic.LABOUR, (), wording=Wording("市水务局不管")).unit == "city_water"


def test_the_kind_of_unit_guessed_is_a_proposal_with_its_reason_and_charges_nobody() -> None:
    school = replace(unit("school", "教育局"), kind="education")
    home = replace(DISTRICT, units=(*DISTRICT.units, school))
    routed = route(home, Topic.LABOUR, (), wording=Wording("老师工资没发", "education"))
    assert (routed.unit, routed.co_units, routed.proposal) == ("office", (), "school")
    assert routed.reasons[-1] == "建议考虑教育局：从文字判断属这类单位，请人工确定"
    assert route(home, Topic.LABOUR, (), wording=Wording("", "police")).proposal is None
    assert route(home, Topic.LABOUR, (), wording=Wording("", "unknown")).proposal is None
    twice = replace(home, units=(*home.units, replace(school, code="b", name="教委")))
    assert route(twice, Topic.LABOUR, (), wording=Wording("", "education")).proposal is None
