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

from ..clock import Clock
from ..ofd.answers import Outcome, Verdict, classify
from ..ofd.backoff import backoff
from ..ofd.message import OfdMessage
from ..ofd.transport import Answer, Transport, TransportError


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
        """`printed` → `delivered`."""

    @abstractmethod
    def later(self, entry: Undelivered, verdict: Verdict, delay: timedelta) -> None:
        """Count the attempt and wait `delay` before the next."""

    @abstractmethod
    def refused(self, entry: Undelivered, verdict: Verdict) -> None:
        """`printed` → `dead`: the OFD will never take it."""

    @abstractmethod
    def endpoint_at_fault(self, verdict: Verdict) -> None:
        """The endpoint takes nothing from us: no attempt is spent, a person is called."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again, seconds; see :func:`~..ofd.backoff.backoff`."""

    base: float = 5.0
    cap: float = 300.0


def deliver(
    outbox: Outbox,
    transport: Transport,
    clock: Clock,
    policy: RetryPolicy,
    *,
    stop_at: datetime,
    random: Callable[[], float] = random.random,
) -> int:
    """Send what is due until nothing is, or until `stop_at`; return how many were delivered."""
    count = 0
    while clock.now() < stop_at and (entry := outbox.next_due()):
        verdict = classify(entry.message, _send(transport, entry.message))
        match verdict.outcome:
            case Outcome.ACCEPTED:
                outbox.delivered(entry, verdict)
                count += 1
            case Outcome.LATER:
                delay = backoff(
                    entry.attempts + 1,
                    random=random,
                    retry_after=verdict.retry_after,
                    base=policy.base,
                    cap=policy.cap,
                )
                outbox.later(entry, verdict, timedelta(seconds=delay))
            case Outcome.REFUSED:
                outbox.refused(entry, verdict)
            case Outcome.ENDPOINT:
                outbox.endpoint_at_fault(verdict)
                break
    return count


def _send(transport: Transport, message: OfdMessage) -> Answer | TransportError:
    try:
        return transport.send(message)
    except TransportError as error:
        return error
