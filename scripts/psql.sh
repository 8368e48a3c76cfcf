#!/usr/bin/env bash
# psql of the pinned PostgreSQL, on the development database unless told otherwise.
source "$(dirname "$0")/settings.sh"
[ $# -gt 0 ] || set -- -d "$DB"
exec "$("$PYTHON" "$ROOT/scripts/postgres_binaries.py")/psql" "$@"
