"""What people said of posts is remembered, also of those that are in no event yet."""

import sqlalchemy as sa
from alembic import op

revision = "0003_settled"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "grouping_settled",
        sa.Column("jurisdiction", sa.String(64), primary_key=True),
        sa.Column("post_id", sa.String(64), primary_key=True),
        sa.Column("verdict", sa.LargeBinary(), nullable=False),
    )
