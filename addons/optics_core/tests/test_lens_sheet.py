import base64
import io
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook, load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..optics.stock_power import StockPower
from .test_lens_matrix import MatrixCase

EANS = ("4600051000057", "2000000000015", "2000000000022")


class SheetCase(MatrixCase):
    def wizard(self, content, lens=None):
        return self.env["optics.lens.sheet"].create(
            {
                "product_tmpl_id": (lens or self.lens).id,
                "warehouse_id": self.warehouse.id,
                "file": base64.b64encode(content),
                "file_name": "lenses.xlsx",
            }
        )

    def take_in(self, sheets, lens=None):
        book = Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        content = io.BytesIO()
        book.save(content)
        return self.wizard(content.getvalue(), lens).action_take_in()

    def exported(self):
        return self.env["optics.lens.sheet"]._written(self.lens, self.warehouse)


@tagged("post_install", "-at_install")
class TestLensSheet(SheetCase):
    def test_counts_minima_and_barcodes_of_one_file(self):
        action = self.take_in(
            {
                "On hand": [["SPH", 0, -0.5], [-1, 3, 4], [-1.25, None, 0]],
                "Minimum": [["SPH", 0], [-1, 5]],
                "Barcodes": [["SPH", "CYL", "ADD", "EAN"], [-1, 0, "", EANS[0]]],
            }
        )
        self.assertIn("Counts changed: 2, minima: 1, barcodes: 1", action["params"]["message"])
        told = self.lens._matrix_told(self.warehouse)
        self.assertEqual(told["on_hand"], {StockPower(-8): 3, StockPower(-8, -4): 4})
        self.assertEqual(told["minimum"], {StockPower(-8): 5})
        self.assertEqual(told["barcodes"], [(StockPower(-8), EANS[0])])

    def test_the_export_changes_nothing_when_it_is_taken_in(self):
        for seed in range(3):
            random = Random(seed)  # noqa: S311
            for _ in range(8):
                power = StockPower(random.randrange(-40, 40), -random.randrange(0, 16))
                self.put(power, random.randint(1, 9))
                wanted = [[power.sphere, power.cylinder, 0, random.randint(1, 9)]]
                self.lens.optics_matrix_set_minimum(self.warehouse.id, wanted)
            before = self.lens._matrix_told(self.warehouse)
            message = self.wizard(self.exported()).action_take_in()["params"]["message"]
            self.assertEqual(message, "Counts changed: 0, minima: 0, barcodes: 0")
            self.assertEqual(self.lens._matrix_told(self.warehouse), before)

    def test_another_design_becomes_the_same_by_the_export(self):
        self.put(StockPower(-8, -4), 3)
        self.put(StockPower(6), 2)
        self.lens.optics_matrix_set_minimum(self.warehouse.id, [[6, 0, 0, 4]])
        other = self.lens.copy()
        self.wizard(self.exported(), other).action_take_in()
        told = self.lens._matrix_told(self.warehouse)
        self.assertEqual(other._matrix_told(self.warehouse), told)

    def test_sheets_are_known_in_russian_too(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env = self.env(context={**self.env.context, "lang": "ru_RU"})
        self.take_in({"в наличии": [["", 0], [0, 2]]})
        self.assertEqual(self.cell(0)["on_hand"], 2)
        titles = load_workbook(io.BytesIO(self.exported())).sheetnames
        self.assertEqual(titles, ["В наличии", "Минимум", "Штрихкоды"])

    def test_one_bad_cell_and_nothing_is_changed(self):
        with self.refused("Minimum, B2: “many” is no whole number from 0 to 9999", UserError):
            self.take_in({"On hand": [["", 0], [0, 2]], "Minimum": [["", 0], [0, "many"]]})
        self.assertFalse(self.lens.optics_power_ids)

    def test_many_bad_cells_are_cut(self):
        rows = [["", 0], *[[sphere, "x"] for sphere in range(10)] * 3]
        with self.refused("and 10 more$", UserError):
            self.take_in({"On hand": rows})

    def test_files_that_are_none(self):
        for content, words in (
            (b"SPH;CYL", "no workbook"),
            (self.bomb(), "larger than 5 MB"),
        ):
            with self.subTest(words), self.refused(words, UserError):
                self.wizard(content).action_take_in()
        with self.refused("None of the sheets is called “On hand”, “Minimum”", UserError):
            self.take_in({"Sheet": [["", 0], [0, 2]]})

    def bomb(self):
        content = io.BytesIO()
        with ZipFile(content, "w", ZIP_DEFLATED) as parts:
            parts.writestr("xl/sharedStrings.xml", b" " * 60 * 1024 * 1024)
        return content.getvalue()

    def test_a_barcode_of_another_product_is_refused(self):
        list_of = [["SPH", "CYL", "ADD", "EAN"], [-1, 0, "", EANS[1]]]
        self.take_in({"Barcodes": list_of})
        other = self.lens.copy()
        with self.refused(f"Barcode {EANS[1]} belongs to Clear 1.5", UserError):
            self.take_in({"Barcodes": list_of}, other)

    def test_stock_by_lot_is_not_counted_by_a_sheet(self):
        lens = self.env["product.template"].create(
            {"name": "A month", "optics_kind": "contact_lens"}
        )
        self.take_in({"Minimum": [["", 0], [-1, 3]]}, lens)
        with self.refused("A month is kept by lot", UserError):
            self.take_in({"On hand": [["", 0], [-1, 3]]}, lens)

    def test_only_who_sets_minima_takes_sheets_in(self):
        worker = new_test_user(
            self.env, "sheet_worker", "base.group_user,optics_core.group_optics_workshop"
        )
        with self.assertRaises(AccessError):
            self.env["optics.lens.sheet"].with_user(worker).create(
                {
                    "product_tmpl_id": self.lens.id,
                    "warehouse_id": self.warehouse.id,
                    "file": base64.b64encode(b"x"),
                }
            )


@tagged("post_install", "-at_install")
class TestLensSheetDownload(SheetCase, HttpCase):
    def test_the_export_is_downloaded_by_whom_the_matrix_is_open(self):
        self.put(StockPower(-8), 3)
        new_test_user(self.env, "sheet_keeper", "base.group_user,stock.group_stock_user")
        new_test_user(self.env, "sheet_reader", "base.group_user")
        url = f"/optics/lens/{self.lens.id}/{self.warehouse.id}/stock"
        self.authenticate("sheet_keeper", "sheet_keeper")
        answer = self.url_open(url)
        book = load_workbook(io.BytesIO(answer.content))
        self.assertEqual(
            [list(row) for row in book["On hand"].values], [["SPH \\ CYL", "0,00"], ["-1,00", 3]]
        )
        self.authenticate("sheet_reader", "sheet_reader")
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.url_open(url).status_code, 403)
