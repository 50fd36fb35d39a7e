"""Likes, reposts and followers as sites write them: 1.2万, 3,456, 10万+."""

from __future__ import annotations

import math
import re
import unicodedata

_COUNT = re.compile(r"(?<![\d.])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(万|萬|亿|億|千|w|k)?\+?", re.I)
_TIMES = {"千": 1e3, "k": 1e3, "万": 1e4, "萬": 1e4, "w": 1e4, "亿": 1e8, "億": 1e8}
_MOST = 10**12


def read_count(written: object) -> int | None:
    """The count that `written` shows, or None when it shows none (a bare 赞, an empty string).

    Takes JSON numbers as well as text; negative or absurd (over 10^12) numbers are None.
    """
    if isinstance(written, bool) or written is None:
        return None
    if isinstance(written, int | float):
        return int(written) if math.isfinite(written) and 0 <= written <= _MOST else None
    match = _COUNT.search(unicodedata.normalize("NFKC", str(written))[:200])
    if match is None:
        return None
    number = float(match[1].replace(",", "") + (match[2] or ""))
    count = round(number * _TIMES.get((match[3] or "").lower(), 1))
    return count if count <= _MOST else None
