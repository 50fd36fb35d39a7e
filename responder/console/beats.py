"""How the console names the parts that report in, and says what is late or never came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from stream.pulse import Beat, Kind, Late, behind

KINDS = {
    Kind.SOURCE: "信源",
    Kind.STAGE: "处理环节",
    Kind.SWEEP: "时限巡查",
    Kind.OUTBOX: "催办发送",
}
STAGES = {
    (Kind.STAGE, "judge"): "研判",
    (Kind.STAGE, "group"): "事件归并",
    (Kind.STAGE, "index"): "入库检索",
    (Kind.STAGE, "respond"): "立案",
    (Kind.STAGE, "answers"): "答复比对",
    (Kind.STAGE, "watch"): "监测方案",
    (Kind.STAGE, "review"): "复核队列",
    (Kind.STAGE, "index-decisions"): "更正入库",
    (Kind.STAGE, "group-decisions"): "事件调整",
    (Kind.SWEEP, "sweep"): "时限巡查",
    (Kind.OUTBOX, "outbox"): "催办发送",
    (Kind.OUTBOX, "webhooks"): "事件订阅投递",
}


def component_zh(kind: Kind, component: str, sources: Mapping[str, str]) -> str:
    """What people call the component."""
    name = name_zh(kind, component, sources)
    return name if name == KINDS[kind] else f"{KINDS[kind]}「{name}」"


def name_zh(kind: Kind, component: str, sources: Mapping[str, str]) -> str:
    """Its name alone."""
    return STAGES.get((kind, component)) or sources.get(component, component)


def missing(beats: Sequence[Beat], sources: Mapping[str, str]) -> list[tuple[Kind, str]]:
    """Stages and configured sources that never reported in."""
    came = {(beat.kind, beat.component) for beat in beats}
    expected = [*STAGES, *((Kind.SOURCE, source) for source in sources)]
    return [(kind, name) for kind, name in expected if (kind, name) not in came]


def configured(beats: Sequence[Beat], sources: Mapping[str, str]) -> list[Beat]:
    """Without the beats of sources that are no longer configured."""
    return [b for b in beats if b.kind is not Kind.SOURCE or b.component in sources]


def why_late(late: Late) -> str:
    """What is wrong with it, in a few words."""
    return "没有按时报到" if late.silent else f"报告失败：{late.detail or '未说明原因'}"


def complaints(beats: Sequence[Beat], sources: Mapping[str, str], now: datetime) -> list[str]:
    """What is behind, in words: every configured source and every stage must report in on time,
    and one that never did is as late as one that stopped."""
    known = configured(beats, sources)
    said = [f"{component_zh(k, n, sources)}尚未报到" for k, n in missing(beats, sources)]
    late = behind(known, now)
    return said + [f"{component_zh(b.kind, b.component, sources)}{why_late(b)}" for b in late]
