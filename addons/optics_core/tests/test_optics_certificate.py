from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestOpticsCertificate(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificate = cls.env["optics.certificate"].create(
            {"number": "РЗН 2099/1", "date": date(2020, 3, 1), "maker": "Some works"}
        )

    def test_a_term_ends_after_its_beginning(self):
        with self.assertRaisesRegex(ValidationError, "РЗН 2099/1: “Valid Until” is before"):
            self.certificate.valid_until = date(2020, 2, 29)
        self.certificate.valid_until = date(2020, 3, 1)

    def test_it_is_valid_to_its_last_day_and_without_a_term_for_ever(self):
        self.assertTrue(self.certificate._is_valid(date(2090, 1, 1)))
        self.certificate.valid_until = date(2026, 5, 1)
        self.assertTrue(self.certificate._is_valid(date(2026, 5, 1)))
        self.assertFalse(self.certificate._is_valid(date(2026, 5, 2)))
        self.assertFalse(self.certificate.browse()._is_valid(date(2026, 5, 1)))

    def test_it_counts_and_shows_its_products(self):
        products = self.env["product.template"].create(
            [
                {"name": name, "optics_kind": "frame", "optics_certificate_id": self.certificate.id}
                for name in ("One", "Two")
            ]
        )
        self.assertEqual(self.certificate.product_count, 2)
        action = self.certificate.action_products()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), products)

    def test_whoever_keeps_products_keeps_certificates(self):
        reader = new_test_user(self.env, "optics_certificate_reader", "base.group_user")
        keeper = new_test_user(
            self.env, "optics_certificate_keeper", "base.group_user,product.group_product_manager"
        )
        self.certificate.with_user(reader).check_access("read")
        with self.assertRaises(AccessError):
            self.certificate.with_user(reader).maker = "Others"
        self.certificate.with_user(keeper).maker = "Others"

    def test_a_kind_presets_how_its_stock_is_kept(self):
        with Form(self.env["product.template"]) as form:
            form.name = "Lenses of a month"
            form.optics_kind = "contact_lens"
        lenses = form.record
        self.assertTrue(lenses.is_storable and lenses.use_expiration_date)
        self.assertEqual(lenses.tracking, "lot")
        exam, frame, free = self.env["product.template"].create(
            [
                {"name": "Examination", "optics_kind": "service", "optics_service": "exam"},
                {"name": "Frame", "optics_kind": "frame"},
                {"name": "Frame", "optics_kind": "frame", "is_storable": False},
            ]
        )
        self.assertEqual(exam.type, "service")
        self.assertTrue(frame.is_storable)
        self.assertFalse(free.is_storable)
