"""What every Index promises, asked of SQLite and of a real Elasticsearch."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stream.elastic_index import ElasticIndex
from stream.index import Index, Refused, Search
from stream.messages import Judged, Seen
from stream.sqlite_index import SqliteIndex
from tests.contracts.index_posts import NOON, judged, seen
from yuqing.domain.decision import confirmed as confirmed_verdict
from yuqing.domain.decision import labels_of
from yuqing.domain.errors import ConfigError, InvalidMessage
from yuqing.domain.post import Owner
from yuqing.domain.query import Query, parse_query
from yuqing.domain.verdict import Severity, Topic

Opener = Callable[[str], Index]
HOUR = timedelta(hours=1)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("elastic", marks=pytest.mark.elastic)]
)
def opener(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opener]:
    """Opens the index of a name; the same name twice is the same index."""
    opened: list[Index] = []
    url = request.getfixturevalue("elastic_url") if request.param == "elastic" else None
    folder, mark = tmp_path_factory.mktemp("index"), uuid.uuid4().hex[:12]

    def open_index(name: str) -> Index:
        index: Index = (
            ElasticIndex(url, f"{mark}_{name}") if url else SqliteIndex(folder / f"{name}.db")
        )
        opened.append(index)
        return index

    yield open_index
    for index in opened:
        index.drop_before(date(9999, 12, 31))
        index.close()


_numbers = count()


@pytest.fixture
def name() -> str:
    """The name of an index that no other test uses."""
    return f"index{next(_numbers)}"


@pytest.fixture
def index(opener: Opener, name: str) -> Index:
    """An empty index."""
    return opener(name)


@pytest.fixture(scope="module")
def library(opener: Opener) -> Index:
    """An index of `TEXTS`, only to be read."""
    return _with_texts(opener("library"))


@pytest.fixture
def texts(index: Index) -> Index:
    """An index of `TEXTS` to be changed."""
    return _with_texts(index)


def _with_texts(index: Index) -> Index:
    index.put([judged(k, t, NOON - n * HOUR) for n, (k, t) in enumerate(TEXTS.items())])
    return index


def ids(index: Index, search: Search | None = None) -> list[str]:
    return [hit.post.post_id for hit in index.search(search or Search()).hits]


def typed(text: str) -> Search:
    return Search(query=parse_query(text))


TEXTS = {
    "road": "G210国道清水段塌方，双向中断",
    "jam": "國道塞車三小時，無人疏導",
    "wage": "宏远建筑公司拖欠工资，工人讨薪",
    "water": "自来水发黄，清水镇居民担心水质",
    "shop": "Sunshine Mall 促销 50% off",
    "snow": "大雪 封山❄️ 道路结冰",
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("水", "road water"),
        ("讨", "wage"),
        ("薪", "wage"),
        ("国道", "road jam"),
        ("道国", ""),
        ("自来水发黄清水镇", "water"),
        ("宏远建筑公司拖欠工资，工人讨薪", "wage"),
        ("G210国道", "road"),
        ("g210", "road"),
        ("210国道", "road"),
        ("21", ""),
        ("Ｇ２１０", "road"),
        ("sunshine", "shop"),
        ("sun", ""),
        ("MALL 50", "shop"),
        ('"mall 促销"', "shop"),
        ('"促销 mall"', ""),
        ("塞车", "jam"),
        ("塞車", "jam"),
        ("國道", "road jam"),
        ("无人疏导", "jam"),
        ("国道 -塌方", "jam"),
        ("-国道", "wage water shop snow"),
        ("-国道 -水 -雪", "wage shop"),
        ("塌方|塞车", "road jam"),
        ("塌方｜塞车|讨薪 -清水", "jam wage"),
        ("清水 居民|中断", "road water"),
        ("", "road jam wage water shop snow"),
        ("，。 ❄️", "road jam wage water shop snow"),
        ("结冰", "snow"),
    ],
)
def test_finds_what_the_words_say(library: Index, query: str, expected: str) -> None:
    page = library.search(typed(query))
    assert [hit.post.post_id for hit in page.hits] == expected.split()
    assert page.total == len(expected.split())


HOSTILE = [
    'NEAR("国道" "塌方", 5)',
    "国道 NEAR 塌方",
    "国道 AND",
    "OR OR OR",
    "NOT 国道",
    "pairs:国道",
    "words : 国*",
    "国*",
    "^国道",
    "*",
    '"',
    '""""',
    '"国道',
    "'; DROP TABLE posts; --",
    "' OR 1=1 --",
    "(((((",
    "{!lucene}国道~2^3",
    "国道 && !塌方 || [a TO z]",
    '{"match_all":{}}',
    "\\",
    "%_国道_%",
    "国\x00道",
    "\x00\x01\x1f\x7f\u202e\ufeff",
    "\ud800国道",
    "🚧🚧 国道",
    "-",
    "--",
    "|",
    "||||",
    "- | -",
    "G210" * 2500,
    "国" * 10_000,
    " ".join(chr(0x4E00 + n) for n in range(5000)),
    "|".join(chr(0x4E00 + n) for n in range(5000)),
    " ".join("-" + chr(0x4E00 + n) for n in range(5000)),
    "a" * 10_000,
    "7" * 10_000,
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_queries_are_only_words(library: Index, query: str) -> None:
    expected = [k for k, text in TEXTS.items() if parse_query(query).matches(text)]
    assert ids(library, typed(query)) == expected


