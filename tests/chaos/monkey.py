"""What may happen to a shop's server room, at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence

from kkt.drivers.virtual import VirtualDriver
from tests.acceptance.harness.server import OdooServer
from tests.chaos.cluster import Cluster

BEYOND_THE_DEADLINE = VirtualDriver.execution_limit.total_seconds() + 1.0
#: How often each happens, out of their sum.
WEIGHTS = {"kill one": 9, "kill both": 4, "crash PostgreSQL": 4, "freeze": 2, "cut off": 3}


class Monkey:
    """Does one of :data:`WEIGHTS` at a time; counts what it did."""

    def __init__(self, servers: Sequence[OdooServer], cluster: Cluster, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self._servers = servers
        self._cluster = cluster
        self._random = random.Random(seed)  # noqa: S311 - chooses victims, no secrets

    def act(self) -> None:
        """Wait a moment, then do something; both servers are up again when it returns."""
        time.sleep(self._random.uniform(0.2, 1.5))
        (what,) = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        victim = self._random.choice(self._servers)
        self.done[what] += 1
        match what:
            case "kill one":
                self.kill(victim)
            case "kill both":
                self.kill(*self._servers)
            case "crash PostgreSQL":
                self._cluster.crash()
            case "freeze":
                self.freeze(victim, cut_off=False)
            case "cut off":
                self.freeze(victim, cut_off=True)

    def kill(self, *victims: OdooServer) -> None:
        for victim in victims:
            victim.kill()
        for victim in victims:
            victim.start(wait=False)
        for victim in victims:
            victim.wait_until_up()

    def freeze(self, victim: OdooServer, *, cut_off: bool) -> None:
        """Let a server sleep beyond its intent's deadline and go on as if nothing had been.

        `cut_off`: PostgreSQL loses sight of it meanwhile, as over a broken wire, and gives its
        lane to the other server.
        """
        os.killpg(victim.pid, signal.SIGSTOP)
        try:
            if cut_off:
                victim.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = %s",
                    f"odoo-{victim.pid}",
                )
            time.sleep(BEYOND_THE_DEADLINE)
        finally:
            os.killpg(victim.pid, signal.SIGCONT)
