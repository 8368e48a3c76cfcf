"""``make fuzz``: many spoilt calls of each route, and a table of how they were answered."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator

from scripts.devtools.templates import build_suite_template
from tests.acceptance.harness.database import TestDatabase
from tests.acceptance.harness.server import OdooServer
from tests.fuzz.bodies import Route
from tests.fuzz.mutate import call
from tests.fuzz.shooter import Outcome, Shooter, routes, told

SEED = int(os.environ.get("FUZZ_SEED", "1"))
BODIES = int(os.environ.get("FUZZ_BODIES", "2000"))
SECONDS = float(os.environ.get("FUZZ_SECONDS", "3600"))
"""For the whole run; each route has its share of what is left."""
ROUTE = os.environ.get("FUZZ_ROUTE", "")
"""A part of the names of the routes that are called."""
NUMBER = os.environ.get("FUZZ_NUMBER", "")
"""Make the call of this number alone."""
MOST_SHOWN = 20
"""Faults of a route that are printed."""


def main() -> int:
    build_suite_template()
    database = TestDatabase()
    server = OdooServer(database)
    server.start()
    try:
        rows = list(fuzzed(Shooter(server), time.monotonic() + SECONDS))
    finally:
        server.stop()
        database.drop()
    print(f"\nseed {SEED}")
    for row in [("route", "bodies", "taken", "refused", "fields", "faults"), *sorted(rows)]:
        print("{:32} {:>6} {:>6}  {:44} {:>6} {:>6}".format(*row))
    return 1 if any(row[-1] for row in rows) else 0


def fuzzed(shooter: Shooter, deadline: float) -> Iterator[tuple[str | int, ...]]:
    """Fuzz one route after another; the row of the table for each."""
    chosen = routes(ROUTE)
    for index, route in enumerate(chosen):
        share = (deadline - time.monotonic()) / (len(chosen) - index)
        yield row_of(route, list(outcomes(shooter, route, time.monotonic() + share)))


def outcomes(shooter: Shooter, route: Route, until: float) -> Iterator[Outcome]:
    """Make the calls of a route; show the first faults at once."""
    shown = 0
    for number in [int(NUMBER)] if NUMBER else range(BODIES):
        if time.monotonic() > until:
            print(f"{route.name}: no time for more than {number}", flush=True)
            return
        outcome = shooter.fire(call(SEED, route, number))
        if outcome.faults and shown < MOST_SHOWN or NUMBER:
            shown += 1
            print(told(outcome, SEED), flush=True)
        yield outcome


def row_of(route: Route, made: list[Outcome]) -> tuple[str | int, ...]:
    statuses = Counter(outcome.answer.status for outcome in made)
    taken = sum(count for status, count in statuses.items() if 0 < status < 400)
    refused = (f"{status}: {count}" for status, count in sorted(statuses.items()) if status >= 400)
    named = {field for outcome in made for field in outcome.fields}
    failed = sum(bool(outcome.faults) for outcome in made)
    return route.name, len(made), taken, ", ".join(refused), len(named), failed


if __name__ == "__main__":
    sys.exit(main())
