from odoo import api, fields, models

from odoo.addons.optics_kkt_driver.models.fiscal_document_sums import MEASURES

from .fiscal_sales_comparison import ANOTHER_RATE


class FiscalSalesComparisonSum(models.Model):
    """One sum by the receipts and by the orders: of all, or of one till and day."""

    _name = "fiscal.sales.comparison.sum"
    _description = "Sum of a comparison of sales"
    _order = "comparison_id desc, day, device_id, sequence, id"
    _rec_name = "measure"
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
    device_id = fields.Many2one("kkt.device", string="Till", readonly=True, check_company=True)
    day = fields.Date(readonly=True, help="By the till's clock; none in the sums of all")
    sequence = fields.Integer(readonly=True, aggregator=None)
    measure = fields.Selection(
        lambda self: self._measures(), string="Sum", required=True, readonly=True
    )
    by_receipts = fields.Monetary(readonly=True, aggregator=None)
    by_orders = fields.Monetary(readonly=True, aggregator=None)
    difference = fields.Monetary(readonly=True, aggregator=None, help="By receipts less by orders")

    @api.model
    def _measures(self):
        """Return the sums in words, as the columns of documents are called."""
        told = self.env["fiscal.document"].sudo().fields_get(MEASURES, ["string"])
        words = [(name, told[name]["string"]) for name in MEASURES]
        return [*words, (ANOTHER_RATE, self.env._("VAT of other taxes"))]
