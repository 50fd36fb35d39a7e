"""The pulse: the last report of every component."""

import sqlalchemy as sa
from alembic import op

from stream.sql import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pulse",
        sa.Column("component", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("expected_every_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("component", "kind"),
    )


def downgrade() -> None:
    op.drop_table("pulse")
