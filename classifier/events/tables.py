"""The tables of grouping, as SQLAlchemy sees them; `migrations/` makes them."""

from __future__ import annotations

import sqlalchemy as sa

from stream.sql import UtcDateTime

metadata = sa.MetaData()
_NAME, _ID = sa.String(64), sa.String(64)

streams = sa.Table(
    "grouping_streams",
    metadata,
    sa.Column("jurisdiction", _NAME, primary_key=True),
    sa.Column("texts", sa.BigInteger, nullable=False),
    sa.Column("counts", sa.LargeBinary, nullable=False),
)
events = sa.Table(
    "grouping_events",
    metadata,
    sa.Column("event_id", _ID, primary_key=True),
    sa.Column("jurisdiction", _NAME, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("posts", sa.Integer, nullable=False),
    sa.Column("last_posted_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.LargeBinary, nullable=False),
    sa.Column("recent", sa.LargeBinary, nullable=False),
    sa.Column("standing", sa.LargeBinary, nullable=False),
)
members = sa.Table(
    "grouping_members",
    metadata,
    sa.Column("jurisdiction", _NAME, primary_key=True),
    sa.Column("post_id", _ID, primary_key=True),
    sa.Column("event_id", _ID, nullable=False),
    sa.Column("posted_at", UtcDateTime, nullable=False),
    sa.Index("grouping_members_event", "event_id", "post_id"),
    sqlite_with_rowid=False,
)
postings = sa.Table(
    "grouping_postings",
    metadata,
    sa.Column("jurisdiction", _NAME, primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("slot", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("event_id", _ID, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
pins = sa.Table(
    "grouping_pins",
    metadata,
    sa.Column("jurisdiction", _NAME, primary_key=True),
    sa.Column("post_id", _ID, primary_key=True),
    sa.Column("event_id", _ID, nullable=False),
    sa.Column("who", sa.String(128), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
settled = sa.Table(
    "grouping_settled",
    metadata,
    sa.Column("jurisdiction", _NAME, primary_key=True),
    sa.Column("post_id", _ID, primary_key=True),
    sa.Column("verdict", sa.LargeBinary, nullable=False),
)
aliases = sa.Table(
    "grouping_aliases",
    metadata,
    sa.Column("event_id", _ID, primary_key=True),
    sa.Column("into_id", _ID, nullable=False),
)
positions = sa.Table(
    "grouping_positions",
    metadata,
    sa.Column("topic", _NAME, primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("next_offset", sa.BigInteger, nullable=False),
)
