#!/bin/sh
# Runs at each start, after the tables are there: the dashboards read with a role that sees the
# ticket tables and nothing else, people's password hashes least of all.
set -eu
psql -q -v ON_ERROR_STOP=1 -v password="$GRAFANA_READER_PASSWORD" <<'SQL'
SELECT 'CREATE ROLE grafana_reader LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'grafana_reader') \gexec
ALTER ROLE grafana_reader PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
ALTER ROLE grafana_reader SET default_transaction_read_only = on;
ALTER ROLE grafana_reader SET statement_timeout = '30s';
GRANT SELECT ON tickets, ticket_clocks, ticket_events TO grafana_reader;
SQL
