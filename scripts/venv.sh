#!/usr/bin/env bash
# Brings the Python environment .dev/venv to the pins: `venv.sh` for running, `venv.sh dev` for tests and lint too.
source "$(dirname "$0")/settings.sh"

PYTHON_VERSION=3.11
PINS=$ROOT/requirements.txt
STAMP=$VENV/.installed-run
if [ "${1:-}" = dev ]; then
    PINS=$ROOT/requirements-dev.txt
    STAMP=$VENV/.installed-dev
fi

main() {
    local wanted
    wanted=$(cat "$ROOT"/requirements*.txt | sha256sum)
    if [ "$(cat "$STAMP" 2>/dev/null)" != "$wanted" ]; then
        make_venv
        printf 'Installing the packages of %s ' "$(basename "$PINS")"
        run_logged "pip-$(basename "$PINS" .txt)" "$PYTHON" -m pip install --disable-pip-version-check -r "$PINS" || fail \
            "pip could not install the packages of $(basename "$PINS")." \
            "Check the network (and pip's settings, if this machine uses its own index), then run the same command again."
        printf '%s' "$wanted" >"$STAMP"
    fi
    link_odoo
}

make_venv() {
    if [ -x "$PYTHON" ] && "$PYTHON" -m pip --version >/dev/null 2>&1; then return; fi
    local base
    base=$(find_python)
    say "Creating .dev/venv ($("$base" --version))"
    rm -rf "$VENV"
    if "$base" -c 'import ensurepip' 2>/dev/null; then
        "$base" -m venv "$VENV"
    else
        make_venv_with_debian_pip "$base"
    fi
}

find_python() {
    local candidate
    for candidate in "${PYTHON3:-}" "python$PYTHON_VERSION" python3; do
        if [ -n "$candidate" ] && "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$PYTHON_VERSION')" 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python $PYTHON_VERSION is not to be found (the pins are for this version)." \
        "On Debian 12, as root: apt-get install -y python3" \
        "If it lies outside the PATH: make run PYTHON3=/path/to/python$PYTHON_VERSION"
}

# Debian splits pip out of Python. Its wheel needs no installation, so no root either.
make_venv_with_debian_pip() {
    local folder=$DEV_DIR/apt/pip wheel
    say "This Python comes without pip: fetching Debian's"
    mkdir -p "$folder"
    (cd "$folder" && apt-get -q -o APT::Sandbox::User=root download python3-pip-whl >/dev/null &&
        dpkg-deb -x python3-pip-whl_*.deb .) ||
        fail "Debian's pip could not be fetched." "As root: apt-get install -y python3-venv"
    wheel=$(find "$folder" -name 'pip-*.whl' | head -n 1)
    "$1" -m venv --without-pip "$VENV"
    "$PYTHON" "$wheel/pip" install -q --no-index --find-links "$(dirname "$wheel")" pip
}

# `import odoo` works in this environment for whatever starts it: the server, pytest, an editor.
link_odoo() {
    local link
    locate_odoo || return 0
    link=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/odoo-home.pth
    if [ "$(cat "$link" 2>/dev/null)" != "$ODOO_PACKAGES" ]; then echo "$ODOO_PACKAGES" >"$link"; fi
}

main
