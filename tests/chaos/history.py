"""What must hold when all is quiet again: judged from outside, by what each side has kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from tests.chaos.wire import Call, Refusal

RECEIPT = 3
"""Tag 1000 of a receipt in FNS JSON (`code`)."""
WHOLE_SECOND = 1.0
"""Seconds by which a time in the database may be too early."""


@dataclass(frozen=True, slots=True)
class History:
    """What the clients were told, what drive, database and OFD hold, and what the wire has seen."""

    told: Mapping[str, int]
    """FD number by idempotency key."""
    rows: Sequence[Mapping[str, Any]]
    """Of `fiscal.document`."""
    drive: Sequence[Mapping[str, Any]]
    """All documents in the drive's memory, FNS JSON names."""
    ofd: Sequence[tuple[str, int]]
    """(FN, FD) of what the emulator has."""
    signed_at: Mapping[int, float]
    """When the signature was stored, seconds of the epoch, by the row's id."""
    calls: Sequence[Call]
    """Documents on the wire, in the order of arrival."""
    refusals: Sequence[Refusal]

    def violations(self) -> list[str]:
        """Every broken promise in words; empty when all were kept."""
        return [
            *self._once_on_the_drive(),
            *self._rows_tell_the_truth(),
            *self._nothing_else_on_the_drive(),
            *self._once_at_the_ofd(),
            *self._one_key_a_document(),
            *self._first_attempts_in_order(),
            *self._no_attempt_without_a_call(),
        ]

    def violations_in_peace(self) -> list[str]:
        """Those too that hold as long as no process dies, sleeps or loses PostgreSQL, and the
        breaker stays closed.
        """
        return [*self.violations(), *self._one_sender_a_drive(), *self._each_failure_counts()]

    def _signed_with(self, short_key: str) -> list[Mapping[str, Any]]:
        return [each for each in self.drive if _key_in(each) == short_key]

    def _once_on_the_drive(self) -> list[str]:
        """Each key has one receipt with its tag 1084, and the client was told its FD."""
        rows = {row["idempotency_key"]: row for row in self.rows}
        found = []
        for key, told in self.told.items():
            if key not in rows:
                found.append(f"{key}: lost, there is no row")
                continue
            signed = [each["fiscalDocumentNumber"] for each in self._signed_with(_short(rows[key]))]
            if not signed:
                found.append(f"{key}: lost, told FD {told}, nothing on the drive")
            elif len(signed) > 1:
                found.append(f"{key}: doubled, on the drive as FD {signed}")
            elif signed != [told]:
                found.append(f"{key}: told FD {told}, on the drive as FD {signed[0]}")
        return found

    def _rows_tell_the_truth(self) -> list[str]:
        drive = {each["fiscalDocumentNumber"]: each for each in self.drive}
        found = []
        for row in self.rows:
            name = f"row {row['id']} ({row['idempotency_key']})"
            document = drive.get(row["fd_number"])
            if row["kind"] == "foreign":
                found.append(f"{name}: our own document was taken for somebody else's")
            elif row["state"] != "delivered":
                found.append(f"{name}: {row['state']} at the end")
            elif document is None:
                found.append(f"{name}: FD {row['fd_number']} is not on the drive")
            elif row["fpd"] != f"{document['fiscalSign']:010d}":
                found.append(f"{name}: FPD {row['fpd']} is not that of FD {row['fd_number']}")
            elif row["kind"] == "receipt" and _key_in(document) != _short(row):
                found.append(f"{name}: FD {row['fd_number']} carries another key")
        return found

    def _nothing_else_on_the_drive(self) -> list[str]:
        """Each FD is one row's, but for the registration that the till was made with."""
        known = Counter(row["fd_number"] for row in self.rows)
        return [
            f"FD {document['fiscalDocumentNumber']}: {known[document['fiscalDocumentNumber']]} rows"
            for document in self.drive[1:]
            if known[document["fiscalDocumentNumber"]] != 1
        ]

    def _once_at_the_ofd(self) -> list[str]:
        held = Counter(self.ofd)
        wanted = {(row["fn_number"], row["fd_number"]) for row in self.rows if row["fd_number"]}
        return [
            *(f"{name}: {count} times at the OFD" for name, count in held.items() if count > 1),
            *(f"{name}: not at the OFD" for name in sorted(wanted - set(held))),
            *(f"{name}: at the OFD, and no row" for name in sorted(set(held) - wanted)),
        ]

    def _calls_of(self, row: Mapping[str, Any]) -> list[Call]:
        name = row["fn_number"], row["fd_number"]
        return [call for call in self.calls if (call.fn_number, call.fd_number) == name]

    def _sent(self) -> Iterator[tuple[Mapping[str, Any], int, list[Call]]]:
        """What the OFD has acknowledged, with the attempts that failed and the calls it took."""
        for row in self.rows:
            if row["state"] == "delivered":
                yield row, row["delivery_attempts"] or 0, self._calls_of(row)

    def _unseen(self, row: Mapping[str, Any], before: float) -> bool:
        """Whether a call of this document may have found nobody who listens."""
        since = self.signed_at[row["id"]] - WHOLE_SECOND
        return any(each.begun <= before and each.ended >= since for each in self.refusals)

    def _one_key_a_document(self) -> list[str]:
        """An operator that knows documents by the key would store one twice."""
        keys = defaultdict(set)
        for call in self.calls:
            keys[call.fn_number, call.fd_number].add(call.keys)
        return [f"{name}: sent under keys {sorted(k)}" for name, k in keys.items() if len(k) > 1]

    def _first_attempts_in_order(self) -> list[str]:
        """By FD; but one whose first attempt found nobody is passed by until its next."""
        rows = {(row["fn_number"], row["fd_number"]): row for row in self.rows}
        highest: dict[str, Call] = {}
        seen, found = set(), []
        for call in self.calls:
            name = call.fn_number, call.fd_number
            later = highest.get(call.fn_number, call)
            if name not in seen and later.fd_number > call.fd_number:
                if name in rows and not self._unseen(rows[name], later.begun):
                    found.append(f"{name}: first sent after FD {later.fd_number}")
            elif later.fd_number <= call.fd_number:
                highest[call.fn_number] = call
            seen.add(name)
        return found

    def _no_attempt_without_a_call(self) -> list[str]:
        """Each attempt that failed is a call that somebody saw, and one more was acknowledged."""
        return [
            f"row {row['id']}: {attempts} attempts failed of {len(calls)} calls"
            for row, attempts, calls in self._sent()
            if attempts >= len(calls) and not (calls and self._unseen(row, calls[-1].begun))
        ]

    def _each_failure_counts(self) -> list[str]:
        return [
            f"row {row['id']}: {len(calls)} calls, {attempts} failed attempts"
            for row, attempts, calls in self._sent()
            if attempts != len(calls) - 1
        ]

    def _one_sender_a_drive(self) -> list[str]:
        return [
            f"FN {one.fn_number}: FD {one.fd_number} and FD {two.fd_number} at the same time"
            for one, two in overlapping(self.calls)
            if one.fn_number == two.fn_number
        ]


def overlapping(calls: Sequence[Call]) -> list[tuple[Call, Call]]:
    """Those of which one began while the other was under way."""
    return [
        (one, two)
        for one, two in combinations(calls, 2)
        if one.begun < two.ended and two.begun < one.ended
    ]


def _short(row: Mapping[str, Any]) -> str:
    short_key: str = row["short_key"]
    return short_key


def _key_in(document: Mapping[str, Any]) -> str:
    """Our key in tag 1084 of a receipt: the last word of 1086."""
    if document["code"] != RECEIPT:
        return ""
    value: str = document["properties"]["propertyValue"]
    return value.split(" ")[-1]
