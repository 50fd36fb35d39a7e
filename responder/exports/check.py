"""Whether an exported record is what left the house, for whoever got the file: it needs no
database, only the file itself."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from responder.audit import act_digest
from responder.clocks_jsonl import clocks_lines
from responder.copies import digest
from responder.exports.bundle import MANIFEST, PAGE, RECORD, TICKET

LARGEST = 256 << 20
_HIDDEN = "*"


@dataclass(frozen=True, slots=True)
class Checked:
    """What of the file was looked at; it is whole without `findings` (Chinese).

    `unproven` counts acts and posts whose hash cannot be recomputed, because they are masked.
    """

    ticket_id: str
    manifest_sha256: str
    acts: int
    posts: int
    unproven: int
    findings: tuple[str, ...]


def check_export(file: Path) -> Checked:
    """Hold every file to the manifest, every hash to what it is of, the clocks to the history."""
    try:
        with zipfile.ZipFile(file) as archive:
            found = _read(archive)
        manifest = orjson.loads(found[MANIFEST])
        findings = list(_against_manifest(manifest, found))
        if not findings:
            return _deep(manifest, found)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        return Checked("", "", 0, 0, 0, (f"不是可读的导出文件：{error!r}",))
    return Checked(str(manifest.get("ticket_id")), _sha(found[MANIFEST]), 0, 0, 0, tuple(findings))


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    files = archive.infolist()
    if sum(one.file_size for one in files) > LARGEST or len(files) > 100:
        raise ValueError("文件过大")
    if len({one.filename for one in files}) < len(files):
        raise ValueError("同一文件名出现两次")
    return {one.filename: archive.read(one) for one in files}


def _against_manifest(manifest: Mapping[str, Any], found: Mapping[str, bytes]) -> Iterator[str]:
    told = {one["name"]: one for one in manifest["files"]}
    for name in sorted({RECORD, TICKET, PAGE} - set(told)):
        yield f"清单没有列入 {name}"
    for name in sorted(set(found) - set(told) - {MANIFEST}):
        yield f"{name} 不在清单内"
    for name, one in sorted(told.items()):
        content = found.get(name)
        if content is None:
            yield f"{name} 缺失"
        elif len(content) != one["bytes"] or _sha(content) != one["sha256"]:
            yield f"{name} 被改动：与清单的哈希不符"


def _deep(manifest: Mapping[str, Any], found: Mapping[str, bytes]) -> Checked:
    whole, line = orjson.loads(found[TICKET]), orjson.loads(found[RECORD])
    proofs = [*_acts(whole), *_posts(whole)]
    findings = [
        *_recomputed(whole, line),
        *(said for said, fits, hidden in proofs if not fits and not hidden),
    ]
    if whole["ticket"]["ticket_id"] != manifest["ticket_id"]:
        findings.append("清单与台账编号不符")
    return Checked(
        ticket_id=str(manifest["ticket_id"]),
        manifest_sha256=_sha(found[MANIFEST]),
        acts=len(whole["history"]),
        posts=len(whole["posts"]),
        unproven=sum(not fits and hidden for _, fits, hidden in proofs),
        findings=tuple(findings),
    )


def _recomputed(whole: Mapping[str, Any], line: Mapping[str, Any]) -> Iterator[str]:
    answer = orjson.loads(next(clocks_lines([orjson.dumps(line)], {})))
    if "error" in answer:
        yield f"按记录重新计算出错：{answer['error']}"
        return
    if answer["clocks"] != whole["clocks"]:
        yield "时限与按记录重新计算的结果不符"
    if answer["state"] != whole["ticket"]["state"]:
        yield "状态与按记录重新计算的结果不符"
    acts = [(one["at"], one["who"], one["action"], one["data"]) for one in line["events"]]
    told = [(one["at"], one["who"], one["action"], one["data"]) for one in whole["history"]]
    same = [(_moment(at), *rest) for at, *rest in acts] == [
        (_moment(at), *rest) for at, *rest in told
    ]
    if not same:
        yield "两份办理经过不一致"


Proof = tuple[str, bool, bool]  # what is wrong otherwise, whether the hash fits, whether masked


def _acts(whole: Mapping[str, Any]) -> Iterator[Proof]:
    ticket_id = whole["ticket"]["ticket_id"]
    for one in whole["history"]:
        key = (ticket_id, one["position"], _moment(one["at"]), one["who"], one["action"])
        fits = act_digest(*key, one["data"]) == one["sha256"]
        hidden = _HIDDEN in str(one["data"])
        yield f"第 {one['position']} 条记录与其哈希不符", fits, hidden


def _posts(whole: Mapping[str, Any]) -> Iterator[Proof]:
    for one in whole["posts"]:
        post = one["post"]
        fits = digest(post) == one["sha256"]
        yield f"帖文 {post['post_id']} 与其哈希不符", fits, _HIDDEN in str(post)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
