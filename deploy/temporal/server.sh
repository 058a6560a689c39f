#!/bin/sh
# Starts Temporal's server with the database's password from its file: the server itself reads it from its environment only.
# TEMPORAL_ENTRYPOINT names what is started in place of the image's own entrypoint.
set -eu

POSTGRES_PWD=$(cat "$POSTGRES_PASSWORD_FILE")
export POSTGRES_PWD
# Words of one command, on purpose.
# shellcheck disable=SC2086
exec ${TEMPORAL_ENTRYPOINT:-/etc/temporal/entrypoint.sh}
