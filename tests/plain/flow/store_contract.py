"""What any store of a lane does, whoever keeps its rows.

Held against the exhaustive check's own store and against the real one, so that the check speaks of
what really runs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any


class StoreContract(ABC):
    """Its tests need no framework: an Odoo test case and a plain class inherit it alike."""

    package = "kkt"
    """Where the plain package is imported from: its classes are others under another name."""

    # What each store brings -----------------------------------------------------------------------

    @property
    @abstractmethod
    def store(self) -> Any:
        """The ``LaneStore``."""

    @abstractmethod
    def queue(self, key: str) -> int:
        """Queue a receipt that wants an open shift; return its row."""

    @abstractmethod
    def state(self, row: int) -> str:
        """How far a row is."""

    @abstractmethod
    def give_up(self, row: int) -> None:
        """Cancel a queued row, as a person does."""

    @abstractmethod
    def baseline(self, **changes: Any) -> Any:
        """What the drive says now."""

    @abstractmethod
    def sign(self, entry: Any) -> Any:
        """Have the drive sign a journaled document: ``Signed``."""

    @abstractmethod
    def print_foreign(self) -> Mapping[str, Any]:
        """Let somebody else sign a document on the drive; return it (FNS JSON)."""

    # Helpers --------------------------------------------------------------------------------------

    def part(self, module: str) -> Any:
        return import_module(f"{self.package}.{module}")

    def journaled(self, entry: Any) -> Any:
        deadline = datetime.now(UTC) + timedelta(seconds=2)
        return self.store.journal(entry, self.baseline(), deadline)

    def unknown(self, key: str = "k1") -> tuple[int, Any]:
        """A row of which nobody knows whether it is signed."""
        row = self.queue(key)
        entry = self.journaled(self.store.next_queued())
        self.store.unknown(entry, "no answer")
        return row, entry

    def open_shift(self) -> None:
        entry = self.journaled(self.store.queue_shift_opening(self.store.next_queued()))
        self.store.signed(entry, self.sign(entry), "answered")

    def signed_without_bytes(self, key: str) -> Any:
        """Have a receipt signed by a till whose answer does not carry the drive's bytes."""
        self.queue(key)
        entry = self.journaled(self.store.next_queued())
        signed = replace(self.sign(entry), tlv=b"")
        self.store.signed(entry, signed, "answered")
        return signed

    # The contract ---------------------------------------------------------------------------------

    def test_an_empty_lane_has_nothing_to_do(self) -> None:
        assert self.store.undecided() is None
        assert self.store.next_queued() is None

    def test_first_in_first_out(self) -> None:
        rows = [self.queue("k1"), self.queue("k2")]
        entry = self.store.next_queued()
        assert (entry.id, entry.needs_open_shift) == (rows[0], True)
        self.give_up(rows[0])
        assert self.store.next_queued().id == rows[1]

    def test_an_intent_is_kept_as_it_was_journaled(self) -> None:
        row = self.queue("k1")
        entry = self.journaled(self.store.next_queued())
        assert self.state(row) == "printing"
        found = self.store.undecided()
        assert (found.id, found.document, found.intent) == (row, entry.document, entry.intent)
        assert found.intent.baseline == self.baseline()
        assert self.store.next_queued() is None

    def test_a_row_that_was_given_up_is_not_journaled(self) -> None:
        row = self.queue("k1")
        entry = self.store.next_queued()
        self.give_up(row)
        assert self.journaled(entry) is None
        assert self.state(row) == "cancelled"

    def test_signed(self) -> None:
        row = self.queue("k1")
        self.open_shift()
        entry = self.journaled(self.store.next_queued())
        self.store.signed(entry, self.sign(entry), "answered")
        assert self.state(row) == "printed"
        assert self.store.undecided() is None
        assert list(self.store.admit(self.baseline())) == [], "the store knows what it has stored"

    def test_a_refused_row_waits_for_whoever_asked_for_it(self) -> None:
        row = self.queue("k1")
        entry = self.journaled(self.store.next_queued())
        self.store.refused(entry, self.part("device.errors").Refused("no paper", code="6B"))
        assert self.state(row) == "failed"
        assert self.store.next_queued() is None
        assert self.store.undecided() is None

    def test_a_row_that_cannot_be_served_holds_no_other(self) -> None:
        rows = [self.queue("k1"), self.queue("k2")]
        conflict = self.part("flow.errors").OpeningConflict("the key is taken")
        self.store.unservable(self.store.next_queued(), conflict)
        assert self.state(rows[0]) == "failed"
        assert self.store.next_queued().id == rows[1]

    def test_not_signed_is_queued_again(self) -> None:
        row, entry = self.unknown()
        assert self.state(row) == "unknown"
        assert self.store.undecided().id == row
        self.store.not_signed(entry, "not on the drive")
        assert self.state(row) == "queued"
        assert self.store.next_queued().id == row

    def test_what_only_a_person_can_decide_holds_nobody(self) -> None:
        row, entry = self.unknown()
        after = self.queue("k2")
        contract = self.part("device.contract")
        self.store.manual(entry, contract.Lookup(contract.LookupOutcome.UNKNOWN, why="another"))
        assert self.state(row) == "manual"
        assert self.store.undecided() is None
        assert self.store.next_queued().id == after

    def test_one_opening_until_it_is_signed(self) -> None:
        self.queue("k1")
        before = self.store.next_queued()
        first = self.store.queue_shift_opening(before)
        entry = self.journaled(first)
        self.store.refused(entry, self.part("device.errors").Refused("no paper", code="6B"))
        again = self.store.queue_shift_opening(before)
        assert again.id == first.id
        assert self.state(again.id) == "queued"
        entry = self.journaled(again)
        self.store.signed(entry, self.sign(entry), "answered")
        assert self.store.queue_shift_opening(before).id != first.id, "a later shift wants its own"

    def test_another_drive_is_not_written_to(self) -> None:
        assert list(self.store.admit(self.baseline())) == []
        other = self.baseline(fn_number="9999000000000001")
        try:
            self.store.admit(other)
        except self.part("flow.errors").AnotherDrive as stop:
            assert stop.params["found"] == other.fn_number
        else:
            raise AssertionError("another drive was let in")

    def test_what_others_have_signed_is_told_until_it_is_recorded(self) -> None:
        self.queue("k1")
        self.store.admit(self.baseline())
        self.open_shift()
        document = self.print_foreign()
        number = document["fiscalDocumentNumber"]
        assert list(self.store.admit(self.baseline())) == [number]
        self.store.record_foreign(document)
        assert list(self.store.admit(self.baseline())) == []

    def test_bytes_are_to_be_read_until_they_are_kept_or_refused(self) -> None:
        self.queue("k0")
        self.store.admit(self.baseline())
        self.open_shift()
        entry = self.journaled(self.store.next_queued())
        self.store.signed(entry, self.sign(entry), "answered")
        assert self.store.next_without_bytes() is None, "the answer carried them"
        for refused in (False, True):
            signed = self.signed_without_bytes(f"refused: {refused}")
            unread = self.store.next_without_bytes()
            told = (unread.fn_number, unread.fd_number, unread.fpd)
            assert told == (signed.fn_number, signed.fd_number, signed.fpd)
            if refused:
                self.store.bytes_refused(unread, "it has no such document")
            else:
                self.store.bytes_read(unread, b"TLV")
            assert self.store.next_without_bytes() is None
