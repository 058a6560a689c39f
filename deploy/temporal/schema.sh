#!/bin/sh
# Makes Temporal's two databases on PostgreSQL and brings their schema to this tool's version. Repeatable: run it again
# before a newer server is started. Needs temporal-sql-tool (SQL_TOOL names another), and POSTGRES_SEEDS, DB_PORT,
# POSTGRES_USER, POSTGRES_PASSWORD_FILE as in docker-compose.yml.
set -eu

SQL_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
export SQL_PASSWORD

for pair in temporal/temporal temporal_visibility/visibility; do
  database=${pair%/*}
  sql() {
    "${SQL_TOOL:-temporal-sql-tool}" --plugin postgres12 --endpoint "$POSTGRES_SEEDS" --port "$DB_PORT" \
      --user "$POSTGRES_USER" --db "$database" "$@"
  }
  # Both are left as they are where they exist.
  sql create-database
  sql setup-schema --version 0.0
  sql update-schema --schema-name "postgresql/v12/${pair#*/}"
done
echo 'The schema is up to date.'
