from odoo import http
from odoo.http import request

from ..kkt.fiscal.exact import shown
from ..kkt.fiscal.jsonio import is_storable
from ..kkt.fiscal.money import from_kopecks
from .api import ApiError, asked_for, find_device, json_route


class PurchaseController(http.Controller):
    @json_route(
        *("/v1/kkt/purchase", "/v1/kkt/purchase/<path:name>"), methods=["GET"], readonly=True
    )
    def purchase(self, name=None):
        """Tell what a purchase has prepaid and owes, and which documents it has."""
        name = asked_for("name", name)
        device = find_device(request.httprequest.args.get("pos_id"))
        purchase = request.env["fiscal.purchase"].sudo()
        if is_storable(name):
            purchase = purchase._named(device.company_id, name)
        if not purchase:
            raise ApiError(404, "not_found", f"There is no purchase {shown(name)}.")
        balance = purchase._balance()
        return 200, {
            "purchase": purchase.name,
            "prepaid": str(from_kopecks(balance.prepaid)),
            "owed": str(from_kopecks(balance.owed)),
            "documents": [_summary(row) for row in purchase.document_ids.sorted("id")],
        }


def _summary(document):
    return {
        "key": document.idempotency_key if document.key_origin == "api" else None,
        "kind": document.kind,
        "state": document.state,
        "operation_type": int(document.operation_type or 0),
        "total": f"{document.total_sum:.2f}",
        "fn_number": document.fn_number or None,
        "fd_number": document.fd_number or None,
        "fpd": document.fpd or None,
    }
