"""How alembic reaches the crawl state: over the connection that stream.sql.migrate hands it."""

from alembic import context

from crawlers.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=context.config.get_main_option("version_table") or "alembic_version",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
