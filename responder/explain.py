"""Each clock in words: which act asked for it, set, moved, stopped or dropped it, and by what rule.

For an inspector who trusts nothing but the record: every sentence names the act by its position
from 0, and says nothing that the record does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from responder.act import Act
from responder.admission import admitted
from responder.clocks import Reading, in_order, reading_of
from responder.fields import word_or_none
from responder.ledger import Ledger
from responder.spans import Span, every_span
from responder.transitions import ACTION_TITLES, Action
from responder.unheeded import unheeded
from yuqing.domain.errors import NotAllowed
from yuqing.domain.jurisdiction import ClockStart, Numbering, Policy, StoppedBy

STOPPED_BY_TITLES: Mapping[StoppedBy, str] = MappingProxyType(
    {
        StoppedBy.OFFICIAL_PUBLICATION: "官方渠道的发布",
        StoppedBy.PRESS_CONFERENCE: "新闻发布会",
        StoppedBy.PRINCIPAL_VOICE: "主要负责人本人发声的发布或发布会",
        StoppedBy.ANY_ANSWER: "发布或对当事人的答复",
        StoppedBy.ANY_PUBLICATION: "发布",
        StoppedBy.ACKNOWLEDGE: "签收",
        StoppedBy.VERIFY: "核查",
    }
)
_NOTHING = timedelta(0)
_GRADES = ("无风险", "一般", "较大", "重大", "特别重大")


@dataclass(frozen=True, slots=True)
class Explained:
    """A reading and the Chinese sentences that account for it, in the order of what happened."""

    reading: Reading
    sentences: tuple[str, ...]


def explain_clocks(
    acts: Sequence[Act], policy: Policy, now: datetime, zone: ZoneInfo
) -> tuple[Explained, ...]:
    """The readings of `read_clocks`, in its order and with its errors, each accounted for.

    Times in the sentences are those of `zone`, with their offset.
    """
    if acts and now < acts[-1].at:
        raise NotAllowed("now is before the last event")
    ledger = admitted(acts, policy)
    account = _Account(acts, ledger, now.astimezone(UTC), zone)
    told = {reading_of(span, account.now): span for span in every_span(ledger)}
    return tuple(Explained(one, tuple(account.of(told[one]))) for one in in_order(told))


@dataclass(frozen=True, slots=True)
class _Account:
    acts: Sequence[Act]
    ledger: Ledger
    now: datetime
    zone: ZoneInfo

    def of(self, span: Span) -> Iterator[str]:
        yield self._rule(span)
        yield from self._asked(span)
        yield self._started(span)
        yield from self._due(span)
        yield from (f"{self._act(p)}{why}" for p, why in unheeded(self.acts, self.ledger, span))
        yield self._outcome(span)

    def _rule(self, span: Span) -> str:
        rule = span.rule
        kind = "国家规定" if rule.national else "本地规定"
        basis = f"（{rule.basis}）" if rule.basis else ""
        stops = STOPPED_BY_TITLES[rule.stopped_by]
        only = f"只适用于来源为{'、'.join(rule.origins)}的台账，" if rule.origins else ""
        days = "（按工作日计）" if rule.in_workdays else ""
        return (
            f"依据：{kind}{basis}，“{rule.title}”{only}限{_length(rule.due)}{days}，由{stops}停表。"
        )

    def _asked(self, span: Span) -> Iterator[str]:
        spells = self.ledger.rounds[span.round - 1].spells[span.rule.name]
        for number, spell in enumerate(spells):
            again, begun = "重新要求" if number else "起要求", spell.begun.position
            yield f"{self._act(begun)}{self._graded(begun)}，{again}此时限。"
            if spell.end and number + 1 < len(spells):
                yield f"{self._act(spell.end.position)}后曾不再要求。"

    def _graded(self, position: int) -> str:
        told = [act for act in self.acts[: position + 1] if act.action in ("open", "grade")]
        grade, emergency = told[-1].data["grade"], told[-1].data["emergency"]
        return f"：{_GRADES[int(str(grade))]}、{'突发事件' if emergency else '非突发'}"

    def _started(self, span: Span) -> str:
        seq = f"第{span.seq}次，" if span.seq is not None else ""
        return f"{seq}自{self._time(span.start)}起算：{_STARTS[self._kind(span)](self, span)}。"

    def _kind(self, span: Span) -> str:
        if span.rule.numbering is Numbering.CADENCE:
            return "piece"
        if span.rule.numbering is Numbering.PER_ASSIGNMENT:
            return "act"
        if span.rule.start is ClockStart.ASSIGNED:
            return "assigned"
        return "reopened" if span.round > 1 else span.rule.start.value

    def _due(self, span: Span) -> Iterator[str]:
        due = self.ledger.policy.due(span.rule, span.start)
        yield f"应于{self._time(due)}前完成。"
        key = (span.rule.name, span.round, span.runs_from)
        for granted in self.ledger.extensions.get(key, ()):
            approver = word_or_none(self.acts[granted.position].data, "approver")
            by = f"经{approver}批准" if approver else ""
            yield f"{self._act(granted.position)}{by}延至{self._time(granted.at)}。"

    def _outcome(self, span: Span) -> str:
        late = (span.until or self.now) - span.due
        if span.stop:
            how = f"{self._act(span.stop.position)}于{self._time(span.stop.at)}停表"
            return f"{how}，{'超期' + _length(late) if late > _NOTHING else '未超期'}。"
        if span.frozen:
            how = f"{self._act(span.frozen.position)}后不再计时，按当时情况定格"
            return f"{how}，{'已超期' + _length(late) if late > _NOTHING else '当时未超期'}。"
        if late > _NOTHING:
            return f"截至{self._time(self.now)}尚未停表，已超期{_length(late)}。"
        return f"截至{self._time(self.now)}仍在计时，尚余{_length(-late)}。"

    def _act(self, position: int) -> str:
        act = self.acts[position]
        title = ACTION_TITLES[Action(act.action)]
        return f"第{position}条“{title}”（{self._time(act.at)}，{act.who}）"

    def _time(self, time: datetime) -> str:
        try:
            return time.astimezone(self.zone).isoformat(sep=" ")
        except OverflowError:  # the first and the last hours that a datetime knows
            return time.isoformat(sep=" ")

    def discovered(self, _span: Span) -> str:
        return f"{self._act(self.ledger.discovered.position)}所记的发现时间"

    def first_posted(self, _span: Span) -> str:
        position = self.ledger.first_posted.position
        said = self.acts[position].data.get("first_posted_at")
        return f"{self._act(position)}所记的{'首发时间' if said else '发现时间（首发时间不明）'}"

    def graded(self, span: Span) -> str:
        spell = self.ledger.rounds[0].spells[span.rule.name][0]
        return f"{self._act(spell.begun.position)}首次要求此时限"

    def assigned(self, span: Span) -> str:
        return f"本轮首次交办，{self._act(self.ledger.rounds[span.round - 1].assigns[0].position)}"

    def reopened(self, span: Span) -> str:
        return f"新一轮自{self._act(span.runs_from)}起"

    def act(self, span: Span) -> str:
        return self._act(span.runs_from)

    def piece(self, span: Span) -> str:
        return f"{self._act(span.runs_from)}的发布时间"


_STARTS: Mapping[str, Callable[[_Account, Span], str]] = MappingProxyType(
    {
        "discovered": _Account.discovered,
        "first_posted": _Account.first_posted,
        "graded": _Account.graded,
        "assigned": _Account.assigned,
        "reopened": _Account.reopened,
        "act": _Account.act,
        "piece": _Account.piece,
    }
)


def _length(length: timedelta) -> str:
    seconds = length // timedelta(seconds=1)
    parts = ((seconds // 3600, "小时"), (seconds // 60 % 60, "分"), (seconds % 60, "秒"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "不足1秒"
