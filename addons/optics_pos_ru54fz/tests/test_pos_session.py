from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestShift(ShopCase):
    def documents(self, kind):
        return self.pos_session.sudo().fiscal_document_ids.filtered(lambda row: row.kind == kind)

    def test_opening_is_repeatable(self):
        for _ in range(3):
            self.assertTrue(self.pos_session.fiscal_open_shift()["successful"])
        opening = self.documents("shift_open")
        self.assertEqual(len(opening), 1)
        self.assertEqual(opening.state, "printed")
        self.assertEqual(opening.signed_json["operator"], "Кассир Иванова М. П.")

    def test_closing_is_repeatable_and_then_odoo_closes(self):
        self.sell()
        for _ in range(3):
            self.assertTrue(self.pos_session.fiscal_close_shift()["successful"])
        self.assertEqual(self.documents("shift_close").mapped("state"), ["printed"])
        self.assertTrue(self.pos_session.close_session_from_ui()["successful"])
        self.assertEqual(self.pos_session.state, "closed")

    def test_a_shift_that_was_closed_by_hand_is_opened_again(self):
        self.till.with_user(self.env.ref("base.user_admin")).sudo().action_close_shift()
        self.assertTrue(self.pos_session.fiscal_open_shift()["successful"])
        self.assertEqual(len(self.documents("shift_open")), 2)

    def test_refusal_is_told_and_taken_up_again(self):
        self.pos_session.fiscal_close_shift()
        self.set_faults(no_paper=True)
        answer = self.pos_session.fiscal_open_shift()
        self.assertFalse(answer["successful"])
        self.assertIn("6B", answer["message"])
        self.set_faults()
        self.assertTrue(self.pos_session.fiscal_open_shift()["successful"])
        self.assertEqual(self.documents("shift_open").mapped("state"), ["printed", "printed"])

    def test_no_button_tells_a_stranger_anything(self):
        nobody = new_test_user(self.env, "nobody", groups="base.group_user")
        for record in (self.pos_session, self.sell()):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.with_user(nobody).action_fiscal_documents()

    def test_another_cashier_takes_over(self):
        self.pos_session.fiscal_close_shift()
        self.set_faults(no_paper=True)
        self.pos_session.fiscal_open_shift()
        self.set_faults()
        other = self.cashier.copy({"name": "Петров С. В.", "login": "petrov", "fiscal_inn": False})
        session = self.pos_session.with_user(other)
        self.assertTrue(session.fiscal_open_shift()["successful"])
        last = self.documents("shift_open").sorted("id")[-1]
        self.assertEqual(last.signed_json["operator"], "Кассир Петров С. В.")

    def test_back_office_does_not_close_over_an_open_shift(self):
        with self.assertRaisesRegex(UserError, "Z report"):
            self.pos_session.action_pos_session_closing_control()
        for close in (
            self.pos_session.action_pos_session_validate,
            self.pos_session.action_pos_session_close,
        ):
            with self.subTest(close=close.__name__), self.assertRaisesRegex(UserError, "Z report"):
                close()
        self.pos_session.action_fiscal_close_shift()
        self.pos_session.action_pos_session_closing_control()
        self.assertEqual(self.pos_session.state, "closed")

    def test_nothing_closes_over_an_unfinished_document(self):
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))
        answer = self.pos_session.fiscal_close_shift()
        self.assertFalse(answer["successful"])
        self.assertIn(order.pos_reference, answer["message"])
        self.assertNotIn("open_order_ids", answer, "Odoo's dialog would offer to cancel it")
        self.assertFalse(self.documents("shift_close"))
        order.sudo().fiscal_document_ids._transition("printing", "test")
        order.sudo().fiscal_document_ids._transition("unknown", "test")
        order.env.cr.execute("UPDATE pos_order SET state = 'cancel' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        answer = self.pos_session.fiscal_close_shift()
        self.assertIn(order.pos_reference, answer["message"])
        with self.assertRaisesRegex(UserError, order.pos_reference):
            self.pos_session.action_pos_session_close()

    def test_an_unpaid_draft_is_refused_by_odoo_itself(self):
        order = self.sync(self.order_values([self.line(self.sunglasses)], [], state="draft"))
        answer = self.pos_session.fiscal_close_shift()
        self.assertFalse(answer["successful"])
        self.assertEqual(answer["open_order_ids"], order.ids)
        self.assertFalse(self.documents("shift_close"))

    def test_one_till_is_open_in_one_point_of_sale(self):
        other = self.config.copy({"name": "Касса 2", "kkt_device_id": self.till.id})
        with self.assertRaisesRegex(UserError, "in use"):
            other.with_user(self.cashier).open_ui()

    def test_the_till_does_not_change_during_a_session(self):
        with self.assertRaises(UserError):
            self.config.kkt_device_id = False

    def test_status(self):
        status = self.config.with_user(self.cashier).fiscal_status()
        self.assertEqual((status["state"], status["shift_open"]), ("green", True))

    def test_the_employee_at_the_till_stands_on_the_receipt(self):
        employee = self.env["hr.employee"].create(
            {
                "name": "Сидорова А. А.",
                "job_title": "Оптик-консультант",
                "company_id": self.company.id,
                "fiscal_inn": "500100732259",
            }
        )
        order = self.sell(employee_id=employee.id)
        signed = self.receipt_of(order).signed_json
        self.assertEqual(signed["operator"], "Оптик-консультант Сидорова А. А.")
        self.assertEqual(signed["operatorInn"], "500100732259")

    def test_a_wrong_inn_is_told_before_anything_is_queued(self):
        self.cashier.fiscal_inn = "123"
        for lang, words in (("en_US", "INN: is no INN"), ("ru_RU", "ИНН: такого ИНН")):
            self.cashier.lang = lang
            with self.assertRaisesRegex(UserError, words):
                self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))
