"""An operator of fiscal data that never was one: the core of the OFD emulator.

It checks that a document is plausible, knows each (FN, FD) once, notes what is missing between two
of a drive, and fails when told to. It cannot verify the fiscal sign: only a real drive and a real
operator share the keys.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from random import Random
from threading import Lock
from typing import Any, NamedTuple, Protocol

from ..fiscal.tlv import decode_document
from .agreement import check_agreement
from .plausible import Implausible, check_arrival

BODY_LIMIT = 256 * 1024
"""Bytes of a call: a document has at most 32 KiB as TLV, and comes as JSON and base64 too."""
RECEIPT_KINDS = frozenset({"receipt", "correction"})

PAGE = b"<html><body>Pay for your Internet</body></html>"

Reply = tuple[int, dict[str, Any]]
"""Status code and JSON body."""


class Said(NamedTuple):
    """What the door sends back."""

    status_code: int
    body: bytes
    retry_after: int = 0
    """Seconds to ask for in the header Retry-After; 0 asks for nothing."""
    delay: float = 0.0
    """Seconds to wait before it is said."""
    cut: bool = False
    """Say nothing: close the connection."""
    reset: bool = False
    """Close it as a process that died would (TCP reset), where the door can."""


class FailureMode(StrEnum):
    DISABLED = "disabled"
    COUNT = "count"
    PERMANENT = "permanent"


class Manner(StrEnum):
    """How a call is answered that was not told to fail."""

    WELL = "well"
    REJECTED = "rejected"
    """"Rejected" under a status of success; nothing is stored."""
    ECHO = "echo"
    """The caller's own words come back; nothing is stored."""
    GARBAGE = "garbage"
    """A page, as a captive portal sends it; nothing is stored."""
    RESET = "reset"
    """The connection is closed; nothing is stored."""
    LOST = "lost"
    """Stored, and the connection is closed before the acknowledgement."""
    TRUNCATED = "truncated"
    """Stored, and half of the acknowledgement comes."""


@dataclass(frozen=True, slots=True)
class OfdState:
    """How the emulator behaves, and how often it was called."""

    mode: FailureMode = FailureMode.DISABLED
    failures_left: int = 0
    """Calls that will still fail in mode ``count``."""
    status_code: int = 503
    """What a failing call is answered with."""
    response_delay: float = 0.0
    """Seconds that the door waits before it answers, after the decision."""
    delay_spread: float = 0.0
    """Seconds that it waits longer at most, at random."""
    retry_after: int = 0
    """Seconds that a failing call is told to wait."""
    manner: Manner = Manner.WELL
    probability: float = 1.0
    """Share of the calls that fail or are answered in another manner than well."""
    seed: int = 0
    """Which calls these are: the same seed and the same order of calls give the same ones."""
    calls: int = 0
    """Calls since the last reset, failed ones too."""

    @property
    def failing(self) -> bool:
        return self.mode is FailureMode.PERMANENT or (
            self.mode is FailureMode.COUNT and self.failures_left > 0
        )

    def draw(self, what: str) -> float:
        """A number in [0, 1) for this call; `what` it is for makes it another one."""
        return Random(f"{self.seed}:{self.calls}:{what}").random()  # noqa: S311 - no secret

    @property
    def is_hit(self) -> bool:
        """Whether this call is one of those that do not go well."""
        return self.draw("hit") < self.probability


LIMITS: Mapping[str, tuple[int, int]] = {
    "failures_left": (0, 1_000_000),
    "status_code": (400, 599),
    "response_delay": (0, 600),
    "delay_spread": (0, 600),
    "retry_after": (0, 86_400),
    "probability": (0, 1),
    "seed": (0, 2**31 - 1),
}
"""Least and greatest of what is set in an :class:`OfdState`, whichever way it is set."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One document as it arrived."""

    fn_number: str
    fd_number: int
    fpd: str
    kind: str
    device_code: str
    key: str
    document: Mapping[str, Any]
    tlv: str
    """Base64, as sent."""
    digest: str
    """Of what makes the document, its bytes apart: two arrivals are the same only when it is."""
    received_at: datetime
    """Aware, UTC."""


