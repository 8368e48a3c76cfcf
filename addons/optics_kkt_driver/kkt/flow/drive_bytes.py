"""The bytes of signed documents, read from the drive where the till's answer did not carry them.

What the OFD gets is what the drive has signed, tag by tag in its order. Reading takes a real till
about as long as printing, so it is done under the lane while nothing waits to be signed: a sale
that comes meanwhile waits for one document at most.
"""

from __future__ import annotations

from datetime import timedelta

from ..clock import Clock
from ..device.contract import Driver
from ..device.errors import Refused
from ..fiscal.elements import MalformedTlv
from ..fiscal.tlv import decode_document
from .lane import LaneStore, Unread
from .register import ask_baseline

READ_FOR = timedelta(seconds=3)
"""No reading begins later than this: a button that needs the till waits 5 seconds."""
_NUMBERS = ("fiscalDriveNumber", "fiscalDocumentNumber", "fiscalSign")


def read_bytes(store: LaneStore, driver: Driver, clock: Clock) -> None:
    """Read what is still to be read, oldest first, until something waits for the till.

    Raises :class:`~.errors.LaneStopped` for another drive, and
    :class:`~..device.errors.DeviceError` when the till is silent; the row stays to be read.
    """
    if store.next_without_bytes() is None:
        return
    ask_baseline(store, driver)
    give_up_at = clock.now() + READ_FOR
    while clock.now() < give_up_at and store.next_queued() is None:
        entry = store.next_without_bytes()
        if entry is None:
            return
        _read(store, driver, entry)


def _read(store: LaneStore, driver: Driver, entry: Unread) -> None:
    try:
        tlv = driver.read_tlv(entry.fd_number)
        document = decode_document(tlv)
    except Refused as error:
        store.bytes_refused(entry, f"the drive does not give its bytes: {error.message}")
        return
    except MalformedTlv:
        store.bytes_refused(entry, "what the drive gives are no bytes of a document")
        return
    told = [document.get(name) for name in _NUMBERS]
    if told == [entry.fn_number, entry.fd_number, int(entry.fpd)]:
        store.bytes_read(entry, tlv)
    else:
        store.bytes_refused(entry, "the drive gives the bytes of another document")
