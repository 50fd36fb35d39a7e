"""`yuqing debunks`: what is added is listed, imported once, and found by `classify`."""

from __future__ import annotations

from pathlib import Path

import orjson

from tests.e2e.command_line import assert_told, run

POST = {"id": "p", "text": "快看,白鹤大桥裂开一条大缝,马上就要塌了,千万别走!", "followers": 200}


def test_what_is_added_is_listed_and_found(tmp_path: Path) -> None:
    claim = ("--claim", "白鹤大桥裂开一条大缝马上要塌")
    done = run(tmp_path, "debunks", "add", "白鹤大桥没有裂缝", *claim, "--source", "柳溪区交通局")
    assert done.returncode == 0, done.stderr
    listed = run(tmp_path, "debunks", "list").stdout.decode()
    assert "白鹤大桥没有裂缝" in listed
    assert "柳溪区交通局" in listed
    row = orjson.loads(run(tmp_path, "classify", given=orjson.dumps(POST)).stdout)
    reasons = [e["rule"] for e in row["evidence"] if e["what"] == "rumour_risk"]
    assert row["rumour_risk"] > 0.9
    assert any("白鹤大桥没有裂缝" in rule for rule in reasons)


def test_a_file_is_imported_once_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    good = tmp_path / "good.yaml"
    good.write_text("- title: 没有学生中毒\n  keys: [学生|孩子, 中毒]\n", "utf8")
    assert run(tmp_path, "debunks", "import", "good.yaml").stdout == b"1 added, 0 already there\n"
    assert run(tmp_path, "debunks", "import", "good.yaml").stdout == b"0 added, 1 already there\n"
    (tmp_path / "bad.jsonl").write_text('{"claims": ["x"]}\n', "utf8")
    assert_told(run(tmp_path, "debunks", "import", "bad.jsonl"), 1, "bad.jsonl:1", "title")
    assert run(tmp_path, "debunks", "import", "notes.txt").returncode == 2
    assert run(tmp_path, "debunks", "add", "没有学生中毒", "--key", "学生").returncode == 2
