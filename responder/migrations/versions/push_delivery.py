"""Pushes know the person, the channel that took them, and what their link acknowledges; duty is
handed over and taken."""

import sqlalchemy as sa
from alembic import op

revision = "push_delivery"
down_revision = "0004_doors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("person", sa.String(64)))
    op.add_column("outbox", sa.Column("via", sa.String(64)))
    op.add_column("outbox", sa.Column("assignment", sa.Integer))
    op.add_column("outbox", sa.Column("acknowledged_at", sa.DateTime(timezone=True)))
    op.create_index("outbox_person", "outbox", ["person", "state"])
    op.create_table(
        "handovers",
        sa.Column(
            "handover_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("jurisdiction", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("giver", sa.String(200), nullable=False),
        sa.Column("taker", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_by", sa.String(128), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(128)),
        sa.Column("taken_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("handover_id"),
    )
    op.create_index("handovers_unit", "handovers", ["jurisdiction", "unit", "given_at"])
    op.create_index("handovers_waiting", "handovers", ["taken_at"])
