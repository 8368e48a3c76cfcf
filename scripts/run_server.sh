#!/usr/bin/env bash
# start [DETACH=1] | stop | logs: the development server.
# It runs in a session of its own with its log in .dev/log/odoo.log; `make run` stays in front and shows that log,
# and Ctrl-C there stops the server. PostgreSQL goes on, so that psql works and the next start is quick; `make stop` ends both.
source "$(dirname "$0")/settings.sh"

LOG=$LOG_DIR/odoo.log
PID_FILE=$DEV_DIR/odoo.pid
ADDRESS=http://127.0.0.1:$HTTP_PORT
START_TIMEOUT=120

start() {
    local pid
    odoo_environment
    if pid=$(running_pid); then
        say "Odoo runs already (process $pid). 'make logs' shows its log, 'make stop' stops it."
        return
    fi
    check_port
    bash "$ROOT/scripts/database.sh" ensure
    mkdir -p "$LOG_DIR"
    [ ! -f "$LOG" ] || mv "$LOG" "$LOG.1"
    say "Starting Odoo (log: .dev/log/odoo.log)"
    # This server is its own head office. Not in .env.dev: tests want a server that nobody calls.
    export HEAD_OFFICE_REPORTING=${HEAD_OFFICE_REPORTING:-on}
    setsid "$PYTHON" "$ODOO_SCRIPT" -c "$ODOO_RC" -d "$DB" --db-filter="^$DB\$" >"$LOG" 2>&1 </dev/null &
    pid=$!
    echo "$pid" >"$PID_FILE"
    trap 'echo; stop_odoo; exit 130' INT TERM HUP
    wait_for_login_page "$pid"
    show_addresses
    if [ -n "${DETACH:-}" ]; then return; fi
    # From here on only the log; --pid ends the view when the server has ended.
    tail -n 0 -f --pid="$pid" "$LOG" &
    wait $! || true
    fail "Odoo ended by itself; the end of its log is above (.dev/log/odoo.log)." "Start it again: make run"
}

stop() {
    bash "$ROOT/scripts/monitoring.sh" stop
    stop_odoo
    if [ -x "$PYTHON" ]; then (cd "$ROOT" && "$PYTHON" -m scripts.devtools.test_servers); fi
    bash "$ROOT/scripts/postgres.sh" stop
}

logs() {
    [ -f "$LOG" ] || fail "There is no log yet." "Start the server: make run"
    exec tail -n 100 -F "$LOG"
}

# The number in the file may have passed to another process since.
running_pid() {
    local pid
    pid=$(cat "$PID_FILE" 2>/dev/null) || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "-c $ROOT/odoo.conf" || return 1
    echo "$pid"
}

check_port() {
    "$PYTHON" - "$HTTP_PORT" <<'PY' || fail "Port $HTTP_PORT is taken by another program." "Use another: make run HTTP_PORT=$((HTTP_PORT + 1))"
import socket, sys
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(sys.argv[1])))
    except OSError:
        sys.exit(1)
PY
}

wait_for_login_page() {
    local waited
    for ((waited = 0; waited < START_TIMEOUT * 4; waited++)); do
        if ! kill -0 "$1" 2>/dev/null; then
            tail -n 30 "$LOG" >&2
            explain_disk_full "$LOG"
            fail "Odoo did not start; the end of its log is above (.dev/log/odoo.log)."
        fi
        if "$PYTHON" "$ROOT/scripts/answers.py" "$ADDRESS/web/login"; then return; fi
        sleep 0.25
    done
    tail -n 30 "$LOG" >&2
    fail "Odoo has no login page at $ADDRESS after $START_TIMEOUT s; the end of its log is above (.dev/log/odoo.log)." \
        "'make stop' ends it. If the log does not help: make reset-db"
}

show_addresses() {
    cat <<TEXT

  Odoo answers at   $ADDRESS   (database $DB)

TEXT
    bash "$ROOT/scripts/database.sh" logins
    cat <<TEXT

  Health:
    curl $ADDRESS/web/health
    curl $ADDRESS/v1/health
    curl $ADDRESS/v1/kkt/buffer/status
    curl $ADDRESS/api/v1/health
    curl $ADDRESS/ofd/v1/health

  Other commands: make help.$([ -n "${DETACH:-}" ] && echo " The server stays in the background: make logs, make stop." || echo " Ctrl-C stops the server.")

TEXT
}

stop_odoo() {
    local pid waited
    trap '' INT TERM HUP
    if ! pid=$(running_pid); then
        rm -f "$PID_FILE"
        return 0
    fi
    say "Stopping Odoo"
    kill -INT "$pid"
    for ((waited = 0; waited < 40; waited++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.25
    done
    kill -KILL -- "-$pid" 2>/dev/null || true
    rm -f "$PID_FILE"
}

case ${1:-} in
start | stop | logs) "$1" ;;
*) fail "usage: scripts/run_server.sh start|stop|logs" ;;
esac
