import base64
from io import BytesIO

import xlsxwriter

from odoo import fields, models

from odoo.addons.optics_kkt_driver.sheet import FORMATS, OPTIONS, Sheet

MONEY = ("by_receipts", "by_orders", "difference")
SUM_COLUMNS = ("measure", *MONEY)
DAY_COLUMNS = ("day", "device_id", *SUM_COLUMNS)
LINE_COLUMNS = (
    *("finding", "device_id", "day", "order_day", "order_name", "document_id"),
    *("by_receipts", "by_orders", "explanation", "advice"),
)


class FiscalSalesComparison(models.Model):
    """The comparison as a workbook: the sums, the same by till and day, the named differences."""

    # Has a field of its own.
    _inherit = "fiscal.sales.comparison"  # pylint: disable=consider-merging-classes-inherited

    workbook = fields.Binary(compute="_compute_workbook")

    def _compute_workbook(self):
        for each in self:
            each.workbook = base64.b64encode(each._workbook())

    def action_export(self):
        """Hand the comparison to the browser as a workbook."""
        self.ensure_one()
        self.check_access("read")
        name = self.env._(
            "Sales against orders %(first)s – %(last)s", first=self.date_from, last=self.date_to
        )
        return self._download("workbook", name)

    def _workbook(self):
        output = BytesIO()
        with xlsxwriter.Workbook(output, OPTIONS) as book:
            formats = {name: book.add_format(form) for name, form in FORMATS.items()}
            for name, records, columns in (
                (self.env._("Sums"), self.total_ids, SUM_COLUMNS),
                (self.env._("Days"), self.sum_ids.filtered("day"), DAY_COLUMNS),
                (self.env._("Differences"), self.line_ids, LINE_COLUMNS),
            ):
                told = records.fields_get(columns, ["string", "selection"])
                labels = {column: told[column]["string"] for column in columns}
                sheet = Sheet(book.add_worksheet(name), formats, labels, MONEY)
                # No total: what was paid and VAT are parts of the turnover.
                sheet.fill([self._told(each, told) for each in records])
        return output.getvalue()

    def _told(self, record, told):
        row = {}
        for name, field in told.items():
            value = record[name]
            if isinstance(value, models.BaseModel):
                value = value.code if name == "device_id" else value.display_name
            row[name] = dict(field.get("selection", ())).get(value, value)
        return row
