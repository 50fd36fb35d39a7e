"""The tables of human judgement: the review queue, what people corrected, what moved.

`corrections` and `regroupings` are the record of who said what and when (append only); `reviews`
and `drifts` are what the machine asks people to look at, and are forgotten in time.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from responder.schema import metadata
from stream.sql import UtcDateTime

_ROW_ID = BigInteger().with_variant(Integer(), "sqlite")

reviews = Table(
    "reviews",
    metadata,
    Column("post_id", String(64), primary_key=True),
    Column("jurisdictions", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("known_at", UtcDateTime(), nullable=False),
    Column("entered_at", UtcDateTime(), nullable=False),
    Column("judged", JSON, nullable=False),
    Column("taken_by", String(64)),
    Column("taken_at", UtcDateTime()),
    Column("done_by", String(64)),
    Column("done_at", UtcDateTime()),
    Index("reviews_open", "done_at", "severity", "known_at"),
    Index("reviews_entered", "entered_at"),
)
"""复核队列. `jurisdictions` is ",a,b,"; `known_at` the post's first known time; `done_by` is the
machine where a later verdict was sure."""

corrections = Table(
    "corrections",
    metadata,
    Column("correction_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("decision_id", String(64), nullable=False, unique=True),
    Column("post_id", String(64), nullable=False),
    Column("jurisdictions", Text, nullable=False),
    Column("who", String(64), nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("changed", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("model", String(64), nullable=False),
    Column("judged", JSON, nullable=False),
    Index("corrections_post", "post_id", "correction_id"),
)
"""`judged` is the post with the verdict as corrected: a correction outlives index and bus.
`changed` is False where a person confirmed what the machine said."""

regroupings = Table(
    "regroupings",
    metadata,
    Column("regrouping_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("decision_id", String(64), nullable=False, unique=True),
    Column("jurisdiction", String(64), nullable=False),
    Column("action", String(8), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("into_id", String(64)),
    Column("post_ids", JSON, nullable=False),
    Column("who", String(64), nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("reason", Text, nullable=False),
    Index("regroupings_event", "event_id", "regrouping_id"),
)
"""并入, 拆出, 固定: `action` is merge, split or pin."""

drifts = Table(
    "drifts",
    metadata,
    Column("jurisdiction", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("at", UtcDateTime(), nullable=False),
    Column("moved", Boolean, nullable=False),
    Column("report", JSON, nullable=False),
)
"""漂移: the last seven days of a jurisdiction against the reference, as of `day` (ISO)."""
