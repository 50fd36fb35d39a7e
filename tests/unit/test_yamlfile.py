"""Every mistake in a YAML file becomes a ConfigError that names file, line, field and remedy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, RootModel

from yuqing.domain.errors import ConfigError
from yuqing.files.yamlfile import load_yaml, read_yaml


class Inner(BaseModel):
    colour: str
    size: int = 1


class Outer(BaseModel):
    name: str
    every: timedelta = timedelta(0)
    parts: list[Inner] = []


Many = RootModel[list[Outer]]

GOOD = """\
name: 清溪
parts:
  - colour: 红
    size: 2
"""


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_reads_what_is_right(tmp_path: Path) -> None:
    read = load_yaml(write(tmp_path, GOOD), Outer)
    assert read == Outer(name="清溪", parts=[Inner(colour="红", size=2)])
    assert type(read.parts[0].size) is int


def test_reads_a_list_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff- name: a\n- name: b\n")
    assert [one.name for one in load_yaml(path, Many).root] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "line", "field", "problem", "remedy"),
    [
        ("name: [a\nparts: []\n", 2, "file", "not YAML", "Mend"),
        ("name: a\nname: b\n", 2, "file", "duplicate key", "Keep one"),
        ("name: a\nprats: []\n", 2, "prats", "unknown field", "Did you mean parts?"),
        ("name: a\nzzzz: 1\n", 2, "zzzz", "unknown field", "Remove it."),
        ("\nparts: []\n", 2, "name", "missing", "Add it."),
        ("name: 12\n", 1, "name", "valid string", "Correct"),
        (
            "name: a\nparts:\n  - colour: 红\n    size: 大\n",
            4,
            "parts.0.size",
            "integer",
            "Correct",
        ),
        ("name: a\nparts:\n  - size: 1\n", 3, "parts.0.colour", "missing", "Add it."),
        (
            "name: a\nparts:\n  - color: 红\n    colour: 红\n",
            3,
            "parts.0.color",
            "unknown",
            "colour?",
        ),
        ("name: a\n\tparts: 1\n", 2, "file", "not YAML", "Mend"),
    ],
)
def test_names_the_line_and_the_remedy(
    tmp_path: Path, text: str, line: int, field: str, problem: str, remedy: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_yaml(path, Outer)
    error = caught.value
    assert (error.file, error.line, error.field) == (str(path), line, field)
    assert problem in error.problem
    assert remedy in error.remedy


@pytest.mark.parametrize("text", ["", "- 1\n", "just words\n", "name: a\n--- \nname: b\n"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        load_yaml(write(tmp_path, text), Outer)


def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, b"# fine\nname: " + "清溪".encode("gbk"))
    with pytest.raises(ConfigError, match="not UTF-8") as caught:
        load_yaml(path, Outer)
    assert caught.value.line == 2


def test_control_characters_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not YAML"):
        load_yaml(write(tmp_path, b"name: a\x00b\n"), Outer)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.yaml: file: cannot be read"):
        load_yaml(tmp_path / "absent.yaml", Outer)


def test_all_mistakes_are_told_in_order(tmp_path: Path) -> None:
    read = read_yaml(write(tmp_path, "nmae: a\nevery: never\nparts: 3\n"), Outer)
    assert isinstance(read, tuple)
    assert [error.line for error in read] == [1, 1, 2, 3]
    assert {error.field for error in read} == {"nmae", "name", "every", "parts"}
