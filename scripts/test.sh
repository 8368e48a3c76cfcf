#!/usr/bin/env bash
# Prepares what the chosen suites need, and runs them (scripts/run_tests.py). FULL=1 runs those marked `full` too.
source "$(dirname "$0")/settings.sh"

SUITE=${SUITE:-plain,addons,acceptance,chaos}
# A developer's own .env must not decide what the tests see.
for name in $(sed -n 's/^\([A-Z][A-Z0-9_]*\)=.*/\1/p' "$ROOT/.env.dev"); do unset "$name"; done
load_env_file "$ROOT/.env.dev"

# The plain suite needs neither Odoo nor a database nor a browser. It asks promtool about monitoring/, the acceptance
# suite has a Prometheus read a running shop.
if [ "$SUITE" != plain ]; then
    bash "$ROOT/scripts/fetch_odoo.sh"
fi
case ,$SUITE, in *,plain,* | *,acceptance,*) bash "$ROOT/scripts/fetch_prometheus.sh" ;; esac
bash "$ROOT/scripts/venv.sh" dev
if [ "$SUITE" != plain ]; then
    bash "$ROOT/scripts/postgres.sh" start
    bash "$ROOT/scripts/browser.sh"
    odoo_environment
fi
cd "$ROOT"
exec "$PYTHON" -m scripts.run_tests "$SUITE"
