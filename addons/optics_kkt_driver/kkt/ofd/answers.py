"""What an operator's answer means: the one classification (DESIGN §3, phase 2).

=====================================  ==========  ================================================
answer                                 outcome     why
=====================================  ==========  ================================================
2xx that takes our FN and FD           accepted    the only proof that the operator has it: see
                                                   :func:`_takes`
409 that does so, ``duplicate: true``  accepted    some operators say "I have it already" like this
any other 2xx, 1xx                     later       a proxy, a captive portal, half an answer, our
                                                   own words sent back, "rejected"; the receiver
                                                   knows (FN, FD), so sending again is safe
301, 308                               endpoint    the address moved for good: a person must enter
                                                   it; a token never follows a redirect
other 3xx                              later       captive portals and maintenance pages do this
401, 403                               endpoint    our credentials, not the document
408, 425, 429, 5xx                     later       Retry-After is kept
no answer at all                       later       it may have arrived; see 2xx
settings that let nothing leave us     endpoint    a person must mend them
any other 4xx                          refused     the same bytes will never be taken
=====================================  ==========  ================================================
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .message import OfdMessage
from .transport import Answer, EndpointUnusable, TransportError

REASON_LIMIT = 500
"""Characters of a reason; it is stored with every attempt and read by people."""

_TRY_LATER = frozenset({408, 425, 429})
_ENDPOINT = frozenset({301, 308, 401, 403})


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    LATER = "later"
    ENDPOINT = "endpoint"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with the message now."""

    outcome: Outcome
    reason: str = ""
    """In our words, one line: for all who see the document."""
    answer: str = ""
    """What came back, one line. Who may enter an address must not read by it what others hide."""
    retry_after: float | None = None
    """Seconds that the operator asked for; only with ``later``."""
    silent: bool = False
    """Nothing came back at all."""
    duplicate: bool = False
    """Accepted, but not by this call: an earlier acknowledgement was lost."""


def classify(message: OfdMessage, reply: Answer | TransportError) -> Verdict:
    """Judge one attempt to send `message`. Pure; see the table above."""
    if isinstance(reply, TransportError):
        at_fault = isinstance(reply, EndpointUnusable)
        return Verdict(
            Outcome.ENDPOINT if at_fault else Outcome.LATER,
            one_line(f"{type(reply).__name__}: {reply}"),
            one_line(reply.detail),
            silent=True,
        )
    said = _json_object(reply.body)
    outcome = _outcome(message, reply.status_code, said)
    if outcome is Outcome.ACCEPTED:
        return Verdict(outcome, duplicate=said.get("duplicate") is True)
    return Verdict(
        outcome,
        f"HTTP {reply.status_code}",
        one_line(_words(said, reply.body)),
        reply.retry_after if outcome is Outcome.LATER else None,
    )


def _outcome(message: OfdMessage, status_code: int, said: dict[str, Any]) -> Outcome:
    acknowledged = _names(message, said) and _takes(message, said)
    if 200 <= status_code < 300:
        return Outcome.ACCEPTED if acknowledged else Outcome.LATER
    if status_code == 409 and acknowledged and said.get("duplicate") is True:
        return Outcome.ACCEPTED
    if status_code in _ENDPOINT:
        return Outcome.ENDPOINT
    if status_code in _TRY_LATER or not 400 <= status_code < 500:
        return Outcome.LATER
    return Outcome.REFUSED


def _names(message: OfdMessage, said: dict[str, Any]) -> bool:
    fd_number = said.get("fiscalDocumentNumber")
    return (
        said.get("fiscalDriveNumber") == message.fn_number
        and type(fd_number) is int  # true is 1 in Python, and 1.0 too
        and fd_number == message.fd_number
    )


def _takes(message: OfdMessage, said: dict[str, Any]) -> bool:
    """Whether this is the operator's own word that it has the document: a status, or its own id.

    Something on the way may send our words back to us, and a refusal may come under 200.
    """
    if "status" in said:
        return bool(said["status"] == "accepted")
    given = said.get("id")
    ours = {message.key, message.fn_number, message.fpd, message.idempotency_key, message.fd_number}
    return type(given) in (str, int) and bool(given) and given not in ours


def _json_object(body: bytes) -> dict[str, Any]:
    """The body as an object; empty when it is anything else (RecursionError: nested too deep)."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _words(said: dict[str, Any], body: bytes) -> str:
    """The operator's message with the field at fault, or the start of whatever came."""
    error = said.get("error")
    if not isinstance(error, dict):
        return body[:REASON_LIMIT].decode("utf-8", "replace")
    details = error.get("details")
    field = details.get("field") if isinstance(details, dict) else None
    words = str(error.get("message") or error.get("code") or "")
    return f"{words} ({field})" if field else words


def one_line(text: str) -> str:
    """Return what can be stored and shown of words of others."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:REASON_LIMIT]
