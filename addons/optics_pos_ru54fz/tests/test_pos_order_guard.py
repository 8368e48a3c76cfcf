"""Every door to a paid order, and to a changed one, is shut where a till has to sign."""

from contextlib import contextmanager

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.pos_order import PAID_STATES
from .common import ShopCase


@tagged("post_install", "-at_install")
class TestDoorsToPaid(ShopCase):
    def setUp(self):
        super().setUp()
        groups = self.env.ref("point_of_sale.group_pos_manager") + self.env.ref("base.group_user")
        self.manager = self.cashier.copy(
            {"login": "manager", "group_ids": [Command.set(groups.ids)]}
        )

    def draft(self, paid=False):
        payments = [(self.card, 5000)] if paid else []
        return self.sync(self.order_values([self.line(self.sunglasses)], payments, state="draft"))

    def assert_nothing_paid_unsigned(self):
        self.env.invalidate_all()
        orders = self.env["pos.order"].search(
            [("config_id", "=", self.config.id), ("state", "in", PAID_STATES)]
        )
        self.assertFalse(
            orders.filtered(lambda order: not order._fiscal_receipt_document().is_signed)
        )

    @contextmanager
    def refused(self, message="no signed receipt"):
        """Expect a refusal, after which nothing is changed."""
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            yield

    def test_validation(self):
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))
        self.assertEqual(order.state, "draft")
        self.assert_nothing_paid_unsigned()

    def test_validation_of_a_saved_order(self):
        order = self.draft()
        values = self.order_values([], [(self.card, 5000)], uuid=order.uuid)
        values.update(lines=[], amount_total=5000, amount_return=0)
        self.assertEqual(self.sync(values), order)
        self.assertEqual((order.state, order.fiscal_state), ("draft", "queued"))

    def test_states_that_a_client_may_invent(self):
        for state in ("done", "invoiced", ""):
            with self.subTest(state=state):
                order = self.sync(
                    self.order_values(
                        [self.line(self.sunglasses)], [(self.card, 5000)], state=state
                    )
                )
                self.assertEqual((order.state, order.fiscal_state), ("draft", "queued"))

    def test_write(self):
        for state in ("paid", "done"):
            with self.subTest(state=state), self.refused():
                self.draft(paid=True).write({"state": state})
        with self.refused():
            self.draft(paid=True).state = "paid"

    def test_write_that_moves_the_order_elsewhere(self):
        other = self.config.copy({"name": "Без кассы", "kkt_device_id": False})
        other.with_user(self.cashier).open_ui()
        with self.refused("stays in the session"):
            self.draft(paid=True).write(
                {"state": "paid", "session_id": other.current_session_id.id}
            )

    def as_cashier(self, record):
        return record.with_user(self.cashier)

    def test_a_draft_that_forgets_its_point_of_sale(self):
        for field in ("config_id", "session_id"):
            order = self.as_cashier(self.draft(paid=True))
            with self.subTest(field=field), self.refused("stays in the session"):
                order.write({field: False})
            self.sudo_move(order, {field: False})
            with self.subTest(field=field), self.refused():
                order.write({"state": "paid"})

    def sudo_move(self, order, vals):
        """Move an order as another module might, in superuser mode."""
        order.sudo().write(vals)

    def test_an_order_is_not_moved_by_hand(self):
        other = self.config.copy({"name": "Без кассы", "kkt_device_id": False})
        other.with_user(self.cashier).open_ui()
        moves = {
            "to a session": {"session_id": other.current_session_id.id},
            "to a point of sale": {"config_id": other.id},
            "out of its session": {"session_id": False},
        }
        for name, vals in moves.items():
            for user in (self.cashier, self.manager):
                with self.subTest(move=name, user=user.login), self.refused("stays in the session"):
                    self.draft().with_user(user).write(vals)

    def test_a_manager_moves_an_order_between_closed_sessions(self):
        order = self.draft()
        other = self.config.copy({"name": "Без кассы", "kkt_device_id": False})
        other.with_user(self.cashier).open_ui()
        other.current_session_id.sudo().state = "closed"
        target = {"session_id": self.env["pos.session"].search([("config_id", "=", other.id)]).id}
        self.pos_session.sudo().state = "closed"
        with self.refused("stays in the session"):
            self.as_cashier(order).write(target)
        order.with_user(self.manager).write(target)
        self.assertTrue(order.fiscal_required, "wherever it goes")

    def test_a_draft_is_carried_into_the_next_session(self):
        order = self.draft()
        order.sudo().preset_time = "2099-01-01 10:00:00"
        self.as_cashier(order).action_pos_order_cancel()
        self.assertFalse(order.session_id)
        values = self.order_values([], [], uuid=order.uuid, state="draft", amount_total=5000)
        self.assertEqual(self.sync(values).session_id, self.pos_session)
        self.assertEqual(order.config_id, self.config)

    def test_orders_are_shared_by_points_of_sale_that_trust_each_other(self):
        other = self.config.copy({"name": "Касса 2", "kkt_device_id": False})
        other.kkt_device_id = self.make_till(code="POS-002")
        self.config.trusted_config_ids = other
        other.with_user(self.cashier).open_ui()
        order = self.draft()
        values = self.order_values([], [], uuid=order.uuid, state="draft", amount_total=5000)
        values |= {"session_id": other.current_session_id.id, "config_id": other.id}
        self.assertEqual(self.sync(values), order)
        self.assertEqual(order.config_id, other)

    def test_created_paid_without_a_point_of_sale(self):
        values = self.order_values([self.line(self.sunglasses)], [(self.card, 5000)])
        values |= {"pos_reference": "26-002", "config_id": False, "state": "paid"}
        with self.refused():
            self.as_cashier(self.env["pos.order"]).create(values)

    def test_paid_elsewhere_and_brought_here(self):
        other = self.config.copy({"name": "Без кассы", "kkt_device_id": False})
        other.with_user(self.cashier).open_ui()
        values = self.order_values([self.line(self.sunglasses)], [(self.card, 5000)])
        values |= {"session_id": other.current_session_id.id, "config_id": other.id}
        order = self.sync(values)
        self.assertEqual(order.state, "paid", "there is no till")
        for move in ({"session_id": self.pos_session.id}, {"config_id": self.config.id}):
            with self.refused("stays in the session"):
                self.as_cashier(order).write(move)
            with self.refused():
                order.sudo().write(move)

    def test_the_mark_cannot_be_cleared(self):
        order = self.as_cashier(self.draft(paid=True))
        self.assertTrue(order.fiscal_required)
        order.write({"fiscal_required": False})
        self.assertTrue(order.fiscal_required)

    def test_a_session_is_not_moved_by_hand(self):
        other = self.config.copy({"name": "Без кассы", "kkt_device_id": False})
        session = self.as_cashier(self.pos_session)
        for vals in ({"state": "closed"}, {"state": "opened"}, {"config_id": other.id}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "opened and closed"):
                session.write(vals)
        other.with_user(self.cashier).open_ui()
        with self.assertRaisesRegex(UserError, "opened and closed"):
            self.as_cashier(other.current_session_id).write({"config_id": self.config.id})

    def test_a_cashier_takes_no_till_away(self):
        config = self.as_cashier(self.config)
        with self.assertRaisesRegex(UserError, "Only a manager"):
            config.write({"kkt_device_id": False})

    def test_create(self):
        values = self.order_values([self.line(self.sunglasses)], [(self.card, 5000)])
        values["pos_reference"] = "26-001"
        with self.refused():
            self.env["pos.order"].with_user(self.cashier).create(values)

    def test_import(self):
        columns = ["session_id/.id", "amount_tax", "amount_total", "amount_paid", "amount_return"]
        row = [str(self.pos_session.id), "0", "5000", "5000", "0"]
        result = self.env["pos.order"].load([*columns, "state"], [[*row, "Paid"]])
        self.assertFalse(result["ids"])
        self.assertIn("no signed receipt", result["messages"][0]["message"])

    def test_paid_action(self):
        with self.refused():
            self.draft(paid=True).action_pos_order_paid()

    def test_back_office_payment(self):
        order = self.draft()
        wizard = (
            self.env["pos.make.payment"]
            .with_context(active_id=order.id)
            .create({"payment_method_id": self.card.id, "amount": 5000})
        )
        with self.refused():
            wizard.check()

    def test_invoice(self):
        order = self.draft(paid=True)
        order.partner_id = self.env["res.partner"].create({"name": "ООО «Ромашка»"})
        with self.refused():
            order.sudo().action_pos_order_invoice()

    def test_a_signed_receipt_opens_the_door(self):
        order = self.sell()
        self.assertEqual(order.state, "paid")
        self.assert_nothing_paid_unsigned()

    def test_no_context_of_a_client_opens_it(self):
        order = self.draft(paid=True).with_context(fiscal_completion=True)
        with self.refused():
            order.write({"state": "paid"})


