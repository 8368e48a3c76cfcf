from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..kkt.virtual.faults import Faults
from .common import FiscalCase, make_receipt, open_till


class ServiceCase(FiscalCase):
    def setUp(self):
        super().setUp()
        self.open_shift()

    def look(self):
        self.till._refresh_status()
        self.env.invalidate_all()

    def copies(self):
        return self.env["fiscal.document"].search(
            [("device_id", "=", self.till.id), ("kind", "=", "copy")]
        )


@tagged("post_install", "-at_install")
class TestService(ServiceCase):
    def test_the_clock_is_set_and_the_lamp_says_why(self):
        self.till._set_virtual_faults(clock_offset=420)
        self.look()
        lamp = self.till._pos_status()
        self.assertEqual(lamp["state"], "red")
        self.assertIn("420", lamp["text"])
        answer = self.till.action_set_clock()
        self.assertIn("420", answer["params"]["message"])
        self.assertLessEqual(abs(self.till.clock_difference), 1)
        self.assertEqual(self.till._pos_status()["state"], "green")
        self.assertIn("420", self.till.message_ids[0].body)

    def test_a_small_difference_is_no_reason_to_stop(self):
        self.till._set_virtual_faults(clock_offset=200)
        self.look()
        self.assertEqual(self.till._pos_status()["state"], "green")

    def test_the_clock_is_set_in_the_tills_own_zone(self):
        till = self.make_till(code="TEST-2", timezone="Asia/Vladivostok")
        till.action_set_clock()
        self.assertLessEqual(abs(till.clock_difference), 1)

    def test_printing_goes_on_and_the_row_is_on_paper(self):
        self.till._set_virtual_faults(paper_runs_out=True)
        row = self.register()
        self.assertEqual((row.state, row.on_paper), ("printed", False))
        self.look()
        self.assertEqual(self.till.unprinted_fd, row.fd_number)
        with self.assertRaisesRegex(UserError, "6B"):
            self.till.action_continue_print()
        self.till._set_virtual_faults()
        self.till.action_continue_print()
        self.assertEqual((row.state, row.on_paper), ("printed", True))
        self.assertEqual(
            (row.event_ids[-1].from_state, row.event_ids[-1].to_state), ("printed", "printed")
        )
        self.assertFalse(self.till.unprinted_fd)
        self.till.action_continue_print()
        self.assertEqual(self.register("next").state, "printed")

    def test_only_a_signed_row_comes_out(self):
        with self.assertRaises(UserError):
            self.enqueue("waiting")._mark_printed()

    def test_one_press_one_copy(self):
        row = self.register()
        before = self.till._lane().last_fd
        row.action_print_copy()
        copy = self.copies()
        self.assertEqual((copy.state, copy.original_id), ("printed", row))
        self.assertEqual((copy.original_fd, copy.original_fpd), (row.fd_number, row.fpd))
        self.assertEqual(copy.signed_json["copy"]["fiscalSign"], row.signed_json["fiscalSign"])
        self.assertEqual(self.till._lane().last_fd, before, "a copy has no FD")
        row.action_print_copy()
        self.assertEqual(len(self.copies()), 2)

    def test_a_copy_that_did_not_come_out_is_pressed_again(self):
        row = self.register()
        self.till._set_virtual_faults(no_paper=True)
        with self.assertRaisesRegex(UserError, "6B"):
            row.action_print_copy()
        self.till._set_virtual_faults()
        row.action_print_copy()
        self.assertEqual(self.copies().mapped("state"), ["printed"])

    def test_copy_of_the_last_document(self):
        row = self.register()
        answer = self.till.action_copy_last()
        self.assertIn(str(row.fd_number), answer["params"]["message"])
        self.assertEqual(self.copies().original_id, row)

    def test_no_copy_from_an_archived_drive(self):
        row = self.register()
        self.env.cr.execute("UPDATE kkt_lane SET fn_number = '9999000000000001'")
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, row.fn_number):
            row.action_print_copy()
        self.assertFalse(self.copies())

    def test_a_document_left_open_is_cancelled(self):
        with open_till(self.till) as driver:
            driver.till.cut_power("receipt")
        self.look()
        self.assertTrue(self.till.open_document)
        refused = self.register("refused")
        self.assertEqual((refused.state, refused.error_code), ("failed", "4A"))
        self.till.action_cancel_open_document()
        self.assertFalse(self.till.open_document)
        answer = self.till.action_cancel_open_document()
        self.assertEqual(answer["params"]["message"], "No document is open.")
        refused._sign()
        self.assertEqual(refused.state, "printed")

    def test_a_silent_till_is_told_by_every_button(self):
        self.till._set_virtual_faults(silent=True)
        for button in (
            "action_set_clock",
            "action_continue_print",
            "action_cancel_open_document",
            "action_fn_status",
        ):
            with self.subTest(button=button), self.assertRaisesRegex(UserError, self.till.code):
                getattr(self.till, button)()

    def test_a_wrong_inn_of_whoever_presses_is_told_by_every_button(self):
        self.register("sale", open_shift=True)
        self.env.user.fiscal_inn = "123"
        for button in ("action_x_report", "action_close_shift", "action_copy_last"):
            with self.subTest(button=button), self.assertRaisesRegex(UserError, "INN"):
                getattr(self.till, button)()

    def test_readers_serve_nothing(self):
        reader = new_test_user(
            self.env, "service-reader", groups="optics_kkt_driver.group_fiscal_user"
        )
        for button in (
            "action_set_clock",
            "action_continue_print",
            "action_cancel_open_document",
            "action_copy_last",
            "action_fn_status",
            "action_read_document",
            "action_virtual_faults",
        ):
            with self.subTest(button=button), self.assertRaises(AccessError):
                getattr(self.till.with_user(reader), button)()


