from psycopg2.errors import ForeignKeyViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..kkt.fiscal.document import Cashier, Item, Payments, Receipt
from ..kkt.fiscal.vocabulary import Nds, OperationType, TaxationType
from .common import FiscalCase


@tagged("post_install", "-at_install")
class TestTwoCompanies(FiscalCase):
    """Two legal entities with two tills each and two tax systems, in one database."""

    def setUp(self):
        super().setUp()
        self.mine = self.env.company
        self.other = self.env["res.company"].create({"name": "ИП Соколов"})
        self.second = self.make_till(code="TEST-2")
        self.others = self.tills_of_the_other()

    def tills_of_the_other(self):
        env = self.env(context={"allowed_company_ids": [self.other.id]})
        mine, self.env = self.env, env
        try:
            return [self.make_till(code=f"OTHER-{n}", tax_system="2") for n in (1, 2)]
        finally:
            self.env = mine

    def sell(self, till, key):
        system = TaxationType(int(till.tax_system))
        nds = Nds.NDS_22 if system is TaxationType.OSN else Nds.NDS_NO
        receipt = Receipt(
            OperationType.SALE,
            system,
            (Item.priced("Оправа", 100000, nds),),
            Payments(ecash=100000),
            Cashier("Кассир Иванова"),
        )
        row = self.enqueue(key, receipt, till, open_shift=True)
        row._sign()
        return row

    def test_each_till_signs_for_its_own_company(self):
        for till in (self.till, self.second, *self.others):
            row = self.sell(till, f"sale-{till.code}")
            self.assertEqual((row.state, row.company_id), ("printed", till.company_id))
            self.assertEqual(row.signed_json["appliedTaxationType"], int(till.tax_system))
            self.assertEqual(till.drive_id.company_id, till.company_id)
        self.assertEqual(len({till.drive_id.fn_number for till in self.others}), 2)

    def test_one_key_of_two_companies_is_two_documents(self):
        self.assertNotEqual(self.sell(self.till, "same"), self.sell(self.others[0], "same"))

    def test_a_user_of_one_sees_nothing_of_the_other(self):
        rows = [self.sell(till, "sale") for till in (self.till, self.others[0])]
        user = new_test_user(
            self.env,
            "one-company",
            groups="optics_kkt_driver.group_fiscal_manager",
            company_id=self.mine.id,
            company_ids=[Command.set(self.mine.ids)],
        )
        for model in (
            "kkt.device",
            "kkt.device.status",
            "kkt.lane",
            "kkt.drive",
            "kkt.counter",
            "fiscal.document",
            "fiscal.document.event",
            "fiscal.ofd",
        ):
            seen = self.env[model].with_user(user).search([]).sudo().company_id
            self.assertEqual(seen, self.mine, model)
        with self.assertRaises(AccessError):
            rows[1].with_user(user).read(["fpd"])
        for button in ("action_set_clock", "action_replace_drive", "action_virtual_faults"):
            with self.assertRaises(AccessError):
                getattr(self.others[0].with_user(user), button)()

    def test_postgresql_refuses_a_document_on_another_companys_till(self):
        row = self.enqueue("mine")
        with (
            self.assertRaises(ForeignKeyViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE fiscal_document SET company_id = %s WHERE id = %s",
                [self.other.id, row.id],
            )
        with (
            self.assertRaises(ForeignKeyViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE kkt_device SET company_id = %s WHERE id = %s",
                [self.other.id, self.till.id],
            )

    def test_a_till_changes_its_company_only_before_its_first_document(self):
        self.second.ofd_id = False
        self.second.company_id = self.other
        self.enqueue("mine")
        with self.assertRaisesRegex(UserError, "stays with its company"):
            self.till.write({"company_id": self.other.id})
        self.till.write({"company_id": self.mine.id, "name": "Касса 1"})
