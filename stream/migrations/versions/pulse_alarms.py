"""Which parts somebody outside has been told of, so that a restart neither repeats nor forgets."""

import sqlalchemy as sa
from alembic import op

from stream.sql import UtcDateTime

revision = "pulse_alarms"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pulse_alarms",
        sa.Column("component", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("noticed_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime()),
        sa.Column("lease_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("component", "kind"),
    )


def downgrade() -> None:
    op.drop_table("pulse_alarms")
