"""What a point of sale with a till says and offers in Odoo's place."""

from odoo.tests import tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestWordsOfOurs(ShopCase):
    def test_cash_is_told_in_the_language_of_who_counts(self):
        session = self.pos_session.with_context(lang="ru_RU")
        session._post_cash_details_message("Opening cash", 100, -20, "Недостача")
        told = str(session.message_ids[0].body)
        for words in ("Наличные при открытии", "должно быть", "разница", "Недостача"):
            self.assertIn(words, told)
        session._post_cash_details_message("Closing", 100, 0, "")
        self.assertIn("Наличные при закрытии", str(session.message_ids[0].body))

    def test_colleagues_are_told_from_customers(self):
        customer = self.env["res.partner"].create({"name": "Соколова Е. А."})
        partners = customer + self.cashier.partner_id
        loaded = self.env["res.partner"]._load_pos_data_read(partners, self.config)
        self.assertEqual([each["partner_share"] for each in loaded], [True, False])
