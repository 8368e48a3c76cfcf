from odoo import http
from odoo.http import request

from ..kkt.fiscal.exact import shown
from ..kkt.fiscal.jsonio import is_storable
from ..kkt.fiscal.vocabulary import DocumentKind
from .api import ApiError, asked_for, json_route, of_callers_companies
from .receipt_request import read_receipt_request
from .registration import register_document, told_of


class ReceiptController(http.Controller):
    @json_route("/v1/kkt/receipt", methods=["POST"])
    def register_receipt(self):
        """Register a receipt and answer with its fiscal data."""
        return register_document(DocumentKind.RECEIPT, read_receipt_request)

    @json_route("/v1/kkt/receipt", "/v1/kkt/receipt/<path:key>", methods=["GET"])
    def receipt(self, key=None):
        """Tell the state and the fiscal data of the document with this key."""
        key = asked_for("key", key)
        documents = request.env["fiscal.document"].sudo()
        if is_storable(key):
            callers = [("key_origin", "=", "api"), *of_callers_companies()]
            domain = [("idempotency_key", "=", key), *callers]
            documents = documents.search(domain)
        if len(documents) != 1:
            raise ApiError(404, "not_found", f"There is no document with the key {shown(key)}.")
        return 200, told_of(documents)
