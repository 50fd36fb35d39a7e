"""Crawl state: places, pages, refusals and how each source fares."""

import sqlalchemy as sa
from alembic import op

from stream.sql import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crawl_place",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("post_id", sa.String(length=32), nullable=False),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("reposts", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_table(
        "crawl_page",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "url"),
    )
    op.create_table(
        "crawl_refusal",
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "crawl_source",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("last_success", UtcDateTime(), nullable=True),
        sa.Column("last_failure", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    for table, column in (
        ("crawl_place", "seen_at"),
        ("crawl_page", "at"),
        ("crawl_refusal", "at"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in ("crawl_source", "crawl_refusal", "crawl_page", "crawl_place"):
        op.drop_table(table)
