"""Cash of a session in the drawer of its till: counted at opening, put in, taken out."""

from contextlib import contextmanager, suppress
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.optics_kkt_driver.models.kkt_device_shift import KktDevice as Shifts

from ..models.fiscal_document import FiscalDocument as Documents
from .common import ShopCase


class CashCase(ShopCase):
    def documents(self, *kinds):
        rows = self.pos_session.sudo().fiscal_document_ids
        return rows.filtered(lambda row: row.kind in kinds).sorted("id")

    def moves(self):
        """Kind and roubles of each signed cash document of the session."""
        rows = self.documents("cash_in", "cash_out")
        return [(row.kind, row.total_sum) for row in rows if row.is_signed]

    def drawer(self):
        self.till._refresh_status()
        return self.till._status().cash_in_drawer

    def lines(self):
        return self.pos_session.sudo().statement_line_ids.sorted("id").mapped("amount")

    def move_cash(self, type_, amount, reason="Размен", **extras):
        extras = {"formattedAmount": "", "translatedType": type_, "key": str(uuid4()), **extras}
        partner = self.cashier.partner_id.id
        return self.pos_session.try_cash_in_out(type_, amount, reason, partner, extras)


@tagged("post_install", "-at_install")
class TestCashMove(CashCase):
    def test_odoos_cash_move_is_the_tills(self):
        self.assertTrue(self.move_cash("in", 5000)["successful"])
        self.assertTrue(self.move_cash("out", 1200.5)["successful"])
        self.assertEqual(self.moves(), [("cash_in", 5000.0), ("cash_out", 1200.5)])
        self.assertEqual(self.lines(), [5000.0, -1200.5])
        self.assertEqual(self.drawer(), 3799.5)
        row = self.documents("cash_in")
        self.assertEqual(row.reference, "Размен")
        self.assertEqual(row.signed_json["operator"], "Кассир Иванова М. П.")

    def test_one_wish_moves_cash_once(self):
        for _ in range(3):
            self.assertTrue(self.move_cash("in", 5000, key="one")["successful"])
        self.assertEqual((self.moves(), self.lines()), ([("cash_in", 5000.0)], [5000.0]))

    def test_what_the_till_refuses_does_not_happen(self):
        answer = self.move_cash("out", 1, key="one")
        self.assertFalse(answer["successful"])
        self.assertIn("46", answer["message"])
        self.assertIn("No cash was moved.", answer["message"])
        self.assertFalse(self.lines())
        self.assertEqual(self.documents("cash_out").state, "cancelled")
        # The same popup again, after what stood in the way is mended.
        self.move_cash("in", 1)
        self.assertTrue(self.move_cash("out", 1, key="one")["successful"])
        self.assertEqual(self.lines(), [1.0, -1.0])

    def test_the_closing_enters_what_nobody_waits_for(self):
        self.move_cash_and_die()
        self.assertEqual((self.moves(), self.lines()), ([("cash_in", 300.0)], []))
        self.pos_session.get_closing_control_data()
        self.assertEqual(self.lines(), [300.0])

    def test_the_job_enters_what_nobody_waits_for(self):
        self.move_cash_and_die()
        self.env.cr.execute(
            "UPDATE fiscal_document SET write_date = write_date - interval '11 seconds'"
        )
        for _ in range(2):
            self.env.ref("optics_pos_ru54fz.cron_complete_sales").method_direct_trigger()
        self.assertEqual(self.lines(), [300.0])

    def move_cash_and_die(self):
        """The process ends when the till has registered the cash, before Odoo enters it."""
        with (
            patch.object(Documents, "_enter_cash_move", side_effect=ConnectionAbortedError),
            suppress(ConnectionAbortedError),
        ):
            self.move_cash("in", 300)

    def test_bad_moves_change_nothing(self):
        for type_, amount, reason, word in [
            ("in", 0, "Размен", "Amount"),
            ("in", -5, "Размен", "Amount"),
            ("in", 5, "  ", "Reason"),
            ("sideways", 5, "Размен", "in or out"),
            ("in", "5", "Размен", "Amount"),
            ("in", True, "Размен", "Amount"),
            ("in", 5, None, "Reason"),
            ("in", 1e17, "Размен", "at most|from .* to"),
        ]:
            with self.subTest(word), self.assertRaisesRegex(UserError, word):
                self.move_cash(type_, amount, reason)
        self.assertFalse(self.documents("cash_in", "cash_out"))

    def test_what_a_client_makes_up_stops_no_entry(self):
        for extras in (None, {}, {"translatedType": 5, "employee_id": 2**30}):
            answer = self.pos_session.try_cash_in_out("in", 5, "Размен", 2**30, extras)
            self.assertTrue(answer["successful"])
        self.assertEqual(self.lines(), [5.0] * 3)

    def test_what_the_till_registered_stays_in_odoo(self):
        self.move_cash("in", 5000)
        line = self.pos_session.sudo().statement_line_ids
        for change in (line.unlink, lambda: line.write({"amount": 1})):
            with self.assertRaisesRegex(UserError, "opposite move"), self.env.cr.savepoint():
                change()

    def test_without_a_till_it_is_odoos(self):
        self.pos_session.fiscal_close_shift()
        self.pos_session.close_session_from_ui()
        self.config.kkt_device_id = False
        self.open_session()
        self.pos_session.sudo().try_cash_in_out(
            "in", 5, "Размен", self.cashier.partner_id.id, {"translatedType": "in"}
        )
        self.assertEqual(self.lines(), [5.0])
        self.assertFalse(self.documents("cash_in"))


