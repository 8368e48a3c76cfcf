"""What may happen to a shop's server room and to its wire, at random moments."""

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
from tests.chaos.wire import Mode, Wire

BEYOND_THE_DEADLINE = VirtualDriver.execution_limit.total_seconds() + 1.0
#: What happens to servers and database: how often each, out of the sum of all.
ROOM = {"kill one": 9, "kill both": 4, "crash PostgreSQL": 4, "freeze": 2, "cut off": 3}
#: What happens to the OFD and the wire: more than one in three of all.
OUTSIDE = {
    "OFD away": 3,
    "OFD silent": 2,
    "OFD slow": 1,
    "answers lost": 5,
    "answers cut": 2,
    "calls cut": 1,
    "OFD killed": 3,
}
WEIGHTS = ROOM | OUTSIDE
#: What the wire does to calls, one of these at a time.
MODES = {
    "OFD silent": (Mode.SILENT,),
    "OFD slow": (Mode.DELAY, Mode.DRIP),
    "answers lost": (Mode.LOSE,),
    "answers cut": (Mode.HALF,),
    "calls cut": (Mode.CUT,),
}
WIRE_CALLS = (1, 3)
"""How many calls meet it; three failures in a row open the breaker, and then there are few."""
AWAY_SECONDS = (1.5, 5.0)
"""How long nobody listens, whoever calls."""


class Monkey:
    """Does one of :data:`WEIGHTS` at a time; counts what it did.

    What is done outside lasts while the next is done, so that servers die in the midst of it.
    """

    def __init__(
        self, servers: Sequence[OdooServer], cluster: Cluster, wire: Wire, seed: int
    ) -> None:
        self.done: Counter[str] = Counter()
        self._servers = servers
        self._cluster = cluster
        self._wire = wire
        self._random = random.Random(seed)  # noqa: S311 - chooses victims, no secrets

    def act(self) -> None:
        """Wait a moment, then do something; both servers are up again when it returns."""
        time.sleep(self._random.uniform(0.2, 1.5))
        (what,) = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        self.done[what] += 1
        was_down = not self._wire.ofd.is_running()
        if what in ROOM:
            self._in_the_room(what)
        else:
            self._outside(what)
        if was_down:
            self._wire.ofd.start()

    def leave(self) -> None:
        """Let the operator and the wire be well from now on."""
        self._wire.calm()
        if not self._wire.ofd.is_running():
            self._wire.ofd.start()

    def _outside(self, what: str) -> None:
        match what:
            case "OFD away":
                self._wire.refuse(self._random.uniform(*AWAY_SECONDS))
            case "OFD killed":
                self._wire.ofd.kill()
            case _:
                mode = self._random.choice(MODES[what])
                self._wire.disturb(mode, self._random.randint(*WIRE_CALLS))

    def _in_the_room(self, what: str) -> None:
        victim = self._random.choice(self._servers)
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
