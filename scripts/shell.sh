#!/usr/bin/env bash
# odoo shell on the development database; it opens no port, so it works beside a running server.
source "$(dirname "$0")/settings.sh"
odoo_environment
export ODOO_DEV=
exec "$PYTHON" "$ODOO_SCRIPT" shell -c "$ODOO_RC" -d "$DB" --no-http --log-level=warn