@tagged("post_install", "-at_install")
class TestLivePage(ServiceCase):
    def test_the_page_has_what_the_till_says(self):
        row = self.register()
        self.look()
        till = self.till
        self.assertEqual((till.fn_number, till.last_fd), (row.fn_number, row.fd_number))
        self.assertEqual((till.receipt_number, till.shift_number), (1, 1))
        self.assertEqual((till.paper, till.cover_closed, till.open_document), (True, True, False))
        self.assertEqual(till.fn_undelivered, 2)
        self.assertEqual(till.ofd_blocks_at, till.undelivered_since + timedelta(days=30))
        self.assertIn(till.ofd_days_left, (29, 30))
        self.assertGreater(till.fn_days_left, 1000)
        self.assertLess(till.shift_age, 0.1)
        self.assertFalse(till.warning_words)

    def test_warnings_are_told_in_words(self):
        self.till._status().warnings = "ofdResponseTimeoutSign; somethingNew"
        self.assertEqual(
            self.till.warning_words, "the OFD has not answered for 2 days; somethingNew"
        )


@tagged("post_install", "-at_install")
class TestReading(ServiceCase):
    def reading_of(self, number):
        action = self.till.action_read_document()
        reading = self.env["kkt.document.reading"].browse(action["res_id"])
        reading.fd_number = number
        reading.action_read()
        return reading

    def test_the_same_as_ours(self):
        row = self.register()
        reading = self.reading_of(row.fd_number)
        self.assertEqual((reading.verdict, reading.document_id), ("equal", row))
        self.assertIn("1020", reading.lines_html)
        self.assertIn("5,000.00", reading.lines_html)
        self.assertIn('"totalSum": 500000', reading.json_text)
        self.assertEqual(reading.tlv_hex[:5], "03 00", "the outermost tag is the document's code")

    def test_something_else_than_ours(self):
        row = self.register()
        other = {**row.signed_json, "operator": "Кассир Сидорова"}
        self.env.cr.execute("ALTER TABLE fiscal_document DISABLE TRIGGER fiscal_document_guard")
        row.signed_json = other
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE fiscal_document ENABLE TRIGGER fiscal_document_guard")
        reading = self.reading_of(row.fd_number)
        self.assertEqual((reading.verdict, reading.differences), ("differs", "operator"))

    def test_before_our_time(self):
        reading = self.reading_of(1)
        self.assertEqual((reading.verdict, reading.document_id.id), ("unknown", False))

    def test_no_such_document(self):
        with self.assertRaisesRegex(UserError, "08"):
            self.reading_of(99)


