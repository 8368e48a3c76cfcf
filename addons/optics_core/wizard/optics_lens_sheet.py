import base64
import binascii
import io
from zipfile import BadZipFile, ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from ..models.product_template_matrix import MINIMUM_GROUPS
from ..models.product_template_sheet import SHEETS
from ..optics.matrix_sheet import (
    UnreadableSheet,
    read_grid,
    read_list,
    written_grid,
    written_list,
)

_lt = LazyTranslate(__name__)

TITLES = {"on_hand": _lt("On hand"), "minimum": _lt("Minimum"), "barcodes": _lt("Barcodes")}
SENTENCES = {
    "no_grid": _lt("holds no grid: cylinders in the first row, spheres in the first column"),
    "not_a_power": _lt("“%(value)s” is no power"),
    "power_beyond": _lt("%(value)s is beyond what a lens may have"),
    "not_a_count": _lt("“%(value)s” is no whole number from 0 to %(most)s"),
    "told_twice": _lt("%(power)s stands in %(other)s already"),
    "not_a_list": _lt("needs the columns %(columns)s"),
    "not_a_barcode": _lt("“%(value)s” is no barcode"),
    "wrong_digit": _lt("%(value)s: the last digit does not fit the others"),
}
"""What is said of a bad cell, by the codes of ``optics.matrix_sheet``."""
MOST_TOLD = 20
MOST_BYTES = 5 * 1024 * 1024
"""Of the file as it comes; unpacked it may be ten times as large."""
MOST_ROWS = 2000
MOST_COLUMNS = 200


class OpticsLensSheet(models.TransientModel):
    """A design's stock, minima and barcodes from a spreadsheet: all of it, or nothing."""

    _name = "optics.lens.sheet"
    _description = "Spreadsheet of the powers of a lens"
    _check_company_auto = True

    product_tmpl_id = fields.Many2one(
        "product.template", string="Lens", required=True, readonly=True, check_company=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, readonly=True, check_company=True
    )
    file = fields.Binary(string="Spreadsheet", attachment=False, required=True)
    file_name = fields.Char(string="Name of the spreadsheet")

    def action_take_in(self):
        self.ensure_one()
        design = self.product_tmpl_id
        design._check_matrix_access(MINIMUM_GROUPS)
        changed = design._matrix_take_in(self.warehouse_id, self._told())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Counts changed: %(on_hand)s, minima: %(minimum)s, barcodes: %(barcodes)s",
                    **changed,
                ),
                "next": {"type": "ir.actions.act_window_close", "infos": {"taken_in": True}},
            },
        }

    def _told(self):
        """Return what the sheets tell; refuse the file when a cell of it cannot be read."""
        titles = self._sheets_of_titles()
        told, lines = {}, []
        for sheet in self._workbook().worksheets:
            what = titles.get(sheet.title.strip().lower())
            if not what:
                continue
            try:
                told[what] = (read_list if what == "barcodes" else read_grid)(self._rows(sheet))
            except UnreadableSheet as error:
                lines += [f"{sheet.title}, {self._words(each)}" for each in error.problems]
        if lines:
            more = len(lines) - MOST_TOLD
            if more > 0:
                lines[MOST_TOLD:] = [self.env._("and %s more", more)]
            raise UserError("\n".join(lines))
        if not told:
            raise UserError(
                self.env._(
                    "None of the sheets is called “%(on_hand)s”, “%(minimum)s” or “%(barcodes)s”.",
                    **{sheet: self.env._(title) for sheet, title in TITLES.items()},
                )
            )
        return told

    def _words(self, problem):
        sentence = self.env._(SENTENCES[problem.code])
        return f"{problem.cell}: {sentence % problem.params}"

    def _sheets_of_titles(self):
        english = self.with_context(lang="en_US").env
        return {
            env._(title).lower(): what
            for env in (english, self.env)
            for what, title in TITLES.items()
        }

    def _workbook(self):
        try:
            content = base64.b64decode(self.file, validate=True)
            with ZipFile(io.BytesIO(content)) as parts:
                size = sum(each.file_size for each in parts.infolist())
            if max(len(content), size // 10) > MOST_BYTES:
                raise UserError(self.env._("Spreadsheet: the file is larger than 5 MB."))
            return load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        except (binascii.Error, BadZipFile, InvalidFileException, KeyError, OSError, ValueError):
            raise UserError(
                self.env._("Spreadsheet: the file is no workbook of the format .xlsx.")
            ) from None

    def _rows(self, sheet):
        rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
        return [list(row) for row in rows]

    def _written(self, design, warehouse):
        """Return the workbook of a design as bytes: a sheet for each of ``SHEETS``."""
        told = design._matrix_told(warehouse)
        book = Workbook()
        book.remove(book.active)
        for what in SHEETS:
            sheet = book.create_sheet(self.env._(TITLES[what]))
            write = written_list if what == "barcodes" else written_grid
            for row in write(told[what]):
                sheet.append(row)
            self._shape(sheet)
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    def _shape(self, sheet):
        sheet.freeze_panes = "B2"
        head = PatternFill("solid", start_color="FFEEEEEE")
        for line in sheet.iter_rows():
            for cell in line:
                if isinstance(cell.value, str):
                    cell.font, cell.fill = Font(bold=True), head
