from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from odoo.addons.optics_kkt_driver.kkt.fiscal.vocabulary import Nds


@tagged("post_install", "-at_install")
class TestTaxOnReceipts(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Оптика", "country_id": cls.env.ref("base.ru").id}
        )
        cls.group = cls.env["account.tax.group"].create(
            {"name": "VAT", "company_id": cls.company.id, "country_id": cls.env.ref("base.ru").id}
        )

    def tax(self, nds, amount, **values):
        return self.env["account.tax"].create(
            {
                "name": f"tax {nds} {amount}",
                "company_id": self.company.id,
                "country_id": self.env.ref("base.ru").id,
                "tax_group_id": self.group.id,
                "nds": nds,
                "amount": amount,
                **values,
            }
        )

    def test_every_code_of_tag_1199_can_be_chosen(self):
        codes = self.env["account.tax"]._fields["nds"].get_values(self.env)
        self.assertCountEqual(codes, [str(rate.value) for rate in Nds])
        for rate in Nds:
            with self.subTest(rate=rate.name):
                tax = self.tax(str(rate.value), rate.rate, name=rate.name)
                self.assertEqual(tax.nds, str(rate.value))

    def test_the_tax_and_the_receipt_say_the_same_rate(self):
        with self.assertRaisesRegex(ValidationError, "22%"):
            self.tax("11", 20)
        tax = self.tax("11", 22)
        with self.assertRaises(ValidationError):
            tax.amount = 20
        with self.assertRaises(ValidationError):
            tax.amount_type = "fixed"

    def test_no_vat_and_zero_vat_are_two_different_things(self):
        self.assertNotEqual(self.tax("5", 0, name="0%").nds, self.tax("6", 0, name="none").nds)

    def test_only_taxes_on_sales_stand_on_receipts(self):
        with self.assertRaisesRegex(ValidationError, "sale"):
            self.tax("11", 22, type_tax_use="purchase")
        tax = self.tax(False, 22, type_tax_use="purchase")
        with self.assertRaises(ValidationError):
            tax.nds = "11"

    def test_other_taxes_are_left_alone(self):
        tax = self.tax(False, 19)
        tax.amount_type = "fixed"
        self.assertFalse(tax.nds)
