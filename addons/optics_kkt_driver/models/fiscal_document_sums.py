from odoo import api, fields, models

from ..kkt.fiscal.counters import SignedSettlement
from ..kkt.fiscal.vocabulary import DocumentKind, Nds
from ..kkt.flow.states import SIGNED
from .fiscal_document import RECEIPT_KINDS

PAYMENTS = {
    "cash_total_sum": "cash",
    "ecash_total_sum": "ecash",
    "prepaid_sum": "prepaid",
    "credit_sum": "credit",
    "provision_sum": "provision",
}
"""Fields by kinds of payment (``Payments``)."""
VAT = {
    "nds_22": Nds.NDS_22,
    "nds_22_122": Nds.NDS_22_122,
    "nds_20": Nds.NDS_20,
    "nds_20_120": Nds.NDS_20_120,
    "nds_10": Nds.NDS_10,
    "nds_10_110": Nds.NDS_10_110,
    "nds_7": Nds.NDS_7,
    "nds_7_107": Nds.NDS_7_107,
    "nds_5": Nds.NDS_5,
    "nds_5_105": Nds.NDS_5_105,
}
"""Fields of VAT by rate."""
WITHOUT_VAT = {"nds_0": Nds.NDS_0, "nds_no": Nds.NDS_NO}
"""Fields of what was sold at a rate that gives no VAT."""
MEASURES = ("turnover", *PAYMENTS, "nds_sum", *VAT, *WITHOUT_VAT)


def _measure(label, explanation=None):
    return fields.Monetary(string=label, compute="_compute_sums", store=True, help=explanation)


class FiscalDocument(models.Model):
    """What came in by a settlement: by what it was paid, and what VAT is in it.

    All are counted as turnover is: less than zero when the money left the shop, nothing while
    the document is not signed. They are the sums of the signed document, not of what was sent.
    """

    # Has fields of its own.
    _inherit = "fiscal.document"  # pylint: disable=consider-merging-classes-inherited

    turnover = _measure(
        "Turnover",
        "What came in by this settlement: less than zero for a return, nothing while it is"
        " not signed",
    )
    cash_total_sum = _measure("Cash", "Tag 1031")
    ecash_total_sum = _measure("Non-cash", "Tag 1081: cards, SBP and other non-cash money")
    prepaid_sum = _measure("Prepaid", "Tag 1215: settled by what was paid earlier")
    credit_sum = _measure("On credit", "Tag 1216: to be paid later")
    provision_sum = _measure("Counter-provision", "Tag 1217")
    nds_sum = _measure("VAT", "Of all rates together")
    nds_22 = _measure("VAT 22%")
    nds_22_122 = _measure("VAT 22/122", "Of prepayments")
    nds_20 = _measure("VAT 20%")
    nds_20_120 = _measure("VAT 20/120", "Of prepayments")
    nds_10 = _measure("VAT 10%")
    nds_10_110 = _measure("VAT 10/110", "Of prepayments")
    nds_7 = _measure("VAT 7%")
    nds_7_107 = _measure("VAT 7/107", "Of prepayments")
    nds_5 = _measure("VAT 5%")
    nds_5_105 = _measure("VAT 5/105", "Of prepayments")
    nds_0 = _measure("Turnover at 0%", "What was sold at the rate of 0 %")
    nds_no = _measure("Turnover without VAT", "What was sold without VAT")

    @api.depends("state", "kind", "operation_type", "total_sum")
    def _compute_sums(self):
        for document in self:
            counts = document.kind in RECEIPT_KINDS and document.state in SIGNED
            sums = document._kopecks_by_measure() if counts else {}
            for name in MEASURES:
                document[name] = sums.get(name, 0) / 100

    def _kopecks_by_measure(self):
        settlement = self._settlement()
        sign = -1 if settlement.operation_type.money_leaves else 1
        vat = {name: settlement.vat_totals.get(nds, 0) for name, nds in VAT.items()}
        sums = {
            "turnover": settlement.total_sum,
            **{name: getattr(settlement.payments, kind) for name, kind in PAYMENTS.items()},
            "nds_sum": sum(vat.values()),
            **vat,
            **{name: settlement.vat_totals.get(nds, 0) for name, nds in WITHOUT_VAT.items()},
        }
        return {name: sign * kopecks for name, kopecks in sums.items()}

    def _settlement(self):
        """Return the signed settlement (``SignedSettlement``).

        What a till tells may be malformed. That must not keep us from storing its signature, so
        then it is what was sent.
        """
        kind = DocumentKind(self.foreign_kind or self.kind)
        try:
            return SignedSettlement.from_json(kind, self.signed_json)
        except (AttributeError, KeyError, TypeError, ValueError):
            return SignedSettlement.from_json(kind, self.payload)
