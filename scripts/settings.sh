# Sourced by every script: where things are, the settings, and how we talk to the developer.
# Nothing here does work; so sourcing it costs nothing and can be repeated.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
DEV_DIR=$ROOT/.dev
VENV=$DEV_DIR/venv
PYTHON=$VENV/bin/python
LOG_DIR=$DEV_DIR/log
ODOO_SERIES=19.0

# --- talking ---------------------------------------------------------------------------------

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

# fail PROBLEM REMEDY...: one line says what happened, each further one what to do about it.
fail() {
    printf '\n\033[1;31mError:\033[0m %s\n' "$1" >&2
    shift
    printf '  %s\n' "$@" >&2
    exit 1
}

# run_logged NAME COMMAND…: long output goes to a log; the terminal gets a dot a second and, on failure, the tail.
# The command gets a process group of its own, so that an interruption ends it with all its children.
run_logged() {
    local log=$LOG_DIR/$1.log pid started=$SECONDS interrupted=
    shift
    mkdir -p "$LOG_DIR"
    set -m
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    set +m
    trap 'interrupted=yes; kill -- "-$pid" 2>/dev/null || true' INT TERM
    while kill -0 "$pid" 2>/dev/null; do
        sleep 1
        if [ -t 1 ]; then printf '.'; fi
    done
    trap - INT TERM
    if wait "$pid"; then
        if [ -t 1 ]; then printf ' '; fi
        printf 'done in %s s\n' "$((SECONDS - started))"
        return 0
    fi
    if [ -n "$interrupted" ]; then fail "Interrupted." "Run the same command again: what is finished is kept."; fi
    printf '\n--- last lines of %s\n' "${log#"$ROOT"/}" >&2
    tail -n 15 "$log" >&2
    explain_disk_full "$log"
    return 1
}

free_megabytes() { df -Pm "$1" | awk 'NR == 2 {print $4}'; }

# explain_disk_full LOG: what failed may have cleaned up behind itself, so its log counts beside the free space.
explain_disk_full() {
    if grep -qs 'No space left on device' "$1" || [ "$(free_megabytes "$DEV_DIR")" -lt 100 ]; then
        fail "The disk that holds .dev is full." \
            "Free some space ('make clean' removes .dev and all databases in it), then run the same command again."
    fi
}

# --- settings --------------------------------------------------------------------------------

# The environment wins over .env, .env over the committed .env.dev. Lines are data, never evaluated.
load_env_file() {
    local line name
    [ -f "$1" ] || return 0
    while IFS= read -r line || [ -n "$line" ]; do
        [[ $line =~ ^([A-Z][A-Z0-9_]*)=(.*)$ ]] || continue
        name=${BASH_REMATCH[1]}
        if [ -z "${!name+set}" ]; then export "$name=${BASH_REMATCH[2]}"; fi
    done <"$1"
}

load_env_file "$ROOT/.env"
load_env_file "$ROOT/.env.dev"

DB=${DB:-opticserp_dev}
HTTP_PORT=${HTTP_PORT:-8069}
SUITE_ADDONS=optics_core,optics_kkt_driver,optics_ofd_mock,optics_pos_ru54fz

# --- PostgreSQL: an existing server if the developer names one, else our own cluster -----------

PG_DIR=${PG_DIR:-$DEV_DIR/pg} # tests/chaos makes a cluster of its own
PG_SOCKETS=$PG_DIR/socket
# A Unix socket's path may have 107 bytes; a deep clone gets its sockets elsewhere.
if [ ${#PG_SOCKETS} -gt 85 ]; then
    PG_SOCKETS=/tmp/opticserp-$(printf '%s' "$ROOT" | cksum | cut -d' ' -f1)
fi
# A script that another one started finds that one's PGHOST: our own sockets are no existing server.
if [ -n "${PGHOST:-}${PGPORT:-}" ] && [ "${PGHOST:-}" != "$PG_SOCKETS" ]; then
    PG_PRIVATE=no
    export PGHOST=${PGHOST:-localhost} PGPORT=${PGPORT:-5432} PGUSER=${PGUSER:-$(id -un)}
else
    PG_PRIVATE=yes
    export PGHOST=$PG_SOCKETS PGPORT=5432 PGUSER=odoo
fi

# --- Prometheus: PROMETHEUS_HOME, else what fetch_prometheus.sh brought, else the machine's own -------

# Sets PROMETHEUS and PROMTOOL; and PROMETHEUS_WEB where its pages lie unpacked, since it looks for them in /usr/share.
locate_prometheus() {
    local home=${PROMETHEUS_HOME:-$DEV_DIR/prometheus}
    PROMETHEUS_WEB=
    if [ -x "$home/usr/bin/prometheus" ] && [ -x "$home/usr/bin/promtool" ]; then
        PROMETHEUS=$home/usr/bin/prometheus
        PROMTOOL=$home/usr/bin/promtool
        PROMETHEUS_WEB=$home/usr/share/prometheus/web
        return
    fi
    [ -z "${PROMETHEUS_HOME:-}" ] && PROMETHEUS=$(command -v prometheus) && PROMTOOL=$(command -v promtool)
}

# --- Odoo: what fetch_odoo.sh brought, or ODOO_HOME ---------------------------------------------

# Both shapes are known: an unpacked (or installed) package, and a source checkout.
locate_odoo() {
    local home=${ODOO_HOME:-$DEV_DIR/odoo}
    if [ -f "$home/usr/bin/odoo" ]; then
        ODOO_SCRIPT=$home/usr/bin/odoo
        ODOO_PACKAGES=$home/usr/lib/python3/dist-packages
    elif [ -f "$home/odoo-bin" ]; then
        ODOO_SCRIPT=$home/odoo-bin
        ODOO_PACKAGES=$home
    else
        return 1
    fi
}

# Odoo reads these names itself (ODOO_<OPTION>): so no path of any machine stands in odoo.conf.
odoo_environment() {
    locate_odoo || fail "There is no Odoo in ${ODOO_HOME:-.dev/odoo} yet." "Run 'make run' once; it brings everything."
    export ODOO_RC=$ROOT/odoo.conf
    export ODOO_DATA_DIR=$DEV_DIR/data
    export ODOO_ADDONS_PATH=$ROOT/addons
    export ODOO_HTTP_PORT=$HTTP_PORT
    # There stands what makes PDFs, where the machine has none of its own.
    export PATH=$VENV/bin:$DEV_DIR/browser/bin:$PATH
    # How others wrap the same script: scripts/*.py and the tests start it with this interpreter.
    export ODOO_SCRIPT
    mkdir -p "$ODOO_DATA_DIR"
}
