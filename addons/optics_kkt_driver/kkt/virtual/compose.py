"""What a till adds to a document before the drive signs it, and how the drive signs. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..device.evidence import Stored
from ..device.refusals import refusal
from ..fiscal.cash import drawer_change
from ..fiscal.ffd import in_format
from ..fiscal.jsonio import date_time_to_json
from ..fiscal.registration import ReregistrationReason
from ..fiscal.tlv import EncodingError, decode_document, encode_new_document
from ..fiscal.totals import ShiftTotals
from ..fiscal.vocabulary import CODES_OF_KINDS, SETTLEMENTS, DocumentKind, FfdVersion
from .registration import FNS_URL, TillRegistration
from .state import DriveState, Queue

MODEL_VERSION = "1.0"
"""Tag 1188."""
REGISTRATIONS = (DocumentKind.REGISTRATION, DocumentKind.REREGISTRATION)
COPY_HEADING = "КОПИЯ"
"""Stands on the paper above what is repeated, so that nobody takes it for the document itself."""
_CHECK = "checkingProdInformationResult"
REGISTRAR = "Администратор"
"""Tag 1021 of the reports that the till makes when it is set up."""


def advance(
    kind: DocumentKind, content: Mapping[str, Any], state: DriveState, local: datetime
) -> DriveState:
    """The drive's counters after one more document with an FD."""
    state = replace(
        state,
        last_fd=state.last_fd + 1,
        last_date_time=local,
        cash_in_drawer=state.cash_in_drawer + drawer_change(kind, content),
    )
    match kind:
        case DocumentKind.SHIFT_OPEN:
            return replace(
                state,
                shift_open=True,
                shift_number=state.shift_number + 1,
                shift_opened_at=local,
                shift_opened_fd=state.last_fd,
                receipt_number=0,
            )
        case DocumentKind.SHIFT_CLOSE:
            return replace(state, shift_open=False, shift_opened_at=None)
        case DocumentKind.DRIVE_CLOSE:
            return replace(state, closed=True)
        case _ if kind in SETTLEMENTS:
            return replace(state, receipt_number=state.receipt_number + 1)
    return state


def sign(
    kind: DocumentKind,
    content: Mapping[str, Any],
    after: DriveState,
    registration: TillRegistration,
    key: bytes,
    local: datetime,
) -> Stored:
    """The signed document. `after` are the drive's counters with it; `key` is the drive's own."""
    in_shift = {} if kind in REGISTRATIONS else {"shiftNumber": after.shift_number}
    # A drive's clock tells hours and minutes to a document, no seconds.
    minute = local.replace(second=0)
    receipt_number = after.receipt_number if kind in SETTLEMENTS else None
    unsigned = {
        "code": int(CODES_OF_KINDS[kind]),
        "fiscalDocumentFormatVer": int(registration.ffd),
        "user": registration.user,
        "userInn": registration.user_inn,
        "kktRegId": registration.kkt_reg_id,
        "fiscalDriveNumber": after.fn_number,
        "fiscalDocumentNumber": after.last_fd,
        "dateTime": date_time_to_json(minute),
        **in_shift,
        **({"requestNumber": receipt_number} if receipt_number else {}),
        "retailPlaceAddress": registration.retail_address,
        "retailPlace": registration.retail_place,
        **(_without_cashier(content) if kind is DocumentKind.SETTLEMENT_STATE else content),
        **(_settled(content, registration) if kind in SETTLEMENTS else {}),
    }
    document, tlv = _in_the_drive(unsigned, key)
    return Stored(
        kind=kind,
        document=document,
        date_time=local,
        shift_number=after.shift_number,
        fd_number=after.last_fd,
        fpd=f"{document['fiscalSign']:010d}",
        receipt_number=receipt_number,
        tlv=tlv,
    )


def _without_cashier(content: Mapping[str, Any]) -> dict[str, Any]:
    """FD 21 names nobody, though the host says who asks for it."""
    return {name: each for name, each in content.items() if not name.startswith("operator")}


def _settled(content: Mapping[str, Any], registration: TillRegistration) -> dict[str, Any]:
    """What the till adds to a receipt or a correction: tags 1060, 1117 and 2107."""
    added: dict[str, Any] = {"fnsUrl": FNS_URL}
    if registration.sender_address and "@" in str(content.get("buyerPhoneOrAddress")):
        added["sellerAddress"] = registration.sender_address
    marked = [item for item in content.get("items", ()) if "labelCodeProcesMode" in item]
    if marked:
        failed = any(_has_failed(item.get(_CHECK) or 0) for item in marked)
        added["checkingLabeledProdResult"] = int(failed)
    return added


def _has_failed(result: int) -> bool:
    """Whether tag 2106 tells of a check that was made (bits 0, 2) and not passed (bits 1, 3)."""
    return any(result & made and not result & passed for made, passed in ((1, 2), (4, 8)))


def _in_the_drive(unsigned: Mapping[str, Any], key: bytes) -> tuple[dict[str, Any], bytes]:
    """The document with its sign as the drive's bytes hold it, in CP866, and these bytes.

    The sign (FPD) is the first four bytes of a keyed hash; a real drive computes it with keys that
    it shares with the tax service alone. Raises Refused when the document does not fit (10h) or
    cannot be written (33h).
    """
    try:
        digest = hmac.digest(key, encode_new_document(unsigned), "sha256")
        sign = int.from_bytes(digest[:4])
        tlv = encode_new_document({**unsigned, "fiscalSign": sign})
        return decode_document(tlv), tlv
    except EncodingError as error:
        code = "10" if error.path == "document" else "33"
        raise refusal(code, f"{error.path}: {error.reason}") from error


