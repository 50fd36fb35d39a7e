"""帖文: how much is said, where, about what, and how grave it is."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.names import GRADE_COLOURS, GRADES, OWNERS, TOPICS
from dashboards.panels import at, bars, board, lines, number, posts_by
from dashboards.sources import POSTS


def board_of_posts() -> Dashboard:
    """The board over the index of posts."""
    grave = "relevant:true AND severity:[3 TO 4]"
    return (
        board("yuqing-posts", "舆情帖文", "now-7d", ["帖文"])
        .with_panel(number("相关帖文", POSTS, posts_by(None), at(0, 0, 6, 4)))
        .with_panel(number("全部采集", POSTS, posts_by(None, "*"), at(6, 0, 6, 4)))
        .with_panel(number("重大以上", POSTS, posts_by(None, grave), at(12, 0, 6, 4)))
        .with_panel(number("官方发布", POSTS, posts_by(None, "owner:official"), at(18, 0, 6, 4)))
        .with_panel(
            bars("按风险等级", posts_by("severity"), at(0, 4, 12, 9), GRADES, GRADE_COLOURS)
        )
        .with_panel(bars("按主体", posts_by("owner", "*"), at(12, 4, 12, 9), OWNERS))
        .with_panel(bars("按领域", posts_by("topic", size=21), at(0, 13, 24, 10), TOPICS))
        .with_panel(lines("按信源", POSTS, posts_by("source"), at(0, 23, 24, 9)))
    )
