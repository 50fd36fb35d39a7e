"""Evidence of the right kind that does not count for a clock, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from responder.act import Act
from responder.evidence import Piece, piece_of
from responder.fields import whole
from responder.ledger import Ledger
from responder.spans import Span
from responder.transitions import Action
from yuqing.domain.jurisdiction import Numbering


def unheeded(acts: Sequence[Act], ledger: Ledger, span: Span) -> Iterator[tuple[int, str]]:
    """(position, reason in Chinese) of each act of the clock's round that records evidence from
    before its stop, or from any time while it has none, but does not stop it. Of a cadence only
    the first number is asked: what stops no later one has started one."""
    if span.rule.numbering is Numbering.CADENCE and span.seq != 1:
        return
    struck = {whole(a.data, "event"): p for p, a in enumerate(acts) if a.action == Action.STRIKE}
    first = ledger.rounds[span.round - 1].begun.position
    beyond = len(acts)
    if span.round < len(ledger.rounds):
        beyond = ledger.rounds[span.round].begun.position
    for position in range(first, beyond):
        piece = piece_of(position, acts[position], Action(acts[position].action))
        if piece is None or (span.stop and piece.at >= span.stop.at):
            continue
        reason = _reason(piece, span, struck)
        if reason:
            yield position, reason


def _reason(piece: Piece, span: Span, struck: dict[int, int]) -> str | None:
    if not piece.stops(span.rule.stopped_by):
        return "不属于能停此表的种类，不计。"
    if piece.position in struck:
        return f"已由第{struck[piece.position]}条撤销，不计。"
    if not piece.timely:
        return "所称时间晚于登记时间，不计。"
    if piece.at < span.start:
        return "所称时间早于起算时间，不计。"
    if span.frozen and piece.position > span.frozen.position:
        return "登记时此表已不再计时，不计。"
    return None