@tagged("post_install", "-at_install")
class TestFaults(ServiceCase):
    def form(self):
        action = self.till.action_virtual_faults()
        return self.env["kkt.virtual.faults"].browse(action["res_id"])

    def faults(self):
        self.env.invalidate_all()
        return self.till._known_faults()

    def test_every_fault_has_a_field_with_words(self):
        form = self.env["kkt.virtual.faults"]
        missing = {each.name for each in dataclass_fields(Faults)} - set(form._fields)
        self.assertFalse(missing, "faults that the form does not know")

    def test_set_shown_and_mended(self):
        form = self.form()
        form.write({"times": 2, "lost_answer": "after_signing", "no_paper": True})
        form.action_set()
        self.assertEqual(self.faults(), Faults(times=2, lost_answer="after_signing", no_paper=True))
        self.assertEqual(
            self.till.virtual_faults,
            "How many documents: 2; Lost answer: The answer is lost: the document is signed;"
            " No paper",
        )
        again = self.form()
        self.assertEqual((again.times, again.lost_answer), (2, "after_signing"))
        self.assertTrue(again.no_paper)
        again.action_mend()
        self.assertEqual(self.faults(), Faults())
        self.assertFalse(self.till.virtual_faults)

    def test_paper_for_no_more_documents_is_not_plenty(self):
        form = self.form()
        form.write({"paper_is_limited": True, "paper_left": 0})
        form.action_set()
        self.assertEqual(self.faults().paper_left, 0)
        self.assertTrue(self.form().paper_is_limited)

    def test_what_is_set_happens(self):
        form = self.form()
        form.write({"times": 1, "refuse_code": " 4e "})
        form.action_set()
        row = self.register()
        self.assertEqual((row.state, row.error_code), ("failed", "4E"))
        row._sign()
        self.assertEqual(row.state, "printed")

    def test_impossible_values_are_told(self):
        form = self.form()
        form.delay = -1
        with self.assertRaisesRegex(UserError, "delays"):
            form.action_set()

    def test_by_the_shell(self):
        self.till._set_virtual_faults(cover_open=True)
        self.assertEqual(self.register("covered").error_code, "7B")
        self.till._set_virtual_faults()
        with self.assertRaises(UserError):
            self.till._set_virtual_faults(no_such_fault=True)

    def test_a_till_that_was_never_asked_has_none(self):
        till = self.make_till(code="TEST-2")
        self.assertFalse(till.virtual_faults)
        self.assertFalse(till._memory_path().is_file(), "looking does not register a till")


@tagged("post_install", "-at_install")
class TestUndecidedAtService(ServiceCase):
    def test_cancelling_finds_out_what_became_of_ours(self):
        self.till._set_virtual_faults(times=2, power_cut=True)
        row = self.enqueue("cut")
        row._sign()
        self.env.invalidate_all()
        self.assertEqual(row.state, "queued", "not signed: the till said so")
        self.till.action_cancel_open_document()
        row._sign()
        self.assertEqual(row.state, "printed")
        self.assertLess(datetime.now(UTC) - row.date_time.replace(tzinfo=UTC), timedelta(minutes=2))

    def test_a_receipt_after_service_has_the_next_number(self):
        first = self.register("a")
        first.action_print_copy()
        self.till.action_fn_status()
        second = self.register("b", make_receipt(price=100))
        self.assertEqual(second.fd_number, first.fd_number + 1)
