#!/usr/bin/env bash
# Tills on a wire, without Odoo: docs/EMULATOR.md. ARGS are options of the emulator itself.
source "$(dirname "$0")/settings.sh"

bash "$ROOT/scripts/venv.sh"
export PYTHONPATH=$ROOT/addons/optics_kkt_driver
cd "$ROOT"
# shellcheck disable=SC2086 - several options in one setting
exec "$PYTHON" -m kkt.emulator ${ARGS:-}
