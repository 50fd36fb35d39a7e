"""Standings remember emergencies, spots and hearsay: those kept so far had none."""

import struct

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OLD, _NEW = struct.Struct("<IHHHqq"), struct.Struct("<IIHHHHBqq")
_EVENTS = sa.table("grouping_events", sa.column("event_id"), sa.column("standing"))


def upgrade() -> None:
    """Give every standing the longer head."""
    link = op.get_bind()
    for event_id, packed in link.execute(sa.select(_EVENTS)).all():
        posts, size, names, leads, first, last = _OLD.unpack_from(packed)
        head = _NEW.pack(posts, 0, size, names, leads, 0, 0, first, last)
        changed = sa.update(_EVENTS).where(_EVENTS.c.event_id == event_id)
        link.execute(changed.values(standing=head + bytes(packed[_OLD.size :])))
