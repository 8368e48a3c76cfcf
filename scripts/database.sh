#!/usr/bin/env bash
# The development database: scripts/database.sh ensure | reset | update ADDON,… | logins
source "$(dirname "$0")/settings.sh"
odoo_environment
command=$1
shift
cd "$ROOT"
exec "$PYTHON" -m scripts.devtools.cli "$command" "$DB" "$@"
