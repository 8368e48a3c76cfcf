from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..kkt.fiscal.rates import SellerRegime, SellerVat
from ..kkt.fiscal.vocabulary import Nds, OperationType, TaxationType
from .common import make_receipt

USN, OSN = TaxationType.USN_INCOME, TaxationType.OSN


@tagged("post_install", "-at_install")
class TestFiscalRegime(TransactionCase):
    def setUp(self):
        super().setUp()
        self.company = self.env["res.company"].create({"name": "Оптика"})

    def record(self, since="2026-01-01", tax_system="2", vat="exempt", **values):
        return self.env["fiscal.regime"].create(
            {
                "company_id": self.company.id,
                "since": since,
                "tax_system": tax_system,
                "vat": vat,
                **values,
            }
        )

    def test_the_regime_of_a_day_and_a_tax_system(self):
        self.record("2026-07-01", vat="5")
        self.record("2026-01-01", vat="exempt")
        self.record("2026-01-01", tax_system="32", vat="exempt")
        self.assertEqual(
            set(self.company._fiscal_regimes(USN)),
            {
                SellerRegime(date(2026, 1, 1), USN, SellerVat.EXEMPT),
                SellerRegime(date(2026, 7, 1), USN, SellerVat.FIVE),
            },
        )
        seller_vat = self.company._fiscal_seller_vat
        self.assertIs(seller_vat(USN, date(2026, 6, 30)), SellerVat.EXEMPT)
        self.assertIs(seller_vat(USN, date(2026, 7, 1)), SellerVat.FIVE)
        self.assertIs(seller_vat(TaxationType.PATENT, date(2026, 8, 1)), SellerVat.EXEMPT)

    def test_a_day_without_a_regime_is_told_with_the_remedy(self):
        self.record("2026-01-01")
        for system, day in ((USN, date(2025, 12, 31)), (OSN, date(2026, 1, 1))):
            with self.assertRaisesRegex(UserError, f"Оптика.*{day}.*Tax regimes"):
                self.company._fiscal_seller_vat(system, day)

    def test_another_companys_regime_does_not_count(self):
        self.record(company_id=self.env.company.id)
        self.assertFalse(self.company._fiscal_regimes(USN))

    def test_unlawful_combinations_name_the_field_and_the_lawful_ones(self):
        for values, lawful in (
            ({"tax_system": "32", "vat": "5"}, "No VAT"),
            ({"tax_system": "1", "vat": "7"}, "General rate.*; No VAT"),
            ({"tax_system": "2", "vat": "5", "since": "2024-12-31"}, "No VAT"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, f"VAT: .*{lawful}"):
                self.record(**values)
        regime = self.record(tax_system="2", vat="5")
        with self.assertRaises(ValidationError):
            regime.tax_system = "32"

    def test_one_record_for_a_day(self):
        self.record()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.record(vat="5")

    def test_changes_are_kept(self):
        regime = self.record(vat="5")
        self.flush_tracking()
        regime.vat = "7"
        self.flush_tracking()
        values = regime.message_ids.sudo().tracking_value_ids
        self.assertEqual((values.old_value_char, values.new_value_char), ("5 %", "7 %"))

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.flush()

    def test_warnings_go_by_the_regime_of_the_day(self):
        self.record("2026-01-01", vat="exempt")
        items = make_receipt(nds=Nds.NDS_22).items
        (warning,) = self.company._fiscal_regime_warnings(
            USN, items, OperationType.SALE, date(2026, 2, 1)
        )
        self.assertEqual(warning.field, "items[0].nds")
        for system, day in ((USN, date(2025, 1, 1)), (OSN, date(2026, 2, 1))):
            self.assertFalse(
                self.company._fiscal_regime_warnings(system, items, OperationType.SALE, day)
            )

    def test_readers_see_the_regimes_of_their_companies_only(self):
        regime = self.record()
        reader = new_test_user(
            self.env, "regime_reader", groups="optics_kkt_driver.group_fiscal_user"
        )
        found = self.env["fiscal.regime"].with_user(reader).search([])
        self.assertNotIn(regime, found)
        self.assertEqual(found.company_id, found.company_id & reader.company_ids)


@tagged("post_install", "-at_install")
class TestReceiptSettings(TransactionCase):
    def test_defaults(self):
        company = self.env["res.company"].create({"name": "Оптика"})
        self.assertRecordValues(
            company,
            [
                {
                    "fiscal_rate_20_api": "replace",
                    "fiscal_rate_20_orders": "refuse",
                    "fiscal_prepayment_product_type": "own",
                    "fiscal_return_1192": False,
                    "fiscal_marking_tailless": False,
                }
            ],
        )

    def test_the_screen_sets_them_for_its_company(self):
        other = self.env["res.company"].create({"name": "Оптика"})
        screen = self.env["res.config.settings"].create({})
        screen.fiscal_rate_20_api = "refuse"
        screen.fiscal_return_1192 = True
        screen.fiscal_marking_tailless = True
        screen.execute()
        self.assertEqual(self.env.company.fiscal_rate_20_api, "refuse")
        self.assertTrue(self.env.company.fiscal_return_1192)
        self.assertTrue(self.env.company.fiscal_marking_tailless)
        self.assertEqual(other.fiscal_rate_20_api, "replace")
