"""The breaker of an endpoint: after failures in a row nothing is sent for a while, then one probe.

pybreaker is the state machine. What makes a breaker of many processes of it stands here: its state
is a row that all of them share (:class:`Circuit`), fed with outcomes when the calls are over, since
pybreaker would hold its lock meanwhile; admission and the single probe are the row keeper's
decision (``lane/gate.py``), since pybreaker would let every process probe.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pybreaker import CircuitBreaker, CircuitBreakerStorage

from ..ofd.answers import Outcome, Verdict

LONGEST_RECOVERY = timedelta(minutes=10)


class Breaker(StrEnum):
    """The states, by pybreaker's names."""

    CLOSED = "closed"
    """Calls are let through."""
    OPEN = "open"
    """None is, until the time of the next probe."""
    HALF_OPEN = "half-open"
    """One call is under way that decides."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """What all processes know of an endpoint."""

    state: Breaker = Breaker.CLOSED
    failures: int = 0
    """In a row."""
    reopened: int = 0
    """Probes that failed since the breaker opened."""

    def recovery(self, first: timedelta) -> timedelta:
        """How long an open breaker waits for its next probe: `first`, doubling up to the limit."""
        doubled: int = 2 ** min(self.reopened, 32)
        return min(LONGEST_RECOVERY, first * doubled)


def after_call(circuit: Circuit, *, well: bool, threshold: int) -> Circuit:
    """Feed how one admitted call went; ``closed`` or ``half-open`` before, so it may have been.

    :param threshold: failures in a row that open the breaker
    """
    storage = _Storage(circuit)
    breaker = CircuitBreaker(
        fail_max=threshold, state_storage=storage, throw_new_error_on_trip=False
    )
    with suppress(_CallFailed):
        breaker.call(_succeed if well else _fail)
    return storage.circuit


def is_well(verdict: Verdict) -> bool:
    """Whether an endpoint that says so works: a document refused for good was at least read."""
    return verdict.outcome in (Outcome.ACCEPTED, Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Admission:
    """The right to make one call."""

    version: int = 0
    """Which state of the circuit it was given in: an outcome counts for that state alone."""
    is_probe: bool = False


class Gate(ABC):
    """Says whether an endpoint may be called now, and learns what came of it."""

    @abstractmethod
    def admit(self) -> Admission | None:
        """Give the right to one call, or none now; it lapses if nothing is reported."""

    @abstractmethod
    def report(self, admission: Admission, verdict: Verdict) -> None:
        """Tell how the admitted call went."""


class OpenGate(Gate):
    """Lets every call through: of what has no wire that could fail."""

    def admit(self) -> Admission:
        return Admission()

    def report(self, admission: Admission, verdict: Verdict) -> None:
        """Nothing is learned."""


class _CallFailed(Exception):
    """Stands for the failure of a call that was made elsewhere."""


def _succeed() -> None:
    pass


def _fail() -> None:
    raise _CallFailed


class _Storage(CircuitBreakerStorage):
    """pybreaker's view of a :class:`Circuit`; times are the row keeper's."""

    def __init__(self, circuit: Circuit) -> None:
        super().__init__("endpoint")
        self.circuit = circuit
        self._successes = 0

    @property
    def state(self) -> str:
        return self.circuit.state.value

    @state.setter
    def state(self, state: str) -> None:
        before, after = self.circuit, Breaker(state)
        failed_probe = after is Breaker.OPEN and before.state is Breaker.HALF_OPEN
        self.circuit = replace(
            before, state=after, reopened=before.reopened + 1 if failed_probe else 0
        )

    @property
    def counter(self) -> int:
        return self.circuit.failures

    def increment_counter(self) -> None:
        self.circuit = replace(self.circuit, failures=self.circuit.failures + 1)

    def reset_counter(self) -> None:
        self.circuit = replace(self.circuit, failures=0)

    @property
    def success_counter(self) -> int:
        return self._successes

    def increment_success_counter(self) -> None:
        self._successes += 1

    def reset_success_counter(self) -> None:
        self._successes = 0

    @property
    def opened_at(self) -> datetime | None:
        return None

    @opened_at.setter
    def opened_at(self, moment: datetime) -> None:
        """The database's clock says when, not this host's."""
