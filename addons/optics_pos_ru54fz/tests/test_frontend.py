"""The cashier's screen in a browser, against a virtual till in the test's own transaction."""

from odoo.tests import HttpCase, tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

from .common import ShopMixin


@tagged("post_install", "-at_install")
class TestCashierScreen(ShopMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()

    def setUp(self):
        super().setUp()
        self.till = self.make_till()
        self.config.kkt_device_id = self.till
        self.config.with_user(self.cashier).open_ui()
        self.pos_session = self.config.current_session_id.with_user(self.cashier)

    def run_tour(self, name, path=""):
        self.start_tour(f"/pos/ui/{self.config.id}{path}", name, login=self.cashier.login)

    def receipts(self):
        return (
            self.env["fiscal.document"]
            .search([("device_id", "=", self.till.id), ("kind", "=", "receipt")])
            .sorted("id")
        )

    def test_sale_by_card_and_cash_and_a_return(self):
        self.run_tour("FiscalSaleTour")
        receipts = self.receipts()
        self.assertEqual(receipts.mapped("state"), ["printed"] * 3)
        self.assertEqual(receipts.mapped("operation_type"), ["1", "1", "2"])
        self.assertEqual(receipts.mapped("total_sum"), [11500, 5000, 5000])
        self.assertEqual(receipts.pos_order_id.mapped("state"), ["done"] * 3)
        self.assertEqual(receipts[2].pos_order_id.refunded_order_id, receipts[1].pos_order_id)
        documents = self.pos_session.sudo().fiscal_document_ids.sorted("id")
        self.assertEqual(
            documents.mapped("kind"),
            ["shift_open", "receipt", "receipt", "receipt", "shift_close"],
        )
        self.assertEqual(self.pos_session.state, "closed")

    def test_the_last_piece_gives_back_what_is_left(self):
        """89.99 for three pieces: Odoo would give back 30.00 for each of them."""
        self.pos_session.set_opening_control(0, "")
        self.pos_session.fiscal_open_shift()
        priced = {"price": 33.33, "discount": 10}
        sold = self.sell([self.line(self.sunglasses, qty=3, **priced)], [(self.card, 89.99)])
        for _piece in range(2):
            origin = {"refunded_orderline_id": sold.lines.id}
            back = self.line(self.sunglasses, qty=-1, **priced, **origin)
            self.sell([back], [(self.card, -30)], is_refund=True)
        self.run_tour("FiscalLastPieceTour")
        returned = self.receipts()[-1]
        self.assertEqual((returned.state, returned.total_sum), ("printed", 29.99))
        self.assertEqual(returned.pos_order_id.amount_total, -29.99)
        self.assertEqual(sum(returned.pos_order_id.payment_ids.mapped("amount")), -29.99)

    def test_refused_left_and_given_up(self):
        self.pos_session.set_opening_control(0, "")
        self.pos_session.fiscal_open_shift()
        self.set_faults(no_paper=True)
        self.run_tour("FiscalRefusalTour")
        self.assertEqual(self.receipts().mapped("state"), ["cancelled"])
        self.assertEqual(self.receipts().pos_order_id.state, "draft")
        self.assertFalse(
            self.env["pos.order"].search(
                [("config_id", "=", self.config.id), ("state", "!=", "draft")]
            )
        )

    def test_resumed_after_a_reload(self):
        self.pos_session.set_opening_control(0, "")
        self.pos_session.fiscal_open_shift()
        order = self.sync(self.order_values([self.line(self.sunglasses)], [(self.card, 5000)]))
        self.run_tour("FiscalResumeTour", f"/payment/{order.uuid}?from_backend=1")
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.receipts().mapped("state"), ["printed"])


@tagged("post_install", "-at_install")
class TestWithoutTill(TestPointOfSaleHttpCommon):
    """Odoo's own tours: without a till, nothing is different."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo's tours look for English words.
        cls.env["res.lang"]._activate_lang("en_US")
        cls.pos_user.lang = "en_US"

    def test_receipt_screen(self):
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour("pos_basic_order_03_tax_position")
        orders = self.env["pos.order"].search([("config_id", "=", self.main_pos_config.id)])
        self.assertFalse(orders.sudo().fiscal_document_ids)

    def test_return(self):
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour("test_order_refund_flow")
