"""The shape of the ticket store over time; alembic runs what is missing, in order."""
