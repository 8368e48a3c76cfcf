# Sourced, after settings.sh, by the scripts that bring Debian's packages into .dev: fetched by apt, unpacked, not installed.
# apt does the transfer, so its signatures and checksums hold; its lists and caches stay in .dev/apt,
# and the system's own package state is neither read nor changed.

APT_DIR=$DEV_DIR/apt

# require_space MEGABYTES
require_space() {
    mkdir -p "$DEV_DIR"
    local free
    free=$(free_megabytes "$DEV_DIR")
    if [ "$free" -lt "$1" ]; then
        fail "Disk full: .dev needs about $1 MB, ${free} MB are free." \
            "Free some space, or put .dev on a larger disk (a symbolic link '.dev' will do), then run again."
    fi
}

# require_apt PACKAGE REMEDY…
require_apt() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && return
    fail "This machine has no apt, so Debian's $1 package cannot be fetched." "${@:2}"
}

# own_apt SUITE PROGRAM…: apt-get or apt-cache with lists and caches of our own, so without root.
own_apt() {
    "$2" -q -o APT::Sandbox::User=root -o Dir::State::Lists="$APT_DIR/lists/$1" -o Dir::Cache="$APT_DIR/cache" \
        -o Dir::Cache::archives="$APT_DIR/cache/archives" "${@:3}"
}
# The suite that the machine itself was installed from.
system_suite() { own_apt system "$@"; }

# read_system_lists REMEDY…
read_system_lists() {
    mkdir -p "$APT_DIR/lists/system/partial" "$APT_DIR/cache/archives/partial"
    printf 'Reading the package lists '
    run_logged apt-update-system system_suite apt-get update ||
        fail "apt could not read this machine's package lists." "${@}"
}

# unpack_aside TARGET PACKAGE-FILE [FURTHER-FILE…]: all of them into one folder, which names the first in .complete.
# Unpacked aside and renamed at the end: an interrupted run leaves nothing that looks whole.
unpack_aside() {
    local target=$1 name deb
    name=$(basename "$2")
    printf 'Unpacking %s ' "$name"
    rm -rf "$target.part"
    mkdir -p "$target.part"
    run_logged "unpack-$(basename "$target")" dpkg-deb -x "$2" "$target.part" ||
        fail "$name could not be unpacked." "Remove the file (it may be cut short) and run again."
    for deb in "${@:3}"; do dpkg-deb -x "$deb" "$target.part"; done
    echo "$name" >"$target.part/.complete"
    rm -rf "$target"
    mv "$target.part" "$target"
}
