"""Times as Chinese pages write them, against the moment the page was seen."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

LEEWAY = timedelta(minutes=10)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_CLOCK = (
    r"(?:\s*(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上|晚))?"
    r"\s*(?P<hour>\d{1,2})\s*(?::|时|点)\s*(?:(?P<minute>\d{1,2})\s*分?(?:\s*:?\s*(?P<second>\d{1,2})\s*秒?)?)?"
)
_AGO = re.compile(
    r"(?P<n>\d+|半|几)\s*个?\s*(?P<unit>秒|分钟|分|小时|天|日|周|星期)(?:钟)?\s*(?:以)?前"
)
_DAY_WORD = re.compile(rf"(?P<word>今天|今日|昨天|昨日|前天)(?:{_CLOCK})?")
_FULL = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    rf"(?:[\sT,]*{_CLOCK})?"
)
_SHORT = re.compile(
    rf"(?<!\d)(?P<month>\d{{1,2}})\s*[-/月]\s*(?P<day>\d{{1,2}})\s*日?(?:\s*{_CLOCK})?(?!\d)"
)
_HOUR = re.compile(rf"(?<!\d){_CLOCK}(?!\d)")
_ZONED = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})", re.I
)
_WEIBO = re.compile(r"\w{3} (\w{3}) (\d{1,2}) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})")
_STAMP = re.compile(r"\d{10}(?:\d{3})?")
_UNITS = {
    "秒": timedelta(seconds=1),
    "分": timedelta(minutes=1),
    "分钟": timedelta(minutes=1),
    "小时": timedelta(hours=1),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "周": timedelta(weeks=1),
    "星期": timedelta(weeks=1),
}
_DAYS_BACK = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}


@dataclass(frozen=True, slots=True)
class Dated:
    """`at` is aware, UTC, or None with the `problem` told: nothing there, not understood, or
    in the future (more than `LEEWAY` after the page was seen)."""

    at: datetime | None
    problem: str = ""


def read_date(written: object, now: datetime, zone: str) -> Dated:
    """When `written` says that something was published, seen from `now` (aware).

    Knows ISO 8601, RFC 822, Unix seconds and milliseconds, 2026年3月2日 下午3:20, 03-02 08:30 (the
    latest such day that is not in the future), 昨天 12:00, 3分钟前, 刚刚. What names no zone is in
    `zone`.
    """
    text = unicodedata.normalize("NFKC", str(written if written is not None else ""))[:200].strip()
    if not text:
        return Dated(None, "no date")
    try:
        at = _read(text, now.astimezone(ZoneInfo(zone)))
    except (ValueError, OverflowError):
        at = None
    if at is None or at < _EARLIEST:
        return Dated(None, f"a date that cannot be read: {text[:40]}")
    if at > now + LEEWAY:
        return Dated(None, f"a date in the future: {text[:40]}")
    return Dated(at.astimezone(UTC))


def _read(text: str, now: datetime) -> datetime | None:
    for reader in (_machine, _relative, _written):
        at = reader(text, now)
        if at is not None:
            return at
    return None


def _machine(text: str, now: datetime) -> datetime | None:
    if _STAMP.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if match := _ZONED.search(text):
        return datetime.fromisoformat(match[0].replace(" +", "+").replace(" -", "-").upper())
    if match := _WEIBO.fullmatch(text):
        text = f"{match[2]} {match[1]} {match[5]} {match[3]} {match[4]}"
    if not re.search(r"\d{1,2} [A-Z][a-z]{2} \d{2,4}", text):
        return None
    at = parsedate_to_datetime(text)
    return at if at.tzinfo else at.replace(tzinfo=now.tzinfo)


def _relative(text: str, now: datetime) -> datetime | None:
    if "刚刚" in text or "刚才" in text:
        return now
    if match := _AGO.search(text):
        amount = {"半": 0.5, "几": 3.0}.get(match["n"]) or float(match["n"])
        return now - amount * _UNITS[match["unit"]]
    if match := _DAY_WORD.search(text):
        day = now - timedelta(days=_DAYS_BACK[match["word"]])
        return _at(match, day.year, day.month, day.day, now)
    return None


def _written(text: str, now: datetime) -> datetime | None:
    if match := _FULL.search(text):
        return _at(match, int(match["year"]), int(match["month"]), int(match["day"]), now)
    if match := _SHORT.search(text):
        return _latest(match, int(match["month"]), int(match["day"]), now)
    if match := _HOUR.fullmatch(text):
        at = _at(match, now.year, now.month, now.day, now)
        return at if at <= now + LEEWAY else at - timedelta(days=1)
    return None


def _latest(match: re.Match[str], month: int, day: int, now: datetime) -> datetime | None:
    # 02-29 exists only every fourth year (eight around 2100)
    for year in range(now.year, now.year - 9, -1):
        try:
            at = _at(match, year, month, day, now)
        except ValueError:
            continue
        if at <= now + LEEWAY:
            return at
    return None


def _at(match: re.Match[str], year: int, month: int, day: int, now: datetime) -> datetime:
    hour = int(match["hour"] or 0)
    if match["half"] in ("下午", "傍晚", "晚上", "晚") and hour < 12:
        hour += 12
    if match["half"] == "中午" and hour < 3:
        hour += 12
    return datetime(
        year,
        month,
        day,
        hour,
        int(match["minute"] or 0),
        int(match["second"] or 0),
        tzinfo=now.tzinfo,
    )
