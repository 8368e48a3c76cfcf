from odoo.tests import tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestErasureOfACustomer(ShopCase):
    """What was signed stays as it is; whose it was, the program does not tell."""

    def test_signed_receipts_stay(self):
        patient = self.env["res.partner"].create(
            {"name": "Мухоярова Евстолия", "email": "evstolia@primer.example"}
        )
        order = self.sell(partner_id=patient.id, email="evstolia@primer.example")
        receipt = self.receipt_of(order)
        before = (receipt.payload, receipt.signed_json, receipt.state)
        erasure = self.env["optics.erasure"]._erase(patient)
        self.assertEqual((receipt.payload, receipt.signed_json, receipt.state), before)
        self.assertEqual(order.partner_id, patient)
        self.assertNotIn("evstolia", order.email or "")
        self.assertEqual(patient.name, f"Erased patient {patient.id}")
        until = f"31.12.{receipt.create_date.year + 5}"
        for told in ("фискальным накопителем", "54-ФЗ", "Продажи в кассе", until):
            self.assertIn(told, erasure.text)

    def test_nothing_is_said_of_receipts_where_there_are_none(self):
        patient = self.env["res.partner"].create({"name": "Мухоярова Евстолия"})
        self.assertNotIn("фискальным", self.env["optics.erasure"]._erase(patient).text)
