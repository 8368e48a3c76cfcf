#!/usr/bin/env bash
# Brings Odoo 19 into .dev/odoo: Debian's package from its development suite (sid), unpacked, not installed (see apt.sh).
#
#   ODOO_HOME=folder   use this Odoo instead (an unpacked package or a source checkout)
#   ODOO_DEB=file      unpack this package file instead of fetching one
source "$(dirname "$0")/settings.sh"
source "$ROOT/scripts/apt.sh"

TARGET=$DEV_DIR/odoo
NEEDED_MB=4000
# The package links to these for scripts and fonts. The two old ones changed shape since:
# only the machine's own suite still has Font Awesome 4 and Inconsolata as one .otf.
LINKED_FROM_SID="libjs-jquery libjs-jquery-form libjs-underscore fonts-montserrat fonts-ocr-b fonts-roboto-unhinted"
LINKED_FROM_OWN_SUITE="fonts-font-awesome fonts-inconsolata"

main() {
    if [ -n "${ODOO_HOME:-}" ]; then
        locate_odoo || fail "ODOO_HOME=$ODOO_HOME holds no Odoo (neither usr/bin/odoo nor odoo-bin)." \
            "Name an unpacked odoo-19 package or a checkout of Odoo $ODOO_SERIES, or leave ODOO_HOME out."
        check_series
        return
    fi
    if [ -f "$TARGET/.complete" ] && { [ -z "${ODOO_DEB:-}" ] || [ "$(basename "$ODOO_DEB")" = "$(cat "$TARGET/.complete")" ]; }; then
        check_series
        return
    fi
    require_space "$NEEDED_MB"
    mkdir -p "$APT_DIR/debs"
    if [ -n "${ODOO_DEB:-}" ]; then
        [ -f "$ODOO_DEB" ] || fail "ODOO_DEB=$ODOO_DEB: no such file." "Name an odoo-19 package file (odoo-19_*.deb)."
    fi
    require_apt Odoo \
        "Name an Odoo $ODOO_SERIES that is here: make run ODOO_HOME=/path/to/odoo (a checkout or an unpacked package)."
    update_lists
    fetch_packages
    unpack
    check_series
}

# Here a list that fails is an error; among the machine's own sources a dead one need not stop us.
sid() {
    own_apt sid "$1" -o APT::Update::Error-Mode=any \
        -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$APT_DIR/sources" "${@:2}"
}

update_lists() {
    local mirror keyring
    mkdir -p "$APT_DIR/lists/sid/partial" "$APT_DIR/sources"
    read_system_lists "Check the network and the machine's apt sources, or name an Odoo: make run ODOO_HOME=/path/to/odoo"
    # Same mirror and same keys as the machine itself uses, another suite of it.
    mirror=$(system_suite apt-get indextargets --format '$(CREATED_BY) $(LABEL) $(REPO_URI)' |
        awk '$1 == "Packages" && $2 == "Debian" {print $3; exit}')
    [ -n "$mirror" ] || fail "apt reached no Debian mirror among this machine's sources; Odoo 19 is packaged by Debian." \
        "Check the network and the sources (.dev/log/apt-update-system.log)." \
        "Or give a package file (make run ODOO_DEB=odoo-19_….deb) or an Odoo (make run ODOO_HOME=/path/to/odoo)."
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -f "$keyring" ] || fail "apt has no Debian keys, so downloads could not be verified." \
        "As root: apt-get install -y debian-archive-keyring"
    printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: %s\n' \
        "$mirror" "$keyring" >"$APT_DIR/sources/sid.sources"
    printf "Reading the lists of Debian's development suite "
    run_logged apt-update-sid sid apt-get update ||
        fail "apt could not read (or verify) Debian's development suite at this machine's mirror." \
            "Try again, or name an Odoo: make run ODOO_HOME=/path/to/odoo"
}

fetch_packages() {
    cd "$APT_DIR/debs"
    if [ -z "${ODOO_DEB:-}" ]; then
        local version
        version=$(sid apt-cache show --no-all-versions odoo-19 2>/dev/null | sed -n 's/^Version: //p')
        [ -n "$version" ] || fail "Debian's development suite has no package odoo-19 now." \
            "Give a package file (make run ODOO_DEB=odoo-19_….deb) or an Odoo (make run ODOO_HOME=/path/to/odoo)."
        printf 'Fetching odoo-19 %s (about 125 MB) ' "$version"
        # An older version in the cache is never unpacked beside a newer one.
        find . -name 'odoo-19_*.deb' ! -name "odoo-19_${version/:/%3a}_*.deb" -delete
        run_logged apt-download-odoo sid apt-get download odoo-19 || fail "The download of odoo-19 failed." "Run the same command again: what has arrived is kept."
    fi
    printf 'Fetching the scripts and fonts that it links to '
    # shellcheck disable=SC2086  # a list of names
    if ! { run_logged apt-download-sid sid apt-get download $LINKED_FROM_SID &&
        run_logged apt-download-own system_suite apt-get download $LINKED_FROM_OWN_SUITE; }; then
        say "Some are not to be had here: Odoo works, a few icons and fonts will be missing."
    fi
}

unpack() {
    local odoo_deb linked
    odoo_deb=${ODOO_DEB:-$(find "$APT_DIR/debs" -name 'odoo-19_*.deb')}
    case $odoo_deb in /*) ;; *) odoo_deb=$ROOT/$odoo_deb ;; esac
    mapfile -t linked < <(find "$APT_DIR/debs" -name '*.deb' ! -name 'odoo-19_*')
    unpack_aside "$TARGET" "$odoo_deb" "${linked[@]}"
}

check_series() {
    locate_odoo
    local found
    found=$(sed -n "s/^version_info = (\([0-9]*\), \([0-9]*\),.*/\1.\2/p" "$ODOO_PACKAGES/odoo/release.py")
    [ "$found" = "$ODOO_SERIES" ] || fail "Odoo in $ODOO_PACKAGES is ${found:-of an unknown version}; the suite needs $ODOO_SERIES." \
        "Name an Odoo $ODOO_SERIES with ODOO_HOME= or ODOO_DEB=, or leave both out to fetch Debian's."
    say "Odoo $found: $(cat "$TARGET/.complete" 2>/dev/null || echo "$ODOO_PACKAGES")"
}

main
