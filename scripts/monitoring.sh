#!/usr/bin/env bash
# start [DETACH=1] | stop: Prometheus beside the development server, and Grafana where the machine has one.
# Both listen on this machine alone. Prometheus reads 127.0.0.1:HTTP_PORT by the rules and settings of monitoring/; what it
# has read lies in .dev/prometheus-data for a week. `make monitoring` stays in front, and Ctrl-C there stops both.
source "$(dirname "$0")/settings.sh"

PROMETHEUS_PORT=${PROMETHEUS_PORT:-9091} # 9090 may be the machine's own Prometheus
GRAFANA_PORT=${GRAFANA_PORT:-3000}
GRAFANA_HOME=${GRAFANA_HOME:-/usr/share/grafana}
CONFIG_DIR=$DEV_DIR/monitoring
START_TIMEOUT=30

start() {
    trap 'echo; stop; exit 130' INT TERM HUP
    start_prometheus
    start_grafana
    show_addresses
    if [ -n "${DETACH:-}" ]; then return; fi
    tail -n 0 -f --pid="$(running_pid prometheus)" "$LOG_DIR/prometheus.log" &
    wait $! || true
    fail "Prometheus ended by itself; the end of its log is above (.dev/log/prometheus.log)." "Start it again: make monitoring"
}

stop() {
    stop_one grafana Grafana
    stop_one prometheus Prometheus
}

start_prometheus() {
    write_config
    if running_pid prometheus >/dev/null; then return; fi
    locate_prometheus || fail "There is no Prometheus in .dev/prometheus yet." "Run 'make monitoring'; it brings it."
    local options=()
    if [ -n "$PROMETHEUS_WEB" ]; then options+=(--web.local-assets="$PROMETHEUS_WEB"); fi
    start_one prometheus Prometheus "$PROMETHEUS_PORT" PROMETHEUS_PORT \
        "$PROMETHEUS" --config.file="$CONFIG_DIR/prometheus.yml" --web.listen-address="127.0.0.1:$PROMETHEUS_PORT" \
        --storage.tsdb.path="$DEV_DIR/prometheus-data" --storage.tsdb.retention.time=7d "${options[@]}"
}

# Rules and settings are those of monitoring/ themselves; only the server's port is this one's. A running Prometheus
# reads the file of targets again by itself.
write_config() {
    mkdir -p "$CONFIG_DIR/targets"
    ln -sfn "$ROOT/monitoring/prometheus.yml" "$CONFIG_DIR/prometheus.yml"
    ln -sfn "$ROOT/monitoring/rules" "$CONFIG_DIR/rules"
    echo "- targets: [\"127.0.0.1:$HTTP_PORT\"]" >"$CONFIG_DIR/targets/server.yml"
}

start_grafana() {
    local program
    program=$(grafana_program) || return 0
    if running_pid grafana >/dev/null; then return; fi
    export GF_SERVER_HTTP_ADDR=127.0.0.1 GF_SERVER_HTTP_PORT=$GRAFANA_PORT
    export GF_PATHS_DATA=$DEV_DIR/grafana-data GF_PATHS_LOGS=$LOG_DIR/grafana GF_PATHS_PLUGINS=$DEV_DIR/grafana-data/plugins
    export GF_PATHS_PROVISIONING=$ROOT/monitoring/grafana/provisioning
    export GF_ANALYTICS_REPORTING_ENABLED=false GF_ANALYTICS_CHECK_FOR_UPDATES=false
    # For provisioning/.
    export OPTICS_DASHBOARDS=$ROOT/monitoring/grafana OPTICS_PROMETHEUS_URL=http://127.0.0.1:$PROMETHEUS_PORT
    # shellcheck disable=SC2086  # a program and its subcommand
    start_one grafana Grafana "$GRAFANA_PORT" GRAFANA_PORT $program --homepath="$GRAFANA_HOME"
}

# Grafana's one program has a subcommand; the older has its name.
grafana_program() {
    if command -v grafana >/dev/null; then
        echo "grafana server"
    elif command -v grafana-server >/dev/null; then
        echo grafana-server
    else
        return 1
    fi
}

# start_one NAME TITLE PORT SETTING COMMAND…: in a session of its own, with its log in .dev/log and its process in .dev.
start_one() {
    local name=$1 title=$2 port=$3 setting=$4 pid waited
    shift 4
    ! listens "$port" || fail "Port $port is taken by another program." "Use another: make monitoring $setting=$((port + 10))"
    mkdir -p "$LOG_DIR"
    say "Starting $title (log: .dev/log/$name.log)"
    setsid "$@" >"$LOG_DIR/$name.log" 2>&1 </dev/null &
    pid=$!
    # With its arguments: the number alone may pass to another process.
    echo "$pid $*" >"$DEV_DIR/$name.pid"
    for ((waited = 0; waited < START_TIMEOUT * 4; waited++)); do
        if ! kill -0 "$pid" 2>/dev/null; then break; fi
        if listens "$port"; then return; fi
        sleep 0.25
    done
    tail -n 15 "$LOG_DIR/$name.log" >&2
    explain_disk_full "$LOG_DIR/$name.log"
    fail "$title did not start; the end of its log is above (.dev/log/$name.log)." "'make stop' ends what is left of it."
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

running_pid() {
    local pid command
    read -r pid command 2>/dev/null <"$DEV_DIR/$1.pid" || return 1
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "${command#* }" || return 1
    echo "$pid"
}

stop_one() {
    local pid waited
    trap '' INT TERM HUP
    if pid=$(running_pid "$1"); then
        say "Stopping $2"
        kill -TERM "$pid"
        for ((waited = 0; waited < 40; waited++)); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.25
        done
        kill -KILL -- "-$pid" 2>/dev/null || true
    fi
    rm -f "$DEV_DIR/$1.pid"
}

show_addresses() {
    cat <<TEXT

  Prometheus answers at   http://127.0.0.1:$PROMETHEUS_PORT   (its menu has the alerts)
  It reads                http://127.0.0.1:$HTTP_PORT/metrics
$(if grafana_program >/dev/null; then
        echo "  Grafana answers at      http://127.0.0.1:$GRAFANA_PORT   (admin / admin)"
    else
        echo "  No Grafana here: in yours, import monitoring/grafana/*.json (Dashboards, New, Import) over this Prometheus."
    fi)

TEXT
}

case ${1:-} in
start | stop) "$1" ;;
*) fail "usage: scripts/monitoring.sh start|stop" ;;
esac
