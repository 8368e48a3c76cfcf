import base64
from io import BytesIO

import xlsxwriter

from odoo import fields, models

from ..sheet import FORMATS, OPTIONS, Sheet

LINE_COLUMNS = (
    *("finding", "report_line", "device_id", "fn_number", "fd_number", "fpd", "date_time", "kind"),
    *("operation_type", "total_there", "total_here", "explanation", "advice", "done", "done_by"),
)
SUMS = ("total_there", "total_here")


class FiscalReconciliation(models.Model):
    """The findings as a workbook: for the accountant's files, or for a letter to the operator."""

    # Has a field of its own.
    _inherit = "fiscal.reconciliation"  # pylint: disable=consider-merging-classes-inherited

    workbook = fields.Binary(compute="_compute_workbook")

    def _compute_workbook(self):
        for each in self:
            each.workbook = base64.b64encode(each._workbook())

    def action_export(self):
        """Hand the findings to the browser as a workbook."""
        self.ensure_one()
        self.check_access("read")
        name = self.env._(
            "Reconciliation %(first)s – %(last)s", first=self.date_from, last=self.date_to
        )
        return self._download("workbook", name)

    def _workbook(self):
        lines = self.line_ids
        told = lines.fields_get(LINE_COLUMNS, ["string", "selection"])
        labels = {name: told[name]["string"] for name in LINE_COLUMNS}
        words = {name: dict(told[name].get("selection", ())) for name in LINE_COLUMNS}
        output = BytesIO()
        with xlsxwriter.Workbook(output, OPTIONS) as book:
            formats = {name: book.add_format(form) for name, form in FORMATS.items()}
            sheet = Sheet(book.add_worksheet(self.env._("Findings")), formats, labels, SUMS)
            sheet.fill([self._told(line, words) for line in lines], self.env._("Total"))
        return output.getvalue()

    def _told(self, line, words):
        row = {name: words[name].get(line[name], line[name]) for name in LINE_COLUMNS}
        moment = line.date_time
        return row | {
            "date_time": line.device_id._to_local(moment) if moment and line.device_id else moment,
            "device_id": line.device_id.code,
            "done": self.env._("Yes") if line.done else self.env._("No"),
            "done_by": line.done_by.name,
        }
