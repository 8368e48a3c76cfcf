"""Templates, and what is made from them: Odoo alone, and Odoo with our addons."""

from __future__ import annotations

from psycopg2 import sql

from scripts.devtools.addons import core_fingerprint, core_modules, suite_fingerprint
from scripts.devtools.odoo import run_odoo
from scripts.devtools.postgres import clone, comment, connection, drop, exclusively, set_comment
from scripts.devtools.settings import SUITE

CORE_TEMPLATE = "opticserp_core_template"
SUITE_TEMPLATE = "opticserp_test_template"
UNFINISHED = "opticserp: unfinished"

BUILD_ASSETS = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""

#: Seconds. A shift may last 24 h, so may a session.
SESSION_LIFETIME = 24 * 60 * 60


def build_core_template() -> None:
    fingerprint = core_fingerprint()
    with exclusively("core template"):
        if comment(CORE_TEMPLATE) == fingerprint:
            return
        print("Installing Odoo's modules, Russian and demo data (once; about 90 s)", flush=True)
        drop(CORE_TEMPLATE)
        with connection() as cursor:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(CORE_TEMPLATE)
                )
            )
        set_comment(CORE_TEMPLATE, UNFINISHED)
        run_odoo(
            "install-core",
            *("-d", CORE_TEMPLATE, "-i", ",".join(core_modules())),
            # English first: the first one is the default, and Odoo's own tours know English only.
            *("--with-demo", "--load-language=en_US,ru_RU", "--load=base,rpc,web"),
        )
        set_comment(CORE_TEMPLATE, fingerprint)


def install_suite(database: str) -> None:
    """Make `database` from the core template and our addons; it stays marked unfinished."""
    build_core_template()
    print(f"Installing {', '.join(SUITE)}", flush=True)
    drop(database)
    with exclusively("core template"):
        clone(CORE_TEMPLATE, database)
    set_comment(database, UNFINISHED)
    run_odoo(f"install-{database}", "-d", database, "-i", ",".join(SUITE), "--with-demo")
    with connection(database) as cursor:
        cursor.execute(
            "INSERT INTO ir_config_parameter (key, value)"
            " VALUES ('sessions.max_inactivity_seconds', %s)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (str(SESSION_LIFETIME),),
        )
        # Odoo would ask a service of its maker about each company at its first login.
        cursor.execute("UPDATE res_company SET iap_enrich_auto_done = true")
        # Those of a core template of yesterday are due, and Odoo's cron trips over a login.
        cursor.execute("UPDATE digest_digest SET state = 'deactivated'")


def build_assets(database: str) -> None:
    """Build the bundles of scripts and styles: else each copy's first page waits for them."""
    print("Building scripts and styles", flush=True)
    run_odoo(f"assets-{database}", "shell", "-d", database, script=BUILD_ASSETS)


def build_suite_template() -> None:
    """The tests' template, built again when an addon's file changed."""
    with exclusively("test template"):
        fingerprint = suite_fingerprint()
        if comment(SUITE_TEMPLATE) == fingerprint:
            return
        install_suite(SUITE_TEMPLATE)
        build_assets(SUITE_TEMPLATE)
        set_comment(SUITE_TEMPLATE, fingerprint)
