"""A table in a workbook, as accountants work with it."""

from datetime import date, datetime

from xlsxwriter.utility import xl_range

from odoo.tools import float_round

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""What callers wrote stays text: "=…" in a reference is no formula of ours."""
FORMATS = {
    "head": {"bold": True, "text_wrap": True, "valign": "top"},
    "money": {"num_format": "#,##0.00"},
    "total": {"num_format": "#,##0.00", "bold": True},
    "day": {"num_format": "dd.mm.yyyy"},
    "moment": {"num_format": "dd.mm.yyyy hh:mm"},
}
COLUMN_WIDTH = 15


class Sheet:
    """A table with a heading that stays, a filter, and totals that follow it, where it has any."""

    def __init__(self, sheet, formats, labels, sums):
        self._sheet, self._formats = sheet, formats
        self._columns, self._sums = list(labels), sums
        sheet.set_column(0, len(labels) - 1, COLUMN_WIDTH)
        sheet.write_row(0, 0, labels.values(), formats["head"])
        sheet.freeze_panes(1, 0)

    def fill(self, rows, total=None):
        """Write rows of values by column, then the totals, where a name of their line is given."""
        for number, row in enumerate(rows, 1):
            for column, name in enumerate(self._columns):
                value = row[name]
                if value is not None and value is not False:
                    self._sheet.write(number, column, value, self._format(name, value))
        if rows:
            self._sheet.autofilter(0, 0, len(rows), len(self._columns) - 1)
            if total:
                self._total(rows, total)

    def _format(self, name, value):
        if name in self._sums:
            return self._formats["money"]
        if isinstance(value, datetime):
            return self._formats["moment"]
        return self._formats["day"] if isinstance(value, date) else None

    def _total(self, rows, total):
        last = len(rows)
        self._sheet.write_string(last + 1, 0, total, self._formats["head"])
        for column, name in enumerate(self._columns):
            if name not in self._sums:
                continue
            cells = xl_range(1, column, last, column)
            value = float_round(sum(row[name] for row in rows), precision_digits=2)
            bold = self._formats["total"]
            self._sheet.write_formula(last + 1, column, f"=SUBTOTAL(9,{cells})", bold, value)
