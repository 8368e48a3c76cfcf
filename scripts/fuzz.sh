#!/usr/bin/env bash
# Spoils valid calls of the HTTP API at a server of its own: FUZZ_SEED= FUZZ_BODIES= (of each route) FUZZ_SECONDS=
# FUZZ_ROUTE= (part of a route's name) FUZZ_NUMBER= (that call alone).
source "$(dirname "$0")/settings.sh"

bash "$ROOT/scripts/fetch_odoo.sh"
bash "$ROOT/scripts/venv.sh" dev
bash "$ROOT/scripts/postgres.sh" start
for name in $(sed -n 's/^\([A-Z][A-Z0-9_]*\)=.*/\1/p' "$ROOT/.env.dev"); do unset "$name"; done
load_env_file "$ROOT/.env.dev"
odoo_environment
export PYTHONPATH=$ROOT/addons/optics_kkt_driver:$ROOT
# Beside the logs of the tools: in the folder of test data each name is a database.
export TEST_RUN_DIR=$LOG_DIR
cd "$ROOT"
exec "$PYTHON" -m tests.fuzz
