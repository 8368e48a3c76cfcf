from functools import partial

from odoo import http
from odoo.http import request

from ..kkt.fiscal.document import InvalidDocument
from .api import find_device, idempotency_key, json_body, json_route
from .correction_request import read_correction_request
from .refusal import field_of, refusal
from .registration import answer_of, conflicts_answered, told_of


class CorrectionController(http.Controller):
    @json_route("/v1/kkt/correction", methods=["POST"])
    def register_correction(self):
        """Correct a settlement that had no receipt, or a receipt with an error.

        An error makes two documents; the second one's data are answered, with the first one's in
        ``reverse``.
        """
        key = idempotency_key()
        body = json_body()
        device = find_device(body.get("pos_id"))
        wanted = read_correction_request(body, device)
        documents = request.env["fiscal.document"].sudo()
        with conflicts_answered():
            try:
                rows = documents._correct(device, key, "api", **wanted)
            except InvalidDocument as invalid:
                raise refusal(invalid, partial(field_of, body=body)) from invalid
        repeated = all(row.is_signed for row in rows)
        status, answer = answer_of(*rows._print_in_order(), repeated=repeated)
        earlier = rows[:-1]
        return status, {**answer, "reverse": told_of(earlier[0]) if earlier else None}
