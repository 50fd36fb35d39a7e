"""The clocks that bind every government; a jurisdiction may add to them and tighten them only."""

from __future__ import annotations

from datetime import timedelta

from yuqing.domain.jurisdiction import AskedWhen, ClockRule, ClockStart, Policy, StoppedBy

NATIONAL = "national"
_GRAVE = (AskedWhen(emergency=True, grades=(3, 4)),)
_OTHERWISE = (
    AskedWhen(emergency=False, grades=(1, 2, 3, 4)),
    AskedWhen(emergency=True, grades=(1, 2)),
)


def _rule(
    name: str,
    title: str,
    hours: int,
    stopped_by: StoppedBy,
    when: tuple[AskedWhen, ...],
    basis: str,
) -> ClockRule:
    due, start = timedelta(hours=hours), ClockStart.DISCOVERED
    return ClockRule(name, title, due, start, stopped_by, when, basis=basis)


def national() -> Policy:
    """5, 24 and 48 natural hours, each from the discovery (发现)."""
    return Policy(
        name=NATIONAL,
        version="1",
        clocks=(
            _rule(
                "authoritative_release",
                "发布权威信息",
                5,
                StoppedBy.OFFICIAL_PUBLICATION,
                _GRAVE,
                "国办发〔2016〕80号：特别重大、重大突发事件最迟5小时内发布权威信息",
            ),
            _rule(
                "press_conference",
                "举行新闻发布会",
                24,
                StoppedBy.PRESS_CONFERENCE,
                _GRAVE,
                "国办发〔2016〕61号、国办发〔2016〕80号：最迟24小时内举行新闻发布会",
            ),
            _rule(
                "first_spokesperson",
                "第一新闻发言人发声",
                24,
                StoppedBy.PRINCIPAL_VOICE,
                _GRAVE,
                "国办发〔2016〕61号：主要负责人带头发声（24小时为本系统约定）",
            ),
            _rule(
                "response",
                "予以回应",
                48,
                StoppedBy.ANY_ANSWER,
                _OTHERWISE,
                "国办发〔2016〕61号：其他政务舆情48小时内予以回应",
            ),
        ),
    )
