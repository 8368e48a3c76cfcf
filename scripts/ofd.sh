#!/usr/bin/env bash
# Runs the OFD emulator in front until Ctrl-C; needs neither Odoo nor a database.
source "$(dirname "$0")/settings.sh"

bash "$ROOT/scripts/venv.sh"
options=()
if [ -n "${OFD_PORT:-}" ]; then options+=(--port "$OFD_PORT"); fi
if [ -n "${OFD_DELAY:-}" ]; then options+=(--delay "$OFD_DELAY"); fi
if [ -n "${OFD_KEEP:-}" ]; then options+=(--keep "$OFD_KEEP"); fi
export PYTHONPATH=$ROOT/addons/optics_kkt_driver
exec "$PYTHON" -m kkt.emulator.ofd "${options[@]}"
