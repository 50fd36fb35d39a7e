"""Where a case that was entered by hand came from."""

from __future__ import annotations

from enum import StrEnum


class Origin(StrEnum):
    """来源: a call, a paper, the hotline, a notice from 网信, what is not yet online, or other."""

    CALL = "call"
    PAPER = "paper"
    HOTLINE = "hotline"
    CYBERSPACE = "cyberspace"
    OFFLINE = "offline"
    OTHER = "other"


TITLES = {
    Origin.CALL.value: "来电",
    Origin.PAPER.value: "来信、来文",
    Origin.HOTLINE.value: "12345 工单",
    Origin.CYBERSPACE.value: "网信部门通报",
    Origin.OFFLINE.value: "尚未上网的突发情况",
    Origin.OTHER.value: "其他",
}