class Gap(NamedTuple):
    """Documents of one drive that have not come, while later ones have. It closes when they do."""

    fn_number: str
    first: int
    """FD of the first that is missing."""
    last: int
    """FD of the last that is missing."""


class OfdStore(Protocol):
    """Where the emulator remembers. Each method is atomic against all who share it."""

    def state(self) -> OfdState:
        """Settings and counters now."""

    def change(self, step: Callable[[OfdState], OfdState]) -> OfdState:
        """Replace the state by ``step(state)``; give back the one before."""

    def keep(self, arrival: Arrival) -> Arrival | None:
        """Store it; when (FN, FD) is known, store nothing and give back what is known."""

    def arrivals(self) -> list[Arrival]:
        """All, in the order of arrival."""

    def count(self, kinds: frozenset[str] | None = None) -> int:
        """How many documents of `kinds` are stored; None counts all."""

    def gaps(self) -> list[Gap]:
        """What is missing between the lowest and the highest FD of each drive, in order."""

    def clear(self) -> None:
        """Forget documents and counters, fail no more."""


class OfdEmulator:
    """The operator's decisions. Give it a store and a clock; doors translate HTTP.

    :param now: aware UTC time.
    """

    def __init__(
        self, store: OfdStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._now = now

    def receive(self, body: bytes, idempotency_key: str = "") -> Reply:
        """Take one document, as an operator that can only fail or succeed.

        201 stored, 200 with ``duplicate: true`` for the same once more, 409 when other content
        comes under a known (FN, FD), 422 naming the field, 400/413 unreadable, or the failure set.
        """
        return self._decide(self._store.change(_after_call), body, idempotency_key)

    def answer(self, body: bytes, idempotency_key: str = "") -> Said:
        """Take one document with all that a wire can do to it: ``POST /ofd/v1/receipts``."""
        before = self._store.change(_after_call)
        manner = before.manner if before.is_hit and not before.failing else Manner.WELL
        delay = before.response_delay + before.delay_spread * before.draw("delay")
        if manner in _NOT_STORED:
            return _NOT_STORED[manner](body)._replace(delay=delay)
        status_code, told = self._decide(before, body, idempotency_key)
        whole = json.dumps(told, ensure_ascii=False).encode()
        if manner is Manner.TRUNCATED:
            whole = whole[: len(whole) // 2]
        wait = before.retry_after if before.failing and before.is_hit else 0
        return Said(status_code, whole, wait, delay, cut=manner is Manner.LOST)

    def _decide(self, before: OfdState, body: bytes, idempotency_key: str) -> Reply:
        if before.failing and before.is_hit:
            return _error(before.status_code, "emulated_failure", "failure set on the emulator")
        if len(body) > BODY_LIMIT:
            return _error(413, "too_large", f"more than {BODY_LIMIT} bytes")
        try:
            payload = json.loads(body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return _error(400, "bad_json", "the body is not JSON in UTF-8", field="body")
        try:
            check_arrival(payload, idempotency_key)
        except Implausible as problem:
            return _error(422, "invalid", str(problem), field=problem.field)
        arrival = _arrival(payload, self._now())
        return _judge(arrival, self._store.keep(arrival))

    def list_receipts(self) -> Reply:
        """What arrived, in order: ``GET /ofd/v1/receipts``."""
        listed = [_as_json(arrival) for arrival in self._store.arrivals()]
        return 200, {"count": len(listed), "gaps": self._gaps(), "receipts": listed}

    def health(self) -> Reply:
        """``GET /ofd/v1/health``: always answers, since a failing operator's port is still open."""
        state = self._store.state()
        return 200, {
            "status": "failing" if state.failing else "healthy",
            "failure_mode": state.mode.value,
            "permanent_failure": state.mode is FailureMode.PERMANENT,
            "failure_count": state.failures_left,
            "status_code": state.status_code,
            "response_delay": state.response_delay,
            "delay_spread": state.delay_spread,
            "retry_after": state.retry_after,
            "manner": state.manner.value,
            "probability": state.probability,
            "seed": state.seed,
            "call_count": state.calls,
            "receipts_received": self._store.count(RECEIPT_KINDS),
            "documents_received": self._store.count(),
            "gaps": self._gaps(),
            "fiscal_sign": "not verified",
        }

    def _gaps(self) -> list[dict[str, Any]]:
        names = ("fiscalDriveNumber", "first", "last")
        return [dict(zip(names, gap, strict=True)) for gap in self._store.gaps()]

    def set_failure(self, settings: Mapping[str, Any]) -> Reply:
        """Fail from now on: ``POST /ofd/v1/admin/set-failure``.

        Fields, all optional: `failure_count` (calls), `permanent_failure`, `status_code`
        (400–599), `retry_after` (seconds), `response_delay` and `delay_spread` (seconds), `manner`
        (see :class:`Manner`), `probability` (0 to 1) and `seed`. Without one that says what goes
        wrong the failure is permanent; a delay alone only slows answers.
        """
        try:
            wanted = _failure(settings)
        except Implausible as problem:
            return _error(422, "invalid", str(problem), field=problem.field)
        self._store.change(lambda state: replace(wanted, calls=state.calls))
        return self.health()

    def set_success(self) -> Reply:
        """Answer well and at once again: ``POST /ofd/v1/admin/set-success``."""
        self._store.change(lambda state: OfdState(calls=state.calls))
        return self.health()

    def reset(self) -> Reply:
        """Forget everything: ``POST /ofd/v1/admin/reset``."""
        self._store.clear()
        return self.health()


class MemoryOfdStore:
    """Remembers in this process only; its threads may share it.

    Who keeps the documents elsewhere too extends `_remember` and `_forget`, which hold the lock.
    """

    def __init__(self, state: OfdState | None = None) -> None:
        self._lock = Lock()
        self._state = state or OfdState()
        self._arrivals: dict[tuple[str, int], Arrival] = {}

    def state(self) -> OfdState:
        return self._state

    def change(self, step: Callable[[OfdState], OfdState]) -> OfdState:
        with self._lock:
            before = self._state
            self._state = step(before)
            return before

    def keep(self, arrival: Arrival) -> Arrival | None:
        with self._lock:
            known = self._arrivals.get((arrival.fn_number, arrival.fd_number))
            if known is None:
                self._remember(arrival)
            return known

    def arrivals(self) -> list[Arrival]:
        with self._lock:
            return list(self._arrivals.values())

    def count(self, kinds: frozenset[str] | None = None) -> int:
        return sum(kinds is None or each.kind in kinds for each in self.arrivals())

    def gaps(self) -> list[Gap]:
        with self._lock:
            numbers = sorted(self._arrivals)
        return [
            Gap(fn_number, before + 1, fd_number - 1)
            for (fn_number, before), (same, fd_number) in pairwise(numbers)
            if fn_number == same and fd_number > before + 1
        ]

    def clear(self) -> None:
        with self._lock:
            self._forget()

    def _remember(self, arrival: Arrival) -> None:
        self._arrivals[arrival.fn_number, arrival.fd_number] = arrival

    def _forget(self) -> None:
        self._state = OfdState()
        self._arrivals.clear()


def _after_call(state: OfdState) -> OfdState:
    """Count one call and, in mode ``count``, spend one failure if this call is one."""
    fails = state.mode is FailureMode.COUNT and state.failing and state.is_hit
    spent = state.failures_left - fails
    return replace(state, calls=state.calls + 1, failures_left=spent)


def _arrival(payload: Mapping[str, Any], received_at: datetime) -> Arrival:
    return Arrival(
        fn_number=payload["fiscalDriveNumber"],
        fd_number=payload["fiscalDocumentNumber"],
        fpd=payload["fiscalSign"],
        kind=payload["kind"],
        device_code=payload["device"],
        key=payload["key"],
        document=payload["document"],
        tlv=payload["tlv"],
        digest=_digest(payload),
        received_at=received_at,
    )


def _digest(payload: Mapping[str, Any]) -> str:
    """Of kind, sign and document; our key is not the operator's matter.

    TLV is compared by what it says: composed bytes may come first, and the drive's own later.
    """
    content = [payload["kind"], payload["fiscalSign"], payload["document"]]
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _is_same(known: Arrival, arrival: Arrival) -> bool:
    if known.digest != arrival.digest:
        return False
    if not known.tlv or not arrival.tlv:
        return True
    try:
        check_agreement(decode_document(b64decode(known.tlv)), b64decode(arrival.tlv))
    except Implausible:
        return False
    return True


def _judge(arrival: Arrival, known: Arrival | None) -> Reply:
    if known is not None and not _is_same(known, arrival):
        return _error(
            409,
            "conflict",
            f"FN {arrival.fn_number} FD {arrival.fd_number} is known with other content",
            field="document",
        )
    stored = known or arrival
    return 200 if known else 201, {
        "status": "accepted",
        "id": f"{stored.fn_number}-{stored.fd_number}",
        "duplicate": known is not None,
        "fiscalDriveNumber": stored.fn_number,
        "fiscalDocumentNumber": stored.fd_number,
        "received_at": stored.received_at.isoformat(),
    }


def _as_json(arrival: Arrival) -> dict[str, Any]:
    return {
        "device": arrival.device_code,
        "key": arrival.key,
        "kind": arrival.kind,
        "fiscalDriveNumber": arrival.fn_number,
        "fiscalDocumentNumber": arrival.fd_number,
        "fiscalSign": arrival.fpd,
        "document": dict(arrival.document),
        "received_at": arrival.received_at.isoformat(),
        "real": False,
    }


def _failure(settings: Mapping[str, Any]) -> OfdState:
    for name in settings:
        if name not in _SETTINGS:
            raise Implausible(str(name) or "body", "unknown setting")
    count = _whole(settings, "failure_count", 0, *LIMITS["failures_left"])
    delay = _number(settings, "response_delay", 0, *LIMITS["response_delay"])
    spread = _number(settings, "delay_spread", 0, *LIMITS["delay_spread"])
    manner = _manner(settings)
    anything = count or delay or spread or manner is not Manner.WELL
    permanent = settings.get("permanent_failure", not anything)
    if not isinstance(permanent, bool):
        raise Implausible("permanent_failure", "must be true or false")
    mode = FailureMode.COUNT if count else FailureMode.DISABLED
    return OfdState(
        mode=FailureMode.PERMANENT if permanent else mode,
        failures_left=count,
        status_code=_whole(settings, "status_code", 503, *LIMITS["status_code"]),
        response_delay=float(delay),
        delay_spread=float(spread),
        retry_after=_whole(settings, "retry_after", 0, *LIMITS["retry_after"]),
        manner=manner,
        probability=float(_number(settings, "probability", 1, *LIMITS["probability"])),
        seed=_whole(settings, "seed", 0, *LIMITS["seed"]),
    )


_SETTINGS = frozenset(
    {
        *("failure_count", "permanent_failure", "status_code", "retry_after"),
        *("response_delay", "delay_spread", "manner", "probability", "seed"),
    }
)


def _manner(settings: Mapping[str, Any]) -> Manner:
    try:
        return Manner(settings.get("manner", Manner.WELL))
    except ValueError:
        known = ", ".join(Manner)
        raise Implausible("manner", f"must be one of {known}") from None


def _whole(settings: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    value = _number(settings, name, default, low, high)
    if value != int(value):
        raise Implausible(name, "must be a whole number")
    return int(value)


def _number(
    settings: Mapping[str, Any], name: str, default: int, low: int, high: int
) -> int | float:
    value = settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Implausible(name, f"must be a number from {low} to {high}")
    return value


def _rejection(body: bytes) -> Said:
    """Name the document that came, as a refusal that means it would."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = {}
    names = ("fiscalDriveNumber", "fiscalDocumentNumber")
    numbers = {name: sent.get(name) for name in names} if isinstance(sent, dict) else {}
    words = {"message": "rejected, as the emulator was told to"}
    return Said(200, json.dumps({"status": "rejected", **words, **numbers}).encode())


_NOT_STORED: Mapping[Manner, Callable[[bytes], Said]] = {
    Manner.REJECTED: _rejection,
    Manner.ECHO: lambda body: Said(200, body),
    Manner.GARBAGE: lambda body: Said(200, PAGE),
    Manner.RESET: lambda body: Said(200, b"", cut=True, reset=True),
}


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _error(status_code: int, code: str, message: str, *, field: str = "") -> Reply:
    details = {"field": field} if field else {}
    return status_code, {"error": {"code": code, "message": message, "details": details}}