@tagged("post_install", "-at_install")
class TestFrozenOrder(ShopCase):
    """From the moment its receipt is queued, what the receipt says stays."""

    def setUp(self):
        super().setUp()
        self.order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))

    def changes(self):
        """Everything that would make order and receipt differ, as calls."""
        order = self.order
        line, payment = order.lines, order.payment_ids
        new_payment = {
            "pos_order_id": order.id,
            "payment_method_id": self.cash.id,
            "amount": 1,
        }
        new_line = {**self.line(self.frame), "order_id": order.id, "name": "new"}
        elsewhere = self.sync(self.order_values([self.line(self.frame)], [], state="draft"))
        return {
            "lines": lambda: order.write({"lines": [Command.create(self.line(self.frame))]}),
            "payments": lambda: order.write({"payment_ids": [Command.delete(payment.id)]}),
            "total": lambda: order.write({"amount_total": 1}),
            **{
                name: lambda vals={name: value}: order.write(vals)
                for name, value in {
                    "name": "Касса 1 - 000999",
                    "pos_reference": "26-999",
                    "date_order": "2026-01-01 10:00:00",
                    "employee_id": False,
                    "user_id": 1,
                    "pricelist_id": False,
                    "currency_rate": 2,
                }.items()
            },
            "session": lambda: order.sudo().write({"session_id": False}),
            "cancel": lambda: order.write({"state": "cancel"}),
            "cancel action": lambda: order.action_pos_order_cancel(),
            "unlink": lambda: order.sudo().unlink(),
            "remove from screen": lambda: order.remove_from_ui(order.ids),
            "line created": lambda: order.lines.create(new_line),
            "line written": lambda: line.write({"qty": 2}),
            "line moved away": lambda: line.write({"order_id": elsewhere.id}),
            "line moved here": lambda: elsewhere.lines.write({"order_id": order.id}),
            "line hidden": lambda: line.write({"company_id": 1}),
            "line deleted": lambda: line.sudo().unlink(),
            "payment created": lambda: payment.create(new_payment),
            "payment added": lambda: order.add_payment(new_payment),
            "payment written": lambda: payment.write({"payment_method_id": self.cash.id}),
            "payment dated": lambda: payment.write({"payment_date": "2026-01-01 10:00:00"}),
            "payment of another session": lambda: payment.write({"session_id": False}),
            "payment hidden": lambda: payment.write({"company_id": 1}),
            "payment moved away": lambda: payment.write({"pos_order_id": elsewhere.id}),
            "payment deleted": lambda: payment.sudo().unlink(),
            "no client's context": lambda: line.with_context(fiscal_completion=True).write(
                {"qty": 2}
            ),
        }

    def assert_frozen(self, message):
        for name, change in self.changes().items():
            with (
                self.subTest(change=name),
                self.assertRaisesRegex(UserError, message),
                self.env.cr.savepoint(),
            ):
                change()
        self.assertEqual(self.order.lines.qty, 1)

    def test_while_queued(self):
        self.assert_frozen("with the till|fiscal documents")

    def test_while_refused(self):
        self.set_faults(no_paper=True)
        self.order.fiscal_register()
        self.assertEqual(self.order.fiscal_state, "failed")
        self.assert_frozen("with the till|fiscal documents")

    def test_when_signed(self):
        self.order.fiscal_register()
        self.assert_frozen("is signed|fiscal documents")

    def test_what_a_receipt_does_not_say_may_change(self):
        self.order.fiscal_register()
        self.order.write({"nb_print": 1, "internal_note": "gift wrap"})
        self.order.lines.write({"customer_note": "blue case"})
        self.assertEqual(self.order.nb_print, 1)

    def test_a_given_up_order_is_free_and_its_history_stays(self):
        self.order.fiscal_give_up()
        self.order.lines.write({"qty": 2})
        self.order.write({"state": "cancel"})
        with self.assertRaisesRegex(UserError, "is kept"):
            self.order.sudo().unlink()
