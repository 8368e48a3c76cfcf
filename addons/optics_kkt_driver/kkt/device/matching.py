"""Was our document signed? Judged from what the till has executed since the baseline. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ..fiscal.vocabulary import CASH_OPERATIONS, REPRINTS, SETTLEMENTS, DocumentKind
from .contract import Intent, Lookup, LookupOutcome, Signed
from .evidence import Evidence, Stored


def signed(stored: Stored, fn_number: str, *, on_paper: bool) -> Signed:
    """What the caller is told of an executed command."""
    return Signed(
        fn_number=fn_number,
        fd_number=stored.fd_number,
        fpd=stored.fpd,
        # As signed: a drive writes the minute, the till's memory knows the second.
        date_time=datetime.fromisoformat(str(stored.document["dateTime"])),
        shift_number=stored.shift_number or None,
        receipt_number=stored.receipt_number,
        document=stored.document,
        on_paper=on_paper,
        tlv=stored.tlv,
    )


def judge(
    kind: DocumentKind, content: Mapping[str, Any], intent: Intent, evidence: Evidence
) -> Lookup:
    """Decide by the tag, or by what identifies a kind that has none.

    `content` is what was really sent: a till of FFD 1.05 gets no tag with a correction, so that
    one which looks like ours decides nothing.

    A copy and an X report sign nothing, wherever they got to: not signed, so they are printed
    again, and two of one on paper do no harm.
    """
    if kind in REPRINTS:
        return _undone(intent, evidence, "it signs nothing")
    ours, decides = _matcher(kind, content, intent)
    executed = evidence.operations if kind in CASH_OPERATIONS else evidence.documents
    found = [each for each in executed if ours(each)]
    candidates = tuple(each.fd_number for each in found if each.fd_number)
    if evidence.fn_number != intent.baseline.fn_number:
        why = f"the till has another drive now, {evidence.fn_number}"
        return _unknown(evidence, candidates, why)
    if evidence.last_fd < intent.baseline.last_fd:
        why = f"the drive knows FD {evidence.last_fd}, it had {intent.baseline.last_fd}"
        return _unknown(evidence, (), why)
    if len(found) == 1 and decides:
        on_paper = found[0].fd_number is None or found[0].fd_number != evidence.unprinted_fd
        answer = signed(found[0], evidence.fn_number, on_paper=on_paper)
        return Lookup(LookupOutcome.SIGNED, answer)
    if found:
        why = "more than one document may be ours" if decides else "our document had no tag"
        return _unknown(evidence, candidates, why)
    return _undone(intent, evidence, "the till has no such document")


def _undone(intent: Intent, evidence: Evidence, why: str) -> Lookup:
    """Nothing of ours is there: for good, once the deadline has passed."""
    if evidence.asked_at < intent.deadline:
        return Lookup(LookupOutcome.PENDING, why="the deadline has not passed")
    return Lookup(LookupOutcome.NOT_SIGNED, why=why)


def _unknown(evidence: Evidence, candidates: tuple[int, ...], why: str) -> Lookup:
    return Lookup(
        LookupOutcome.UNKNOWN, candidates=candidates, why=why, fn_number=evidence.fn_number
    )


_Matcher = Callable[[Stored], bool]


def _matcher(
    kind: DocumentKind, content: Mapping[str, Any], intent: Intent
) -> tuple[_Matcher, bool]:
    """How to recognise our document, and whether one match proves that it is ours."""
    baseline = intent.baseline
    if kind in SETTLEMENTS:
        if _carries(content, intent.key):
            return lambda each: each.kind is kind and _carries(each.document, intent.key), True
        same = ("operationType", "totalSum")
        return (
            lambda each: (
                each.kind is kind
                and all(each.document.get(name) == content.get(name) for name in same)
            )
        ), False
    if kind is DocumentKind.SHIFT_OPEN:
        number = baseline.shift_number + 1
        return lambda each: each.kind is kind and each.shift_number == number, True
    if kind is DocumentKind.SHIFT_CLOSE:
        number = baseline.shift_number
        return lambda each: each.kind is kind and each.shift_number == number, True
    if kind in CASH_OPERATIONS:
        return lambda each: each.kind is kind and each.document["sum"] == content["sum"], True
    return lambda each: each.kind is kind, True


def _carries(document: Mapping[str, Any], key: str) -> bool:
    """Tag 1086 ends with our key: «<order> <key>»."""
    properties = document.get("properties")
    value = properties.get("propertyValue") if isinstance(properties, Mapping) else None
    return isinstance(value, str) and value.split(" ")[-1] == key
