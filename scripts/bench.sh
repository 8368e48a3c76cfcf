#!/usr/bin/env bash
# Measures in this process, on a database of its own; each figure beside its baseline of the same run.
source "$(dirname "$0")/settings.sh"

bash "$ROOT/scripts/fetch_odoo.sh"
bash "$ROOT/scripts/venv.sh" dev
bash "$ROOT/scripts/postgres.sh" start
odoo_environment
export PYTHONPATH=$ROOT/addons/optics_kkt_driver:$ROOT
cd "$ROOT"
exec "$PYTHON" -m tests.bench
