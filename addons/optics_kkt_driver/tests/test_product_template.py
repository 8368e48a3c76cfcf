from odoo.tests import Form, TransactionCase, new_test_user, tagged

from odoo.addons.optics_kkt_driver.kkt.fiscal.vocabulary import ItemsQuantityMeasure, ProductType
from odoo.addons.optics_kkt_driver.models.product_template import MEASURES, PRODUCT_TYPES


@tagged("post_install", "-at_install")
class TestProductOnReceipts(TransactionCase):
    def product(self, **values):
        return self.env["product.template"].create({"name": "Thing", **values})

    def test_goods_are_sold_by_the_piece(self):
        product = self.product(type="consu")
        self.assertEqual(product.fiscal_product_type, "1")
        self.assertEqual(product.fiscal_measure, "0")

    def test_a_service_is_a_service(self):
        hours = self.product(type="service", uom_id=self.env.ref("uom.product_uom_hour").id)
        self.assertEqual(hours.fiscal_product_type, "4")
        self.assertEqual(hours.fiscal_measure, "71")

    def test_a_unit_the_format_does_not_know_is_other(self):
        dozens = self.product(uom_id=self.env.ref("uom.product_uom_dozen").id)
        self.assertEqual(dozens.fiscal_measure, "255")

    def test_what_somebody_set_stays(self):
        product = self.product(type="consu", fiscal_product_type="3", fiscal_measure="255")
        product.list_price = 100
        product.flush_recordset()
        self.assertEqual((product.fiscal_product_type, product.fiscal_measure), ("3", "255"))

    def test_a_product_that_becomes_a_service_is_sold_as_one(self):
        product = self.product(type="consu")
        product.type = "service"
        self.assertEqual(product.fiscal_product_type, "4")

    def test_variants_have_the_values_of_their_template(self):
        self.assertEqual(self.product(type="service").product_variant_id.fiscal_product_type, "4")

    def test_the_choices_are_codes_of_the_format(self):
        for code, _label in PRODUCT_TYPES:
            self.assertIn(int(code), list(ProductType))
        self.assertCountEqual(
            [int(code) for code, _label in MEASURES], [each.value for each in ItemsQuantityMeasure]
        )

    def test_the_form_shows_and_changes_them(self):
        user = new_test_user(
            self.env, "fiscal_product_manager", "base.group_user,product.group_product_manager"
        )
        with Form(self.product(type="consu").with_user(user)) as form:
            self.assertEqual(form.fiscal_product_type, "1")
            form.fiscal_product_type = "3"
        self.assertEqual(form.record.fiscal_product_type, "3")
