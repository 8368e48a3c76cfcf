from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import split_every

from odoo.addons.optics_kkt_driver.kkt.reconcile.sales import TOTAL, Code, added, compare
from odoo.addons.optics_kkt_driver.models.fiscal_document_sums import (
    MEASURES,
    PAYMENTS,
    VAT,
    WITHOUT_VAT,
)

BATCH = 5_000
"""Documents or orders that are read at once."""
RATES = {nds: name for name, nds in (VAT | WITHOUT_VAT).items()}
ANOTHER_RATE = "nds_other"
"""VAT of an order by taxes that say no rate of receipts."""
COLUMNS = {"turnover": TOTAL, **PAYMENTS, **{name: name for name in RATES.values()}}
"""Fields of a document to names of ``kkt.reconcile.sales.Sums``."""
ALL_COLUMNS = COLUMNS | {ANOTHER_RATE: ANOTHER_RATE}
MOST_LINES = 10_000
"""Findings that are kept, the gravest first; all are counted."""
ALWAYS_SHOWN = ("turnover", "cash_total_sum", "ecash_total_sum", "nds_sum")
"""Sums that have a row also where all are nought."""
ALL_MEASURES = (*MEASURES, ANOTHER_RATE)
NOTHING_TO_DO = (
    *(Code.DECIDED, Code.NO_ORDER_FOREIGN, Code.NO_ORDER_API, Code.NO_ORDER_BACKEND),
    *(Code.CASH_ROUNDING, Code.VAT_ROUNDING),
)
"""Differences that are as they should be, once somebody has looked at them."""
GRAVITY = list(Code)


class FiscalSalesComparison(models.Model):
    """The signed receipts of some days held against the orders that Odoo has of them.

    To the kopeck, by kind of payment and by rate of VAT, returns taken off. Days are those of the
    tills' clocks. Where an invoice or a sale order was paid at a till, its order there counts.
    """

    _name = "fiscal.sales.comparison"
    _description = "Sales against orders"
    _inherit = ["fiscal.period"]
    _order = "date_to desc, id desc"
    _rec_name = "display_name"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    device_ids = fields.Many2many(
        "kkt.device",
        string="Tills",
        check_company=True,
        context={"active_test": False},
        help="All of the company where none is named, also those that serve no more",
    )
    state = fields.Selection(
        [("draft", "New"), ("differs", "Differences"), ("agrees", "Agrees")],
        readonly=True,
        copy=False,
        required=True,
        default="draft",
    )
    compared_at = fields.Datetime(readonly=True, copy=False)
    compared_by = fields.Many2one("res.users", readonly=True, copy=False)
    receipt_count = fields.Integer(string="Receipts", readonly=True, copy=False)
    order_count = fields.Integer(string="Orders", readonly=True, copy=False)
    finding_count = fields.Integer(string="Named differences", readonly=True, copy=False)
    to_do_count = fields.Integer(
        string="To be looked into",
        readonly=True,
        copy=False,
        help="Without receipts of other programs, roundings and what was decided",
    )
    left_out_count = fields.Integer(
        string="Not listed",
        readonly=True,
        copy=False,
        help="More differences than can be listed; the gravest ones are",
    )
    line_ids = fields.One2many("fiscal.sales.comparison.line", "comparison_id", readonly=True)
    sum_ids = fields.One2many("fiscal.sales.comparison.sum", "comparison_id", readonly=True)
    total_ids = fields.One2many(
        "fiscal.sales.comparison.sum",
        "comparison_id",
        string="Sums",
        domain=[("day", "=", False)],
        readonly=True,
    )

    @api.depends("date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for each in self:
            each.display_name = each._days_in_words()

    # Buttons ----------------------------------------------------------------------------------

    def action_compare(self):
        """Compare anew; what was found before is replaced."""
        self.ensure_one()
        self.check_access("write")
        receipts, sales = self._read_both()
        counts = self._counts()
        found = sorted(compare(receipts, sales, counts), key=lambda each: GRAVITY.index(each.code))
        counted = [each for each in receipts if counts(each.place)]
        sold = [each for each in sales if each.paid and counts(each.place)]
        self._replace_lines(found[:MOST_LINES])
        self._replace_sums(counted, sold)
        to_do = sum(each.code not in NOTHING_TO_DO for each in found)
        self.write(
            {
                "state": "differs" if to_do else "agrees",
                "compared_at": fields.Datetime.now(),
                "compared_by": self.env.uid,
                "receipt_count": len(counted),
                "order_count": len(sold),
                "finding_count": len(found),
                "to_do_count": to_do,
                "left_out_count": max(len(found) - MOST_LINES, 0),
            }
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_lines(self):
        """Open the named differences."""
        return self._open_of_this("optics_pos_ru54fz.fiscal_sales_comparison_line_action")

    def action_days(self):
        """Open the sums by till and day."""
        return self._open_of_this(
            "optics_pos_ru54fz.fiscal_sales_comparison_sum_action", [("day", "!=", False)]
        )

    def _open_of_this(self, name, domain=()):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(name)
        return {**action, "domain": [("comparison_id", "=", self.id), *domain]}

    # What comes of it -------------------------------------------------------------------------

    def _replace_lines(self, found):
        lines = self.env["fiscal.sales.comparison.line"].sudo()
        self.line_ids.sudo().unlink()
        for some in split_every(BATCH, found):
            lines.create(lines._of_findings(self, some))

    def _replace_sums(self, receipts, sales):
        """Write the sums of all, and those by till and day."""
        by_place = defaultdict(lambda: ([], []))
        for side, told in enumerate((receipts, sales)):
            for each in told:
                by_place[each.place][side].append(each.sums)
        rows = self._sum_rows(
            *([each.sums for each in told] for told in (receipts, sales)), always=ALWAYS_SHOWN
        )
        for place, sides in sorted(by_place.items()):
            where = {"device_id": place.till or False, "day": place.day}
            rows += [row | where for row in self._sum_rows(*sides)]
        sums = self.env["fiscal.sales.comparison.sum"].sudo()
        self.sum_ids.sudo().unlink()
        for some in split_every(BATCH, rows):
            sums.create(some)
        self.invalidate_recordset(["total_ids"])

    def _sum_rows(self, receipts, sales, always=()):
        """Return a row for each measure that is not nought on both sides, or is `always` told."""
        by_receipts, by_orders = (_by_measure(added(told)) for told in (receipts, sales))
        return [
            {
                "comparison_id": self.id,
                "measure": name,
                "sequence": place,
                "by_receipts": by_receipts[name] / 100,
                "by_orders": by_orders[name] / 100,
                "difference": (by_receipts[name] - by_orders[name]) / 100,
            }
            for place, name in enumerate(ALL_MEASURES)
            if name in always or by_receipts[name] or by_orders[name]
        ]


def _by_measure(sums):
    """Turn ``kkt.reconcile.sales.Sums`` into kopecks by the columns of a fiscal document."""
    told = {column: sums.get(name, 0) for column, name in ALL_COLUMNS.items()}
    return told | {"nds_sum": sum(told[name] for name in (*VAT, ANOTHER_RATE))}
