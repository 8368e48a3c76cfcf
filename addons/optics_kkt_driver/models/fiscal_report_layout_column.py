from odoo import api, fields, models

MEANINGS = [
    ("fn", "FN"),
    ("fd", "FD"),
    ("fpd", "FPD"),
    ("date_time", "Date, or date and time"),
    ("time", "Time of the day"),
    ("kind", "Kind of document"),
    ("operation", "Kind of settlement"),
    ("total", "Total"),
    ("cash", "Cash"),
    ("ecash", "Non-cash"),
    ("nds_sum", "VAT"),
    ("nds_22", "VAT 22%"),
    ("nds_22_122", "VAT 22/122"),
    ("nds_20", "VAT 20%"),
    ("nds_20_120", "VAT 20/120"),
    ("nds_10", "VAT 10%"),
    ("nds_10_110", "VAT 10/110"),
    ("nds_7", "VAT 7%"),
    ("nds_7_107", "VAT 7/107"),
    ("nds_5", "VAT 5%"),
    ("nds_5_105", "VAT 5/105"),
    ("nds_0", "Turnover at 0%"),
    ("nds_no", "Turnover without VAT"),
]
"""``kkt.reconcile.layout.Field`` in words."""


class FiscalReportLayoutColumn(models.Model):
    """A column of an operator's report: its heading, and what stands below it."""

    _name = "fiscal.report.layout.column"
    _description = "Column of an operator's report"
    _order = "layout_id, sequence, id"
    _rec_name = "heading"
    _check_company_auto = True

    layout_id = fields.Many2one(
        "fiscal.report.layout", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="layout_id.company_id", store=True)
    sequence = fields.Integer()
    heading = fields.Char(required=True, help="Word for word as in the report")
    meaning = fields.Selection(
        MEANINGS, string="What stands there", help="Empty: the column is not read"
    )

    @api.model
    def _labels(self):
        """Words for what a column may hold, in the reader's language."""
        return dict(self._fields["meaning"]._description_selection(self.env))
