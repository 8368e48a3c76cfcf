"""Phase 2: what is signed goes to the OFD, in the background, until the OFD has it.

At least once: a lost acknowledgement costs nothing, because the receiver knows a document by its
FN and FD. One sender per drive; first attempts go in the order of FD, and a document that waits
for its next attempt is passed by.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ..clock import Clock
from ..ofd.answers import Outcome, Verdict, classify
from ..ofd.backoff import backoff
from ..ofd.message import OfdMessage
from ..ofd.transport import Answer, Transport, TransportError
from .gate import Gate


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A signed document that the OFD has not acknowledged."""

    id: int
    message: OfdMessage
    attempts: int
    """Attempts that failed so far."""


class Outbox(ABC):
    """One drive's undelivered documents. Each method is one committed step."""

    @abstractmethod
    def next_due(self) -> Undelivered | None:
        """Return the document whose turn it is: never tried before tried, then by FD."""

    @abstractmethod
    def delivered(self, entry: Undelivered, verdict: Verdict) -> None:
        """`printed` → `delivered`; a few that follow each other fast may be kept in one step."""

    @abstractmethod
    def later(
        self, entry: Undelivered, verdict: Verdict, delay: timedelta, *, counts: bool
    ) -> None:
        """Wait `delay` before the next attempt; `counts`: this one is spent."""

    @abstractmethod
    def exhausted(self, entry: Undelivered, verdict: Verdict) -> None:
        """`printed` → `dead`: this was its last attempt."""

    @abstractmethod
    def refused(self, entry: Undelivered, verdict: Verdict) -> None:
        """`printed` → `dead`: the OFD will never take it."""

    @abstractmethod
    def endpoint_at_fault(self, verdict: Verdict) -> None:
        """The endpoint takes nothing from us: no attempt is spent, a person is called."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again, seconds (see :func:`~..ofd.backoff.backoff`), and how often at all."""

    base: float = 5.0
    cap: float = 300.0
    attempts: int = 20
    random: Callable[[], float] = random.random

    def delay(self, entry: Undelivered, verdict: Verdict) -> timedelta:
        """How long to wait after this failure."""
        seconds = backoff(
            entry.attempts + 1,
            random=self.random,
            retry_after=verdict.retry_after,
            base=self.base,
            cap=self.cap,
        )
        return timedelta(seconds=seconds)


class Ended(StrEnum):
    """Why a run of the sender came to its end."""

    NOTHING_DUE = "nothing due"
    OUT_OF_TIME = "out of time"
    """More is due: go on at once, when others had their turn."""
    SHUT = "shut"
    """The endpoint takes nothing now."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the sender did."""

    delivered: int
    ended: Ended


def deliver(
    outbox: Outbox,
    transport: Transport,
    gate: Gate,
    clock: Clock,
    policy: RetryPolicy,
    *,
    stop_at: datetime,
) -> Run:
    """Send what is due until nothing is, the endpoint takes nothing, or it is `stop_at`."""
    count = 0
    while clock.now() < stop_at:
        entry = outbox.next_due()
        if entry is None:
            return Run(count, Ended.NOTHING_DUE)
        admission = gate.admit()
        if admission is None:
            return Run(count, Ended.SHUT)
        verdict = classify(entry.message, _send(transport, entry.message))
        gate.report(admission, verdict)
        _settle(outbox, entry, verdict, policy, is_probe=admission.is_probe)
        count += verdict.outcome is Outcome.ACCEPTED
        if verdict.outcome is Outcome.ENDPOINT:
            return Run(count, Ended.SHUT)
    return Run(count, Ended.OUT_OF_TIME)


def _settle(
    outbox: Outbox, entry: Undelivered, verdict: Verdict, policy: RetryPolicy, *, is_probe: bool
) -> None:
    """Have the outbox keep what became of one call."""
    match verdict.outcome:
        case Outcome.ACCEPTED:
            outbox.delivered(entry, verdict)
        case Outcome.REFUSED:
            outbox.refused(entry, verdict)
        case Outcome.ENDPOINT:
            outbox.endpoint_at_fault(verdict)
        case Outcome.LATER if not is_probe and entry.attempts + 1 >= policy.attempts:
            outbox.exhausted(entry, verdict)
        case Outcome.LATER:
            # A probe asks how the endpoint is; that it is still ill is not the document's fault.
            # It waits all the same, so that the next probe is another document's.
            outbox.later(entry, verdict, policy.delay(entry, verdict), counts=not is_probe)


def _send(transport: Transport, message: OfdMessage) -> Answer | TransportError:
    try:
        return transport.send(message)
    except TransportError as error:
        return error