def test_hostile_texts_are_kept_and_found(index: Index) -> None:
    long = "字" * 50_000 + " " + "x" * 40_000 + " " + "9" * 40_000
    posts = [
        judged("a", '\x00\x1f国\x00道 NEAR("a" OR b) * : ^ \' -- ; DROP TABLE', NOON),
        judged("b", long, NOON - HOUR),
        judged("c", "", NOON - 2 * HOUR),
        judged("d", "🚧" * 1000, NOON - 3 * HOUR),
    ]
    index.put(posts)
    assert index.search(Search()).hits == tuple(posts)
    assert ids(index, typed("国道 near")) == ["a"]
    assert ids(index, typed("x" * 40_000 + '|"字 x"')) == ["b"]
    assert ids(index, typed("x" * 39_999)) == []


LETTERS = st.sampled_from('国國道水清Gg2１ aé,。乾干着著里裡〇々ßéカΣ"-|_*\x00')
WRITING = st.text(LETTERS, max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(WRITING, min_size=1, max_size=12),
    queries=st.lists(WRITING, min_size=1, max_size=12),
)
def test_search_is_query_matches(opener: Opener, texts: list[str], queries: list[str]) -> None:
    index, source = opener("any"), f"source{next(_numbers)}"
    posts = [
        judged(f"{source}p{n}", text, NOON - n * HOUR, source=source)
        for n, text in enumerate(texts)
    ]
    index.put(posts)
    for query in map(parse_query, [*queries, *texts]):
        expected = [p for p in posts if query.matches(p.post.text)]
        assert list(index.search(Search(query=query, sources=(source,))).hits) == expected


def test_every_filter_narrows(index: Index) -> None:
    posts = [
        judged("a", source="portal", owner=Owner.OFFICIAL, topic=Topic.LABOUR),
        judged("b", at=NOON - HOUR, severity=Severity.GRAVE, jurisdictions=("qing", "qingshui")),
        judged("c", at=NOON - 2 * HOUR, relevant=False, jurisdictions=()),
        judged("d", at=NOON - 3 * HOUR, source="wb", severity=Severity.MAJOR, jurisdictions=("q",)),
    ]
    index.put(posts)
    assert ids(index, Search(topics=("labour", "land"))) == ["a"]
    assert ids(index, Search(severities=(4, 3))) == ["b", "d"]
    assert ids(index, Search(sources=("wb", "portal"))) == ["a", "d"]
    assert ids(index, Search(owners=("official",))) == ["a"]
    assert ids(index, Search(relevant=False)) == ["c"]
    assert ids(index, Search(relevant=True)) == ["a", "b", "d"]
    assert ids(index, Search(jurisdiction="qing")) == ["b"]
    assert ids(index, Search(jurisdiction="qingshui")) == ["a", "b"]
    assert ids(index, Search(jurisdiction="")) == []
    assert ids(index, Search(post_ids=("d", "b", "nobody"))) == ["b", "d"]
    assert ids(index, Search(since=NOON - 2 * HOUR, until=NOON)) == ["b", "c"]
    assert ids(index, Search(relevant=True, sources=("forum",), severities=(1,))) == []


