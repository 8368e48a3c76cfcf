import shutil
from datetime import UTC, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..kkt.device.contract import Intent
from ..kkt.fiscal.document import Cashier, Copy, DriveClosing, SettlementState
from .common import INN, FiscalCase, make_receipt, open_till, take_lane


class DriveCase(FiscalCase):
    def drive(self):
        self.env.invalidate_all()
        return self.till.drive_id

    def documents(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["fiscal.document"].search([("device_id", "=", self.till.id), *domain])

    def register_by_hand(self, document):
        """Register a document past us, as another program on the till would."""
        with open_till(self.till) as driver:
            deadline = datetime.now(UTC) + timedelta(seconds=2)
            return driver.register(document, Intent("", "", driver.baseline(), 0, deadline))

    def put_in_another_drive(self):
        """Replace the drive with the maker's tool: nobody has told us."""
        with open_till(self.till) as driver:
            driver.replace_drive()
            return driver.baseline().fn_number

    def wizard(self):
        action = self.till.action_replace_drive()
        return self.env["kkt.drive.replacement"].browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestKktDrive(DriveCase):
    def test_a_drive_is_taken_in_and_its_registration_read(self):
        self.assertFalse(self.drive(), "nothing was registered yet")
        self.till.ofd_id.inn = INN
        self.open_shift()
        drive = self.drive()
        self.assertEqual((drive.state, drive.fn_number), ("in_use", self.till._lane().fn_number))
        self.assertEqual((drive.first_fd, drive.last_fd), (1, 2))
        self.assertEqual((drive.user_inn, drive.retail_place), (INN, "Салон оптики"))
        self.assertEqual((drive.tax_systems, drive.ofd_name), ("ОСН", "ОФД"))
        self.assertEqual((len(drive.kkt_reg_id), drive.registration_fd), (16, 1))
        self.assertEqual(drive.kkt_number, self.till.serial)
        self.assertEqual((drive.valid_until, drive.ffd_version), (self.till.fn_valid_until, "1.2"))
        self.register()
        self.assertEqual((self.drive().last_fd, drive.document_count), (3, 2))

    def test_the_registration_is_read_once_and_again_by_the_button(self):
        self.open_shift()
        drive = self.drive()
        read_at = drive.registration_read_at - timedelta(hours=1)
        self.env.cr.execute(
            "UPDATE kkt_drive SET registration_read_at = %s, registration = NULL WHERE id = %s",
            [read_at, drive.id],
        )
        self.env.invalidate_all()
        self.till._refresh_status()
        self.assertEqual(self.drive().registration_read_at, read_at)
        self.till.action_fn_status()
        self.assertGreater(self.drive().registration_read_at, read_at)
        self.assertEqual(self.drive().registration["fiscalDocumentNumber"], 1)

    def test_a_drive_of_another_till_is_refused_in_words(self):
        self.open_shift()
        other = self.make_till(code="TEST-2")
        shutil.copyfile(self.till._memory_path(), other._memory_path())
        row = self.enqueue("x", till=other)
        ended = row._sign()
        self.assertEqual((ended.outcome, row.state), ("refused", "queued"))
        self.assertIn(self.till.code, self.words(ended))
        self.assertFalse(other.drive_id)

    def test_foreign_documents_say_what_they_are(self):
        self.open_shift()
        cashier = Cashier("Кассир Петрова")
        self.register_by_hand(make_receipt(price=12300))
        self.register_by_hand(SettlementState(cashier))
        self.register("ours")
        receipt, state = self.documents(kind="foreign").sorted("fd_number")
        self.assertEqual((receipt.foreign_kind, receipt.total_sum), ("receipt", 123.0))
        self.assertEqual(receipt.display_name, "Foreign document (receipt) FD 3")
        self.assertEqual(state.display_name, "Foreign document (settlement state) FD 4")

    def test_a_registration_changed_elsewhere_is_followed(self):
        self.open_shift()
        drive = self.drive()
        report = {
            **drive.registration,
            "code": 11,
            "fiscalDocumentNumber": 3,
            "retailPlace": "Салон на Литейном",
            "correctionKktReasonCode": 8,
        }
        row = self.env["fiscal.document"]._record_foreign(self.till, report)
        self.assertEqual((row.kind, row.foreign_kind), ("foreign", "reregistration"))
        self.assertEqual((drive.retail_place, drive.registration_fd), ("Салон на Литейном", 3))

    def test_an_archive_closed_elsewhere_is_followed(self):
        self.open_shift()
        self.till._shift_close(Cashier("Кассир Иванова"), "z", "backend")
        self.register_by_hand(DriveClosing(Cashier("Кассир Петрова")))
        row = self.register("later")
        self.assertEqual((row.state, row.error_code), ("failed", "02"))
        closing = self.drive().closing_id
        self.assertEqual((closing.kind, closing.foreign_kind), ("foreign", "drive_close"))

    def test_drives_are_written_by_nobody(self):
        self.open_shift()
        drive = self.drive()
        manager = new_test_user(
            self.env, "drive-manager", groups="optics_kkt_driver.group_fiscal_manager"
        )
        self.assertEqual(drive.with_user(manager).user_inn, INN)
        with self.assertRaises(AccessError):
            drive.with_user(manager).write({"last_fd": 7})
        with self.assertRaises(AccessError):
            drive.with_user(manager).unlink()

    def test_a_drive_behind_its_own_record_is_refused(self):
        """A copy of a database under the same name: the till's memory is new, its number is not."""
        self.open_shift()
        self.register()
        self.env.cr.execute("UPDATE kkt_lane SET fn_number = NULL, last_fd = 0")
        self.env.cr.execute("UPDATE kkt_drive SET state = 'archived'")
        self.env.invalidate_all()
        self.till._memory_path().unlink()
        row = self.enqueue("later")
        ended = row._sign()
        self.assertEqual((ended.outcome, row.state), ("refused", "queued"))
        self.assertIn("behind", self.words(ended))


@tagged("post_install", "-at_install")
class TestReplacement(DriveCase):
    def setUp(self):
        super().setUp()
        self.open_shift()
        self.sale = self.register("sale")
        self.old_fn = self.till._lane().fn_number

    def close_shift(self):
        self.till._shift_close(Cashier("Кассир Иванова"), "z", "backend")

    def deliver_all(self):
        for row in self.documents(state="printed"):
            if row.fd_number:
                row._delivered("acknowledged")
                self.acknowledge(row.fd_number, row.fn_number)

    def acknowledge(self, fd_number, fn_number):
        with open_till(self.till) as driver:
            driver.acknowledge(fd_number, fn_number=fn_number)

    def replace(self, **values):
        """The whole way, without interruption."""
        wizard = self.wizard()
        wizard.write(values)
        wizard.action_put_in()
        wizard.action_confirm()
        self.assertEqual(wizard.step, "done")
        return self.drive()

    def test_the_whole_way(self):
        self.close_shift()
        self.deliver_all()
        waiting = self.enqueue("waiting", open_shift=True)
        wizard = self.wizard()
        with self.assertRaisesRegex(UserError, "1 documents wait"):
            wizard.action_put_in()
        waiting._give_up("printed later")
        new = self.replace()
        old = self.till.drive_ids - new
        self.assertEqual((old.fn_number, old.state), (self.old_fn, "archived"))
        self.assertTrue(old.archived_at)
        closing = old.closing_id
        self.assertEqual((closing.kind, closing.fn_number), ("drive_close", self.old_fn))
        self.assertEqual((closing.signed_json["code"], old.last_fd), (6, closing.fd_number))
        self.assertEqual((new.first_fd, new.last_fd), (1, 1))
        self.assertEqual((new.registration["code"], new.registration_fd), (11, 1))
        self.assertEqual(self.till._lane().fn_number, new.fn_number)
        later = self.register("later", open_shift=True)
        self.assertEqual((later.fn_number, later.fd_number), (new.fn_number, 3))
        self.assertEqual(self.sale.fn_number, self.old_fn)
        history = " ".join(self.till.message_ids.mapped("body"))
        self.assertIn(self.old_fn, history)
        self.assertIn(new.fn_number, history)

    def test_what_the_lane_says_is_in_the_callers_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env.user.lang = "ru_RU"
        self.close_shift()
        self.deliver_all()
        self.put_in_another_drive()
        ended = self.enqueue("later")._sign()
        self.assertIn("другой", self.words(ended))

    def test_an_open_shift_comes_first(self):
        wizard = self.wizard()
        self.assertTrue(wizard.shift_open)
        with self.assertRaisesRegex(UserError, "Close the shift"):
            wizard.action_put_in()

    def test_undelivered_documents_need_a_reason(self):
        self.close_shift()
        wizard = self.wizard()
        self.assertEqual((wizard.undelivered_count, wizard.needs_reason), (3, True))
        with self.assertRaisesRegex(UserError, "3 documents"):
            wizard.action_put_in()
        new = self.replace(reason="Накопитель неисправен")
        self.assertIn("Накопитель неисправен", self.till.message_ids[0].body)
        self.assertEqual(self.sale.state, "printed", "still to be sent, under the old FN")
        self.assertEqual(self.sale._ofd_message().fn_number, self.old_fn)
        self.assertNotEqual(new.fn_number, self.old_fn)

    def test_an_acknowledged_document_of_the_old_drive_is_nothing_to_the_new_one(self):
        self.close_shift()
        self.replace(reason="Накопитель неисправен")
        self.open_shift("shift-2")
        self.acknowledge(2, self.old_fn)
        self.till._refresh_status()
        self.env.invalidate_all()
        self.assertEqual(self.till.fn_undelivered, 1, "FD 2 of the new drive waits")
        self.acknowledge(2, self.till._lane().fn_number)
        self.till._refresh_status()
        self.env.invalidate_all()
        self.assertEqual(self.till.fn_undelivered, 0)

    def test_killed_after_the_drive_was_put_in(self):
        self.close_shift()
        self.deliver_all()
        found = self.put_in_another_drive()
        row = self.enqueue("sale-2", open_shift=True)
        ended = row._sign()
        self.assertEqual((ended.outcome, row.state), ("refused", "queued"))
        self.assertIn("must confirm", self.words(ended))
        self.assertEqual(self.till._pos_status()["state"], "red")
        wizard = self.wizard()
        self.assertEqual((wizard.step, wizard.found_fn), ("new", found))
        self.assertEqual(self.till.other_fn, found)
        wizard.action_put_in()
        with open_till(self.till) as driver:
            self.assertEqual(driver.baseline().fn_number, found, "no third drive was put in")
        wizard.action_confirm()
        row._sign()
        self.assertEqual((row.state, row.fn_number), ("printed", found))
        self.assertFalse(self.till.other_fn)

    def test_a_confirmation_is_repeatable(self):
        self.close_shift()
        self.deliver_all()
        first, second = self.wizard(), self.wizard()
        first.action_put_in()
        second.action_look()
        first.action_confirm()
        new = self.drive()
        second.action_confirm()
        self.assertEqual((second.step, self.drive()), ("done", new))
        self.assertEqual(len(self.till.drive_ids), 2)

    def test_the_drive_that_was_shown_is_the_one_confirmed(self):
        self.close_shift()
        self.deliver_all()
        self.put_in_another_drive()
        wizard = self.wizard()
        self.put_in_another_drive()
        with self.assertRaisesRegex(UserError, "Ask the till again"):
            wizard.action_confirm()
        self.assertEqual(self.till._lane().fn_number, self.old_fn)

    def test_a_silent_till_is_told_and_nothing_is_done(self):
        self.close_shift()
        self.deliver_all()
        self.till._set_virtual_faults(silent=True)
        wizard = self.wizard()
        self.assertEqual(wizard.step, "old")
        self.assertIn(self.till.code, wizard.answer)
        with self.assertRaises(UserError):
            wizard.action_put_in()
        self.assertEqual(self.till._lane().fn_number, self.old_fn)

    def test_a_closing_that_is_refused_does_not_come_later(self):
        self.close_shift()
        self.deliver_all()
        self.till._set_virtual_faults(no_paper=True)
        wizard = self.wizard()
        wizard.action_put_in()
        self.assertIn("6B", wizard.answer)
        closing = self.documents(kind="drive_close")
        self.assertEqual(closing.state, "cancelled")
        self.till._set_virtual_faults()
        wizard.action_put_in()
        self.assertEqual(wizard.step, "new")
        self.assertEqual(self.documents(kind="drive_close").mapped("state").count("printed"), 1)

    def test_what_waited_is_printed_on_the_new_drive(self):
        self.close_shift()
        self.deliver_all()
        waiting = self.enqueue("waiting", open_shift=True)
        new = self.replace(close_archive=False)
        self.assertFalse(self.documents(kind="drive_close"))
        self.assertEqual(waiting.state, "queued")
        self.serve()
        self.env.invalidate_all()
        self.assertEqual(
            (waiting.state, waiting.fn_number, waiting.fd_number),
            ("printed", new.fn_number, 3),
            "after the opening of a shift on it",
        )

    def test_what_was_asked_of_the_old_drive_never_reaches_the_new_one(self):
        self.close_shift()
        self.deliver_all()
        cashier = Cashier("Кассир Иванова")
        copy = self.enqueue("copy", Copy(2, cashier), columns={"original_fn": self.old_fn})
        closing = self.enqueue("closing", DriveClosing(cashier))
        self.put_in_another_drive()
        self.wizard().action_confirm()
        self.serve()
        self.env.invalidate_all()
        self.assertEqual((copy.state, closing.state), ("cancelled", "cancelled"))
        self.assertFalse(self.drive().closing_id)

    def test_an_undecided_row_of_the_old_drive_is_left_to_a_person(self):
        row = self.enqueue("lost")
        with take_lane(self.till) as lane, lane.driver() as driver:
            deadline = datetime.now(UTC) - timedelta(seconds=1)
            lane.journal(lane.next_queued(), driver.baseline(), deadline)
        with open_till(self.till) as driver:
            driver.till.execute(
                *("shift_close", {"operator": "Кассир Иванова"}),
                before=datetime.now(UTC) + timedelta(seconds=2),
            )
        found = self.put_in_another_drive()
        wizard = self.wizard()
        self.env.invalidate_all()
        self.assertEqual((row.state, wizard.step), ("manual", "new"))
        self.assertEqual((wizard.undecided_count, row.candidates_fn), (1, found))
        with self.assertRaisesRegex(UserError, "1 are undecided"):
            wizard.action_confirm()
        wizard.reason = "Накопитель неисправен"
        wizard.action_confirm()
        self.assertEqual(self.till._lane().fn_number, found)
        self.assertEqual(row.state, "manual", "the lane goes on, the person decides")
        later = self.register("later", open_shift=True)
        self.assertEqual((later.state, later.fn_number), ("printed", found))

    def test_candidates_of_the_old_drive_reserve_nothing_on_the_new_one(self):
        """FD 2 of the old drive may be ours; FD 2 of the new one is somebody else's."""
        self.close_shift()
        self.env.cr.execute(
            """ALTER TABLE fiscal_document DISABLE TRIGGER fiscal_document_guard;
            UPDATE fiscal_document SET state = 'manual', candidates = '[2]', candidates_fn = %s,
                fn_number = NULL, fd_number = NULL, fpd = NULL, signed_json = NULL
             WHERE id = %s;
            ALTER TABLE fiscal_document ENABLE TRIGGER fiscal_document_guard""",
            [self.old_fn, self.sale.id],
        )
        self.env.invalidate_all()
        self.put_in_another_drive()
        wizard = self.wizard()
        wizard.reason = "Накопитель неисправен"
        wizard.action_confirm()
        self.register_by_hand_opening()
        self.register("later")
        foreign = self.documents(kind="foreign", fd_number=2)
        self.assertEqual(foreign.fn_number, self.till._lane().fn_number)
        decision = self.env["fiscal.document.decision"].create(
            {
                "document_id": self.sale.id,
                "choice": "signed",
                "fd_number": 2,
                "reason": "seen on paper",
            }
        )
        with self.assertRaisesRegex(UserError, self.old_fn):
            decision.action_decide()

    def register_by_hand_opening(self):
        with open_till(self.till) as driver:
            driver.till.execute(
                *("shift_open", {"operator": "Кассир Петрова"}),
                before=datetime.now(UTC) + timedelta(seconds=2),
            )

    def test_a_till_that_was_never_worked_has_no_drive_to_replace(self):
        self.till = self.make_till(code="TEST-2")
        wizard = self.wizard()
        with self.assertRaisesRegex(UserError, "TEST-2"):
            wizard.action_put_in()
        self.assertFalse(self.documents())

    def test_only_administrators_replace_drives(self):
        reader = new_test_user(
            self.env, "drive-reader", groups="optics_kkt_driver.group_fiscal_user"
        )
        with self.assertRaises(AccessError):
            self.till.with_user(reader).action_replace_drive()
