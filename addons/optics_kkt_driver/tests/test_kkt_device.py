from dataclasses import replace
from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import file_path, mute_logger

from ..kkt.fiscal.document import Buyer, Correction
from ..kkt.fiscal.vocabulary import CorrectionType
from ..kkt.virtual.faults import Faults
from .common import FiscalCase, make_receipt, open_till


@tagged("post_install", "-at_install")
class TestKktDevice(FiscalCase):
    def test_the_shift_opens_and_closes_by_its_buttons(self):
        self.till.action_open_shift()
        self.assertTrue(self.till._status().shift_open)
        self.register()
        self.till.action_close_shift()
        self.assertFalse(self.till._status().shift_open)
        closing = self.env["fiscal.document"].search(
            [("device_id", "=", self.till.id), ("kind", "=", "shift_close")]
        )
        self.assertEqual(closing.state, "printed")
        self.assertEqual(closing.signed_json["receiptQuantity"], 1)

    def test_the_companys_sender_is_registered_and_signed(self):
        with self.assertRaises(ValidationError):
            self.till.company_id.fiscal_sender_address = "shop at example.ru"
        self.till.company_id.fiscal_sender_address = "shop@example.ru"
        self.assertEqual(self.till.sender_address, "shop@example.ru")
        with open_till(self.till) as driver:
            self.assertEqual(driver.read(1)["sellerAddress"], "shop@example.ru")
        self.open_shift()
        sale = replace(make_receipt(), buyer=Buyer("a@example.ru"))
        signed = self.register(document=sale).signed_json
        self.assertEqual(signed["sellerAddress"], "shop@example.ru")

    def test_a_z_report_of_1_05_tells_no_sums_and_nothing_differs(self):
        self.till = self.make_till(code="TEST-2", ffd_version="1.05")
        self.open_shift()
        self.register()
        self.till.action_close_shift()
        shift = self.env["kkt.shift"].search([("device_id", "=", self.till.id)])
        self.assertNotIn("shiftSumReports", shift.closing_id.signed_json)
        self.assertEqual(shift.comparison, "agree")
        self.assertFalse(shift._told_turnover())
        self.assertTrue(shift.counters_html)

    def test_opening_is_repeatable_by_its_key(self):
        first = self.open_shift("same")
        self.assertEqual(self.open_shift("same"), first)
        self.assertEqual(first.state, "printed")

    def test_a_second_opening_is_refused_with_the_tills_words(self):
        self.open_shift("one")
        second = self.open_shift("two")
        self.assertEqual((second.state, second.error_code), ("failed", "3C"))

    def test_status_is_what_the_till_says(self):
        self.till.action_test_connection()
        status = self.till._status()
        self.assertTrue(status.online and status.paper and status.cover_closed)
        self.assertEqual(len(status.fn_number), 16)
        self.assertLessEqual(abs(status.clock_difference), 2)
        self.assertEqual(self.till._pos_status()["state"], "green")

    def test_no_paper_and_silence_turn_the_lamp_red(self):
        for fault in ({"no_paper": True}, {"silent": True}):
            with open_till(self.till) as driver:
                driver.till.set_faults(Faults(**fault))
            self.till._refresh_status()
            self.env.invalidate_all()
            lamp = self.till._pos_status()
            self.assertEqual(lamp["state"], "red", fault)
            self.assertTrue(lamp["text"])

    def test_an_upgrade_leaves_a_silent_till_silent(self):
        other = self.make_till(code="TEST-2")
        for till in (self.till, other):
            till._refresh_status()
        self.env.flush_all()
        self.env.cr.execute(
            """ALTER TABLE kkt_device_status DROP COLUMN silence, ADD COLUMN error varchar;
            UPDATE kkt_device_status SET online = false, error = 'the till does not answer'
             WHERE device_id = %s""",
            [self.till.id],
        )
        path = file_path("optics_kkt_driver/migrations/19.0.3.0.0/pre-silence.py")
        load_script(path, "pre_silence").migrate(self.env.cr, "19.0.2.0.0")
        self.env.invalidate_all()
        self.assertTrue(self.till._status().error)
        self.assertFalse(other._status().error)
        report = self.env["kkt.monitor"]._health_report(self.till | other)
        self.assertEqual(report["components"]["tills"]["silent"], [self.till.code])

    def test_the_job_prints_what_waits(self):
        self.open_shift()
        row = self.enqueue()
        self.env.ref("optics_kkt_driver.cron_serve").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(row.state, "printed")

    def test_a_till_with_documents_is_never_deleted(self):
        self.enqueue()
        with self.assertRaises(UserError):
            self.till.unlink()

    def test_codes_are_unique_and_usable_in_addresses(self):
        with self.assertRaises(ValidationError):
            self.till.code = "a/b"
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.till.copy({"code": self.till.code})

    def test_numbers_go_on_after_a_restart(self):
        self.open_shift()
        first = self.register("a")
        second = self.register("b")
        self.assertEqual(second.fd_number, first.fd_number + 1)
        self.assertGreater(second.hlc, first.hlc)
        self.assertGreater(second.fence, first.fence)

    def test_a_till_of_ffd_1_05_signs_corrections_without_lines(self):
        self.till = self.make_till(code="TEST-2", ffd_version="1.05")
        self.open_shift()
        receipt = make_receipt()
        correction = Correction(
            operation_type=receipt.operation_type,
            applied_taxation_type=receipt.applied_taxation_type,
            items=receipt.items,
            payments=receipt.payments,
            cashier=receipt.cashier,
            correction_type=CorrectionType.SELF,
            correction_document_date=date(2026, 1, 5),
        )
        row = self.register("mend", correction)
        self.assertEqual((row.state, row.total_sum), ("printed", 5000.0))
        self.assertEqual(row.signed_json["fiscalDocumentFormatVer"], 2)
        self.assertNotIn("items", row.signed_json)
        self.assertFalse(row.warnings)
        self.till._refresh_status()
        self.assertEqual(self.till._status().ffd_version, "1.05")

    def test_what_somebody_else_printed_is_recorded(self):
        self.open_shift()
        other = self.env["kkt.device"].browse(self.till.id)
        mine = self.register("mine")
        self.env.cr.execute(
            "UPDATE kkt_lane SET last_fd = %s WHERE device_id = %s",
            [mine.fd_number - 1, other.id],
        )
        self.lose(mine)
        later = self.register("later")
        foreign = self.env["fiscal.document"].search(
            [("device_id", "=", self.till.id), ("kind", "=", "foreign")]
        )
        self.assertEqual(foreign.fd_number, later.fd_number - 1)
        self.assertEqual((foreign.state, foreign.total_sum), ("printed", 5000.0))
