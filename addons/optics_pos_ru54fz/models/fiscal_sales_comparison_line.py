from odoo import api, fields, models
from odoo.tools import LazyTranslate, format_date, formatLang

from odoo.addons.optics_kkt_driver.fields import JsonAsText
from odoo.addons.optics_kkt_driver.kkt.reconcile.sales import TOTAL, Code

from .fiscal_sales_comparison import ALL_COLUMNS

_lt = LazyTranslate(__name__)

FINDINGS = [
    ("no_receipt", "Order without a receipt"),
    ("refund_no_receipt", "Return without a receipt"),
    ("not_paid", "Receipt of an order that is not paid"),
    ("return_no_order", "Return without an order"),
    ("total", "Total differs"),
    ("payment_kind", "Kind of payment differs"),
    ("vat_rate", "VAT differs"),
    ("corrected", "Corrected by receipts alone"),
    ("another_day", "Receipt of another day"),
    ("decided", "Decided without a receipt"),
    ("no_order_foreign", "Receipt of others on the till"),
    ("no_order_api", "Receipt over the HTTP API"),
    ("no_order_backend", "Receipt of the back office"),
    ("cash_rounding", "Cash rounding"),
    ("vat_rounding", "VAT rounded otherwise"),
]
"""``kkt.reconcile.sales.Code`` in words."""
ADVICE = {
    "no_receipt": _lt(
        "The buyer has paid, and no receipt is signed. Make a correction receipt from the order, or"
        " decide with a reason that there need be none."
    ),
    "refund_no_receipt": _lt(
        "Money was given back in Odoo alone. Make a correction receipt from the order, or decide"
        " with a reason that there need be none."
    ),
    "not_paid": _lt(
        "The receipt is signed. Open the order at the point of sale and finish it; the sale counts."
    ),
    "return_no_order": _lt(
        "The receipt of the order was taken back over the HTTP API or in the back office. Enter the"
        " return in Odoo, so that goods and money agree."
    ),
    "total": _lt(
        "See which of the two is what the buyer paid. If it is the order, correct the receipt; if"
        " it is the receipt, enter the difference in the books."
    ),
    "payment_kind": _lt(
        "See how it was paid: by the cash drawer and the bank's statement. If the receipt is wrong,"
        " correct it; if the order is, change the kind of the payment in the books."
    ),
    "vat_rate": _lt(
        "The receipt has other rates than the taxes of the order. Give the product the right tax;"
        " correct the receipt, or the entry of the order, whichever is wrong."
    ),
    "corrected": _lt(
        "The receipt was corrected, the order was not: so it should be where only the receipt was"
        " wrong. Enter what the correction changed, if anything, in the books."
    ),
    "another_day": _lt(
        "By law the day of the receipt counts. Between two months, enter the sale in the month of"
        " its receipt."
    ),
    "decided": _lt("An administrator has decided so: the reason is in the order."),
    "no_order_foreign": _lt(
        "Somebody else has signed it on this till, so there is no order. Find out who; enter it in"
        " the books, if it was a sale of yours."
    ),
    "no_order_api": _lt(
        "Another program has sold it over the HTTP API, so there is no order. Compare it with that"
        " program, and enter it in the books from there."
    ),
    "no_order_backend": _lt(
        "It was made by hand in the back office, so there is no order. Enter it in the books."
    ),
    "cash_rounding": _lt(
        "Nothing is to be done: cash was rounded, and the order has the rounding in an entry of its"
        " own."
    ),
    "vat_rounding": _lt(
        "Nothing is to be done: both round VAT to the kopeck line by line, each in its own way. The"
        " receipt counts."
    ),
}
"""What is to be done about a finding."""


