import base64
from collections import defaultdict
from datetime import datetime
from io import BytesIO

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kkt.flow.states import SIGNED
from ..models.fiscal_document import RECEIPT_KINDS
from ..models.fiscal_document_sums import MEASURES
from ..sheet import FORMATS, OPTIONS, Sheet

MOST_DOCUMENTS = 100_000
"""In one workbook: what a person may still open, and one worker may hold."""
ALWAYS_SHOWN = frozenset({"turnover", "cash_total_sum", "ecash_total_sum", "nds_sum"})
"""Sums that have a column also where all are nought."""
DOCUMENT_COLUMNS = (
    *("date_time", "device_id", "fn_number", "fd_number", "fpd", "shift_number", "receipt_number"),
    *("kind", "operation_type", "reference", "state"),
)
SHIFT_COLUMNS = (
    *("device_id", "number", "opened_at", "opened_by", "closed_at", "closed_by"),
    *("receipt_count", "turnover", "told_turnover", "comparison"),
)
SHIFT_SUMS = ("turnover", "told_turnover")


class FiscalTurnoverExport(models.TransientModel):
    """What came in over some days, as a workbook for the accountant.

    Three sheets: each signed settlement; the same by day and till; the shifts, with the till's own
    counters beside ours. Days are those of the till's clock, which tax law goes by.
    """

    _name = "fiscal.turnover.export"
    _description = "Turnover for the accountant"
    _inherit = ["fiscal.period"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    device_ids = fields.Many2many(
        "kkt.device",
        string="Tills",
        check_company=True,
        context={"active_test": False},
        help="All of the company where none is named, also those that serve no more",
    )
    file = fields.Binary(string="Workbook", readonly=True, attachment=False)

    def action_download(self):
        """Make the workbook and hand it to the browser."""
        self.ensure_one()
        self.file = base64.b64encode(self._workbook())
        name = self.env._("Turnover %(first)s – %(last)s", first=self.date_from, last=self.date_to)
        return self._download("file", name)

    # What is told -------------------------------------------------------------------------------

    def _tills(self):
        tills = self.device_ids or self.env["kkt.device"].with_context(active_test=False).search(
            [("company_id", "=", self.company_id.id)]
        )
        return tills.sorted("code")

    def _settlements(self):
        """Return the signed settlements as rows of values, till by till in their order."""
        rows = []
        signed = [("kind", "in", RECEIPT_KINDS), ("state", "in", SIGNED)]
        for till in self._tills():
            found = self.env["fiscal.document"].search_read(
                [*signed, *self._within(till, "date_time")],
                [*DOCUMENT_COLUMNS, *MEASURES],
                order="fn_number, fd_number",
                limit=MOST_DOCUMENTS - len(rows) + 1,
            )
            rows += [self._by_clock_of(till, row) for row in found]
            if len(rows) > MOST_DOCUMENTS:
                raise UserError(
                    self.env._(
                        "First day, last day: more than %s documents lie between them. Take"
                        " fewer days, or fewer tills.",
                        MOST_DOCUMENTS,
                    )
                )
        return rows

    def _shifts(self):
        rows = []
        for till in self._tills():
            for shift in self.env["kkt.shift"].search(
                self._within(till, "opened_at"), order="opened_at"
            ):
                row = {name: shift[name] for name in SHIFT_COLUMNS if name in shift._fields}
                row["told_turnover"] = shift._told_turnover()
                rows.append(self._by_clock_of(till, row))
        return rows

    @api.model
    def _by_clock_of(self, till, row):
        """Return a row with its till's code, and moments as the till's clock showed them."""
        local = {
            name: till._to_local(value)
            for name, value in row.items()
            if isinstance(value, datetime)
        }
        return row | local | {"device_id": till.code}

    @api.model
    def _days(self, settlements, measures):
        """Add the settlements up by day and till."""
        days = defaultdict(lambda: {"count": 0, **dict.fromkeys(measures, 0)})
        currency = self.company_id.currency_id
        for row in settlements:
            day = days[row["date_time"].date(), row["device_id"]]
            day["count"] += 1
            for name in measures:
                day[name] = currency.round(day[name] + row[name])
        return [
            {"day": day, "device_id": till, **sums} for (day, till), sums in sorted(days.items())
        ]

    # The workbook -------------------------------------------------------------------------------

    def _workbook(self):
        settlements = self._settlements()
        measures = [
            name
            for name in MEASURES
            if name in ALWAYS_SHOWN or any(row[name] for row in settlements)
        ]
        labels = self._labels("fiscal.document", (*DOCUMENT_COLUMNS, *measures))
        day_labels = {
            "day": self.env._("Day"),
            "device_id": labels["device_id"],
            "count": self.env._("Receipts"),
            **{name: labels[name] for name in measures},
        }
        shift_labels = self._labels("kkt.shift", SHIFT_COLUMNS)
        shift_labels["told_turnover"] = self.env._("Turnover by the till")
        output = BytesIO()
        with xlsxwriter.Workbook(output, OPTIONS) as book:
            formats = {name: book.add_format(told) for name, told in FORMATS.items()}
            for name, headings, sums, rows in (
                (
                    self.env._("Documents"),
                    labels,
                    measures,
                    self._worded("fiscal.document", settlements),
                ),
                (self.env._("Days"), day_labels, measures, self._days(settlements, measures)),
                (
                    self.env._("Shifts"),
                    shift_labels,
                    SHIFT_SUMS,
                    self._worded("kkt.shift", self._shifts()),
                ),
            ):
                sheet = Sheet(book.add_worksheet(name), formats, headings, sums)
                sheet.fill(rows, self.env._("Total"))
        return output.getvalue()

    def _labels(self, model, names):
        told = self.env[model].fields_get(names, ["string"])
        return {name: told[name]["string"] if name in told else "" for name in names}

    def _worded(self, model, rows):
        """Put words for the choices of selections."""
        if not rows:
            return rows
        told = self.env[model].fields_get(rows[0], ["selection"])
        words = {name: dict(field["selection"]) for name, field in told.items() if field}
        return [
            {name: words.get(name, {}).get(value, value) for name, value in row.items()}
            for row in rows
        ]
