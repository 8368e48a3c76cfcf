"""Makes calls at a running server and holds what became of the till against each answer."""

from __future__ import annotations

import json
import shlex
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from kkt.virtual import VirtualTill
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till
from tests.fuzz.bodies import API, EMULATOR, Json, Route
from tests.fuzz.judge import faults, fields, read
from tests.fuzz.mutate import Call
from tests.fuzz.wire import Answer, send

QUICK = 10.0
"""Seconds that an answer may take."""
BUFFER = 1_000_000
"""Documents that may wait: these calls make more than the operator takes meanwhile."""
LONGEST_LINE = 2000
RECEIPT = "/v1/kkt/receipt"
OFD_RECEIPTS = "/ofd/v1/receipts"
HEARTBEAT = "/api/v1/kkt/heartbeat"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call came to."""

    call: Call
    answer: Answer
    fields: tuple[str, ...]
    faults: tuple[str, ...]
    seconds: float


class Shooter:
    """One till of a server, at whose API nobody else calls meanwhile."""

    def __init__(self, server: OdooServer) -> None:
        self.till = Till(server)
        self.till.slow_down()
        self._server, self._url = server, server.url
        server.configure(buffer_max_size=BUFFER)
        site = server.rpc("kkt.site", "create", {"name": "Литейный"})
        key = server.rpc("kkt.site", "action_new_key", [site])["context"]["default_key"]
        # The first document comes after those of the till's own setting up.
        self.till.sell_until_signed("fuzz-first")
        self._of_shop = (("Authorization", b"Bearer " + key.encode()),)

    def fire(self, call: Call) -> Outcome:
        """Make a call, and look whether all is as its answer says."""
        prepared = self._prepare(call)
        before, started = self._last_fd(), time.monotonic()
        answer = self._send(call)
        seconds = time.monotonic() - started
        found = [*prepared, *faults(call, answer)]
        if seconds > QUICK:
            found.append(f"took {seconds:.0f} s")
        if call.route.keyed:
            found += self._of_document(call, answer, before)
        if call.route in EMULATOR:
            self.till.ofd("set-success")
        error = (read(answer) or {}).get("error")
        named = tuple(fields(error)) if isinstance(error, dict) else ()
        return Outcome(call, answer, named, tuple(found), seconds)

    def _prepare(self, call: Call) -> list[str]:
        if call.route.path == HEARTBEAT:
            self._server.sql("UPDATE kkt_site SET number = 0")
        if call.route.path == OFD_RECEIPTS:
            self.till.ofd("reset")
        found = []
        for index, body in enumerate(call.before):
            sold = self._sell(f"{call.name}-before-{index}", body)
            if sold.status != 201:
                found.append(f"what comes before: {sold.status} {sold.body.decode()[:300]}")
        return found

    def _sell(self, key: str, body: Json) -> Answer:
        headers = (("X-Idempotency-Key", key.encode()), ("Content-Type", b"application/json"))
        return send(self._url, "POST", RECEIPT.encode(), headers, json.dumps(body).encode())

    def _send(self, call: Call) -> Answer:
        more = self._of_shop if call.route.path == HEARTBEAT else ()
        return send(self._url, call.route.method, call.target, call.headers + more, call.body)

    # --- the till --------------------------------------------------------------------------------

    def _last_fd(self) -> int:
        if not self.till.memory.exists():
            return 0
        with closing(VirtualTill(self.till.memory)) as till:
            return till.baseline().last_fd

    def _of_document(self, call: Call, answer: Answer, before: int) -> list[str]:
        if answer.status < 300:
            return self._of_taken(call, answer, before) if call.key else ["taken without a key"]
        found = []
        if 400 <= answer.status < 500:
            if self._last_fd() != before:
                found.append("refused, and the drive has signed something")
            if call.key and (row := self._stored(call.key)).status != 404:
                found.append(f"refused, and its key is there: {row.status}")
        return found

    def _of_taken(self, call: Call, answer: Answer, before: int) -> list[str]:
        told, signed = lasting(read(answer)), self._last_fd()
        row = self._stored(call.key or "")
        again = self._send(call)
        checks = {
            "first answer is not 201": answer.status == 201,
            "the key finds another document": row.status == 200
            and (read(row) or {}).get("fd_number") == told.get("fd_number"),
            f"a repetition is answered {again.status}": again.status == 200,
            "a repetition is answered otherwise": lasting(read(again)) == told,
            "a repetition has signed something": self._last_fd() == signed,
            "it says another FD number than the drive": told.get("fd_number") in (None, signed),
        }
        return [words for words, holds in checks.items() if not holds]

    def _stored(self, key: str) -> Answer:
        return send(self._url, "GET", f"{RECEIPT}?key={quote(key, safe='')}".encode())


def lasting(told: dict[str, Any] | None) -> dict[str, Any]:
    """An answer without what goes on: delivery changes the state."""
    return {name: value for name, value in (told or {}).items() if name not in ("state", "reverse")}


def routes(name: str = "") -> tuple[Route, ...]:
    """Those whose name has this text; the emulator's come last, since they disturb delivery."""
    return tuple(route for route in (*API, *EMULATOR) if name in route.name)


def told(outcome: Outcome, seed: int) -> str:
    """What a person needs to see a fault again."""
    call = outcome.call
    lines = "\n".join(
        (
            f"seed {seed}, {call.route.name}, number {call.number}, changed {sorted(call.changed)}",
            f"  {outcome.answer.status} {outcome.answer.body[:300].decode(errors='replace')}",
            *(f"  - {fault}" for fault in outcome.faults),
            f"  {as_curl(call)}",
        )
    )
    return lines.encode(errors="backslashreplace").decode()


def as_curl(call: Call) -> str:
    """The call as a shell's line; what is too long for one is cut."""
    parts = ["curl", "-X", call.route.method, f'"$URL"{_escaped(call.target)}']
    for name, value in call.headers:
        parts += ["-H", _escaped(name.encode() + b": " + value)]
    if call.body:
        parts += ["--data-binary", _escaped(call.body)]
    line = " ".join(parts)
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}… ({len(line)})"


def _escaped(text: bytes) -> str:
    plain = text.decode("latin-1")
    if plain.isascii() and plain.isprintable():
        return shlex.quote(plain)
    return "$'" + "".join(map(_escaped_letter, text)) + "'"


def _escaped_letter(byte: int) -> str:
    letter = chr(byte)
    is_plain = letter.isascii() and letter.isprintable() and letter not in "\\'"
    return letter if is_plain else f"\\x{byte:02x}"
