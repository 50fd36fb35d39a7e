"""The tables of the ticket store: one shape for SQLite and PostgreSQL, apart from domain values.

`ticket_events` is the truth (append only); `tickets` and `ticket_clocks` are what the last act and
the last sweep made of it, so that lists, sweeps and Grafana need no replay. Everything a ticket
rests on is copied here (`event_copies`, `event_posts`), so evidence outlives index and bus.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from stream.sql import UtcDateTime

VERSION_TABLE = "responder_version"
SCRIPTS = "responder:migrations"

metadata = MetaData()

_ROW_ID = BigInteger().with_variant(Integer(), "sqlite")

ticket_numbers = Table(
    "ticket_numbers",
    metadata,
    Column("jurisdiction", String(64), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", String(96), primary_key=True),
    Column("jurisdiction", String(64), nullable=False),
    Column("event_id", String(64), unique=True),
    Column("title", Text, nullable=False),
    Column("topic", String(32), nullable=False),
    Column("disposition", String(32), nullable=False),
    Column("places", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("open", Boolean, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("emergency", Boolean, nullable=False),
    Column("graded_by_human", Boolean, nullable=False),
    Column("unit", String(64)),
    Column("co_units", JSON, nullable=False),
    Column("round", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("routing", JSON, nullable=False),
    Column("merged_into", String(96)),
    Column("origin", String(24)),
    Column("spokesperson", String(128)),
    Column("first_posted_at", UtcDateTime()),
    Column("discovered_at", UtcDateTime(), nullable=False),
    Column("opened_at", UtcDateTime(), nullable=False),
    Column("opened_by", String(128), nullable=False),
    Column("assigned_at", UtcDateTime()),
    Column("changed_at", UtcDateTime(), nullable=False),
    Column("due_at", UtcDateTime()),
    Column("next_due_at", UtcDateTime()),
    Index("tickets_sweep", "next_due_at"),
    Index("tickets_topic", "jurisdiction", "open", "topic", "opened_at", "ticket_id"),
    Index("tickets_opened", "jurisdiction", "opened_at"),
)
"""`due_at`: the earliest due time of a running clock; `next_due_at`: when the sweep must look."""

ticket_events = Table(
    "ticket_events",
    metadata,
    Column("ticket_id", ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("at", UtcDateTime(), nullable=False),
    Column("who", String(128), nullable=False),
    Column("action", String(32), nullable=False),
    Column("data", JSON, nullable=False),
    Column("from_state", String(16)),
    Column("to_state", String(16), nullable=False),
)

ticket_clocks = Table(
    "ticket_clocks",
    metadata,
    Column("ticket_id", ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("title", String(64), nullable=False),
    Column("national", Boolean, nullable=False),
    Column("unit", String(64)),
    Column("start", UtcDateTime(), nullable=False),
    Column("due", UtcDateTime(), nullable=False),
    Column("stopped_at", UtcDateTime()),
    Column("status", String(16), nullable=False),
    Column("late_seconds", BigInteger, nullable=False),
    Column("read_at", UtcDateTime(), nullable=False),
    Index("ticket_clocks_status", "status", "due"),
)
"""`seq` 0 means not numbered; `unit` is the ticket's when read; as of `read_at`."""