def test_facets_are_exact_over_all_pages(index: Index) -> None:
    rows = [("forum", Topic.LABOUR, 1), ("forum", Topic.LABOUR, 2), ("wb", Topic.LAND, 2)]
    late = datetime(2026, 2, 28, 15, 59, tzinfo=UTC)
    index.put(
        [
            judged(f"{n}", "工资", late + n * HOUR, source=s, topic=t, severity=Severity(g))
            for n, (s, t, g) in enumerate(rows)
        ]
        + [judged("other", "天气", late)]
    )
    page = index.search(replace(typed("工资"), size=1))
    assert page.total == 3
    assert page.facets == {
        "topic": (("labour", 2), ("land", 1)),
        "severity": (("2", 2), ("1", 1)),
        "source": (("forum", 2), ("wb", 1)),
        "day": (("2026-02-28", 1), ("2026-03-01", 2)),
    }
    utc = index.search(replace(typed("工资"), zone="UTC"))
    assert utc.facets["day"] == (("2026-02-28", 3),)
    assert index.search(Search(facets=False)).facets == {}
    assert index.search(Search(facets=False)).total == 4


def test_days_follow_the_zone_through_summer_time(index: Index) -> None:
    spring = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    index.put([judged("a", at=spring), judged("b", at=spring - HOUR)])
    berlin = index.search(Search(zone="Europe/Berlin")).facets["day"]
    nepal = index.search(Search(zone="Asia/Kathmandu")).facets["day"]
    assert berlin == (("2026-03-29", 1), ("2026-03-30", 1))
    assert nepal == (("2026-03-30", 2),)


def test_nothing_known_is_an_empty_page(index: Index) -> None:
    page = index.search(Search())
    assert (page.hits, page.total, page.next) == ((), 0, None)
    assert page.facets == {"topic": (), "severity": (), "source": (), "day": ()}
    index.put([])
    index.put([seen(judged("a"), 5, 9)])
    assert index.search(Search()).total == 0


