"""What the models answer: the heads and the columns of each, in one order for all of them."""

from __future__ import annotations

from yuqing.domain.verdict import Disposition, Topic

TOPICS: tuple[Topic, ...] = tuple(t for t in Topic if t is not Topic.OTHER)
STEPS: tuple[int, ...] = (1, 2, 3)  # column k: the grade is at least STEPS[k]
DISPOSITIONS: tuple[str, ...] = tuple(Disposition)
TAIDI7: tuple[str, ...] = (
    "城乡建设",
    "环境保护",
    "交通运输",
    "教育文体",
    "劳动和社会保障",
    "商贸旅游",
    "卫生计生",
)
HEADS: dict[str, tuple[str, ...]] = {
    "relevant": ("relevant",),
    "topic": TOPICS,
    "severity": tuple(str(step) for step in STEPS),
    "disposition": DISPOSITIONS,
    "rumour": ("rumour",),
    "taidi7": TAIDI7,
}
SEVEN = "taidi7"  # the head with a scheme of its own; the fast model of it is a model of its own
EMERGENCY = "emergency"  # of a grave post: whether it tells of what happens now
FAST_HEADS = {head: columns for head, columns in HEADS.items() if head != SEVEN} | {
    EMERGENCY: (EMERGENCY,)
}
EXCLUSIVE = frozenset({"topic", "disposition", "taidi7"})  # shares of one; the others are each 0..1
