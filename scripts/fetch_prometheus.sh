#!/usr/bin/env bash
# Brings Prometheus and promtool into .dev/prometheus: Debian's package of the machine's own suite, unpacked, not installed
# (see apt.sh). Where the machine has both programs on the PATH, those serve and nothing is fetched.
#
#   PROMETHEUS_HOME=folder   use this unpacked package instead
source "$(dirname "$0")/settings.sh"
source "$ROOT/scripts/apt.sh"

DEBS=$APT_DIR/prometheus
TARGET=$DEV_DIR/prometheus
NEEDED_MB=500
# The programs need the C library alone; these are what the package's pages link to.
LINKED="fonts-glyphicons-halflings libjs-bootstrap4 libjs-d3 libjs-eonasdan-bootstrap-datetimepicker libjs-jquery
    libjs-jquery-hotkeys libjs-moment libjs-moment-timezone libjs-mustache libjs-popper.js libjs-rickshaw"

main() {
    local remedy="Name an unpacked package with PROMETHEUS_HOME=/path/to/prometheus, or put prometheus and promtool on the PATH."
    if locate_prometheus; then return; fi
    [ -z "${PROMETHEUS_HOME:-}" ] ||
        fail "PROMETHEUS_HOME=$PROMETHEUS_HOME holds no Prometheus (usr/bin/prometheus and usr/bin/promtool)." \
            "Name an unpacked package of Debian, or leave PROMETHEUS_HOME out."
    require_space "$NEEDED_MB"
    require_apt Prometheus "$remedy"
    read_system_lists "Check the network and the machine's apt sources." "$remedy"
    fetch_packages "$remedy"
    unpack
}

fetch_packages() {
    # What an interrupted run left may be of another version: one alone is unpacked.
    rm -rf "$DEBS"
    mkdir -p "$DEBS"
    cd "$DEBS"
    printf 'Fetching Prometheus (about 20 MB) '
    run_logged apt-download-prometheus system_suite apt-get download prometheus ||
        fail "The download of Debian's package prometheus failed." "Run the same command again." "$1"
    printf 'Fetching the scripts and fonts of its pages '
    # shellcheck disable=SC2086  # a list of names
    run_logged apt-download-prometheus-pages system_suite apt-get download $LINKED ||
        say "Some are not to be had here: Prometheus works, its pages will look bare."
}

unpack() {
    local linked
    mapfile -t linked < <(find "$DEBS" -name '*.deb' ! -name 'prometheus_*')
    unpack_aside "$TARGET" "$(find "$DEBS" -name 'prometheus_*.deb')" "${linked[@]}"
    locate_prometheus
    say "$("$PROMETHEUS" --version 2>&1 | head -n 1)"
}

main
