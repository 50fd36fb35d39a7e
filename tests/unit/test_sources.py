"""Source files become values, and every mistake in them is told with line and remedy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.source import Kind
from crawlers.sources import load_sources, read_sources
from yuqing.domain.errors import ConfigError
from yuqing.domain.post import Owner

PORTAL = """\
id: linxi-gov
name: 临溪区政府网
kind: portal
owner: official
jurisdictions: [linxi]
urls: [http://www.linxi.example.cn/tz/]
rhythm: 5m
selectors:
  links: ul.list a
"""
FEED = """\
id: paper
name: 临溪日报
kind: feed
owner: media
urls: [http://paper.example.cn:8080/rss.xml]
rhythm: 90s
"""


def write(folder: Path, text: str, name: str = "a.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_one_source_a_file(tmp_path: Path) -> None:
    (source,) = load_sources(write(tmp_path, PORTAL))
    assert (source.id, source.kind, source.owner) == ("linxi-gov", Kind.PORTAL, Owner.OFFICIAL)
    assert source.rhythm == timedelta(minutes=5)
    assert source.hosts == ("www.linxi.example.cn",)
    assert source.selectors.links == "ul.list a"
    assert source.jurisdictions == ("linxi",)
    assert source.obey_robots
    hash(source)


def test_a_list_and_a_folder(tmp_path: Path) -> None:
    second = FEED.replace("id: paper", "id: paper2")
    listed = "\n".join(
        "- " + text.replace("\n", "\n  ").rstrip() for text in (FEED.rstrip(), second.rstrip())
    )
    write(tmp_path, listed + "\n", "b.yml")
    write(tmp_path, PORTAL, "a.yaml")
    write(tmp_path, "not yaml at all: [", "readme.txt")
    sources = load_sources(tmp_path)
    assert [source.id for source in sources] == ["linxi-gov", "paper", "paper2"]
    assert sources[1].hosts == ("paper.example.cn:8080",)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (PORTAL.replace("rhythm: 5m", "rhythm: often"), 7, "span of time"),
        (PORTAL.replace("rhythm: 5m", "rhythm: 0m"), 7, "span of time"),
        (PORTAL.replace("kind: portal", "kind: website"), 3, "'feed', 'portal' or 'microblog'"),
        (PORTAL.replace("owner: official", "owner: us"), 4, "'official', 'media' or 'citizen'"),
        (PORTAL.replace("id: linxi-gov", "id: 临溪"), 1, "pattern"),
        (PORTAL.replace("http://www", "ftp://www"), 6, "not an http or https address"),
        (PORTAL.replace("ul.list a", "'ul..list['"), 8, "not a CSS selector"),
        (PORTAL.replace("  links: ul.list a", "  title: h1"), 1, "selectors.links"),
        (PORTAL.replace("  links:", "  link:"), 9, "unknown field"),
        (PORTAL + "zone: Asia/Peking\n", 10, "no time zone"),
        (PORTAL + "encoding: chinese-1\n", 10, "no encoding"),
        (PORTAL + "pages: 0\n", 10, "greater than or equal to 1"),
        (PORTAL + "id: again\n", 10, "duplicate key"),
        (PORTAL.replace("selectors:", "selectors: [\n"), 11, "not YAML"),
        (FEED.replace("kind: feed", "kind: microblog"), 1, "fields.items"),
        (
            FEED.replace("kind: feed", "kind: microblog")
            + "fields:\n  items: 'data[['\n  id: a\n  text: b\n",
            7,
            "not a JMESPath",
        ),
        ("just words\n", None, "valid list"),
        ("[]\n", None, "holds no source"),
    ],
)
def test_mistakes_name_the_line(tmp_path: Path, text: str, line: int | None, problem: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_sources(path)
    assert caught.value.file == str(path)
    assert caught.value.line == line
    assert problem in caught.value.problem
    assert caught.value.remedy


def test_all_mistakes_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, FEED, "a.yaml")
    write(tmp_path, PORTAL.replace("5m", "soon").replace("portal", "shop"), "b.yaml")
    write(tmp_path, FEED, "c.yaml")
    sources, mistakes = read_sources(tmp_path)
    assert [source.id for source in sources] == ["paper"]
    assert [(Path(error.file).name, error.line) for error in mistakes] == [
        ("b.yaml", 3),
        ("b.yaml", 7),
        ("c.yaml", None),
    ]
    assert "defined twice" in mistakes[2].problem


def test_a_folder_without_sources_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no source"):
        load_sources(tmp_path)
