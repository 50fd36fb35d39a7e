"""What people corrected leaves as labels; two judges are compared; drift is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from classifier.corrections import read_corrections
from responder.corrections import Corrections
from stream.messages import Judged
from tests.e2e.command_line import run
from tests.responder_world import HOUR, NOON, judged, post
from yuqing.app import engines, wiring
from yuqing.app.demo.folder import write_demo_folder
from yuqing.app.settings import Settings
from yuqing.domain.decision import labels_of
from yuqing.domain.verdict import Severity, Topic

MODEL = Path(__file__).parents[2] / "classifier" / "models"
TEXTS = ["拖欠三个月工资", "路灯坏了没人修", "物业乱收停车费", "公交改线没通知", "食堂吃坏肚子"]


def corrected(tmp_path: Path) -> Settings:
    """Tables with one post confirmed, and one corrected twice."""
    settings = Settings(data_dir=tmp_path / "var")
    wiring.migrate_all(settings)
    said = Corrections(wiring.tickets_engine(settings))
    fine, wrong = judged(post(1, "路灯不亮")), judged(post(2, "欠薪", "找老李13812345678"))
    said.record(fine, labels_of(fine.verdict), "lin", NOON)
    first = said.record(wrong, replace(labels_of(wrong.verdict), topic=Topic.URBAN), "lin", NOON)
    last = replace(labels_of(wrong.verdict), topic=Topic.LABOUR, severity=Severity.LARGER)
    said.record(first.judged, last, "ana", NOON + HOUR, known_at=NOON, note="问过 13812345678")
    engines.dispose()
    return settings


def test_corrections_leave_as_gold_labels_masked(tmp_path: Path) -> None:
    folder = str(corrected(tmp_path).data_dir)
    done = run(tmp_path, "corrections", "export", data_dir=folder)
    assert done.returncode == 0, done.stderr
    (tmp_path / "c.jsonl").write_bytes(done.stdout)
    fine, wrong = read_corrections(tmp_path / "c.jsonl")
    assert (fine["changed"], fine["who"]) == (False, "lin")
    assert wrong["text"] == "欠薪\n找老李138****5678"
    assert (wrong["topic"], wrong["severity"], wrong["before"]["topic"]) == ("labour", 2, "urban")
    assert (wrong["note"], wrong["at"]) == ("问过 138****5678", "2026-03-02T05:00:00+00:00")
    only = run(tmp_path, "corrections", "export", "--changed", data_dir=folder)
    assert only.stdout.count(b"\n") == 1


@pytest.mark.parametrize("right", [True, False])
def test_eval_promotes_what_is_not_worse_and_says_why_not(tmp_path: Path, right: bool) -> None:
    verdicts = run(tmp_path, "classify", given=lines({"id": f"{n}", "text": t} for n, t in posts()))
    assert verdicts.returncode == 0, verdicts.stderr
    said = [orjson.loads(line) for line in verdicts.stdout.splitlines()]
    gold = [{**row, "text": text} for row, (_n, text) in zip(said, posts(), strict=True)]
    worse = [row | {"topic": "culture", "disposition": "none", "severity": 0} for row in said]
    (tmp_path / "gold.jsonl").write_bytes(lines(gold))
    (tmp_path / "other.jsonl").write_bytes(lines(worse))
    sides = ("other.jsonl", str(MODEL)) if right else (str(MODEL), "other.jsonl")
    asked = ("eval", *sides, "--gold", "gold.jsonl", "--promote", "live")
    done = run(tmp_path, *asked)
    told = orjson.loads(done.stdout)
    assert told["posts"] == len(gold)
    if right:
        assert (done.returncode, told["refusals"]) == (0, []), done.stderr
        kept = "encoder/cascade.json"
        assert (tmp_path / "live" / kept).read_bytes() == (MODEL / kept).read_bytes()
    else:
        assert done.returncode == 1
        assert b"not promoted: topic_macro_f1" in done.stderr
        assert not (tmp_path / "live").exists()


def posts() -> list[tuple[int, str]]:
    return list(enumerate(TEXTS * 8))


def lines(rows: Iterable[Mapping[str, object]]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def test_drift_is_asked_of_the_index_against_a_reference_of_ones_own(tmp_path: Path) -> None:
    written = write_demo_folder(tmp_path, 80)
    given = lines({"id": f"{n}", "text": t} for n, t in posts() * 10)
    verdicts = run(tmp_path, "classify", given=given).stdout
    made = run(tmp_path, "drift", "reference", "--out", "r.json", given=verdicts)
    assert made.returncode == 0, made.stderr
    settings = Settings(data_dir=tmp_path / "var", jurisdictions=written.jurisdictions)
    now = wiring.clock(settings).now()
    index = wiring.index(settings)
    index.put([fresh(n, now - timedelta(minutes=n + 5)) for n in range(210)])
    index.close()
    folders: dict[str, Any] = {
        "data_dir": str(tmp_path / "var"),
        "jurisdictions": str(written.jurisdictions),
    }
    done = run(tmp_path, "drift", "show", **folders, drift_reference=str(tmp_path / "r.json"))
    assert done.returncode == 0, done.stderr
    heads = {one["head"]: one for one in orjson.loads(done.stdout)["heads"]}
    assert heads["topic"]["level"] == "moved"
    assert heads["topic"]["moves"][0]["name"] == "work_safety"
    (tmp_path / "r.json").write_text("{}")
    bad = run(tmp_path, "drift", "show", **folders, drift_reference=str(tmp_path / "r.json"))
    assert bad.returncode == 1
    assert b"YUQING_DRIFT_REFERENCE" in bad.stderr


def fresh(number: int, at: datetime) -> Judged:
    one = judged(post(number, f"仓库冒烟 {number}", at=at))
    return replace(one, jurisdictions=("qingting",))
