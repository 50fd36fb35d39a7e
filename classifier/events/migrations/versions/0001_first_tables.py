"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

from stream.sql import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "grouping_streams",
        sa.Column("jurisdiction", sa.String(64), primary_key=True),
        sa.Column("texts", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "grouping_events",
        sa.Column("event_id", sa.String(64), primary_key=True),
        sa.Column("jurisdiction", sa.String(64), nullable=False, index=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("last_posted_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("recent", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "grouping_members",
        sa.Column("jurisdiction", sa.String(64), primary_key=True),
        sa.Column("post_id", sa.String(64), primary_key=True),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("posted_at", UtcDateTime(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("grouping_members_event", "grouping_members", ["event_id", "post_id"])
    op.create_table(
        "grouping_postings",
        sa.Column("jurisdiction", sa.String(64), primary_key=True),
        sa.Column("key", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("slot", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "grouping_pins",
        sa.Column("jurisdiction", sa.String(64), primary_key=True),
        sa.Column("post_id", sa.String(64), primary_key=True),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("who", sa.String(128), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "grouping_aliases",
        sa.Column("event_id", sa.String(64), primary_key=True),
        sa.Column("into_id", sa.String(64), nullable=False),
    )
    op.create_table(
        "grouping_positions",
        sa.Column("topic", sa.String(64), primary_key=True),
        sa.Column("partition", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
    )
