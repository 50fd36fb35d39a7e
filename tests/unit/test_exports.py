"""A ticket's whole record: what is in it, that any change of it is found, and who looked behind
the mask."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select

from responder.audit_check import verify
from responder.desk import Desk
from responder.exports.bundle import MANIFEST, PAGE, RECORD, TICKET, Bundle
from responder.exports.check import check_export
from responder.schema_doors import audit_log
from responder.store import TicketStore
from tests.api_world import HOMES, PHONE, empty_store
from tests.desk_world import ANA, CHEN, HOU, LIN, tell
from tests.responder_world import HOUR, MINUTE, NOON, changed, post, relevant
from yuqing.domain.errors import InvalidMessage, NotAllowed, NotFound

NOISY = relevant(post(1, "北坡仓库<b>起火</b>", f"联系人 {PHONE}"))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with empty_store(tmp_path) as made:
        yield made


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine, HOMES)


@pytest.fixture
def ticket_id(engine: Engine, desk: Desk) -> str:
    tell(engine, changed(NOISY))
    stored = TicketStore(engine).of_event(NOISY.post.post_id)
    assert stored is not None
    desk.act(ANA, stored.ticket_id, 1, "assign", {"unit": "yingji"}, NOON + 20 * MINUTE)
    desk.act(ANA, stored.ticket_id, 2, "note", {"text": f"来电 {PHONE}"}, NOON + 30 * MINUTE)
    return stored.ticket_id


def kept(made: Bundle, folder: Path) -> Path:
    file = folder / made.name
    file.write_bytes(made.content)
    return file


def files_of(made: Bundle) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes], file: Path) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


def test_it_is_whole_masked_and_recomputable(desk: Desk, ticket_id: str, tmp_path: Path) -> None:
    made = desk.export(ANA, ticket_id, NOON + HOUR)
    found = check_export(kept(made, tmp_path))
    assert (found.ticket_id, found.acts, found.posts) == (ticket_id, 3, 1)
    assert (found.findings, found.unproven) == ((), 2)
    assert found.manifest_sha256 == made.manifest_sha256
    files = files_of(made)
    assert set(files) == {MANIFEST, RECORD, TICKET, PAGE}
    assert all(PHONE.encode() not in content for content in files.values())
    manifest = orjson.loads(files[MANIFEST])
    assert (manifest["masked"], manifest["exported_by"], manifest["version"]) == (True, "ana", 3)
    page = files[PAGE].decode()
    assert "北坡仓库&lt;b&gt;起火" in page
    assert "<b>起火" not in page
    assert "发布权威信息" in page or "authoritative_release" in page
    whole = orjson.loads(files[TICKET])
    assert [one["action"] for one in whole["history"]] == ["open", "assign", "note"]
    assert {one["name"] for one in whole["clocks"]} == {
        "authoritative_release",
        "press_conference",
        "first_spokesperson",
    }
    assert whole["pushes"]


def test_the_same_record_is_the_same_bytes(desk: Desk, ticket_id: str, engine: Engine) -> None:
    first = files_of(desk.export(ANA, ticket_id, NOON + HOUR))
    second = files_of(desk.export(ANA, ticket_id, NOON + HOUR))
    assert {**first, MANIFEST: b""} == {**second, MANIFEST: b""}
    # The manifests differ in one thing: the first export is in the audit log by the second.
    heads = [orjson.loads(one[MANIFEST])["audit_head"] for one in (first, second)]
    assert heads[0] != heads[1]


def test_an_unmasked_one_proves_every_hash_and_is_noted(
    desk: Desk, ticket_id: str, engine: Engine, tmp_path: Path
) -> None:
    made = desk.export(ANA, ticket_id, NOON + HOUR, reason="检查组调阅")
    found = check_export(kept(made, tmp_path))
    assert (found.findings, found.unproven) == ((), 0)
    assert PHONE.encode() in files_of(made)[TICKET]
    with engine.connect() as link:
        row = link.execute(select(audit_log).order_by(audit_log.c.number.desc())).first()
    assert row is not None
    assert (row.what, row.who, row.detail["reason"]) == ("read_personal", "ana", "检查组调阅")
    assert row.detail["manifest_sha256"] == made.manifest_sha256


def _edit(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def spoil(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_edit(TICKET, b"yingji", b"renshe"), "ticket.json 被改动"),
        (_edit(RECORD, b"assign", b"assigm"), "record.jsonl 被改动"),
        (_edit(PAGE, b"</h1>", b"!</h1>"), "ticket.html 被改动"),
        (lambda files: files.pop(PAGE), "ticket.html 缺失"),
        (lambda files: files.update({"more.txt": b"x"}), "more.txt 不在清单内"),
        (lambda files: files.pop(MANIFEST), "不是可读的导出文件"),
    ],
)
def test_a_changed_file_is_found(
    desk: Desk, ticket_id: str, tmp_path: Path, spoil: Callable[[Any], None], said: str
) -> None:
    files = files_of(desk.export(ANA, ticket_id, NOON + HOUR))
    spoil(files)
    findings = check_export(packed(files, tmp_path / "x.zip")).findings
    assert any(said in finding for finding in findings), findings


def resealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """With a manifest that fits again, by somebody who knows how it is made."""
    manifest = orjson.loads(files[MANIFEST])
    for one in manifest["files"]:
        content = files[one["name"]]
        one |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return files | {MANIFEST: orjson.dumps(manifest)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w["clocks"][0].update(late_seconds=7), "时限与按记录重新计算的结果不符"),
        (lambda w: w["ticket"].update(state="closed"), "状态与按记录重新计算的结果不符"),
        (lambda w: w["history"][1]["data"].update(unit="renshe"), "第 1 条记录与其哈希不符"),
        (lambda w: w["posts"][0]["post"].update(body="无"), "与其哈希不符"),
        (lambda w: w["ticket"].update(ticket_id="X-1"), "清单与台账编号不符"),
    ],
)
def test_a_change_under_a_new_manifest_is_found_by_what_it_contradicts(
    desk: Desk, ticket_id: str, tmp_path: Path, change: Callable[[Any], None], said: str
) -> None:
    made = desk.export(ANA, ticket_id, NOON + HOUR, reason="检查组调阅")
    files = files_of(made)
    whole = orjson.loads(files[TICKET])
    change(whole)
    files[TICKET] = orjson.dumps(whole)
    found = check_export(packed(resealed(files), tmp_path / "x.zip"))
    assert any(said in finding for finding in found.findings), found.findings
    assert found.manifest_sha256 != made.manifest_sha256


def test_what_is_no_export_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(b"PK\x03\x04 nonsense")
    assert "不是可读的导出文件" in check_export(file).findings[0]
    packed({MANIFEST: b"[]"}, file)
    assert "不是可读的导出文件" in check_export(file).findings[0]


def test_who_looks_behind_the_mask_is_noted_first(
    desk: Desk, ticket_id: str, engine: Engine
) -> None:
    texts = {one.where: one.text for one in desk.unmask(CHEN, ticket_id, "回访", NOON + HOUR)}
    assert texts == {
        "history:2:text": f"来电 {PHONE}",
        f"post:{NOISY.post.post_id}:body": f"联系人 {PHONE}",
    }
    with engine.connect() as link:
        row = link.execute(select(audit_log).order_by(audit_log.c.number.desc())).first()
    assert row is not None
    assert (row.what, row.who, row.subject) == ("read_personal", "chen", f"ticket:{ticket_id}")
    assert row.detail == {"reason": "回访", "where": sorted(texts)}
    assert PHONE not in str(row)
    assert verify(engine).findings == ()


def test_not_everybody_takes_records_out_or_looks_behind_the_mask(
    desk: Desk, ticket_id: str
) -> None:
    with pytest.raises(NotAllowed):
        desk.unmask(LIN, ticket_id, "好奇", NOON + HOUR)
    with pytest.raises(NotAllowed):
        desk.export(LIN, ticket_id, NOON + HOUR, reason="好奇")
    with pytest.raises(InvalidMessage):
        desk.unmask(ANA, ticket_id, " ", NOON + HOUR)
    for read in (desk.export, desk.printed):
        with pytest.raises(NotFound):
            read(HOU, ticket_id, NOON + HOUR)
    with pytest.raises(NotFound):
        desk.unmask(HOU, ticket_id, "回访", NOON + HOUR)
