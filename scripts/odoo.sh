#!/usr/bin/env bash
# Runs the Odoo command with this project's settings: scripts/odoo.sh shell -d …, scripts/odoo.sh -d … -u …
source "$(dirname "$0")/settings.sh"
odoo_environment
exec "$PYTHON" "$ODOO_SCRIPT" "$@"