def test_pages_reach_past_ten_thousand(index: Index) -> None:
    posts = [judged(f"{n:05}", "路灯", NOON - (n // 7) * 13 * HOUR / 60) for n in range(12_000)]
    for start in range(0, len(posts), 2000):
        index.put(posts[start : start + 2000])
    after: str | None = None
    found: list[str] = []
    while True:
        page = index.search(Search(size=500, after=after, facets=False))
        assert page.total == 12_000
        found += [hit.post.post_id for hit in page.hits]
        after = page.next
        if after is None:
            break
    assert found == [post.post.post_id for post in posts]


def test_pages_walk_over_months_and_equal_times(index: Index) -> None:
    times = [NOON, NOON, NOON, NOON - 40 * 24 * HOUR, NOON - 40 * 24 * HOUR, NOON - 99 * 24 * HOUR]
    tick = timedelta(microseconds=1)
    posts = [judged(f"p{n}", at=at + tick * (n == 0)) for n, at in enumerate(times)]
    index.put(posts[::-1])
    for size in range(1, 8):
        after: str | None = None
        found: list[Judged] = []
        while True:
            page = index.search(Search(size=size, after=after))
            found += page.hits
            after = page.next
            if after is None:
                break
        assert found == posts


def test_a_page_of_size_zero_only_counts(library: Index) -> None:
    page = library.search(Search(size=0))
    assert (page.hits, page.total, page.next) == ((), 6, None)


@pytest.mark.parametrize(
    "after", ["x", "WzEsMl0=", "WzEsICJ4IiwgInkiXQ==", "é", "WzEsdHJ1ZSwiYSJd", "' OR 1=1"]
)
def test_a_foreign_cursor_is_refused(library: Index, after: str) -> None:
    with pytest.raises(InvalidMessage, match="field after"):
        library.search(Search(after=after))


@pytest.mark.parametrize(
    ("search", "field"),
    [
        (Search(size=501), "size"),
        (Search(size=-1), "size"),
        (Search(since=NOON.replace(tzinfo=None)), "since"),
        (Search(until=NOON.replace(tzinfo=None)), "until"),
        (Search(zone="Mars/Olympus"), "zone"),
        (Search(zone="../etc/passwd"), "zone"),
    ],
)
def test_a_senseless_search_is_refused(library: Index, search: Search, field: str) -> None:
    with pytest.raises(InvalidMessage, match=f"field {field}"):
        library.search(search)


def test_putting_twice_changes_nothing(texts: Index) -> None:
    once = texts.search(Search())
    again = [judged(k, t, NOON - n * HOUR) for n, (k, t) in enumerate(TEXTS.items())]
    texts.put(again)
    texts.put(again * 3)
    assert texts.search(Search()) == once


def test_a_new_verdict_replaces_the_old(texts: Index) -> None:
    texts.put([judged("road", TEXTS["road"], NOON, topic=Topic.TRANSPORT, severity=Severity.GRAVE)])
    assert ids(texts, Search(topics=("transport",), severities=(4,))) == ["road"]
    assert texts.search(Search()).total == 6


def test_other_words_replace_the_old(texts: Index) -> None:
    texts.put([judged("road", "桥梁限高杆被撞", NOON)])
    assert ids(texts, typed("塌方")) == []
    assert ids(texts, typed("限高杆")) == ["road"]
    assert ids(texts, typed("-限高杆")) == ["jam", "wage", "water", "shop", "snow"]


def test_a_post_that_changes_month_does_not_double(index: Index) -> None:
    index.put([judged("a", "路灯", NOON), judged("b", "路灯", NOON - 60 * 24 * HOUR)])
    index.put([judged("a", "路灯", NOON - 90 * 24 * HOUR)])
    assert ids(index, typed("路灯")) == ["b", "a"]
    assert ids(index, Search(since=NOON - HOUR)) == []
    index.put([judged("a", "路灯", NOON)])
    assert ids(index, typed("路灯")) == ["a", "b"]


def likes(index: Index) -> list[int | None]:
    return [hit.sighting.likes for hit in index.search(Search()).hits]


def test_counts_follow_the_latest_sighting(index: Index) -> None:
    post = judged("a")
    index.put([post, seen(post, 9, 9), seen(post, 5, 5)])
    assert likes(index) == [9]
    index.put([seen(post, 7, 7)])
    assert likes(index) == [9]
    index.put([seen(post, 11, 3)])
    index.put([seen(post, 12, 4), seen(post, 10, 10)])
    assert likes(index) == [4]
    index.put([post])
    assert likes(index) == [4]
    index.put([judged("a", at=NOON - 40 * 24 * HOUR)])
    assert likes(index) == [4]


def test_a_post_that_cannot_be_written_is_named_and_the_others_are_in(index: Index) -> None:
    post = judged("half").post
    half = replace(judged("half"), post=replace(post, author="\ud800"))
    naive = replace(judged("naive"), post=replace(post, published_at=NOON.replace(tzinfo=None)))
    naive = replace(naive, post=replace(naive.post, post_id="naive"))
    with pytest.raises(Refused) as refused:
        index.put([judged("a"), half, naive, judged("z")])
    assert list(refused.value.posts) == ["half", "naive"]
    assert "no time zone" in refused.value.posts["naive"]
    assert ids(index) == ["a", "z"]


def test_odd_dates_are_kept(index: Index) -> None:
    odd = [datetime(1, 1, 2, tzinfo=UTC), datetime(1969, 12, 31, 23, tzinfo=UTC)]
    odd += [datetime(9999, 12, 29, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)]
    index.put([judged(f"{at.year:04}", at=at) for at in odd])
    page = index.search(Search(zone="UTC"))
    assert [hit.post.post_id for hit in page.hits] == ["9999", "2000", "1969", "0001"]
    assert [day for day, _ in page.facets["day"]] == [
        "0001-01-02",
        "1969-12-31",
        "2000-01-01",
        "9999-12-29",
    ]
    assert ids(index, Search(until=datetime(1970, 1, 1, tzinfo=UTC))) == ["1969", "0001"]


def test_rebuild_replaces_everything_behind_the_readers(opener: Opener, name: str) -> None:
    index, reader = opener(name), opener(name)
    index.put([judged("old", "旧"), judged("older", "旧", NOON - 40 * 24 * HOUR)])

    def documents() -> Iterator[Judged | Seen]:
        for n in range(1200):
            if n % 550 == 0:
                assert ids(reader) == ["old", "older"]
            yield judged(f"{n:04}", "新", NOON - n * HOUR)
        yield seen(judged("0000"), 5, 50)

    assert index.rebuild(documents()) == 1200
    assert reader.search(typed("旧")).total == 0
    assert reader.search(typed("新")).total == 1200
    assert likes(reader)[0] == 50
    assert index.rebuild([]) == 0
    assert ids(reader) == []
    index.put([judged("a")])
    assert ids(reader) == ["a"]


def test_what_is_put_during_a_rebuild_is_in_afterwards(opener: Opener, name: str) -> None:
    index, writer = opener(name), opener(name)

    def documents() -> Iterator[Judged | Seen]:
        yield from (judged(f"{n:04}") for n in range(1000))
        writer.put([judged("meanwhile", at=NOON + HOUR), judged("far", at=NOON - 999 * HOUR)])
        assert ids(writer) == ["meanwhile", "far"]
        yield judged("last", at=NOON - HOUR)

    assert index.rebuild(documents()) == 1003
    assert ids(writer)[0] == "meanwhile"


def test_a_failed_rebuild_leaves_the_old_posts(opener: Opener, name: str) -> None:
    index = opener(name)
    index.put([judged("old")])

    def documents() -> Iterator[Judged | Seen]:
        yield from (judged(f"{n}") for n in range(1500))
        raise InvalidMessage("the bus went away")

    with pytest.raises(InvalidMessage, match="went away"):
        index.rebuild(documents())
    assert ids(index) == ["old"]
    assert index.rebuild([judged("new")]) == 1
    assert ids(index) == ["new"]


def test_retention_drops_whole_months(index: Index) -> None:
    times = [datetime(2026, month, 28, 23, tzinfo=UTC) for month in (1, 2, 3, 4)]
    index.put([judged(f"{at.month}", at=at) for at in times])
    assert index.drop_before(date(2026, 3, 31)) == 2
    assert ids(index) == ["4", "3"]
    assert index.drop_before(date(2026, 3, 31)) == 0
    index.put([judged("1", at=times[0]), seen(judged("2", at=times[1]), 5, 5)])
    assert ids(index) == ["4", "3", "1"]
    assert index.drop_before(date(2026, 4, 1)) == 2


def test_an_empty_query_matches_everything(library: Index) -> None:
    assert library.search(Search(query=Query())).total == 6


def test_a_prefix_that_cannot_name_an_index_is_refused() -> None:
    with pytest.raises(ConfigError, match="prefix"):
        ElasticIndex("http://127.0.0.1:9", "Yu*")


def confirmed(one: Judged, severity: Severity, minutes: int) -> Judged:
    """`one` as a person left it, `minutes` after noon."""
    labels = replace(labels_of(one.verdict), severity=severity)
    at = NOON + timedelta(minutes=minutes)
    return replace(one, verdict=confirmed_verdict(one.verdict, labels, "ana", at))


def test_judging_anew_does_not_undo_a_person(texts: Index) -> None:
    machine = judged("p1", "清水镇的路灯坏了")
    texts.put([machine])
    texts.put([confirmed(machine, Severity.LARGER, 5)])
    texts.put([replace(machine, verdict=replace(machine.verdict, severity=Severity.NONE))])
    (hit,) = texts.search(Search(post_ids=("p1",))).hits
    assert (hit.verdict.severity, hit.verdict.confirmed_by) == (Severity.LARGER, "ana")
    assert texts.search(Search(severities=(2,), post_ids=("p1",))).total == 1


def test_of_two_persons_the_later_holds_in_any_order(texts: Index) -> None:
    machine = judged("p1", "清水镇的路灯坏了")
    first, second = confirmed(machine, Severity.LARGER, 5), confirmed(machine, Severity.NONE, 9)
    for order in ([machine, second, first], [first, second, machine], [second, machine, first]):
        texts.put(order[:1])
        texts.put(order[1:])
        (hit,) = texts.search(Search(post_ids=("p1",))).hits
        assert hit.verdict == second.verdict


def test_a_rebuild_keeps_what_people_said(texts: Index) -> None:
    machine = judged("p1", "清水镇的路灯坏了")
    said = confirmed(machine, Severity.LARGER, 5)
    assert texts.rebuild([said, machine, seen(machine, 30, 9)]) == 1
    (hit,) = texts.search(Search(post_ids=("p1",))).hits
    assert (hit.verdict, hit.sighting.likes) == (said.verdict, 9)
