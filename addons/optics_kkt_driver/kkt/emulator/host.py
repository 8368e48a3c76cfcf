"""One till behind all doors: its memory on disk, one command at a time, its printer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Any

from ..drivers.clock import Clock, SystemClock
from ..drivers.virtual import TillRegistration, VirtualTill
from ..drivers.virtual.faults import Faults
from .wire_faults import Fault, FaultPlan, WireFault

MEMORY = "till.sqlite"
"""The one file in which everything is kept that survives kill -9."""
PRINT_TIME = 0.3
"""Seconds, as long as a real till prints a short receipt."""


class TillHost:
    """One virtual till that several doors lead to.

    :ivar path: of the memory; doors keep tables of their own in it
    :ivar print_time: seconds
    :ivar plan: the faults of the wire, which doors ask for each message
    """

    def __init__(
        self,
        folder: Path,
        registration: TillRegistration,
        *,
        print_time: float = PRINT_TIME,
        plan: FaultPlan | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Open the till that lives in `folder`; make and register it when there is none."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / MEMORY
        self.clock = clock or SystemClock()
        self.print_time = print_time
        self.plan = plan or FaultPlan()
        self.till = VirtualTill.create(self.path, registration, self.clock)
        self._lock = RLock()
        self._printing_until = 0.0

    @contextmanager
    def command(self) -> Iterator[VirtualTill]:
        """Alone with the till, as long as one command takes."""
        with self._lock:
            yield self.till

    def close(self) -> None:
        with self._lock:
            self.till.close()

    # The printer ---------------------------------------------------------------------------------

    def start_printing(self) -> None:
        """Something came to the printer: it is busy for the print time from now."""
        self._printing_until = time.monotonic() + self.print_time

    @property
    def is_printing(self) -> bool:
        return time.monotonic() < self._printing_until

    def wait_printed(self) -> None:
        """Wait until the printer is idle."""
        self.clock.sleep(self._printing_until - time.monotonic())

    # Faults --------------------------------------------------------------------------------------

    def meet(self, message: str) -> WireFault | None:
        """The fault that a message meets on the wire.

        What happens to the till itself is done here, and delays are waited for; a door is told
        neither.
        """
        rule = self.plan.meet(message)
        if rule is None:
            return None
        if rule.fault is Fault.TILL:
            self.set_faults(rule.till)
            return None
        if rule.fault is Fault.DELAY:
            self.clock.sleep(rule.seconds)
            return None
        return rule

    def faults(self) -> Faults:
        """What is wrong with the till itself: paper, cover, drive, clock."""
        with self._lock:
            return self.till.faults()

    def set_faults(self, changes: Mapping[str, Any]) -> None:
        """Set some of the till's own faults by name. Raises ValueError for an unknown one."""
        with self._lock:
            try:
                self.till.set_faults(replace(self.till.faults(), **changes))
            except TypeError as error:
                raise ValueError(str(error)) from error
