from odoo import http

from ..kkt.fiscal.document import CashIn, CashOut, Problems, ShiftClosing, XReport
from ..kkt.fiscal.vocabulary import DocumentKind
from ..models.fiscal_document import Wanted
from . import request_fields as part
from .api import json_route
from .refusal import raise_any
from .registration import register_document

REPORT_FIELDS = {"pos_id", "cashier"}
CASH_FIELDS = {*REPORT_FIELDS, "amount", "reason"}


class TillOperationController(http.Controller):
    @json_route("/v1/kkt/x_report", methods=["POST"])
    def x_report(self):
        """Print the shift's counters so far and answer with them; nothing fiscal happens."""
        return register_document(DocumentKind.X_REPORT, _report(XReport))

    @json_route("/v1/kkt/z_report", methods=["POST"])
    def z_report(self):
        """Close the shift: the Z report."""
        return register_document(DocumentKind.SHIFT_CLOSE, _report(ShiftClosing))

    @json_route("/v1/kkt/cash_in", methods=["POST"])
    def cash_in(self):
        """Put cash into the drawer."""
        return register_document(DocumentKind.CASH_IN, _cash(CashIn))

    @json_route("/v1/kkt/cash_out", methods=["POST"])
    def cash_out(self):
        """Take cash out of the drawer."""
        return register_document(DocumentKind.CASH_OUT, _cash(CashOut))


def _report(document_class):
    def read(body, device):
        problems = Problems()
        part.no_unknown(problems, "", body, REPORT_FIELDS)
        cashier = part.cashier(problems, body.get("cashier"), device)
        raise_any(problems)
        return Wanted(document_class(cashier))

    return read


def _cash(document_class):
    def read(body, device):
        problems = Problems()
        part.no_unknown(problems, "", body, CASH_FIELDS)
        cashier = part.cashier(problems, body.get("cashier"), device)
        reason = part.short_text(problems, "reason", body.get("reason", ""))
        moved = part.amount(problems, "amount", body.get("amount"))
        if moved == 0:
            problems.add("amount", body["amount"], "not_positive")
        raise_any(problems)
        return Wanted(document_class(moved, cashier), reason)

    return read
