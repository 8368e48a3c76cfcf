#!/usr/bin/env bash
# Style (ruff), types (mypy), Odoo's conventions (pylint-odoo), layers (import-linter). All are run; any can fail the whole.
source "$(dirname "$0")/settings.sh"

bash "$ROOT/scripts/venv.sh" dev
cd "$ROOT"
failed=

check() {
    say "$1"
    "${@:2}" || failed="$failed $1"
}

check ruff "$VENV/bin/ruff" check .
check ruff-format "$VENV/bin/ruff" format --check .
check mypy "$VENV/bin/mypy"
# Each addon of the suite that is here; other folders are no addons.
mapfile -t addons < <(find addons -mindepth 2 -maxdepth 2 -name __manifest__.py -printf '%h\n' | sort)
# The plain packages are no Odoo code; ruff and mypy have looked at them.
check pylint-odoo "$VENV/bin/pylint" --rcfile=.pylintrc --ignore=kkt,optics "${addons[@]}"
check layers env PYTHONPATH=addons/optics_core:addons/optics_kkt_driver:addons "$VENV/bin/lint-imports" --no-cache

[ -z "$failed" ] || fail "Failed:$failed"
say "All checks passed"
