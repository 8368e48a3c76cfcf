#!/usr/bin/env bash
# Sells for three minutes on a server of its own, with troubles, and draws the dashboards from what a Prometheus read of it:
# docs/img/kkt-buffer.png, circuit-breaker.png, performance.png.
source "$(dirname "$0")/settings.sh"

bash "$ROOT/scripts/fetch_odoo.sh"
bash "$ROOT/scripts/fetch_prometheus.sh"
bash "$ROOT/scripts/venv.sh" dev
bash "$ROOT/scripts/postgres.sh" start
bash "$ROOT/scripts/browser.sh"
odoo_environment
locate_prometheus
export PROMETHEUS
export TEST_RUN_DIR=$LOG_DIR
export PYTHONPATH=$ROOT/addons/optics_kkt_driver:$ROOT
cd "$ROOT"
exec "$PYTHON" -m scripts.devtools.dashboard_scenario
