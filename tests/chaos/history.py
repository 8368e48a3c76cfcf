"""What must hold when all is quiet again: judged from outside, by what each side has kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RECEIPT = 3
"""Tag 1000 of a receipt in FNS JSON (`code`)."""


@dataclass(frozen=True, slots=True)
class History:
    """What the clients were told, and what drive, database and OFD hold."""

    told: Mapping[str, int]
    """FD number by idempotency key."""
    rows: Sequence[Mapping[str, Any]]
    """Of `fiscal.document`."""
    drive: Sequence[Mapping[str, Any]]
    """All documents in the drive's memory, FNS JSON names."""
    ofd: Sequence[tuple[str, int]]
    """(FN, FD) of what the emulator has."""

    def violations(self) -> list[str]:
        """Every broken promise in words; empty when all were kept."""
        return [
            *self._once_on_the_drive(),
            *self._rows_tell_the_truth(),
            *self._nothing_else_on_the_drive(),
            *self._once_at_the_ofd(),
        ]

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


def _short(row: Mapping[str, Any]) -> str:
    short_key: str = row["short_key"]
    return short_key


def _key_in(document: Mapping[str, Any]) -> str:
    """Our key in tag 1084 of a receipt: the last word of 1086."""
    if document["code"] != RECEIPT:
        return ""
    value: str = document["properties"]["propertyValue"]
    return value.split(" ")[-1]
