"""How the console names the parts that report in, and says that one is late."""

from __future__ import annotations

from collections.abc import Mapping

from stream.pulse import Kind, Late

KINDS = {
    Kind.SOURCE: "信源",
    Kind.STAGE: "处理环节",
    Kind.SWEEP: "时限巡查",
    Kind.OUTBOX: "催办发送",
}
_STAGES = {
    "judge": "研判",
    "group": "事件归并",
    "index": "入库检索",
    "respond": "立案",
    "answers": "答复比对",
    "watch": "监测方案",
    "sweep": "时限巡查",
    "outbox": "催办发送",
}


def component_zh(kind: Kind, component: str, sources: Mapping[str, str]) -> str:
    """What people call the component."""
    names = sources if kind is Kind.SOURCE else _STAGES
    return f"{KINDS[kind]}「{names.get(component, component)}」"


def why_late(late: Late) -> str:
    """What is wrong with it, in a few words."""
    return "没有按时报到" if late.silent else f"报告失败：{late.detail or '未说明原因'}"
