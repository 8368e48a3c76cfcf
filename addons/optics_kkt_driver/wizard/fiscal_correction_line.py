from decimal import Decimal

from odoo import api, fields, models

from ..kkt.fiscal.as_signed import SignedItem
from ..kkt.fiscal.document import Item
from ..kkt.fiscal.jsonio import quantity_to_json
from ..kkt.fiscal.money import line_sum, to_kopecks
from ..kkt.fiscal.problems import MOST_KOPECKS
from ..kkt.fiscal.vocabulary import Nds
from ..models.account_tax import NDS_RATES
from ..models.product_template import MEASURES, PRODUCT_TYPES

PAYMENT_TYPES = [
    ("4", "Full payment"),
    ("1", "Prepayment in full"),
    ("2", "Prepayment"),
    ("3", "Advance"),
    ("5", "Partial payment and credit"),
    ("6", "Handover on credit"),
    ("7", "Payment of credit"),
]


class FiscalCorrectionLine(models.TransientModel):
    """One line of a settlement in the correction wizard: tag 1059."""

    _name = "fiscal.correction.line"
    _description = "Line of a fiscal correction"
    _check_company_auto = True

    correction_id = fields.Many2one(
        "fiscal.correction", required=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="correction_id.company_id")
    side = fields.Selection(
        [("right", "As it was settled"), ("wrong", "As it was signed")],
        required=True,
        default="right",
    )
    currency_id = fields.Many2one(related="correction_id.currency_id")
    name = fields.Char(required=True, size=128)
    price = fields.Monetary(required=True, help="Of one unit, VAT included, discounts taken off")
    quantity = fields.Float(required=True, default=1.0, digits=(16, 6))
    total = fields.Monetary(string="Sum", compute="_compute_total")
    nds = fields.Selection(NDS_RATES, string="VAT", required=True, help="Tag 1199")
    payment_type = fields.Selection(
        PAYMENT_TYPES, string="Way of settlement", required=True, default="4", help="Tag 1214"
    )
    product_type = fields.Selection(
        PRODUCT_TYPES,
        string="Kind of item",
        default="1",
        help="Tag 1212; a kind that the wrong document has and that is not in the list stays if"
        " this is left empty",
    )
    measure = fields.Selection(MEASURES, string="Unit", required=True, default="0", help="Tag 2108")
    original = fields.Json(help="The line of the wrong document, with what is not shown here")

    @api.depends("price", "quantity")
    def _compute_total(self):
        for line in self:
            total = line_sum(self._kopecks(line.price), line._quantity())
            # That it is more than a document takes is said when the line becomes one.
            line.total = min(total, MOST_KOPECKS) / 100

    @api.model
    def _values_of(self, side, item):
        """Return the columns of a line that shows an ``Item``."""
        product_type = str(int(item.product_type))
        # What the form does not show could not be set right in it.
        errs = isinstance(item, SignedItem)
        return {
            "side": side,
            "name": item.name,
            "price": item.price / 100,
            "quantity": float(item.quantity),
            "nds": str(int(item.nds)),
            "payment_type": str(int(item.payment_type)),
            "product_type": product_type in dict(PRODUCT_TYPES) and product_type,
            "measure": str(int(item.items_quantity_measure)),
            "original": (item.with_a_country if errs else item).to_json(),
        }

    def _item(self):
        """Return the line as ``kkt.fiscal.document.Item``. Raises InvalidDocument."""
        self.ensure_one()
        original = self.original or {}
        price, quantity = self._kopecks(self.price), self._quantity()
        total, nds = line_sum(price, quantity), _code(self.nds)
        # The last part of a line that was returned in parts has a kopeck of VAT of its own; what
        # stands in tag 1200 of a line without VAT is an error.
        is_same = (original.get("sum"), original.get("nds")) == (total, nds)
        keeps = is_same and Nds(nds).rate
        changed = {
            "name": self.name or "",
            "price": price,
            "quantity": quantity_to_json(quantity),
            "sum": total,
            "nds": nds,
            "ndsSum": original.get("ndsSum") if keeps else None,
            "paymentType": _code(self.payment_type),
            "productType": _code(self.product_type or original.get("productType")),
            "itemsQuantityMeasure": _code(self.measure),
        }
        return Item.from_json({**original, **changed})

    def _quantity(self):
        return Decimal(str(self.quantity))

    @api.model
    def _kopecks(self, amount):
        return to_kopecks(f"{amount:.2f}")


def _code(chosen):
    """Return the code of a selection; None where nothing is chosen."""
    return int(chosen) if chosen else None
