"""The number of a webhook that was dropped is never given again: deliveries and the audit log name
it by its number for ever. PostgreSQL's sequences keep that anyway; SQLite must be told."""

import sqlalchemy as sa
from alembic import op

revision = "webhook_numbers"
down_revision = "sealed_secrets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    kwargs = {"sqlite_autoincrement": True}
    with op.batch_alter_table("webhooks", recreate="always", table_kwargs=kwargs) as table:
        table.alter_column("active", existing_type=sa.Boolean())
    # Numbers that were given and dropped before this still stand in the outbox.
    given = "SELECT max(CAST(substr(target, 9) AS INTEGER)) FROM outbox WHERE kind = 'hook'"
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'webhooks'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'webhooks', "
        f"max(coalesce((SELECT max(webhook_id) FROM webhooks), 0), coalesce(({given}), 0))"
    )
