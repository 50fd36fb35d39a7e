"""A handover that nobody takes is chased, step by step; how far stands with it."""

import sqlalchemy as sa
from alembic import op

revision = "handover_calls"
down_revision = "push_delivery"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "handovers", sa.Column("called", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    raise NotImplementedError("a record that may be inspected is never taken apart again")
