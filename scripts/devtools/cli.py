"""``scripts/database.sh COMMAND …``: the commands for the developer's database."""

from __future__ import annotations

import sys

import psycopg2

from scripts.devtools.development import ensure, reset, show_logins, update
from scripts.devtools.postgres import exclusively
from scripts.devtools.settings import SUITE, Problem

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