def registration_content(
    registration: TillRegistration, kind: DocumentKind, state: DriveState, local: datetime
) -> dict[str, Any]:
    """Of FD 1, the report on registration, or on the drive's replacement."""
    content: dict[str, Any] = {
        "kktNumber": registration.kkt_number,
        "kktVersion": MODEL_VERSION,
        "documentKktVersion": int(registration.ffd),
        "documentFdVersion": int(registration.ffd),
        "taxationType": registration.taxation_types,
        "autoMode": 0,
        "offlineMode": int(not registration.ofd_inn),
        "encryptionSign": 0,
        "usageConditionSigns": 0,
        "fdKeyResource": _days_left(state, local),
        "fnsUrl": FNS_URL,
        "operator": REGISTRAR,
    }
    if registration.ofd_inn:
        content |= {"ofdInn": registration.ofd_inn, "ofdName": registration.ofd_name}
    if registration.sender_address:
        content["sellerAddress"] = registration.sender_address
    if kind is DocumentKind.REREGISTRATION:
        content["correctionKktReasonCode"] = int(ReregistrationReason.DRIVE_REPLACED)
    return in_format(kind, content, registration.ffd)


def reported(
    kind: DocumentKind,
    after: DriveState,
    shift: ShiftTotals,
    life: ShiftTotals,
    queue: Queue,
    local: datetime,
    ffd: FfdVersion,
) -> dict[str, Any]:
    """What the till itself tells in a report, `after` counting the report too."""
    keys = {"fdKeyResource": _days_left(after, local)}
    signs = drive_signs(after, queue, local)
    waiting = queue_content(queue)
    told: dict[str, Any] = {}
    match kind:
        case DocumentKind.SHIFT_OPEN:
            told = {"kktVersion": MODEL_VERSION, "documentKktVersion": int(ffd), **signs}
        case DocumentKind.SHIFT_CLOSE:
            told = {
                **keys,
                "receiptQuantity": shift.count,
                "documentsQuantity": after.last_fd - after.shift_opened_fd + 1,
                **waiting,
                **signs,
                "shiftSumReports": shift.to_json(),
                "fiscalDriveSumReports": life.to_json(),
            }
        case DocumentKind.SETTLEMENT_STATE:
            first = {"notTransmittedDocumentNumber": queue.first_fd} if queue.count else {}
            told = {**keys, **waiting, **first, "fiscalDriveSumReports": life.to_json()}
        case DocumentKind.DRIVE_CLOSE:
            told = {"fiscalDriveSumReports": life.to_json()}
    return in_format(kind, told, ffd) if told else {}


def queue_content(queue: Queue) -> dict[str, Any]:
    """Tags 1097 and 1098, the latter only when something waits."""
    content: dict[str, Any] = {"notTransmittedDocumentsQuantity": queue.count}
    if queue.since is not None:
        content["notTransmittedDocumentsDateTime"] = date_time_to_json(
            queue.since.replace(second=0)
        )
    return content


def drive_signs(state: DriveState, queue: Queue, local: datetime) -> dict[str, Any]:
    """Tags 1050–1053, the drive's warnings; only those that are up, as 1 (KKT.md C.5)."""
    left = _days_left(state, local)
    signs = {
        "fiscalDriveExhaustionSign": left < 30,
        "fiscalDriveReplaceRequiredSign": left < 3,
        "fiscalDriveMemoryExceededSign": state.last_fd * 100 >= state.capacity * 99,
        "ofdResponseTimeoutSign": queue.since is not None
        and local - queue.since > timedelta(days=2),
    }
    return {name: 1 for name, up in signs.items() if up}


def _days_left(state: DriveState, local: datetime) -> int:
    """Tag 1213: of the keys' validity."""
    return max(0, (state.valid_until - local.date()).days)


def x_report(
    content: Mapping[str, Any],
    state: DriveState,
    shift: ShiftTotals,
    cash: Mapping[str, Any],
    local: datetime,
) -> dict[str, Any]:
    """The X report: no FD, no sign; the names beyond the counters' are ours."""
    return {
        **content,
        "dateTime": date_time_to_json(local),
        "shiftNumber": state.shift_number,
        "shiftOpen": state.shift_open,
        "shiftSumReports": shift.to_json(),
        **cash,
        "cashInDrawer": state.cash_in_drawer,
    }


def copy(
    content: Mapping[str, Any], repeated: Stored, state: DriveState, local: datetime
) -> dict[str, Any]:
    """A copy on paper: no FD, no sign of its own; all names but the number's are ours."""
    return {
        **content,
        "dateTime": date_time_to_json(local),
        "shiftNumber": state.shift_number,
        "heading": COPY_HEADING,
        "copy": repeated.document,
    }


def cash_operation(
    kind: DocumentKind, content: Mapping[str, Any], state: DriveState, local: datetime
) -> tuple[DriveState, Stored]:
    """Cash in or out: the till's counters after it, and what is kept of it."""
    after = replace(
        state,
        cash_operation=state.cash_operation + 1,
        cash_in_drawer=state.cash_in_drawer + drawer_change(kind, content),
    )
    document = {
        **content,
        "operationNumber": after.cash_operation,
        "dateTime": date_time_to_json(local),
        "shiftNumber": state.shift_number,
        "cashInDrawer": after.cash_in_drawer,
    }
    stored = Stored(
        kind=kind,
        document=document,
        date_time=local,
        shift_number=state.shift_number,
        operation_number=after.cash_operation,
    )
    return after, stored