class FiscalSalesComparisonLine(models.Model):
    """One order or receipt in which the receipts and Odoo's orders do not agree, and why."""

    _name = "fiscal.sales.comparison.line"
    _description = "Difference of receipts and orders"
    _order = "comparison_id desc, gravity, day, id"
    _rec_name = "finding"
    _check_company_auto = True

    comparison_id = fields.Many2one(
        "fiscal.sales.comparison",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="comparison_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    finding = fields.Selection(FINDINGS, string="What", required=True, readonly=True)
    gravity = fields.Integer(readonly=True, aggregator=None)
    device_id = fields.Many2one("kkt.device", string="Till", readonly=True, check_company=True)
    day = fields.Date(readonly=True, help="Of the receipt; of the order, where there is none")
    order_day = fields.Date(string="Day of the order", readonly=True)
    by_receipts = fields.Monetary(
        string="Receipt", readonly=True, aggregator=None, help="Total of the receipt"
    )
    by_orders = fields.Monetary(
        string="Order total", readonly=True, aggregator=None, help="Total of the order"
    )
    details = JsonAsText(readonly=True, help="The sums that differ: kopecks by both sides")
    explanation = fields.Text(string="What exactly", compute="_compute_words")
    advice = fields.Text(string="What to do", compute="_compute_words")
    order_id = fields.Many2one(
        "pos.order",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
    )
    order_name = fields.Char(
        string="Order No.", readonly=True, help="As it was called when it was compared"
    )
    document_id = fields.Many2one(
        "fiscal.document",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
    )

    @api.model
    def _of_findings(self, comparison, findings):
        """Return the values of lines for ``kkt.reconcile.sales.Finding``s."""
        orders = (
            self.env["pos.order"].sudo().browse({_order_of(each) for each in findings} - {None})
        )
        names = {order.id: order.pos_reference or order.name for order in orders}
        return [self._of_finding(comparison, each, names) for each in findings]

    @api.model
    def _of_finding(self, comparison, finding, names):
        receipts, sale = finding.receipts, finding.sale
        place = (receipts[-1] if receipts else sale).place
        order_id = _order_of(finding)
        return {
            "comparison_id": comparison.id,
            "finding": finding.code.value,
            "gravity": list(Code).index(finding.code),
            "device_id": place.till or False,
            "day": place.day,
            "order_day": sale and sale.place.day,
            "by_receipts": sum(each.sums.get(TOTAL, 0) for each in receipts) / 100,
            "by_orders": sale.sums.get(TOTAL, 0) / 100 if sale else 0,
            "details": self._details(finding),
            "order_id": order_id or False,
            "order_name": names.get(order_id, False),
            "document_id": receipts[-1].id if receipts else False,
        }

    @api.model
    def _details(self, finding):
        """Return both kopecks of each sum that differs, by the column of a document."""
        told = {}
        for column, name in ALL_COLUMNS.items():
            both = [side.get(name, 0) for side in (finding.by_receipts, finding.by_sales)]
            if both[0] != both[1]:
                told[column] = both
        return told

    @api.depends("finding", "details", "day", "order_day")
    @api.depends_context("lang")
    def _compute_words(self):
        words = dict(self.env["fiscal.sales.comparison.sum"]._measures())
        for line in self:
            line.explanation = "; ".join(line._explained(words))
            line.advice = self.env._(ADVICE[line.finding])

    def _explained(self, words):
        if self.finding == "another_day":
            yield self.env._(
                "order of %(order)s, receipt of %(receipt)s",
                order=format_date(self.env, self.order_day),
                receipt=format_date(self.env, self.day),
            )
            return
        for name, (receipts, orders) in (self.details or {}).items():
            yield self.env._(
                "%(sum)s: by receipt %(receipts)s, by order %(orders)s",
                sum=words[name],
                receipts=formatLang(self.env, receipts / 100),
                orders=formatLang(self.env, orders / 100),
            )

    # Buttons ----------------------------------------------------------------------------------

    def action_document(self):
        """Open the receipt."""
        self.ensure_one()
        self.check_access("read")
        return self.document_id._open_form()

    def action_order(self):
        """Open the order; needs a right to the point of sale."""
        self.ensure_one()
        self.check_access("read")
        self.order_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "pos.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }


def _order_of(finding):
    """Return the id of the order that a finding is about, or None."""
    return finding.sale.id if finding.sale else finding.receipts[0].sale