@tagged("post_install", "-at_install")
class TestDrawerAtOpening(CashCase):
    def begin(self, counted):
        """Close the register and open it again with so much cash in the drawer."""
        self.assertTrue(self.pos_session.fiscal_close_shift()["successful"])
        self.assertTrue(self.pos_session.close_session_from_ui()["successful"])
        self.config.with_user(self.cashier).open_ui()
        self.pos_session = self.config.current_session_id.with_user(self.cashier)
        self.pos_session.set_opening_control(counted, "")
        return self.pos_session.fiscal_open_shift()

    def test_the_difference_goes_in_or_out(self):
        for counted, wanted in [
            (5000, [("cash_in", 5000.0)]),
            (5000, []),
            (1200.5, [("cash_out", 3799.5)]),
            (0, [("cash_out", 1200.5)]),
        ]:
            with self.subTest(counted=counted):
                self.assertEqual(self.begin(counted), {"successful": True, "message": ""})
                self.pos_session.fiscal_open_shift()
                self.assertEqual((self.moves(), self.drawer()), (wanted, counted))
                self.assertFalse(self.lines())

    def test_the_first_return_of_the_morning_goes_out_of_it(self):
        sold = self.sell().lines
        self.begin(5000)
        line = self.line(sold.product_id, qty=-1, refunded_orderline_id=sold.id)
        refund = self.sell([line], [(self.cash, -5000)], is_refund=True)
        self.assertEqual((refund.state, self.drawer()), ("paid", 0))

    def test_a_company_may_not_want_it(self):
        self.company.fiscal_count_drawer = False
        self.assertEqual(self.begin(5000), {"successful": True, "message": ""})
        self.assertEqual((self.moves(), self.drawer()), ([], 0))

    def test_a_refusal_is_told_and_taken_up_again(self):
        with self.refusing_cash():
            answer = self.begin(5000)
            self.assertTrue(answer["successful"])
            self.assertIn("37", answer["message"])
        self.assertEqual(self.pos_session.fiscal_open_shift()["message"], "")
        self.assertEqual(self.moves(), [("cash_in", 5000.0)])
        self.assertEqual(len(self.documents("cash_in")), 1)

    def test_what_was_never_taken_does_not_hold_up_the_closing(self):
        with self.refusing_cash():
            self.begin(5000)
        self.assertEqual(self.begin(700), {"successful": True, "message": ""})
        self.assertEqual((self.moves(), self.drawer()), ([("cash_in", 700.0)], 700))

    @contextmanager
    def refusing_cash(self):
        """The till opens its shift and refuses cash."""
        move = type(self.pos_session)._fiscal_move_cash

        def refused(session, *args, **kwargs):
            self.set_faults(refuse_code="37")
            row = move(session, *args, **kwargs)
            self.set_faults()
            return row

        with patch.object(type(self.pos_session), "_fiscal_move_cash", refused):
            yield


@tagged("post_install", "-at_install")
class TestRenewal(CashCase):
    def setUp(self):
        super().setUp()
        self.move_cash("in", 5000)

    @contextmanager
    def age(self, hours):
        with patch.object(Shifts, "_shift_age", lambda _till: timedelta(hours=hours)):
            yield

    def test_the_session_goes_on_in_the_next_shift(self):
        first = self.till._status().shift_number
        with self.age(25):
            self.assertEqual(self.config.with_user(self.cashier).fiscal_status()["state"], "red")
            self.assertTrue(self.pos_session.fiscal_renew_shift()["successful"])
        self.assertEqual(self.pos_session.state, "opened")
        self.assertEqual(self.till._status().shift_number, first + 1)
        self.assertEqual(len(self.documents("shift_close")), 1)
        # This till keeps its drawer over a Z report.
        self.assertEqual((self.moves(), self.drawer()), ([("cash_in", 5000.0)], 5000))
        # A repeated call finds a young shift.
        self.assertTrue(self.pos_session.fiscal_renew_shift()["successful"])
        self.assertEqual(len(self.documents("shift_close")), 1)

    def test_a_till_that_forgets_its_drawer_is_told_anew(self):
        with self.age(25), self.forgetting_drawer():
            self.assertTrue(self.pos_session.fiscal_renew_shift()["successful"])
        self.assertEqual(self.moves(), [("cash_in", 5000.0), ("cash_in", 5000.0)])

    @contextmanager
    def forgetting_drawer(self):
        due = type(self.pos_session)._fiscal_drawer_due

        def at_nothing(session, status):
            with patch.object(type(status), "cash_in_drawer", 0.0):
                return due(session, status)

        with patch.object(type(self.pos_session), "_fiscal_drawer_due", at_nothing):
            yield

    def test_a_refused_order_waits_for_the_next_shift(self):
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))
        self.set_faults(refuse_code="4E")
        answer = order.fiscal_register()
        self.assertEqual((answer["state"], answer["way_out"]), ("failed", "renew_shift"))
        self.set_faults()
        with self.age(25):
            self.assertTrue(self.pos_session.fiscal_renew_shift()["successful"])
        self.assertTrue(order.fiscal_register()["is_signed"])
        receipt = order._fiscal_receipt_document()
        self.assertEqual(receipt.shift_number, self.till._status().shift_number)

    def test_a_refusal_of_the_closing_is_told(self):
        self.set_faults(no_paper=True)
        with self.age(25):
            answer = self.pos_session.fiscal_renew_shift()
        self.assertFalse(answer["successful"])
        self.assertIn("6B", answer["message"])