event_copies = Table(
    "event_copies",
    metadata,
    Column("event_id", String(64), primary_key=True),
    Column("jurisdiction", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("topic", String(32), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("posts", Integer, nullable=False),
    Column("first_posted_at", UtcDateTime(), nullable=False),
    Column("last_posted_at", UtcDateTime(), nullable=False),
    Column("snapshot", JSON, nullable=False),
    Index("event_copies_list", "jurisdiction", "last_posted_at", "event_id"),
    Index("event_copies_latest", "last_posted_at", "event_id"),
)

event_posts = Table(
    "event_posts",
    metadata,
    Column("event_id", String(64), primary_key=True),
    Column("post_id", String(64), primary_key=True),
    Column("post", JSON, nullable=False),
    Column("verdict", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("copied_at", UtcDateTime(), nullable=False),
    Index("event_posts_post", "post_id"),
)

event_aliases = Table(
    "event_aliases",
    metadata,
    Column("event_id", String(64), primary_key=True),
    Column("into_id", String(64), nullable=False),
)
"""Events that went into another; the copies of their posts are kept there."""

outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("ticket_id", String(96)),
    Column("purpose", String(32), nullable=False),
    Column("target", String(128), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("due_at", UtcDateTime(), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", UtcDateTime()),
    Column("delivered_at", UtcDateTime()),
    Column("error", Text),
    Column("person", String(64)),
    Column("via", String(64)),
    Column("assignment", Integer),
    Column("acknowledged_at", UtcDateTime()),
    Index("outbox_due", "state", "due_at"),
    Index("outbox_ticket", "ticket_id", "kind", "purpose", "state"),
    Index("outbox_person", "person", "state"),
    Index("outbox_log", "state", "kind", "outbox_id"),
    Index("outbox_purpose", "purpose", "kind", "outbox_id"),
)
"""`kind`: push (to people) or bus (TicketChanged). `state`: pending, sent (a channel
took it), console (there is no channel: a notice in the console is all), cancelled, failed.
`person`: what is due to one leaves together; `via`: the channel that took it; `assignment`: the
act that its link acknowledges; `acknowledged_at`: when that link was used."""

handovers = Table(
    "handovers",
    metadata,
    Column("handover_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("jurisdiction", String(64), nullable=False),
    Column("unit", String(64), nullable=False),
    Column("giver", String(200), nullable=False),
    Column("taker", String(200), nullable=False),
    Column("note", Text, nullable=False),
    Column("given_by", String(128), nullable=False),
    Column("given_at", UtcDateTime(), nullable=False),
    Column("taken_by", String(128)),
    Column("taken_at", UtcDateTime()),
    Column("called", Integer, nullable=False, server_default="0"),
    Index("handovers_unit", "jurisdiction", "unit", "given_at"),
    Index("handovers_waiting", "taken_at"),
)
"""交接班; `giver` and `taker` are names of contacts, `given_by` and `taken_by` logins; `called` is
how many steps of chasing one that nobody takes have been told."""

notices = Table(
    "notices",
    metadata,
    Column("notice_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("audience", String(128), nullable=False),
    Column("jurisdiction", String(64), nullable=False),
    Column("ticket_id", String(96)),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Index("notices_audience", "audience", "at", "notice_id"),
    Index("notices_home", "audience", "jurisdiction", "at", "notice_id"),
)
"""`audience` is unit:CODE, person:LOGIN or role:ROLE."""

notice_reads = Table(
    "notice_reads",
    metadata,
    Column("notice_id", ForeignKey("notices.notice_id"), primary_key=True),
    Column("login", String(64), primary_key=True),
    Column("at", UtcDateTime(), nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("login", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("password", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("jurisdiction", String(64)),
    Column("unit", String(64)),
    Column("channels", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcDateTime()),
    Column("created_at", UtcDateTime(), nullable=False),
)
"""`jurisdiction` null: all of them; `unit` null: not bound to one."""

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("login", ForeignKey("people.login"), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    Column("used_at", UtcDateTime()),
)
"""`expires_at` is the latest end; one that nobody uses ends earlier, counted from `used_at`."""

watchlists = Table(
    "watchlists",
    metadata,
    Column("watchlist_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("jurisdiction", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    Column("query", Text, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("severity_min", Integer, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("notify", JSON, nullable=False),
    Column("every_minutes", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("alert_from", UtcDateTime()),
    UniqueConstraint("jurisdiction", "name"),
)
"""`notify`: logins that are alerted; `alert_from`: no alert before this moment (merging)."""

watch_hits = Table(
    "watch_hits",
    metadata,
    Column("watchlist_id", ForeignKey("watchlists.watchlist_id"), primary_key=True),
    Column("post_id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("source", String(128), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("published_at", UtcDateTime(), nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("alert_key", String(200)),
    Index("watch_hits_recent", "watchlist_id", "at"),
)

offers = Table(
    "offers",
    metadata,
    Column("offer_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("ticket_id", ForeignKey("tickets.ticket_id"), nullable=False),
    Column("post_id", String(64), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("score", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("post", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("offered_at", UtcDateTime(), nullable=False),
    Column("decided_by", String(128)),
    Column("decided_at", UtcDateTime()),
    Column("position", Integer),
    UniqueConstraint("ticket_id", "post_id"),
    Index("offers_state", "state", "offered_at"),
)
"""`state`: offered, accepted, refused; `position`: the history entry an accepted one became."""
