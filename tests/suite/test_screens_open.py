"""Every form, list and card of ours opens, in every state of a record, for all who may read it."""

from lxml import etree

from odoo.fields import Command

from odoo.addons.optics_kkt_driver.kkt.fiscal.correcting import Basis
from odoo.addons.optics_kkt_driver.kkt.fiscal.document import Cashier
from odoo.addons.optics_kkt_driver.kkt.flow.states import SIGNED, State
from odoo.addons.optics_kkt_driver.models.fiscal_document import KINDS
from odoo.addons.optics_kkt_driver.tests.common import FiscalMixin, make_receipt

from tests.suite.suite_case import SuiteCase

READERS = (
    "optics_kkt_driver.group_fiscal_user",
    "optics_kkt_driver.group_fiscal_manager",
    "point_of_sale.group_pos_manager",
    "base.group_system",
)
UNSIGNED = [state for state in State if state not in SIGNED]


class TestScreensOpen(FiscalMixin, SuiteCase):
    def setUp(self):
        super().setUp()
        self.till = self.make_till()
        self.registry_enter_test_mode()
        self.signed = self.a_day()
        self.unsigned = self.rows_of_every_kind()
        self.users = [self.reader(group) for group in READERS]

    def a_day(self):
        """One document of each kind that a till signs, as it signs it."""
        cashier = Cashier("Кассир Иванова")
        self.open_shift()
        self.register("sale")
        self.till._cash_in(100_00, cashier, "in", "backend")
        self.till._cash_out(50_00, cashier, "out", "backend")
        correction = self.env["fiscal.document"]._correct(
            self.till, "c", "backend", basis=Basis(self.till._local_date()), right=make_receipt()
        )
        correction._print_in_order()
        self.till._x_report(cashier, "x", "backend")
        self.till._shift_close(cashier, "z", "backend")
        rows = self.env["fiscal.document"].search([("device_id", "=", self.till.id)])
        self.assertEqual(set(rows.mapped("state")), {"printed"})
        return rows

    def rows_of_every_kind(self):
        """Rows of all kinds that are not signed, whatever they say."""
        rows = self.env["fiscal.document"]
        for kind, _label in KINDS:
            rows += self.enqueue(f"row-{kind}")
            self.set_columns(rows[-1], kind=kind)
        return rows

    def set_columns(self, rows, **columns):
        self.env.flush_all()
        names = ", ".join(f"{name} = %s" for name in columns)
        self.env.cr.execute(
            "ALTER TABLE fiscal_document DISABLE TRIGGER USER;"
            " DROP INDEX IF EXISTS fiscal_document_one_undecided;"
            f" UPDATE fiscal_document SET {names} WHERE id IN %s;"
            " ALTER TABLE fiscal_document ENABLE TRIGGER USER",
            [*columns.values(), rows._ids],
        )
        self.env.invalidate_all()

    def reader(self, group):
        return self.env["res.users"].create(
            {
                "name": group,
                "login": group,
                "group_ids": [Command.set([self.env.ref(group).id])],
                "company_ids": [Command.set(self.env.company.ids)],
                "company_id": self.env.company.id,
            }
        )

    def test_every_form_list_and_card(self):
        for user in self.users:
            for model in self.lasting_models():
                ours = model.with_user(user)
                if ours.has_access("read"):
                    with self.subTest(user=user.login, model=model._name):
                        self.open_all(ours, ours.search([], limit=40))

    def test_documents_in_every_state(self):
        for rows, states in ((self.signed, SIGNED), (self.unsigned, UNSIGNED)):
            for state in states:
                self.set_columns(rows, state=state.value)
                for user in self.users:
                    ours = rows.with_user(user)
                    if ours.has_access("read"):
                        with self.subTest(state=state, user=user.login):
                            self.open_all(ours, ours)

    def open_all(self, model, records):
        """Read what list and cards ask of all records, and what the form asks of each."""
        for kind in ("list", "kanban"):
            shown = model.web_search_read([("id", "in", records.ids)], self.asked(model, kind))
            self.assertEqual(shown["length"], len(records))
        form = self.asked(model, "form")
        for record in records:
            self.assertEqual(record.web_read(form)[0]["id"], record.id)

    def asked(self, model, kind):
        """The specification with which the web client reads a view of this kind."""
        return self.specification(model, etree.fromstring(model.get_view(view_type=kind)["arch"]))

    def specification(self, model, view):
        asked = {}
        for node in view.xpath(".//field[not(ancestor::field)]"):
            field = model._fields[node.get("name")]
            asked[field.name] = {}
            if field.relational:
                inner = {"display_name": {}}
                shown = [child for child in node if child.tag in ("list", "form", "kanban")]
                if shown:
                    alone = etree.fromstring(etree.tostring(shown[0]))
                    inner |= self.specification(self.env[field.comodel_name], alone)
                asked[field.name] = {"fields": inner}
        return asked
