"""What is sealed is longer than what it was; the sealing itself is `responder.resealing`, for it
needs a key, which is not the database's to know."""

import sqlalchemy as sa
from alembic import op

revision = "sealed_secrets"
down_revision = "handover_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("webhooks") as table:
        table.alter_column("secret", type_=sa.Text(), existing_type=sa.String(128))


def downgrade() -> None:
    raise NotImplementedError("a record that may be inspected is never taken apart again")
