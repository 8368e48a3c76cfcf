from odoo import http
from odoo.http import request

from ..kkt.fiscal.jsonio import is_storable
from ..kkt.fiscal.vocabulary import DocumentKind
from .api import ApiError, json_route, of_callers_companies
from .receipt_request import read_receipt_request
from .registration import register_document


class ReceiptController(http.Controller):
    @json_route("/v1/kkt/receipt", methods=["POST"])
    def register_receipt(self):
        """Register a receipt and answer with its fiscal data."""
        return register_document(DocumentKind.RECEIPT, read_receipt_request)

    @json_route("/v1/kkt/receipt/<string:key>", methods=["GET"])
    def receipt(self, key):
        """Tell the state and the fiscal data of the document with this key."""
        documents = request.env["fiscal.document"].sudo()
        if is_storable(key):
            callers = [("key_origin", "=", "api"), *of_callers_companies()]
            domain = [("idempotency_key", "=", key), *callers]
            documents = documents.search(domain)
        if len(documents) != 1:
            raise ApiError(404, "not_found", f"There is no document with the key {key}.")
        return 200, documents._fiscal_data()
