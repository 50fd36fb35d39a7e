"""Pushes that no channel carried were put down as delivered; they were notices in the console."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OUTBOX = sa.table(
    "outbox",
    sa.column("outbox_id", sa.BigInteger),
    sa.column("kind", sa.String),
    sa.column("state", sa.String),
    sa.column("payload", sa.JSON),
    sa.column("delivered_at", sa.DateTime),
)


def upgrade() -> None:
    told = sa.select(_OUTBOX.c.outbox_id, _OUTBOX.c.payload).where(
        _OUTBOX.c.kind == "push", _OUTBOX.c.state.in_(("pending", "sent"))
    )
    rows = op.get_bind().execute(told).all()
    silent = [{"number": row.outbox_id} for row in rows if not row.payload["channels"]]
    if silent:
        one = sa.update(_OUTBOX).where(_OUTBOX.c.outbox_id == sa.bindparam("number"))
        op.get_bind().execute(one.values(state="console", delivered_at=None), silent)
