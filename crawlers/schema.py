"""The tables of the crawl state, as SQLAlchemy knows them; migrations/ makes them."""

from __future__ import annotations

import sqlalchemy as sa

from stream.sql import UtcDateTime

metadata = sa.MetaData()

PLACE = sa.Table(
    "crawl_place",
    metadata,
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("post_id", sa.String(32), nullable=False),
    sa.Column("likes", sa.BigInteger),
    sa.Column("reposts", sa.BigInteger),
    sa.Column("comments", sa.BigInteger),
    sa.Column("seen_at", UtcDateTime(), nullable=False, index=True),
)
PAGE = sa.Table(
    "crawl_page",
    metadata,
    sa.Column("source", sa.String(64), primary_key=True),
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("etag", sa.Text, nullable=False),
    sa.Column("last_modified", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False, index=True),
)
REFUSAL = sa.Table(
    "crawl_refusal",
    metadata,
    sa.Column("digest", sa.String(32), primary_key=True),
    sa.Column("at", UtcDateTime(), nullable=False, index=True),
)
SOURCE = sa.Table(
    "crawl_source",
    metadata,
    sa.Column("source", sa.String(64), primary_key=True),
    sa.Column("last_success", UtcDateTime()),
    sa.Column("last_failure", UtcDateTime()),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)
