"""Addons on disk: what they need, and fingerprints that say whether a database is of them."""

from __future__ import annotations

import ast
import hashlib
import os
from pathlib import Path

from scripts.devtools.settings import ADDONS, DEV_DIR, ROOT, SUITE


def manifest(addon: str) -> dict[str, object]:
    path = ADDONS / addon / "__manifest__.py"
    values = ast.literal_eval(path.read_text())
    assert isinstance(values, dict)
    return values


def core_modules() -> list[str]:
    """Odoo's own modules that our addons depend on."""
    needed: set[str] = set()
    for addon in SUITE:
        depends = manifest(addon)["depends"]
        assert isinstance(depends, list)
        needed.update(depends)
    return sorted(needed - set(SUITE))


def odoo_version() -> str:
    """The exact package if we fetched one, since all its releases call themselves 19.0."""
    packages = next(
        path
        for path in (
            Path(os.environ["ODOO_SCRIPT"]).parent,
            Path(os.environ["ODOO_SCRIPT"]).parents[1] / "lib/python3/dist-packages",
        )
        if (path / "odoo" / "release.py").exists()
    )
    stamp = DEV_DIR / "odoo" / ".complete"
    package = (
        stamp.read_text() if packages.is_relative_to(DEV_DIR) and stamp.exists() else str(packages)
    )
    return hashlib.sha256(
        package.encode() + (packages / "odoo" / "release.py").read_bytes()
    ).hexdigest()[:16]


def core_fingerprint() -> str:
    return f"opticserp: core {odoo_version()} {','.join(core_modules())}"


def addon_fingerprint(addon: str) -> str:
    """Of what a database holds of an addon: assets and tests are read from disk when used."""
    digest = hashlib.sha256()
    for path in sorted((ADDONS / addon).rglob("*")):
        inside = path.relative_to(ADDONS / addon).parts
        elsewhere = {"static", "tests", "readme", "__pycache__"} & set(inside)
        cache = any(part.startswith(".") for part in inside)
        if path.is_file() and not elsewhere and not cache:
            digest.update("/".join(inside).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def suite_fingerprint() -> str:
    digest = hashlib.sha256(core_fingerprint().encode() + (ROOT / ".env.dev").read_bytes())
    for addon in SUITE:
        digest.update(addon_fingerprint(addon).encode())
    return f"opticserp: suite {digest.hexdigest()[:32]}"
