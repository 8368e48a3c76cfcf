from odoo.tests import TransactionCase, tagged
from odoo.tools.barcode import check_barcode_encoding

from odoo.addons.optics_kkt_driver.kkt.fiscal.identity import is_inn, is_person_inn

VAT_OF_KIND = {
    "sunglasses": "11",
    "frame": "6",
    "lens": "6",
    "contact_lens": "6",
    "care": "11",
    "service": "11",
}


@tagged("post_install", "-at_install")
class TestDemoShop(TransactionCase):
    """The shop that `make run` shows; it needs a database with demo data."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.config = cls.env.ref("optics_pos_ru54fz.pos_config_1")
        cls.till = cls.env.ref("optics_pos_ru54fz.kkt_device_1")
        cls.cashiers = cls.env.ref("optics_pos_ru54fz.employee_cashier_1") + cls.env.ref(
            "optics_pos_ru54fz.employee_cashier_2"
        )
        cls.catalogue = cls.env["product.template"].search([("optics_kind", "!=", False)])
        cls.products = cls.catalogue.filtered("available_in_pos")

    def test_the_company_is_a_russian_one(self):
        self.assertEqual(self.company.name, "Оптика на Невском")
        self.assertTrue(is_inn(self.company.vat))
        self.assertEqual(self.company._fiscal_inn(), self.company.vat)
        self.assertEqual(self.company.currency_id, self.env.ref("base.RUB"))
        self.assertEqual(self.company.chart_template, "ru_optics")

    def test_it_is_the_only_shop(self):
        self.assertEqual(self.env["res.company"].search([]), self.company)
        self.assertEqual(self.env["pos.config"].search([]), self.config)

    def test_the_till_is_bound(self):
        self.assertEqual(self.config.kkt_device_id, self.till)
        self.assertEqual((self.till.code, self.till.driver), ("POS-001", "virtual"))
        self.assertEqual((self.till.tax_system, self.till.delivery), ("1", "http"))
        self.assertTrue(self.till.ofd_id.url.endswith("/ofd/v1"))
        self.assertTrue(0.2 <= self.till.print_time <= 0.5)

    def test_one_can_pay_in_three_ways(self):
        kinds = {each.name: each.fiscal_payment_kind for each in self.config.payment_method_ids}
        self.assertEqual(kinds, {"Наличные": "cash", "Банковская карта": "ecash", "СБП": "ecash"})

    def test_cashiers_stand_on_receipts_as_the_law_wants(self):
        names = [each._fiscal_cashier().operator for each in self.cashiers]
        self.assertEqual(names, ["Кассир Иванова М. П.", "Кассир Петров С. В."])
        for cashier in self.cashiers:
            self.assertTrue(is_person_inn(cashier._fiscal_cashier().operator_inn))
            self.assertTrue(cashier.pin)
        self.assertEqual(self.config.basic_employee_ids, self.cashiers)

    def test_cashiers_sell_and_administer_nothing(self):
        for user in self.cashiers.user_id:
            self.assertTrue(user.has_group("point_of_sale.group_pos_user"))
            self.assertFalse(user.has_group("point_of_sale.group_pos_manager"))
            self.assertFalse(user.has_group("base.group_system"))

    def test_cashiers_register_customers(self):
        for cashier in self.cashiers.user_id:
            customer = self.env["res.partner"].with_user(cashier).create({"name": "Клиент"})
            customer.write({"phone": "+7 900 000-00-00"})

    def test_customers_are_of_this_town(self):
        partners = self.env["res.partner"].search([])
        staff = self.env["res.users"].search([]).partner_id
        customers = partners - staff - self.company.partner_id
        self.assertGreaterEqual(len(customers), 6)
        self.assertEqual(customers.country_id, self.env.ref("base.ru"))
        for customer in customers:
            self.assertTrue(customer.phone.startswith("+7"))
            self.assertTrue(customer.email.endswith("@example.com"))

    def test_addresses_have_no_code_of_the_region(self):
        self.assertNotIn("SPE", self.company.partner_id._display_address())

    def test_a_password_is_the_login(self):
        for user in self.cashiers.user_id + self.env.ref("base.user_admin"):
            credential = {"type": "password", "login": user.login, "password": user.login}
            info = user.with_user(user)._check_credentials(credential, {"interactive": True})
            self.assertEqual(info["uid"], user.id)

    def test_vat_is_a_matter_of_the_product(self):
        self.assertGreaterEqual(len(self.products), 12)
        self.assertEqual(set(self.products.mapped("optics_kind")), set(VAT_OF_KIND))
        for product in self.catalogue:
            with self.subTest(product.name):
                self.assertEqual(product.taxes_id.mapped("nds"), [VAT_OF_KIND[product.optics_kind]])
                self.assertTrue(product.taxes_id.price_include)
        self.assertTrue(all(product.pos_categ_ids for product in self.products))

    def test_the_catalogue_is_beside_the_till(self):
        demo = self.env.ref("optics_core.lens_v_sv_150") + self.env.ref(
            "optics_core.frame_v101_black"
        )
        self.assertLessEqual(demo, self.catalogue - self.products)

    def test_the_sunglasses_of_the_first_sale(self):
        sunglasses = self.env.ref("optics_pos_ru54fz.product_sunglasses_ray_ban")
        self.assertEqual(
            (sunglasses.name, sunglasses.list_price, sunglasses.fiscal_product_type),
            ("Очки солнцезащитные Ray-Ban", 5000.0, "1"),
        )

    def test_glasses_to_order_can_be_prepaid(self):
        glasses = self.env.ref("optics_pos_ru54fz.sale_order_glasses")
        self.assertEqual((glasses.state, glasses.amount_unpaid), ("draft", 10200))
        self.assertEqual(self.config.down_payment_product_id.name, "Предоплата")
        self.assertFalse(self.config.down_payment_product_id.available_in_pos)
        for user in self.cashiers.user_id:
            self.assertEqual(glasses.with_user(user).order_line.tax_ids.mapped("nds"), ["6", "11"])

    def test_barcodes_can_be_scanned(self):
        goods = self.products.filtered(lambda product: product.type != "service")
        barcodes = goods.mapped("barcode")
        self.assertEqual(len(set(barcodes)), len(goods))
        for barcode in barcodes:
            self.assertTrue(check_barcode_encoding(barcode, "ean13"), barcode)

    def test_nothing_of_odoos_own_demonstration_is_left_in_the_till(self):
        sold = self.env["product.template"].search([("available_in_pos", "=", True)])
        self.assertEqual(sold, self.products)
        glasses = self.env.ref("optics_pos_ru54fz.sale_order_glasses")
        self.assertEqual(self.env["sale.order"].search([]), glasses)
        self.assertEqual(self.env["pos.category"].search([]), self.products.pos_categ_ids)
