from odoo import http
from odoo.http import request

from ..exceptions import KeyConflict
from .api import ApiError, find_device, idempotency_key, json_body, json_route
from .receipt_request import read_receipt_request

RETRY_AFTER = {"Retry-After": "2"}


class ReceiptController(http.Controller):
    @json_route("/v1/kkt/receipt", methods=["POST"])
    def register_receipt(self):
        """Register a receipt and answer with its fiscal data; harmless to repeat with its key."""
        key = idempotency_key()
        body = json_body()
        device = find_device(body.get("pos_id"))
        wanted = read_receipt_request(body, device)
        try:
            document = request.env["fiscal.document"]._enqueue(
                device,
                wanted.receipt,
                key,
                "api",
                reference=wanted.reference,
                open_shift=device.auto_open_shift,
                warnings=wanted.warnings,
                fingerprint=body,
            )
        except KeyConflict as conflict:
            raise ApiError(
                409, "key_conflict", str(conflict), {"state": conflict.document.state}
            ) from conflict
        repeated = document.is_signed
        served = device._register_row(document)
        return answer_of(document, served, repeated=repeated)

    @json_route("/v1/kkt/receipt/<string:key>", methods=["GET"])
    def receipt(self, key):
        """Tell the state and the fiscal data of the document with this key."""
        documents = request.env["fiscal.document"].sudo().search([("idempotency_key", "=", key)])
        user = request.env.user
        if user != request.env.ref("optics_kkt_driver.user_kkt_api"):
            documents = documents.filtered(lambda row: row.company_id in user.company_ids)
        if len(documents) != 1:
            raise ApiError(404, "not_found", f"There is no document with the key {key}.")
        return 200, documents._fiscal_data()


def answer_of(document, served, *, repeated):
    """Turn the end of a registration into status and body.

    :raises ApiError: nothing is signed, or it is not known; `details` has the row's state
    """
    if document.is_signed:
        return (200 if repeated else 201), document._fiscal_data()
    details = {"state": document.state, **(document._error_data() or {})}
    words = document._explain()
    if document.state == "failed":
        raise ApiError(502, "device_refused", words, details)
    if document.state == "cancelled":
        raise ApiError(409, "given_up", words, details)
    if document.state in ("unknown", "manual"):
        raise ApiError(504, "unknown", words, details, RETRY_AFTER)
    if served.outcome == "busy":
        status = 409 if document.state == "printing" else 503
        code = "in_progress" if document.state == "printing" else "busy"
        raise ApiError(status, code, served.why, details, RETRY_AFTER)
    if served.outcome == "refused":
        raise ApiError(502, "device_refused", served.why, details)
    raise ApiError(504, "device_silent", served.why or words, details, RETRY_AFTER)
