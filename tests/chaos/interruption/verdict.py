"""What must hold after a point: the drive's documents and the rows, held against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kkt.fiscal.vocabulary import DocumentCode, DocumentKind

BY_SHIFT = (DocumentKind.SHIFT_OPEN, DocumentKind.SHIFT_CLOSE)
"""Known by their kind and the shift's number: they carry no key."""


class Way(StrEnum):
    """How a row came to its end."""

    AT_ONCE = "signed at once"
    RECOVERED = "recovered"
    """Its answer was lost; the drive was asked, and had signed."""
    RETRIED = "retried"
    """Surely not signed at first; sent once more."""
    MANUAL = "manual"
    """A person would have to decide."""
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What each side holds when all is quiet again."""

    rows: Sequence[Mapping[str, Any]]
    """The point's own, and whatever was taken for somebody else's meanwhile."""
    shift_before: int
    """The last shift's number when the point began."""
    drive: Sequence[Mapping[str, Any]]
    """What the drive has signed since the point began, FNS JSON names."""
    open_documents: Mapping[str, bool | None]
    """Whether a document is open, by who says so."""

    def lost(self) -> list[str]:
        """Rows that say they are signed, or are at no end, and lie on no drive."""
        return [
            f"{_name(row)}: {row['state']}, FD {row['fd_number']}, not on the drive"
            for row in self._ours()
            if not self._signed_for(row)
        ]

    def doubled(self) -> list[str]:
        return [
            f"{_name(row)}: FD {found}"
            for row in self._ours()
            if len(found := self._signed_for(row)) > 1
        ]

    def violations(self) -> list[str]:
        """Every broken promise in words; empty when all were kept."""
        explained = {row["fd_number"] for row in self._ours()}
        return [
            *(f"lost: {each}" for each in self.lost()),
            *(f"doubled: {each}" for each in self.doubled()),
            *(each for row in self._ours() for each in self._row_is_wrong(row)),
            *(
                f"FD {row['fd_number']} was taken for somebody else's"
                for row in self.rows
                if row["kind"] == "foreign"
            ),
            *(
                f"FD {document['fiscalDocumentNumber']}: no row knows it"
                for document in self.drive
                if document["fiscalDocumentNumber"] not in explained
            ),
            *(
                f"a document is open, says {who}"
                for who, is_open in self.open_documents.items()
                if is_open is not False
            ),
        ]

    def _ours(self) -> list[Mapping[str, Any]]:
        return [row for row in self.rows if row["kind"] != "foreign"]

    def _row_is_wrong(self, row: Mapping[str, Any]) -> list[str]:
        if row["state"] != "printed":
            return [f"{_name(row)}: {row['state']} at the end"]
        told = (row["fn_number"], row["fd_number"], row["fpd"], row["shift_number"])
        signed = [
            (
                document["fiscalDriveNumber"],
                document["fiscalDocumentNumber"],
                f"{document['fiscalSign']:010d}",
                document["shiftNumber"],
            )
            for document in self.drive
            if self._is_of(document, row)
        ]
        return [] if told in signed else [f"{_name(row)}: recorded {told}, signed {signed}"]

    def _signed_for(self, row: Mapping[str, Any]) -> list[int]:
        return [
            document["fiscalDocumentNumber"]
            for document in self.drive
            if self._is_of(document, row)
        ]

    def _is_of(self, document: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
        """By our key in tag 1084; by kind and shift where a document carries none."""
        if DocumentCode(document["code"]).kind != row["kind"]:
            return False
        if row["kind"] in BY_SHIFT:
            is_opening = row["kind"] == DocumentKind.SHIFT_OPEN
            wanted: int = self.shift_before + (1 if is_opening else 0)
            return document["shiftNumber"] == wanted
        value: str = document["properties"]["propertyValue"]
        return value.split(" ")[-1] == row["key"]


def way(row: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Way:
    """Tell by a row's events how it came to its end."""
    passed = [event["state"] for event in events]
    if row["state"] == "manual":
        return Way.MANUAL
    if row["state"] != "printed":
        return Way.UNFINISHED
    if "queued" in passed:
        return Way.RETRIED
    return Way.RECOVERED if "unknown" in passed else Way.AT_ONCE


def _name(row: Mapping[str, Any]) -> str:
    return f"row {row['id']} ({row['kind']} {row['key']})"
