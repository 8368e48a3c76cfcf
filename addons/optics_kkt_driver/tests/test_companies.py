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

    def test_a_till_with_a_drive_stays_with_its_company(self):
        self.second.ofd_id = False
        self.env["kkt.drive"].create(
            {
                "device_id": self.second.id,
                "fn_number": "9999000000000001",
                "seen_since": "2026-01-05 12:00:00",
            }
        )
        with self.assertRaisesRegex(UserError, "stays with its company"):
            self.second.company_id = self.other

    def test_an_operator_of_another_company_is_refused(self):
        with self.assertRaisesRegex(UserError, "company"):
            self.others[0].ofd_id = self.till.ofd_id

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_refused_operator_is_not_named(self):
        till = self.others[0].with_user(self.manager_of_the_other())
        with self.assertRaises(AccessError) as refusal:
            till.ofd_id = self.till.ofd_id.id
        self.assertNotIn(self.till.ofd_id.name, str(refusal.exception))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_till_is_not_moved_into_a_company_of_others(self):
        self.others[1].ofd_id = False
        till = self.others[1].with_user(self.manager_of_the_other())
        with self.assertRaises(AccessError):
            till.write({"company_id": self.mine.id})

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_regime_is_not_moved_into_a_company_of_others(self):
        regime = self.env["fiscal.regime"].create(
            {
                "since": "2020-01-01",
                "tax_system": "1",
                "vat": "general",
                "company_id": self.other.id,
            }
        )
        with self.assertRaises(AccessError):
            regime.with_user(self.manager_of_the_other()).company_id = self.mine

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_no_wizard_for_a_till_of_others(self):
        row = self.sell(self.till, "sale")
        device = {"device_id": self.till.id}
        meant = {
            "kkt.cash.move": {**device, "amount": 1, "reason": "Размен"},
            "kkt.document.reading": {**device, "fd_number": 1},
            "kkt.drive.replacement": device,
            "kkt.virtual.faults": device,
            "fiscal.document.decision": {
                "document_id": row.id,
                "choice": "print",
                "reason": "Нет на ленте",
            },
            "fiscal.correction": {
                **device,
                "settled_on": "2026-01-05",
                "reason": "Без кассы",
                "cashier": "Кассир Иванова",
                "tax_system": "1",
            },
        }
        user = self.manager_of_the_other()
        for model, values in meant.items():
            wizards = self.env[model].with_user(user)
            with self.subTest(f"{model} created"), self.assertRaises(AccessError):
                wizards.create(dict(values))
            theirs = self.env[model].create(dict(values))
            with self.subTest(f"{model} read"), self.assertRaises(AccessError):
                theirs.with_user(user).read([])

    def test_faults_of_no_till_are_refused_as_such(self):
        for_nobody = new_test_user(self.env, "for_nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["kkt.virtual.faults"].with_user(for_nobody).create({})

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_form_of_cash_tells_nothing_of_a_till_of_others(self):
        moves = self.env["kkt.cash.move"].with_user(self.manager_of_the_other())
        with self.assertRaises(AccessError):
            moves.onchange({"device_id": self.till.id}, [], {"cash_in_drawer": {}})

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_no_button_tells_a_stranger_anything(self):
        """Neither somebody of another company nor one without any right of ours."""
        row = self.sell(self.till, "sale")
        purchase = self.env["fiscal.purchase"].create(
            {"name": "Заказ 1", "company_id": self.mine.id}
        )
        strangers = (
            self.manager_of_the_other(),
            new_test_user(self.env, "nobody", groups="base.group_user"),
        )
        for record in (self.till, self.till.drive_id, row.shift_id, row, purchase):
            self.assertEqual(len(record), 1)
            for button in sorted(set(dir(record)) & self.buttons_of(record)):
                for user in strangers:
                    with (
                        self.subTest(model=record._name, button=button, user=user.login),
                        self.assertRaises(AccessError),
                    ):
                        getattr(record.with_user(user), button)()

    def buttons_of(self, record):
        """Names of the buttons that our addon gives to a model."""
        return {
            name
            for base in type(record).__mro__
            if base.__module__.startswith("odoo.addons.optics_")
            for name in vars(base)
            if name.startswith("action_")
        }

    def manager_of_the_other(self):
        return new_test_user(
            self.env,
            "manager-of-the-other",
            groups="optics_kkt_driver.group_fiscal_manager",
            company_id=self.other.id,
            company_ids=[Command.set(self.other.ids)],
        )
