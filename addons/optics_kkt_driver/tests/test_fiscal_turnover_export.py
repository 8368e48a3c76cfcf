"""The workbook of turnover that an accountant takes home."""

import base64
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from unittest.mock import patch

from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..kkt.fiscal.document import Cashier
from ..kkt.fiscal.vocabulary import OperationType
from ..wizard import fiscal_turnover_export
from .common import FiscalCase, make_receipt


@tagged("post_install", "-at_install")
class TestFiscalTurnoverExport(FiscalCase):
    def setUp(self):
        super().setUp()
        self.reader = new_test_user(
            self.env, "accountant", "base.group_user,optics_kkt_driver.group_fiscal_user"
        )
        self.open_shift()
        self.today = self.till._local_date()

    def export(self, **values):
        days = {"date_from": self.today, "date_to": self.today}
        model = self.env["fiscal.turnover.export"].with_user(self.reader).with_context(lang="en_US")
        return model.create({**days, "device_ids": [Command.set(self.till.ids)], **values})

    def sheets(self, **values):
        """Return the tables by name, each row a dictionary by its headings."""
        export = self.export(**values)
        export.action_download()
        book = load_workbook(BytesIO(base64.b64decode(export.file)), data_only=True)
        tables = {}
        for sheet in book.worksheets:
            head, *rows = sheet.iter_rows(values_only=True)
            tables[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
        return tables

    def test_settlements_days_and_shifts(self):
        sale = self.register("sale", make_receipt(cash=True), reference="=1+1")
        back = replace(make_receipt(price=100000), operation_type=OperationType.SALE_RETURN)
        self.register("back", back)
        self.till._shift_close(Cashier("Кассир Иванова"), "z", "backend")
        self.enqueue("waiting")
        tables = self.sheets()

        first, second, total = tables["Documents"]
        self.assertEqual(first["Signed at"], self.till._to_local(sale.date_time))
        self.assertEqual(first["FD"], sale.fd_number)
        self.assertEqual(first["Reference"], "=1+1", "text, no formula")
        self.assertEqual(first["Kind of settlement"], "Sale")
        self.assertEqual(first["State"], "Signed")
        self.assertEqual((first["Turnover"], first["Cash"], first["VAT 22%"]), (5000, 5000, 901.64))
        self.assertEqual((second["Turnover"], second["Non-cash"]), (-1000, -1000))
        self.assertEqual((total["Turnover"], total["VAT"]), (4000, 721.31))
        self.assertNotIn("VAT 10%", first, "a rate that nothing was sold at")

        day, total = tables["Days"]
        self.assertEqual(day["Day"].date(), self.today)
        self.assertEqual((day["Till"], day["Receipts"]), (self.till.code, 2))
        self.assertEqual((day["Turnover"], total["Turnover"]), (4000, 4000))

        shift, _ = tables["Shifts"]
        self.assertEqual((shift["Turnover"], shift["Turnover by the till"]), (4000, 4000))
        self.assertEqual((shift["Receipts"], shift["Counters"]), (2, "Agree"))

    def test_days_are_those_of_the_till(self):
        self.register("sale")
        yesterday = self.today - timedelta(days=1)
        self.assertFalse(self.sheets(date_from=yesterday, date_to=yesterday)["Documents"])
        self.env.cr.execute("ALTER TABLE fiscal_document DISABLE TRIGGER USER")
        self.till.timezone = "Asia/Kamchatka"
        for clock, found in (("23:59", 0), ("00:00", 1)):
            local = fiscal_turnover_export.datetime.fromisoformat(f"{self.today} {clock}:00")
            moment = self.till._to_utc(local - timedelta(days=not found))
            self.env.cr.execute(
                "UPDATE fiscal_document SET date_time = %s WHERE idempotency_key = 'sale'", [moment]
            )
            self.env.invalidate_all()
            with self.subTest(clock=clock):
                self.assertEqual(len(self.sheets()["Documents"]), 2 * found)

    def test_all_tills_of_the_company_and_no_others(self):
        self.register("sale")
        other = self.make_till(code="export-2")
        self.register("other", till=other, open_shift=True)
        other.active = False
        tills = {row["Till"] for row in self.sheets(device_ids=False)["Documents"][:-1]}
        self.assertLessEqual({self.till.code, other.code}, tills)
        stranger = self.env["res.company"].create({"name": "Another"})
        with self.assertRaises(UserError):
            self.export(company_id=stranger.id)

    def test_what_cannot_be_made_is_said(self):
        with self.assertRaisesRegex(ValidationError, "First day: must not be later"):
            self.export(date_from=self.today + timedelta(days=1))
        self.register("one")
        self.register("two")
        with (
            patch.object(fiscal_turnover_export, "MOST_DOCUMENTS", 1),
            self.assertRaisesRegex(UserError, "First day, last day: more than 1 documents"),
        ):
            self.export().action_download()

    def test_nothing_sold_is_an_empty_table(self):
        long_ago = self.today - timedelta(days=4000)
        tables = self.sheets(date_from=long_ago, date_to=long_ago)
        self.assertEqual(tables, {"Documents": [], "Days": [], "Shifts": []})
