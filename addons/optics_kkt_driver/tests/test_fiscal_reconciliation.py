"""An operator's report held against our documents, by the buttons that an accountant has."""

import base64
from datetime import timedelta
from io import BytesIO
from unittest.mock import patch

from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..kkt.reconcile.layout import Field
from ..kkt.reconcile.matching import FindingCode
from ..kkt.reconcile.problems import BROKEN, UNREADABLE
from ..models import fiscal_reconciliation
from ..models.fiscal_reconciliation_line import FINDINGS
from ..models.fiscal_report_layout_column import MEANINGS
from ..models.fiscal_words import ADVICE, BROKEN_LINES, REPORTS
from .common import FiscalCase, make_receipt

HEADINGS = ("Номер ФН", "Номер ФД", "ФПД", "Дата и время", "Тип чека", "Итого", "НДС 22%")
OPERATIONS = {"1": "Приход", "2": "Возврат прихода"}


@tagged("post_install", "-at_install")
class TestFiscalReconciliation(FiscalCase):
    def setUp(self):
        super().setUp()
        self.reader = self.user("accountant", "optics_kkt_driver.group_fiscal_user")
        self.manager = self.user("manager", "optics_kkt_driver.group_fiscal_manager")
        self.open_shift()
        self.today = self.till._local_date()
        self.sales = [
            self.register(f"sale-{price}", make_receipt(price)) for price in (100000, 200000)
        ]

    def user(self, login, group):
        return new_test_user(self.env, login, f"base.group_user,{group}")

    def cells(self, document, **changed):
        """What a cabinet writes of a document; `changed` are cells by our names."""
        told = {
            "fn": document.fn_number,
            "fd": document.fd_number,
            "fpd": document.fpd,
            "date": self.till._to_local(document.date_time).strftime("%d.%m.%Y %H:%M"),
            "operation": OPERATIONS[document.operation_type],
            "total": f"{document.total_sum:.2f}".replace(".", ","),
            "vat": f"{document.nds_22:.2f}".replace(".", ","),
        }
        return list((told | changed).values())

    def report(self, *lines, headings=HEADINGS):
        text = "\r\n".join(";".join(map(str, line)) for line in (headings, *lines))
        return base64.b64encode(text.encode("cp1251"))

    def reconciliation(self, *lines, user=None, content=None, **values):
        model = self.env["fiscal.reconciliation"].with_user(user or self.reader)
        return model.with_context(lang="en_US").create(
            {
                "date_from": self.today,
                "date_to": self.today,
                "file": content or self.report(*lines),
                "file_name": "report.csv",
                **values,
            }
        )

    def held(self, *lines, **values):
        reconciliation = self.reconciliation(*lines, **values)
        reconciliation.action_hold()
        return reconciliation

    def test_what_agrees_is_only_counted(self):
        told = self.held(*map(self.cells, self.sales), ["Итого", *[""] * 5, "3000,00"])
        self.assertFalse(told.line_ids)
        self.assertEqual((told.row_count, told.agreed_count, told.skipped_count), (2, 2, 1))
        self.assertEqual((told.state, told.held_by), ("settled", self.reader))

    def test_each_kind_of_finding(self):
        first, second = self.sales
        later = self.register("later", make_receipt(400000))
        later._transition("delivered", "acknowledged")
        yesterday = (self.today - timedelta(days=1)).strftime("%d.%m.%Y 12:00")
        told = self.held(
            self.cells(first, total="1000,01"),
            self.cells(first),
            self.cells(second, fd=9001),
            self.cells(second, fd=9002, date=yesterday),
            self.cells(second, fn="1111111111111111"),
            self.cells(second, total="много"),
        )
        found = {line.finding: line for line in told.line_ids}
        self.assertEqual(
            set(found),
            {code.value for code in FindingCode} - {"another_zone"} | {"broken"},
        )
        self.assertEqual(found["different"].document_id, first)
        self.assertEqual(found["different"].explanation, "Total: there 1,000.01, here 1,000.00")
        self.assertEqual(found["different"].device_id, self.till)
        self.assertEqual(
            (found["different"].total_there, found["different"].total_here), (1000.01, 1000)
        )
        self.assertEqual(found["missing_here"].fd_number, 9001)
        self.assertEqual(found["missing_there"].document_id, later)
        self.assertEqual(found["missing_there_waits"].document_id, second)
        self.assertEqual(found["broken"].report_line, 7)
        self.assertEqual(found["broken"].explanation, "Total: it is no sum ('много')")
        self.assertTrue(all(line.advice for line in told.line_ids))
        self.assertEqual((told.missing_here_count, told.missing_there_count), (1, 2))
        self.assertEqual((told.open_count, told.state), (len(found), "held"))

    def test_a_report_in_another_zone_is_one_finding(self):
        def shifted(document):
            moment = self.till._to_local(document.date_time) - timedelta(hours=3)
            return self.cells(document, date=moment.strftime("%d.%m.%Y %H:%M"))

        told = self.held(*map(shifted, self.sales))
        self.assertEqual(told.line_ids.mapped("finding"), ["another_zone"])
        self.assertIn("-3 h for 2 documents", told.line_ids.advice)
        self.assertEqual(told.agreed_count, 2)

    def test_missing_ones_are_read_from_the_drive(self):
        lost, other = self.sales
        cells = self.cells(lost), self.cells(other), self.cells(other, fd=9001)
        document = lost.signed_json
        self.lose(lost)
        told = self.held(*cells, user=self.manager)
        self.assertEqual(told.line_ids.mapped("finding"), ["missing_here"] * 2)
        told.action_read_missing()
        line = told.line_ids.filtered("done")
        self.assertEqual(line.document_id.signed_json, document)
        self.assertEqual(line.document_id.kind, "foreign")
        self.assertEqual(line.done_by, self.manager)
        self.assertIn("FD 9001", told.not_read)
        told.action_hold()
        self.assertEqual(told.line_ids.mapped("fd_number"), [9001], "it agrees now")

    def test_a_drive_in_no_till_is_said(self):
        self.env["kkt.drive"].create(
            {
                "device_id": self.till.id,
                "fn_number": "9999000000000001",
                "state": "archived",
                "seen_since": "2026-01-05 12:00:00",
            }
        )
        row = self.cells(self.sales[0], fn="9999000000000001", fd=5)
        told = self.held(*map(self.cells, self.sales), row, user=self.manager)
        told.action_read_missing()
        self.assertIn("FD 5: this drive stands in no till now", told.not_read)

    def test_a_reader_reads_no_drives(self):
        told = self.held(self.cells(self.sales[0], fd=9001))
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            told.action_read_missing()

    def test_what_is_done_stays_done(self):
        told = self.held(self.cells(self.sales[0]))
        told.line_ids.action_done()
        self.assertEqual((told.state, told.line_ids.done_by), ("settled", self.reader))
        told.action_hold()
        self.assertEqual((told.state, told.line_ids.done), ("settled", True))
        told.line_ids.action_open_again()
        self.assertEqual((told.state, told.open_count), ("held", 1))

    def test_a_layout_is_told_once(self):
        headings = ("A", "B", "C", "D", "E", "F", "G")
        content = self.report(*map(self.cells, self.sales), headings=headings)
        told = self.reconciliation(content=content)
        self.assertEqual(told.action_hold()["res_model"], "fiscal.report.layout")
        self.assertEqual((told.state, told.layout_id.missing), ("draft", "FN, FD, Total"))
        for heading, meaning in (("A", "fn"), ("B", "fd"), ("F", "total"), ("D", "date_time")):
            column = told.layout_id.column_ids.filtered(lambda each, on=heading: each.heading == on)
            column.meaning = meaning
        told.action_hold()
        self.assertEqual(told.agreed_count, 2)
        again = self.held(content=content)
        self.assertEqual((again.layout_id, again.agreed_count), (told.layout_id, 2))
        self.assertNotEqual(self.held(*map(self.cells, self.sales)).layout_id, told.layout_id)

    def test_one_column_for_each_meaning(self):
        layout = self.held(*map(self.cells, self.sales)).layout_id
        with self.assertRaisesRegex(ValidationError, "Columns: FN: named for more than one"):
            layout.write(
                {"column_ids": [Command.update(layout.column_ids[1].id, {"meaning": "fn"})]}
            )

    @mute_logger("odoo.tools.mimetypes.guess_mimetype")
    def test_bad_files_change_nothing(self):
        told = self.held(self.cells(self.sales[0]))
        before = told.line_ids
        for content, message in (
            (b"\n", "the file is empty"),
            (b"<html>", "this is a web page"),
            (b"PK\x03\x04", "no workbook of the format .xlsx"),
            (b'[{"fn": 1}', "the JSON breaks off"),
            (b"A;B;C;D\n1;2;3;4", "does not have: FN, FD, Total"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                told.file = base64.b64encode(content)
                told.action_hold()
            self.assertEqual(told.line_ids, before)
        told.file = False
        with self.assertRaisesRegex(UserError, "Report: choose the file"):
            told.action_hold()
        with self.assertRaisesRegex(ValidationError, "First day: must not be later"):
            told.date_from = self.today + timedelta(days=1)

    def test_more_findings_than_can_be_listed(self):
        with patch.object(fiscal_reconciliation, "MOST_LINES", 1):
            told = self.held(self.cells(self.sales[0], fn="1" * 16))
        self.assertEqual((len(told.line_ids), told.finding_count, told.left_out_count), (1, 3, 2))
        told.line_ids.action_done()
        self.assertEqual(told.state, "held")

    def test_export(self):
        told = self.held(self.cells(self.sales[0], total="1,00"), self.cells(self.sales[1]))
        self.assertIn("/workbook/", told.action_export()["url"])
        book = load_workbook(BytesIO(base64.b64decode(told.workbook)))
        head, row, _total = book["Findings"].iter_rows(values_only=True)
        row = dict(zip(head, row, strict=True))
        self.assertEqual((row["Finding"], row["Till"]), ("Different", self.till.code))
        self.assertEqual((row["Total there"], row["Total here"]), (1, 1000))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_another_company_sees_nothing(self):
        told = self.held(self.cells(self.sales[0]))
        other = self.env["res.company"].create({"name": "Another"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "base.group_user,optics_kkt_driver.group_fiscal_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for record in (told, told.line_ids, told.layout_id, told.layout_id.column_ids):
            self.assertFalse(record.with_user(stranger).search([]))
            with self.assertRaises(AccessError):
                record[:1].with_user(stranger).read(["display_name"])
        theirs = self.held(self.cells(self.sales[0]), user=stranger, company_id=other.id)
        self.assertEqual(theirs.line_ids.mapped("finding"), ["another_seller"])

    def test_every_code_has_words(self):
        self.assertEqual(set(REPORTS), set(UNREADABLE))
        self.assertEqual(set(BROKEN_LINES), set(BROKEN))
        codes = {code.value for code in FindingCode} | {"broken"}
        self.assertEqual({code for code, _words in FINDINGS}, codes)
        self.assertEqual(set(ADVICE), codes | {"not_accepted"})
        self.assertEqual({code for code, _words in MEANINGS}, {each.value for each in Field})
