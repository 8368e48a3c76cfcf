"""The developer's database: made, brought up to the code on disk, thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scripts.devtools.addons import addon_fingerprint, manifest
from scripts.devtools.odoo import run_odoo
from scripts.devtools.postgres import comment, connection, drop, exclusively, set_comment
from scripts.devtools.settings import SERIES, SUITE, Problem
from scripts.devtools.templates import UNFINISHED, install_suite


def ensure(database: str) -> None:
    """Bring the developer's database up to the code on disk, whatever an earlier run left."""
    with exclusively("database"):
        state = comment(database)
        if state == UNFINISHED:
            print(f"An earlier run left {database} unfinished: building it again", flush=True)
        if state is None or state == UNFINISHED:
            install_suite(database)
            remember_addons(database)
            return
        check_versions(database)
        remembered = dict(re.findall(r"(\w+)=(\w+)", state))
        changed = [addon for addon in SUITE if remembered.get(addon) != addon_fingerprint(addon)]
        if changed:
            update(database, changed)


def remember_addons(database: str, addons: Iterable[str] = SUITE) -> None:
    """Note which state of the addons the database holds, so that a changed one is updated."""
    known = dict(re.findall(r"(\w+)=(\w+)", comment(database) or ""))
    known |= {addon: addon_fingerprint(addon) for addon in addons if addon in SUITE}
    set_comment(
        database,
        "opticserp: development " + " ".join(f"{addon}={mark}" for addon, mark in known.items()),
    )


def installed_versions(database: str) -> dict[str, str]:
    with connection(database) as cursor:
        cursor.execute("SELECT to_regclass('ir_module_module')")
        if cursor.fetchone() == (None,):
            return {}
        cursor.execute(
            "SELECT name, latest_version FROM ir_module_module WHERE state = 'installed'"
        )
        return dict(cursor.fetchall())


def check_versions(database: str) -> None:
    """:raises Problem: the database is not of this Odoo, or of newer addons than these"""
    installed = installed_versions(database)
    remedies = (
        f"Use another name: make run DB=opticserp_dev{SERIES.replace('.', '')}",
        f"Or throw it away and build it anew: make reset-db DB={database}",
    )
    base = installed.get("base")
    if base is None:
        raise Problem(f"The database {database} is not an Odoo database.", *remedies)
    if not base.startswith(f"{SERIES}."):
        raise Problem(
            f"The database {database} is of Odoo {base}, this is Odoo {SERIES}.", *remedies
        )
    for addon in SUITE:
        ours = str(manifest(addon)["version"])
        theirs = installed.get(addon, ours)
        if version_key(theirs) > version_key(ours):
            raise Problem(
                f"The database {database} holds {addon} {theirs}, the code here is older ({ours}).",
                "Check out the newer code.",
                *remedies,
            )


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def update(database: str, addons: list[str]) -> None:
    print(f"Updating {', '.join(addons)} in {database}", flush=True)
    names = ",".join(addons)
    # Both, since an addon may be new to this database; Odoo ignores the one that does not apply.
    run_odoo(f"update-{database}", "-d", database, "-i", names, "-u", names, "--with-demo")
    remember_addons(database, addons)


def reset(database: str) -> None:
    with exclusively("database"):
        if comment(database) is not None:
            print(f"Dropping {database}", flush=True)
            drop(database)
    ensure(database)


def show_logins(database: str) -> None:
    """The people of the demonstration; each password is the login, as in Odoo's own demo data."""
    with connection(database) as cursor:
        cursor.execute(
            "SELECT login, partner.name FROM res_users AS users"
            " JOIN res_partner AS partner ON partner.id = users.partner_id"
            " JOIN ir_model_data AS data ON data.model = 'res.users' AND data.res_id = users.id"
            " WHERE users.active AND NOT users.share"
            " AND (data.module LIKE 'optics%%' OR data.name = 'user_admin')"
            " ORDER BY data.name <> 'user_admin', login"
        )
        for login, name in cursor.fetchall():
            print(f"    {login:<20} password {login:<20} {name}")
