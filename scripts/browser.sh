#!/usr/bin/env bash
# Brings the browser of the tests, Debian's Chromium, wkhtmltopdf, by which Odoo makes PDFs, and fonts with Cyrillic letters.
# As root with apt; otherwise fetched by apt and unpacked in .dev/browser, where it runs with its own libraries.
source "$(dirname "$0")/settings.sh"
source "$ROOT/scripts/apt.sh"

BROWSER_DIR=$DEV_DIR/browser
PACKAGES="chromium wkhtmltopdf fonts-dejavu-core"

main() {
    if has chromium && has wkhtmltopdf && { has_cyrillic_font || [ -d "$BROWSER_DIR/root" ]; }; then return; fi
    command -v apt-get >/dev/null ||
        fail "The tests need Chromium, and this machine has no apt." "Put a program named 'chromium' on the PATH."
    if [ "$(id -u)" -eq 0 ]; then install; else unpack; fi
}

has() { command -v "$1" >/dev/null || [ -x "$BROWSER_DIR/bin/$1" ]; }
has_cyrillic_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=ru family)" ]; }

install() {
    printf 'Installing Chromium, wkhtmltopdf and fonts '
    run_logged apt-browser install_packages || remedy
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update || return
    # shellcheck disable=SC2086  # a list of names
    apt-get -q install -y --no-install-recommends fontconfig $PACKAGES
}

unpack() {
    printf 'Fetching Chromium and the libraries it needs into .dev/browser '
    rm -rf "$BROWSER_DIR"
    mkdir -p "$BROWSER_DIR/debs" "$APT_DIR/lists/system/partial" "$APT_DIR/cache/archives/partial"
    run_logged apt-browser fetch_and_unpack || remedy
}

# Each step says `|| return`: the shell does not stop at errors in a function whose result is asked for.
fetch_and_unpack() {
    local needed deb
    system_suite apt-get update || return
    # What an installation would bring, beyond what the machine has: that much is found by the system itself.
    # shellcheck disable=SC2086  # a list of names
    needed=$(system_suite apt-get -s install --no-install-recommends fontconfig-config $PACKAGES | awk '$1 == "Inst" {print $2}')
    # shellcheck disable=SC2086
    (cd "$BROWSER_DIR/debs" && system_suite apt-get download $needed) || return
    for deb in "$BROWSER_DIR"/debs/*.deb; do dpkg-deb -x "$deb" "$BROWSER_DIR/root" || return; done
    rm -r "$BROWSER_DIR/debs"
    write_launchers
    has chromium && has wkhtmltopdf
}

write_launchers() {
    local root=$BROWSER_DIR/root
    mkdir -p "$BROWSER_DIR/bin"
    cat >"$BROWSER_DIR/fonts.conf" <<XML
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>$root/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>$BROWSER_DIR/font-cache</cachedir>
</fontconfig>
XML
    write_launcher chromium "$root/usr/lib/chromium/chromium"
    write_launcher wkhtmltopdf "$root/usr/bin/wkhtmltopdf"
}

# write_launcher NAME PROGRAM: the program, if it was unpacked, with the libraries unpacked beside it.
write_launcher() {
    local libraries plugins
    [ -x "$2" ] || return 0
    libraries=$(find "$root/usr/lib" "$root/lib" -maxdepth 2 -name '*.so*' -printf '%h\n' 2>/dev/null | sort -u | paste -sd:)
    plugins=$(find "$root/usr/lib" -type d -path '*qt5/plugins' | head -n 1)
    cat >"$BROWSER_DIR/bin/$1" <<SH
#!/bin/sh
# Written by scripts/browser.sh.
export LD_LIBRARY_PATH="$libraries"
export QT_PLUGIN_PATH="$plugins"
export FONTCONFIG_FILE="$BROWSER_DIR/fonts.conf"
exec "$2" "\$@"
SH
    chmod +x "$BROWSER_DIR/bin/$1"
}

remedy() {
    fail "Chromium or wkhtmltopdf could not be brought." "As root: apt-get update && apt-get install -y fontconfig $PACKAGES"
}

main
