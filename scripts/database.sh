#!/usr/bin/env bash
# The development database: scripts/database.sh ensure | reset | update ADDON,… | logins
source "$(dirname "$0")/settings.sh"
odoo_environment
command=$1
shift
exec "$PYTHON" "$ROOT/scripts/database.py" "$command" "$DB" "$@"
