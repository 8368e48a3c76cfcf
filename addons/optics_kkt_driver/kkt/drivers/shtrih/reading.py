"""Questions to a till that several of the driver's duties need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...fiscal.elements import Element, MalformedTlv, join
from ...fiscal.tlv import decode_document
from ...fiscal.vocabulary import FfdVersion
from ..codes import refusal
from ..errors import NoAnswer, Unreachable
from . import commands
from .client import Till
from .state import Mode, State

TABLE_MODE, FIELD_TAX_MODE = 1, 14
"""Table 1, field 14: 0 lets the till compute VAT as its rates say."""
TABLE_REGIONAL, FIELD_FFD = 17, 17
TABLE_DRIVE, FIELD_SERIAL = 18, 1
REGISTER_DRAWER, REGISTER_CASH_IN, REGISTER_CASH_OUT = 241, 242, 243
OPERATION_CASH_INS, OPERATION_CASH_OUTS = 153, 154
"""Cash operations of this shift."""
OPERATION_LAST_CASH_IN, OPERATION_LAST_CASH_OUT = 155, 156
"""Their numbers over the till's life, of two bytes each."""
_NEEDED = {"fiscalDriveNumber", "fiscalSign", "dateTime"}
"""Without these a document cannot be told from another."""


@dataclass(frozen=True, slots=True)
class Drawer:
    """The till's cash."""

    operation_number: int
    """Grows by one with each cash operation."""
    sum: int
    """Kopecks."""


def state(till: Till) -> State:
    return State.of(till.ask(commands.SHORT_STATUS))


def model(till: Till) -> str:
    name: str = till.ask(commands.DEVICE)["name"]
    return name


def number_in_table(till: Till, table: int, field: int) -> int:
    return int.from_bytes(till.table(table, 1, field), "little")


def ffd(till: Till) -> FfdVersion:
    """The format that the till works by. Raises Refused for one that we do not speak."""
    told = number_in_table(till, TABLE_REGIONAL, FIELD_FFD)
    if told not in (FfdVersion.V1_05, FfdVersion.V1_2):
        raise refusal("37", f"формат ФД {told} (таблица 17, поле 17): поддерживаются 1.05 и 1.2")
    return FfdVersion(told)


def drawer(till: Till) -> Drawer:
    last = till.operations(OPERATION_LAST_CASH_IN) + till.operations(OPERATION_LAST_CASH_OUT)
    return Drawer(last, till.money(REGISTER_DRAWER))


def document_tlv(till: Till, fd_number: int) -> bytes:
    """A document as the drive holds it, its outermost tag included.

    Raises Refused (08h) when the drive has none of this number.
    """
    begun = till.ask(commands.BEGIN_READING, fd_number=fd_number)
    raw = b""
    try:
        while len(raw) < begun["size"]:
            piece = till.ask(commands.READ_DOCUMENT)["tlv"]
            if not piece:
                raise Unreachable(f"document {fd_number} ends after {len(raw)} bytes")
            raw += piece
    except NoAnswer as error:
        raise Unreachable(error.message) from error
    return join([Element(begun["type"], raw[: begun["size"]])])


def document(till: Till, fd_number: int) -> dict[str, Any]:
    """A document of the drive as FNS JSON. Raises as :func:`document_tlv`."""
    try:
        found = decode_document(document_tlv(till, fd_number))
    except MalformedTlv as error:
        raise Unreachable(f"document {fd_number} cannot be read: {error}") from error
    if found.get("fiscalDocumentNumber") != fd_number or not found.keys() >= _NEEDED:
        raise Unreachable(f"what was read is not document {fd_number}")
    return found


def cancel_open(till: Till) -> bool:
    """Cancel a receipt, or a report that was begun; False when nothing is open."""
    if state(till).mode == Mode.DOCUMENT_OPEN:
        till.ask(commands.CANCEL_RECEIPT)
        return True
    if till.ask(commands.FN_STATUS)["document"]:
        till.ask(commands.CANCEL_DOCUMENT)
        return True
    return False
