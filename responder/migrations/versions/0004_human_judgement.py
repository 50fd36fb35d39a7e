"""The review queue, corrections, regroupings and drift; what people decided is never rewritten."""

import sqlalchemy as sa
from alembic import op

from stream.sql import UtcDateTime

revision = "0004_human_judgement"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_RECORDS = ("corrections", "regroupings")


def upgrade() -> None:
    """Make the tables."""
    _make_queue()
    _make_records()
    op.create_table(
        "drifts",
        sa.Column("jurisdiction", sa.String(64), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
    )
    for table in _RECORDS:
        _forbid_rewriting(table)


def downgrade() -> None:
    raise NotImplementedError("a record that may be inspected is never taken apart again")


def _make_queue() -> None:
    op.create_table(
        "reviews",
        sa.Column("post_id", sa.String(64), primary_key=True),
        sa.Column("jurisdictions", sa.Text(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("known_at", UtcDateTime(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("judged", sa.JSON(), nullable=False),
        sa.Column("taken_by", sa.String(64)),
        sa.Column("taken_at", UtcDateTime()),
        sa.Column("done_by", sa.String(64)),
        sa.Column("done_at", UtcDateTime()),
    )
    op.create_index("reviews_open", "reviews", ["done_at", "severity", "known_at"])
    op.create_index("reviews_entered", "reviews", ["entered_at"])


def _make_records() -> None:
    op.create_table(
        "corrections",
        sa.Column("correction_id", _ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("decision_id", sa.String(64), nullable=False, unique=True),
        sa.Column("post_id", sa.String(64), nullable=False),
        sa.Column("jurisdictions", sa.Text(), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("judged", sa.JSON(), nullable=False),
    )
    op.create_index("corrections_post", "corrections", ["post_id", "correction_id"])
    op.create_table(
        "regroupings",
        sa.Column("regrouping_id", _ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("decision_id", sa.String(64), nullable=False, unique=True),
        sa.Column("jurisdiction", sa.String(64), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("into_id", sa.String(64)),
        sa.Column("post_ids", sa.JSON(), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("regroupings_event", "regroupings", ["event_id", "regrouping_id"])


def _forbid_rewriting(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} "
                f"ON {table} BEGIN SELECT RAISE(ABORT, 'history only grows'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION history_only_grows()"
    )
