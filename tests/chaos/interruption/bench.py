"""One till under test with all that hangs on it: emulator, proxy, lane, and a worker at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.chaos.interruption.lane_store import ENDS, Ledger
from tests.chaos.interruption.scenarios import SCENARIOS, Scenario
from tests.chaos.interruption.verdict import Aftermath, Way, way
from tests.chaos.interruption.worker import Job, Report, Worker
from tests.wire.messages import Http, Shtrih
from tests.wire.proxy import Fault, Message, Proxy, Strike, numbered
from tests.wire.till import EmulatedTill

EXECUTION_LIMIT = 1.0
"""Seconds: the deadline of each intent."""
WORKERS = 12
"""So many workers may come after the fault; then the lane has no end in time."""
PAUSE = 0.2
"""Seconds between two workers of one lane."""

PROTOCOLS = {"shtrih": Shtrih(), "atol": Http()}
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "shtrih": {"address": "socket://{}", "password": "30"},
    "atol": {"address": "http://{}"},
}


@dataclass(frozen=True, slots=True)
class Point:
    """One fault at one message of one exchange."""

    driver: str
    scenario: str
    message: Message
    """As the dry run saw it."""
    fault: Fault

    def __str__(self) -> str:
        where = f"{self.message.number} ({self.message})"
        return f"{self.driver}, {self.scenario}, message {where}: {self.fault}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a point."""

    point: Point
    struck: Message | None
    """The message that the fault really hit."""
    way: Way
    aftermath: Aftermath
    seconds: float
    said: tuple[str, ...]
    """Why workers stopped."""

    def violations(self) -> list[str]:
        found = self.aftermath.violations()
        if self.struck is None:
            found.append("the fault never fell: the exchange has become shorter")
        elif (self.struck.name, self.struck.to_till) != (
            self.point.message.name,
            self.point.message.to_till,
        ):
            found.append(f"the fault fell at another message: {self.struck}")
        return found


class TillBench:
    """Runs points one after another on one till."""

    def __init__(
        self, driver: str, dsn: str, lane_id: int, folder: Path, *, planted: str = ""
    ) -> None:
        self.driver = driver
        self._till = EmulatedTill(driver, folder)
        self._proxy = Proxy(PROTOCOLS[driver], self._till.address)
        self._ledger = Ledger(dsn)
        self._ledger.add_lane(lane_id)
        self._lane_id = lane_id
        self._number = 0
        self._worker: Worker | None = None
        self._starting = threading.Lock()
        settings = {
            name: value.format(self._proxy.address) for name, value in SETTINGS[driver].items()
        }
        self._job = Job(
            dsn,
            lane_id,
            driver,
            {**settings, "timezone": "Europe/Moscow", "execution_limit": EXECUTION_LIMIT},
            planted,
        )

    def close(self) -> None:
        self._proxy.close()
        self._till.kill()
        self._ledger.close()

    def is_shift_open(self) -> bool:
        return self._till.baseline().shift_open

    def dry_run(self, scenario: Scenario) -> list[Message]:
        """Serve the scenario with no fault; return the messages that it takes."""
        self._prepare(scenario)
        self._ask_for(scenario)
        self._proxy.arm()
        self._serve_undisturbed()
        return self._proxy.messages

    def run(self, point: Point) -> Outcome:
        """Serve the scenario on a prepared till with the fault; let others bring it to an end."""
        scenario = SCENARIOS[point.scenario]
        self._prepare(scenario)
        before = self._till.baseline()
        row_id = self._ask_for(scenario)
        started = time.monotonic()
        kill = self._till.restart if point.fault is Fault.KILL_TILL else self._kill_worker
        self._proxy.arm(Strike(numbered(point.message.number), point.fault, kill))
        said = [self._work(self._job)]
        struck = self._proxy.struck
        self._proxy.arm()
        said += self._bring_to_an_end(row_id)
        (row, *_) = rows = self._ledger.rows(self._lane_id, since=row_id)
        last = said[-1]
        return Outcome(
            point,
            struck,
            way(row, self._ledger.events(row_id)),
            Aftermath(
                rows=rows,
                shift_before=before.shift_number,
                drive=self._till.documents(since=before.last_fd + 1),
                open_documents={
                    "the drive": self._till.has_open_document(),
                    "the driver": last.open_document if last else None,
                },
            ),
            time.monotonic() - started,
            tuple("killed" if each is None else each.stopped or "done" for each in said),
        )

    # Steps ----------------------------------------------------------------------------------------

    def _prepare(self, scenario: Scenario) -> None:
        if self.is_shift_open() != scenario.in_open_shift:
            self._ask_for(SCENARIOS["opening" if scenario.in_open_shift else "closing"])
            self._serve_undisturbed()

    def _ask_for(self, scenario: Scenario) -> int:
        self._number += 1
        key = f"L{self._lane_id}N{self._number}"
        return self._ledger.ask_for(self._lane_id, key, scenario.build(key))

    def _serve_undisturbed(self) -> None:
        report = self._work(replace(self._job, planted=""))
        assert report is not None and not report.stopped, f"without any fault: {report}"

    def _bring_to_an_end(self, row_id: int) -> list[Report | None]:
        """Let new workers serve the lane until the row has its end and the till was asked."""
        said: list[Report | None] = []
        for _ in range(WORKERS):
            self._ledger.ask_again(row_id)
            report = self._work(replace(self._job, and_status=True))
            said.append(report)
            (row, *_) = self._ledger.rows(self._lane_id, since=row_id)
            if row["state"] in ENDS and report is not None and not report.stopped:
                break
            time.sleep(PAUSE)
        return said

    def _work(self, job: Job) -> Report | None:
        with self._starting:
            self._worker = Worker(job)
        return self._worker.report()

    def _kill_worker(self) -> None:
        with self._starting:
            assert self._worker is not None
            self._worker.kill()
