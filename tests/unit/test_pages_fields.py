"""Dates, counts, charsets and addresses as strangers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.pages.charset import decode, known_encoding
from crawlers.pages.counts import read_count
from crawlers.pages.dates import LEEWAY, read_date
from crawlers.pages.markup import html_text
from crawlers.pages.urls import absolute_url, canonical_url, within

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("written", "local"),
    [
        ("2026年3月2日 08:30", "2026-03-02T08:30:00"),
        ("2026年3月1日 下午3:20", "2026-03-01T15:20:00"),
        ("2026年3月1日15时20分05秒", "2026-03-01T15:20:05"),
        ("2026年3月1日 中午12:10", "2026-03-01T12:10:00"),
        ("2026-03-02", "2026-03-02T00:00:00"),
        ("2026/3/1 8:05", "2026-03-01T08:05:00"),
        ("2026.03.01 08:05:09", "2026-03-01T08:05:09"),
        ("２０２６－０３－０１　０８：０５", "2026-03-01T08:05:00"),
        ("发布于 2026-03-01 09:00 来自网页", "2026-03-01T09:00:00"),
        ("03-02 08:30", "2026-03-02T08:30:00"),
        ("12-31 23:00", "2025-12-31T23:00:00"),
        ("3月1日", "2026-03-01T00:00:00"),
        ("02-29 12:00", "2024-02-29T12:00:00"),
        ("刚刚", "2026-03-02T10:00:00"),
        ("30秒前", "2026-03-02T09:59:30"),
        ("3分钟前", "2026-03-02T09:57:00"),
        ("半小时前", "2026-03-02T09:30:00"),
        ("2 小时前", "2026-03-02T08:00:00"),
        ("3天前", "2026-02-27T10:00:00"),
        ("昨天 12:00", "2026-03-01T12:00:00"),
        ("今天 07:05", "2026-03-02T07:05:00"),
        ("前天", "2026-02-28T00:00:00"),
        ("08:30", "2026-03-02T08:30:00"),
        ("23:50", "2026-03-01T23:50:00"),
        ("Mon, 02 Mar 2026 00:30:00 GMT", "2026-03-02T08:30:00"),
        ("Mon, 02 Mar 2026 08:30:00 +0800", "2026-03-02T08:30:00"),
        ("Mon Mar 02 08:30:00 +0800 2026", "2026-03-02T08:30:00"),
        ("2026-03-02T00:30:00Z", "2026-03-02T08:30:00"),
        ("2026-03-02T08:30:00.123+08:00", "2026-03-02T08:30:00.123000"),
        ("2026-03-02 08:30:00 +0800", "2026-03-02T08:30:00"),
        (1772411400, "2026-03-02T08:30:00"),
        ("1772411400000", "2026-03-02T08:30:00"),
    ],
)
def test_dates_are_understood(written: object, local: str) -> None:
    expected = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONE))
    assert read_date(written, NOW, ZONE).at == expected


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (None, "no date"),
        ("", "no date"),
        ("不详", "cannot be read"),
        ("2026-02-30", "cannot be read"),
        ("2026-03-01 25:00", "cannot be read"),
        ("1970-01-01 00:00", "cannot be read"),
        ("99999999999999", "cannot be read"),
        ({"a": 1}, "cannot be read"),
        ("2026-03-02 10:11", "in the future"),
        ("2027年1月1日", "in the future"),
        ("今天 23:00", "in the future"),
    ],
)
def test_what_is_no_date_is_told(written: object, problem: str) -> None:
    dated = read_date(written, NOW, ZONE)
    assert dated.at is None
    assert problem in dated.problem


def test_a_clock_that_is_a_little_fast_is_forgiven() -> None:
    assert read_date("2026-03-02 10:09", NOW, ZONE).at == NOW + timedelta(minutes=9)


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.none(), st.binary()))
def test_no_text_breaks_the_reading_of_dates(written: object) -> None:
    at = read_date(written, NOW, ZONE).at
    assert at is None or (at.tzinfo is UTC and at <= NOW + LEEWAY)


@settings(deadline=None, max_examples=100)
@given(st.integers(min_value=1, max_value=800_000_000))
def test_a_written_date_comes_back(seconds_ago: int) -> None:
    moment = NOW - timedelta(seconds=seconds_ago)
    for form in ("%Y年%m月%d日 %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"):
        assert read_date(moment.strftime(form), NOW, ZONE).at == moment


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("3,456", 3456),
        ("1.2万", 12000),
        ("10万+", 100000),
        ("1.5亿", 150_000_000),
        ("2.5w", 25000),
        ("3k", 3000),
        ("赞 12", 12),
        ("转发(7)", 7),
        ("１２", 12),
        (0, 0),
        ("0", 0),
        (7.9, 7),
        ("赞", None),
        ("", None),
        (None, None),
        (True, None),
        (-3, None),
        (float("nan"), None),
        (10**30, None),
        ("9" * 50, None),
        ([1], None),
    ],
)
def test_counts(written: object, count: int | None) -> None:
    assert read_count(written if not isinstance(written, list) else None) == count


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.text(), st.integers(), st.floats()))
def test_no_text_breaks_the_reading_of_counts(written: object) -> None:
    count = read_count(written)
    assert count is None or 0 <= count <= 10**12


TEXT = "青石桥小学门口积水，䶮江路喆园"


@pytest.mark.parametrize(
    ("content", "header", "override"),
    [
        (TEXT.encode(), None, None),
        (TEXT.encode(), "gb2312", None),
        (TEXT.encode("utf-8-sig"), "gbk", None),
        (TEXT.encode("gb18030"), None, None),
        (TEXT.encode("gb18030"), "utf-8", None),
        (TEXT.encode("gb18030"), "gb2312", None),
        (TEXT.encode("gb18030"), "iso-8859-1", None),
        (TEXT.encode("gb18030"), "no-such-charset", None),
        (TEXT.encode("utf-16"), None, None),
        (TEXT.encode("gb18030"), None, "gbk"),
    ],
)
def test_the_real_charset_is_found(
    content: bytes, header: str | None, override: str | None
) -> None:
    assert decode(content, header, override) == TEXT


def test_a_label_in_the_page_counts_when_it_fits() -> None:
    page = '<meta charset="big5"><p>龍'.encode("big5")
    assert decode(page).endswith("龍")


def test_a_page_cut_inside_a_character_stays_readable() -> None:
    assert decode(TEXT.encode()[:-1]).startswith(TEXT[:-1])
    assert decode(TEXT.encode("gb18030")[:-1]).startswith(TEXT[:-1])


@pytest.mark.parametrize("label", ["base64", "zlib", "", "x\x00", "gb2312\n; drop"])
def test_what_is_no_text_encoding_is_none(label: str) -> None:
    assert known_encoding(label) is None


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200), st.sampled_from([None, "gbk", "utf-16", "rot13", "idna"]))
def test_no_bytes_break_the_decoding(content: bytes, header: str | None) -> None:
    assert isinstance(decode(content, header), str)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Www.A.example:80/x?b=2&a=1#top", "http://www.a.example/x?a=1&b=2"),
        ("https://a.example:443", "https://a.example/"),
        ("http://a.example:8080/x?utm_source=w&id=3&spm=1.2", "http://a.example:8080/x?id=3"),
        ("http://a.example/x?q=%E6%B0%B4&empty=", "http://a.example/x?empty=&q=%E6%B0%B4"),
        ("http://user:pw@a.example/x", "http://a.example/x"),
        ("http://[::1]:81/x", "http://[::1]:81/x"),
    ],
)
def test_one_page_has_one_address(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize("url", ["", "ftp://a.example/x", "javascript:alert(1)", "http://", "x"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a web address"):
        canonical_url(url)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("b.html#x", "http://a.example/d/b.html"),
        (" /c ", "http://a.example/c"),
        ("//other.example/c", "http://other.example/c"),
        ("javascript:void(0)", None),
        ("mailto:a@a.example", None),
        ("http://[bad", None),
        ("http://a.example:99999/", None),
        ("http://a.example/" + "x" * 3000, None),
    ],
)
def test_links_become_whole_addresses(link: str, url: str | None) -> None:
    assert absolute_url(link, "http://a.example/d/index.html") == url


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://a.example/x", True),
        ("https://A.EXAMPLE:443/x", True),
        ("http://a.example:8080/x", False),
        ("http://b.example:8080/x", True),
        ("http://b.example/x", False),
        ("http://sub.a.example/x", False),
        ("http://a.example@evil.example/x", False),
        ("http://a.example.evil.example/", False),
        ("file:///etc/passwd", False),
        ("http://127.0.0.1/x", False),
        ("http://a.example:bad/", False),
    ],
)
def test_only_the_hosts_of_the_source_are_inside(url: str, inside: bool) -> None:
    assert within(url, ("a.example", "b.example:8080")) is inside


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_no_link_breaks_the_addresses(link: str) -> None:
    url = absolute_url(link, "http://a.example/d/")
    if url is not None:
        assert canonical_url(url).startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("平常的字", "平常的字"),
        ("<p>一</p><p>二</p>", "一\n二"),
        ("一<br>二&amp;三", "一\n二&三"),
        ("<script>x()</script>看<style>p{}</style>", "看"),
        ("<!-- 藏着 -->看<iframe>不看</iframe>", "看"),
        ("<div>" * 2000 + "深", ""),
        ("<", "<"),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    shown = html_text(markup)
    assert shown == text or (text == "" and len(shown) <= 1)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=200))
def test_no_markup_breaks_the_text(markup: str) -> None:
    assert isinstance(html_text(markup), str)
