"""The library's files: what people may write, and mistakes named with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifier.debunks.files import ADDED, add_debunks, load_debunks, read_debunks
from classifier.debunks.library import Debunk
from yuqing.domain.errors import ConfigError

YAML = """
- title: 白鹤大桥没有裂缝
  claims: [白鹤大桥裂开了一条大缝, 大桥马上要塌]
  source: 柳溪区交通局
  date: 2026-03-02
- title: 没有学生中毒
  keys: [学生|孩子, 中毒|食物中毒]
"""


def test_yaml_and_lines_are_read_and_the_same_id_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(YAML.replace("2026-03-02", '"2026-03-02"'), "utf8")
    first = load_debunks(tmp_path)
    assert [d.title for d in first] == ["白鹤大桥没有裂缝", "没有学生中毒"]
    assert first[1].keys == (("学生", "孩子"), ("中毒", "食物中毒"))
    changed = Debunk(first[0].id, "白鹤大桥安全", ("大桥裂开了大缝",))
    assert add_debunks(tmp_path, [changed, first[1]]) == 1
    # files are read in the order of their names: b after a
    (tmp_path / ADDED).rename(tmp_path / "b.jsonl")
    assert [d.title for d in load_debunks(tmp_path)] == ["白鹤大桥安全", "没有学生中毒"]


def test_no_folder_is_an_empty_library_and_other_files_are_left_alone(tmp_path: Path) -> None:
    assert load_debunks(tmp_path / "none") == ()
    (tmp_path / "README.md").write_text("notes", "utf8")
    assert load_debunks(tmp_path) == ()


def test_a_title_alone_is_its_own_claim(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"title": "自来水里有毒的说法"}\n', "utf8")
    assert next(read_debunks(file)).claims == ("自来水里有毒的说法",)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line"),
        ('{"claims": ["x"]}', "title"),
        ('{"title": "有毒的水", "keys": ["水"]}', "at least two groups"),
        ('{"title": "有毒的水", "keys": ["水|", "毒"]}', "none of them empty"),
        ('{"title": "有毒的水", "extra": 1}', "extra"),
    ],
)
def test_a_mistake_names_file_and_line(tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "wrong.jsonl"
    file.write_text('{"title": "没有问题的一条"}\n' + line + "\n", "utf8")
    with pytest.raises(ConfigError, match=rf"wrong\.jsonl:2.*{why}"):
        list(read_debunks(file))
