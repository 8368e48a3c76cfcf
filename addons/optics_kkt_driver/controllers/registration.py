"""What all calls that register a document have in common: the key, the till's lane, the answer."""

from contextlib import contextmanager

from odoo.http import request

from ..exceptions import BufferFull, KeyConflict
from .api import ApiError, find_device, idempotency_key, json_body
from .refusal import RETRY_AFTER, WHEN_DRAINED, path_of_call


def register_document(kind, read):
    """Register the document that a call asks for; harmless to repeat with its key.

    :param kind: ``kkt.fiscal.DocumentKind``
    :param read: makes ``Wanted`` (see ``fiscal.document._enqueue``) of the call's body and its
        till. Not asked when the key is known: what it would say today may differ from what was
        registered
    :return: status and body
    :raises ApiError: see :func:`answer_of`; 409 when the key belongs to another document
    """
    key = idempotency_key()
    body = json_body()
    device = find_device(body.get("pos_id"))
    documents = request.env["fiscal.document"]
    with conflicts_answered(), buffer_answered(device):
        row = documents._stored(device, kind, key, body, "api")
        if not row:
            wanted = read(body, device)._replace(fingerprint=body)
            row = documents._enqueue(device, key, "api", wanted)
    repeated = row.is_signed
    return answer_of(row, row._sign(), repeated=repeated)


@contextmanager
def conflicts_answered():
    """Answer 409 to a key that belongs to another document."""
    try:
        yield
    except KeyConflict as conflict:
        raise ApiError(
            409, "key_conflict", str(conflict), {"state": conflict.document.state}
        ) from conflict


@contextmanager
def buffer_answered(device):
    """Answer 503 to a sale while too much waits for the OFD; nothing was registered."""
    try:
        yield
    except BufferFull as full:
        oldest = device._oldest_undelivered()
        details = {"oldest_pending_at": f"{oldest.date_time.isoformat()}Z"}
        raise ApiError(503, "buffer_full", str(full), details, WHEN_DRAINED) from full


def told_of(document):
    """Return what a caller wants to know of a document; fields have the names of the call."""
    told = document._fiscal_data()
    warnings = [{**each, "field": path_of_call(each["field"])} for each in told["warnings"]]
    return {**told, "warnings": warnings}


STATUS_OF_VERDICTS = {
    "device_refused": 502,
    "device_silent": 504,
    "given_up": 409,
    "unknown": 504,
    "busy": 503,
    "in_progress": 409,
}
FINAL_VERDICTS = ("device_refused", "given_up")
"""A repeated call changes nothing before a person has done something."""


def answer_of(document, ended, *, repeated):
    """Turn the end of a registration into status and body.

    :param ended: ``lane.conversation.Ended``
    :raises ApiError: nothing is signed, or it is not known; `details` has the row's state
    """
    verdict = document._verdict(ended)
    if verdict.code == "signed":
        return (200 if repeated else 201), told_of(document)
    raise ApiError(
        STATUS_OF_VERDICTS[verdict.code],
        verdict.code,
        verdict.text,
        {"state": document.state, **(document._error_data() or {})},
        {} if verdict.code in FINAL_VERDICTS else RETRY_AFTER,
    )
