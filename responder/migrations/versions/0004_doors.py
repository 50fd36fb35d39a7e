"""Keys of machine clients, requests seen before, webhooks, a chained audit log; sign-ins that
end when nobody uses them; where a case that was entered by hand came from."""

import sqlalchemy as sa
from alembic import op

from stream.sql import UtcDateTime

revision = "0004_doors"
down_revision = "0004_human_judgement"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _audit()
    _keys()
    _webhooks()
    _units()
    op.add_column("sign_ins", sa.Column("used_at", UtcDateTime(), nullable=True))
    op.add_column("tickets", sa.Column("origin", sa.String(length=24), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a record that may be inspected is never taken apart again")


def _audit() -> None:
    op.create_table(
        "audit_log",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=128), nullable=False),
        sa.Column("what", sa.String(length=48), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("audit_log_subject", "audit_log", ["subject", "number"])
    op.create_index("audit_log_who", "audit_log", ["who", "number"])
    heads = op.create_table(
        "audit_heads",
        sa.Column("log", sa.String(length=16), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("log"),
    )
    op.bulk_insert(heads, [{"log": "audit", "number": 0, "hash": "0" * 64}])
    _only_grows()


def _only_grows() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_log_no_{change.lower()} BEFORE {change} ON audit_log "
                "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
            )
        op.execute(
            "CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads "
            "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
        )
        op.execute(
            "CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads "
            "WHEN NEW.number <= OLD.number "
            "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )
    op.execute(
        "CREATE TRIGGER audit_heads_kept BEFORE DELETE OR TRUNCATE "
        "ON audit_heads FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )
    op.execute(
        "CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads FOR EACH ROW "
        "WHEN (NEW.number <= OLD.number) EXECUTE FUNCTION audit_only_grows()"
    )


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("jurisdiction", sa.String(length=64), nullable=True),
        sa.Column("unit", sa.String(length=64), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=128), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key_id"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("who", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("who", "key"),
    )
    op.create_index("idempotency_keys_age", "idempotency_keys", ["claimed_at"])


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=128), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("jurisdiction", sa.String(length=64), nullable=True),
        sa.Column("unit", sa.String(length=64), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=128), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id"),
    )
    op.create_index("outbox_target", "outbox", ["target", "outbox_id"])


def _units() -> None:
    made = op.create_table(
        "ticket_units",
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=96), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"]),
        sa.PrimaryKeyConstraint("unit", "ticket_id"),
    )
    op.create_index("ticket_units_ticket", "ticket_units", ["ticket_id"])
    old = sa.table(
        "tickets", sa.column("ticket_id"), sa.column("unit"), sa.column("co_units", sa.JSON)
    )
    known = op.get_bind().execute(sa.select(old))
    rows = [
        {"unit": unit, "ticket_id": row.ticket_id}
        for row in known.all()
        for unit in sorted({row.unit, *row.co_units} - {None})
    ]
    if rows:
        op.bulk_insert(made, rows)
    op.create_index("notices_ticket", "notices", ["ticket_id"])
    standing = sa.text("stopped_at IS NULL AND status IN ('running', 'breached')")
    op.create_index(
        "ticket_clocks_standing",
        "ticket_clocks",
        ["due", "ticket_id"],
        sqlite_where=standing,
        postgresql_where=standing,
    )
