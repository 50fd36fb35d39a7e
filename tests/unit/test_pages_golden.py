"""Every page under tests/golden/<kind>/<case> is read as its expected.json says.

`pytest --update-golden` writes the expectations anew; look at the difference before committing.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from crawlers.pages.feed import parse_feed
from crawlers.pages.microblog import parse_microblog
from crawlers.pages.page import PageContext, Parsed
from crawlers.pages.portal import parse_article, parse_list
from crawlers.source import Fields, Kind, Selectors, Source
from yuqing.domain.post import Owner

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(
    case for kind in ("feed", "portal", "microblog") for case in (GOLDEN / kind).iterdir()
)
PARSERS = {"feed": parse_feed, "microblog": parse_microblog, "list": parse_list}


def read_case(case: Path) -> Parsed:
    meta = json.loads((case / "meta.json").read_text("utf-8"))
    page = next(case.glob("page.*")).read_bytes()
    kind = case.parent.name
    parser = PARSERS.get(meta.get("reader", kind), parse_article)
    context = PageContext(
        _source(kind, meta),
        meta["url"],
        datetime.fromisoformat(meta["seen_at"]),
        meta.get("charset"),
    )
    return parser(page, context)


def _source(kind: str, meta: dict[str, Any]) -> Source:
    return Source(
        id=kind,
        name="样例",
        kind=Kind(kind),
        owner=Owner.CITIZEN,
        urls=(meta["url"],),
        rhythm=timedelta(minutes=5),
        jurisdictions=("linxi",),
        hosts=("www.linxi.example.cn",),
        selectors=Selectors(**meta.get("selectors", {})),
        fields=Fields(**meta.get("fields", {})),
    )


def _shown(parsed: Parsed) -> Any:
    shown = {
        "posts": [{"post": post, "sighting": sighting} for post, sighting in parsed.posts],
        "links": parsed.links,
        "next": parsed.next,
        "refused": [{"reason": one.reason, "where": one.where} for one in parsed.refused],
        "remarks": parsed.remarks,
    }
    return json.loads(orjson.dumps(shown))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_page_is_read_as_expected(case: Path, request: pytest.FixtureRequest) -> None:
    shown = _shown(read_case(case))
    expected = case / "expected.json"
    if request.config.getoption("--update-golden"):
        expected.write_text(json.dumps(shown, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert shown == json.loads(expected.read_text("utf-8"))


@pytest.mark.parametrize("kind", ["feed", "portal", "microblog"])
def test_every_kind_has_cases(kind: str) -> None:
    assert len([case for case in CASES if case.parent.name == kind]) >= 4


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_reading_twice_gives_the_same_posts(case: Path) -> None:
    assert read_case(case) == read_case(case)
