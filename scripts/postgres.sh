#!/usr/bin/env bash
# start | stop | crash: the private PostgreSQL cluster in .dev/pg, or a check of the server that PGHOST/PGPORT/PGUSER name.
# The cluster listens on a Unix socket only, in a folder that nobody else may enter: no port to clash, no password to keep.
source "$(dirname "$0")/settings.sh"

DATA=$PG_DIR/data

start() {
    if [ "$PG_PRIVATE" = no ]; then
        check_existing_server
        return
    fi
    PG_BIN=$(binaries)
    "$PG_BIN/pg_isready" -q -d postgres && return
    check_cluster_version
    [ -f "$DATA/PG_VERSION" ] && [ -f "$PG_DIR/initialized" ] || create_cluster
    make_socket_folder
    say "Starting PostgreSQL"
    as_owner "$PG_BIN/pg_ctl" -D "$DATA" -l "$DATA/server.log" -w -t 60 -s \
        -o "-h '' -k '$PG_SOCKETS'" start || {
        tail -n 15 "$DATA/server.log" >&2
        explain_disk_full "$DATA/server.log"
        fail "PostgreSQL did not start; its log is .dev/pg/data/server.log." \
            "If the log does not help: 'make clean' and 'make run' build a new cluster (its databases are lost)."
    }
    create_role
}

stop() {
    [ "$PG_PRIVATE" = yes ] && [ -d "$DATA" ] && [ -x "$PYTHON" ] || return 0
    PG_BIN=$(binaries)
    if as_owner "$PG_BIN/pg_ctl" -D "$DATA" status >/dev/null; then
        say "Stopping PostgreSQL"
        as_owner "$PG_BIN/pg_ctl" -D "$DATA" -m fast -s -w stop
    fi
}

# As a power cut would end it; it recovers from its log. Only for a cluster that a test made for this.
crash() {
    [ "$PG_PRIVATE" = yes ] && [ "$PG_DIR" != "$DEV_DIR/pg" ] || fail "Only a test's own cluster may crash."
    PG_BIN=$(binaries)
    as_owner "$PG_BIN/pg_ctl" -D "$DATA" -m immediate -l "$DATA/server.log" -t 60 -s -w \
        -o "-h '' -k '$PG_SOCKETS'" restart
}

binaries() { "$PYTHON" "$ROOT/scripts/postgres_binaries.py"; }

# PostgreSQL refuses to run as root; there it runs as 'nobody'. Where nobody may not enter our folder
# (a clone under a closed home), it keeps root's right to pass file permissions, and no other of root's rights.
as_owner() {
    if [ "$(id -u)" -ne 0 ]; then
        (cd / && "$@")
        return
    fi
    local drop=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
    if ! "${drop[@]}" test -x "$PG_BIN/postgres"; then
        drop+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
    fi
    (cd / && "${drop[@]}" "$@")
}

own_by_server() {
    if [ "$(id -u)" -eq 0 ]; then chown nobody:nogroup "$@"; fi
}

check_cluster_version() {
    [ -f "$DATA/PG_VERSION" ] || return 0
    local data ours
    data=$(cat "$DATA/PG_VERSION")
    ours=$("$PG_BIN/postgres" --version | sed 's/.* \([0-9]*\)\..*/\1/')
    [ "$data" = "$ours" ] || fail "The cluster in .dev/pg was made by PostgreSQL $data, requirements.txt now pins $ours." \
        "'rm -r .dev/pg' and 'make run' make a new one (its databases are lost); or go back to the earlier commit to dump them."
}

create_cluster() {
    printf 'Creating the PostgreSQL cluster in .dev/pg '
    rm -rf "$DATA"
    mkdir -p "$DATA"
    chmod 700 "$DATA"
    own_by_server "$DATA"
    # The built-in C.UTF-8 is the same on every machine and knows Cyrillic letters (lower, ILIKE).
    run_logged initdb as_owner "$PG_BIN/initdb" -D "$DATA" -U postgres --auth=trust --encoding=UTF8 \
        --locale=C.UTF-8 --locale-provider=builtin --builtin-locale=C.UTF-8 ||
        fail "The PostgreSQL cluster could not be created; see .dev/log/initdb.log."
    touch "$PG_DIR/initialized"
}

make_socket_folder() {
    mkdir -p "$PG_SOCKETS"
    chmod 700 "$PG_SOCKETS"
    own_by_server "$PG_SOCKETS"
}

# Odoo refuses to work as the superuser 'postgres', and should not need to.
create_role() {
    "$PG_BIN/psql" -qAt -U postgres -d postgres -c "SELECT 1 FROM pg_roles WHERE rolname = '$PGUSER'" | grep -q 1 ||
        "$PG_BIN/psql" -q -U postgres -d postgres -c "CREATE ROLE $PGUSER LOGIN CREATEDB"
}

check_existing_server() {
    local answer
    answer=$("$(binaries)/psql" -d postgres -AtX -c \
        "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user" 2>&1) ||
        fail "PostgreSQL at PGHOST=$PGHOST PGPORT=$PGPORT does not let PGUSER=$PGUSER in: $answer" \
            "Correct these variables (PGPASSWORD or ~/.pgpass too), or unset them: then a private server is used."
    [ "$answer" = t ] || fail "PGUSER=$PGUSER may not create databases at PGHOST=$PGHOST." \
        "There, as a superuser: ALTER ROLE \"$PGUSER\" CREATEDB"
    say "PostgreSQL: the server at $PGHOST:$PGPORT"
}

case ${1:-} in
start | stop | crash) "$1" ;;
*) fail "usage: scripts/postgres.sh start|stop|crash" ;;
esac
