from odoo.tests import TransactionCase, tagged

from .common import ShopMixin


@tagged("post_install", "-at_install")
class TestSetupStep(ShopMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()

    def step(self, code):
        steps = self.env["fiscal.setup.step"].with_company(self.company)
        return steps.create({"code": code})

    def test_point_of_sale_has_a_till(self):
        step = self.step("point_of_sale")
        self.assertEqual(step.state, "to_do")
        self.assertEqual(
            step.words, "1 of 1 have no till and sell without fiscal receipts: Касса 1"
        )
        self.config.kkt_device_id = self.make_till()
        self.assertEqual(self.step("point_of_sale").state, "done")
        other = self.config.copy({"name": "Касса 2", "kkt_device_id": False})
        self.assertEqual(self.step("point_of_sale").state, "unknown")
        (self.config + other).active = False
        self.assertEqual(self.step("point_of_sale").words, "There is no point of sale.")

    def test_it_comes_before_the_test_receipt(self):
        codes = list(self.env["fiscal.setup.step"]._steps())
        self.assertEqual(codes[-2:], ["point_of_sale", "receipt"])

    def test_what_stands_for_a_prepayment_or_a_tip_needs_no_rate(self):
        products = self.env["product.product"].create(
            [{"name": name, "taxes_id": False} for name in ("Предоплата", "Чаевые")]
        )
        found = self.env["product.template"].search(self.step("taxes").action_open()["domain"])
        self.assertLessEqual(products.product_tmpl_id, found)
        self.config.write(
            {"down_payment_product_id": products[0].id, "tip_product_id": products[1].id}
        )
        found = self.env["product.template"].search(self.step("taxes").action_open()["domain"])
        self.assertFalse(products.product_tmpl_id & found)
