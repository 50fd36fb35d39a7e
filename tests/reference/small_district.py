"""A small made-up district for the tests of routing, escalation and spokespeople."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from yuqing.domain.jurisdiction import ChainStep, Contact, Jurisdiction, Place, Unit
from yuqing.domain.policy import national
from yuqing.domain.verdict import Severity, Topic


def unit(code: str, name: str, *territory: str, duty: bool = True) -> Unit:
    """A unit with a principal and, unless told otherwise, one duty contact."""
    contacts = (Contact(f"{name}值班室", "值班员"),) if duty else ()
    return Unit(code, name, "other", Contact(f"{name}负责人", "主要负责人"), contacts, territory)


def hours(number: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=number)


CHAIN = (
    ChainStep(hours(0), "duty"),
    ChainStep(hours(1), "principal"),
    ChainStep(hours(2), "coordinator"),
    ChainStep(hours(2), "publicity"),
)
DISTRICT = Jurisdiction(
    code="wanhe",
    name="湾禾区",
    level="district",
    zone="Asia/Shanghai",
    policy=national(),
    units=(
        unit("office", "区政府办", "湾禾区"),
        unit("publicity", "宣传部", duty=False),
        unit("housing", "住建局"),
        unit("water", "水务局"),
        unit("north", "北岸街道", "北岸街道"),
        unit("south", "南岸街道", "南岸街道"),
    ),
    coordinator="office",
    routes=((Topic.HOUSING, "housing"), (Topic.ENVIRONMENT, "water")),
    places=(
        Place("湾禾区", ("湾禾",)),
        Place("北岸街道", ("北岸",), "湾禾区"),
        Place("南岸街道", (), "湾禾区"),
        Place("柳月小区", ("柳月",), "北岸街道"),
    ),
    chains=((Severity.ORDINARY, CHAIN[:2]), (Severity.MAJOR, CHAIN), (Severity.GRAVE, CHAIN)),
    acknowledge_within=timedelta(minutes=30),
)
LOCAL_LEAD = replace(DISTRICT, local_lead=True)
