"""Databases: the developer's, and the templates that make new ones quick.

Called as ``scripts/database.sh COMMAND …``; ``scripts/run_tests.py`` and the acceptance tests
import it.

A *core template* holds Odoo's own modules that the suite depends on, with Russian and demo data.
It costs a minute and a half and changes only with Odoo, so it is kept. The *suite template* of the
tests is a copy of it with our addons; it is built again when a file of theirs changed. What a
database is, and whether it was finished, stands in its PostgreSQL comment: so an interrupted run is
recognised, and nothing but our own half-built work is ever dropped.
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent
DEV_DIR = ROOT / ".dev"
ADDONS = ROOT / "addons"
DATA_DIR = DEV_DIR / "data"
LOG_DIR = DEV_DIR / "log"
SERIES = "19.0"

SUITE = ("optics_core", "optics_kkt_driver", "optics_ofd_mock", "optics_pos_ru54fz")
CORE_TEMPLATE = "opticserp_core_template"
SUITE_TEMPLATE = "opticserp_test_template"
UNFINISHED = "opticserp: unfinished"

#: Seconds. A shift may last 24 h, so may a session.
SESSION_LIFETIME = 24 * 60 * 60


class Problem(Exception):
    """What went wrong, and what to do about it (one line each)."""

    def __init__(self, problem: str, *remedies: str) -> None:
        super().__init__(problem)
        self.remedies = remedies


# --- PostgreSQL -----------------------------------------------------------------------------------


@contextlib.contextmanager
def connection(database: str = "postgres") -> Iterator[psycopg2.extensions.cursor]:
    """An autocommit cursor; host, port and user come from PGHOST, PGPORT, PGUSER."""
    link = psycopg2.connect(dbname=database)
    try:
        link.autocommit = True
        with link.cursor() as cursor:
            yield cursor
    finally:
        link.close()


def comment(database: str) -> str | None:
    """The database's comment; ``None`` if there is no such database."""
    with connection() as cursor:
        cursor.execute(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '')"
            " FROM pg_database WHERE datname = %s",
            (database,),
        )
        row = cursor.fetchone()
    return row[0] if row else None


def set_comment(database: str, text: str) -> None:
    with connection() as cursor:
        cursor.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(database), sql.Literal(text)
            )
        )


def databases(prefix: str) -> list[str]:
    with connection() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,))
        return [row[0] for row in cursor.fetchall()]


def drop(database: str, data_dir: Path = DATA_DIR) -> None:
    """Drop it with all that Odoo and the virtual tills keep for it in the data folder."""
    with connection() as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        )
    for folder in data_dir.glob(f"*/{database}"):
        shutil.rmtree(folder)


def clone(source: str, target: str, data_dir: Path = DATA_DIR) -> None:
    """Copy a database and its files; the copy's files go to `data_dir`."""
    with connection() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(target), sql.Identifier(source)
            )
        )
    copy_files(source, target, data_dir)


def copy_files(source: str, target: str, data_dir: Path) -> None:
    """Copy what Odoo and the virtual tills keep for a database beside it."""
    for folder in DATA_DIR.glob(f"*/{source}"):
        shutil.copytree(folder, data_dir / folder.parent.name / target, dirs_exist_ok=True)


@contextlib.contextmanager
def exclusively(what: str) -> Iterator[None]:
    """Keep two runs from building the same database at once."""
    with (DEV_DIR / f"{what}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another run is busy with the {what}; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# --- Odoo -----------------------------------------------------------------------------------------


def run_odoo(log_name: str, *arguments: str) -> None:
    """Run Odoo until it stops by itself, with a progress line.

    :raises Problem: it failed, or it logged an error
    """
    LOG_DIR.mkdir(parents=True, exist_ok=True)
    log = LOG_DIR / f"{log_name}.log"
    command = [
        *(sys.executable, os.environ["ODOO_SCRIPT"], *arguments),
        *("--stop-after-init", "--no-http", "--max-cron-threads=0"),
    ]
    failed = False

    def note(line: str) -> None:
        nonlocal failed
        show_progress(line)
        failed = failed or re.match(r"\S+ \S+ \d+ (ERROR|CRITICAL) ", line) is not None

    status = run_logged(command, log, note)
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    if status or failed:
        sys.stderr.write("".join(log.read_text().splitlines(keepends=True)[-40:]))
        free = shutil.disk_usage(DEV_DIR).free
        if free < 100 * 2**20:
            raise Problem("The disk is full.", "Free some space, then run the same command again.")
        raise Problem(
            "Odoo could not do this; the end of its log is above.",
            f"The whole log: {log.relative_to(ROOT)}. Correct it and run the same command again.",
        )


def run_logged(command: list[str], log: Path, on_line: Callable[[str], None]) -> int:
    """Run a command of Odoo; its output goes to `log` and, line by line, to `on_line`."""
    with (
        log.open("w") as output,
        subprocess.Popen(
            command,
            # Watching files for changes is for servers that stay.
            env={**os.environ, "ODOO_DEV": ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        assert process.stdout is not None
        try:
            for line in process.stdout:
                output.write(line)
                on_line(line)
        except KeyboardInterrupt:
            process.kill()
            raise
    return process.returncode


def show_progress(line: str) -> None:
    found = re.search(r"Loading module (\S+) \((\d+)/(\d+)\)", line)
    if not found:
        return
    module, number, total = found[1], int(found[2]), int(found[3])
    if sys.stdout.isatty():
        print(f"\r\033[K  {number}/{total} {module}", end="", flush=True)
    elif number % 20 == 0 or number == total:
        print(f"  {number}/{total} modules", flush=True)


# --- addons on disk -------------------------------------------------------------------------------


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


# --- templates and the developer's database -------------------------------------------------------


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


def build_suite_template() -> None:
    """The tests' template, built again when an addon's file changed."""
    with exclusively("test template"):
        fingerprint = suite_fingerprint()
        if comment(SUITE_TEMPLATE) == fingerprint:
            return
        install_suite(SUITE_TEMPLATE)
        set_comment(SUITE_TEMPLATE, fingerprint)


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


COMMANDS = {"ensure": ensure, "reset": reset, "logins": show_logins}


def main(arguments: list[str]) -> None:
    try:
        match arguments:
            case ["update", database, ""]:
                raise Problem("Which addons?", f"make update M={SUITE[0]}   (several: M=one,two)")
            case ["update", database, addons]:
                with exclusively("database"):
                    update(database, addons.split(","))
            case [command, database] if command in COMMANDS:
                COMMANDS[command](database)
            case _:
                raise Problem(f"usage: {' | '.join(COMMANDS)} DATABASE, or update DATABASE ADDON,…")
    except KeyboardInterrupt:
        raise SystemExit("\nInterrupted. Run the same command again.") from None
    except psycopg2.errors.DiskFull as error:
        raise SystemExit(
            f"\nError: the disk is full ({error}).\n  Free some space, then run again."
        ) from None
    except psycopg2.OperationalError as error:
        raise SystemExit(
            f"\nError: PostgreSQL cannot be reached: {error}\n  Start it: make run"
        ) from None
    except Problem as problem:
        raise SystemExit("\n  ".join((f"\nError: {problem}", *problem.remedies))) from None


if __name__ == "__main__":
    main(sys.argv[1:])
