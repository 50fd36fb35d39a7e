#!/bin/sh
# Runs once, on an empty database: the dashboards read with a role that can do nothing else.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$GRAFANA_READER_PASSWORD" \
     --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE grafana_reader LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
GRANT pg_read_all_data TO grafana_reader;
ALTER ROLE grafana_reader SET default_transaction_read_only = on;
SQL
