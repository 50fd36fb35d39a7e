"""Lengths of time as people say them, the same on the screen, in a record and on paper."""

from __future__ import annotations


def span(seconds: int) -> str:
    """`seconds` as people say it: 2 天 3 小时, 4 小时 05 分, 12 分, 8 秒."""
    days, rest = divmod(int(seconds), 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 小时 {minutes:02d} 分" if minutes else f"{hours} 小时"
    return f"{minutes} 分" if minutes else f"{left} 秒"
