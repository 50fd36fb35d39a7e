"""Lengths in workdays: weekends, statutory holidays, make-up workdays, and the table on record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from responder.clocks import read_clocks
from responder.policy import policy_from_data, policy_to_data
from tests.five_governments import government
from tests.reference.tell import act, at, opened
from yuqing.domain.errors import InvalidMessage
from yuqing.domain.jurisdiction import Policy
from yuqing.domain.workdays import Workdays
from yuqing.files.holidays import known_workdays

ZONE = ZoneInfo("Asia/Shanghai")
CHINA = known_workdays("Asia/Shanghai")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        ("2026-03-02T10:00", HOUR, "2026-03-02T11:00"),
        ("2026-03-06T23:00", 2 * HOUR, "2026-03-09T01:00"),  # Friday night to Monday
        ("2026-03-07T15:00", HOUR, "2026-03-09T01:00"),  # a Saturday does not count
        ("2026-03-02T10:00", 5 * DAY, "2026-03-09T10:00"),
        ("2026-02-14T10:00", DAY, "2026-02-24T10:00"),  # a make-up Saturday, then Spring Festival
        ("2026-09-30T12:00", DAY, "2026-10-08T12:00"),  # over the National Day holidays
        ("2026-03-06T00:00", DAY, "2026-03-07T00:00"),  # the last instant of a workday is its own
    ],
)
def test_only_workdays_pass(start: str, length: timedelta, end: str) -> None:
    assert CHINA.after(local(start), length) == local(end).astimezone(UTC)


def minute_by_minute(days: Workdays, start: datetime, minutes: int) -> datetime:
    """The slow reading: a minute counts when it begins on a workday."""
    at_, zone = start, ZoneInfo(days.zone)
    while minutes:
        minutes -= days.works(at_.astimezone(zone).date())
        at_ += timedelta(minutes=1)
    return at_


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 14 * 24 * 60),
    st.integers(1, 4 * 24 * 60),
    st.sets(st.integers(0, 13)),
    st.sets(st.integers(0, 13)),
    st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York"]),
)
def test_any_table_agrees_with_counting_minutes(
    start: int, minutes: int, off: set[int], on: set[int], zone: str
) -> None:
    first = date(2026, 3, 2)  # two weeks over a change to summer time in New York
    table = (tuple(first + n * DAY for n in sorted(days)) for days in (off, on))
    days = Workdays(zone, *table)
    begun = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=start)
    expected = minute_by_minute(days, begun, minutes)
    assert days.after(begun, timedelta(minutes=minutes)) == expected


def test_the_table_is_copied_with_the_policy_and_decides_alone() -> None:
    policy = government("handian").policy
    copied = policy_from_data(json.loads(json.dumps(policy_to_data(policy))))
    assert copied == policy
    history = [opened(1, False, origin="hotline"), act(1, "answer", answered=1)]
    dues = {one.name: one.due for one in read_clocks(history, copied, at(2))}
    assert dues["hotline_order"] == at(8 * 24)  # from a Wednesday over 清明
    assert dues["response"] == at(48)
    other = replace(copied, workdays=Workdays("Asia/Shanghai"))
    plain = {one.name: one.due for one in read_clocks(history, other, at(2))}
    assert plain["hotline_order"] == at(7 * 24)


def test_a_record_without_its_table_is_refused() -> None:
    data = policy_to_data(government("handian").policy)
    del data["workdays"]
    with pytest.raises(InvalidMessage, match=r"policy\.workdays: missing"):
        policy_from_data(data)
    data["workdays"] = {"zone": "Mars/Base"}
    with pytest.raises(InvalidMessage, match="no time zone"):
        policy_from_data(data)


def test_national_clocks_never_count_workdays() -> None:
    for code in ("qixingguan", "handian"):
        policy: Policy = government(code).policy
        assert not any(rule.in_workdays for rule in policy.clocks[:4])
    assert government("qixingguan").policy.workdays is None
