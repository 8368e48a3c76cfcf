from typing import NamedTuple

from odoo import api, fields, models

from ..kkt.fiscal.identity import is_inn
from ..kkt.flow.states import SIGNED, State
from ..models.fiscal_document import RECEIPT_KINDS

STATES = [("done", "Done"), ("to_do", "To do"), ("unknown", "Cannot be told")]
AT_MOST = 3
"""Names that a sentence has; whoever has forty tills reads no forty names."""


class Step(NamedTuple):
    """One step of setting a company up, as it stands now."""

    name: str
    state: str
    words: str
    action: dict
    """Opens the screen where the step is done."""


class FiscalSetupStep(models.TransientModel):
    """The list of what a company still needs before it can sell. A row keeps its code alone.

    How a step stands is found out whenever it is read, for the company that the user works in.
    """

    _name = "fiscal.setup.step"
    _description = "Setting up: a step"

    code = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Step", compute="_compute_step")
    state = fields.Selection(STATES, compute="_compute_step")
    words = fields.Char(string="What is there, what is missing", compute="_compute_step")

    @api.depends_context("company", "lang")
    def _compute_step(self):
        steps = self._steps()
        for row in self:
            step = steps[row.code]()
            row.name, row.state, row.words = step.name, step.state, step.words

    @api.model
    def action_list(self):
        """Show all steps, in the order in which they are best done."""
        self.check_access("read")
        rows = self.sudo().create([{"code": code} for code in self._steps()])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Setting up"),
            "res_model": self._name,
            "views": [(False, "list"), (False, "kanban")],
            "mobile_view_mode": "kanban",
            "domain": [("id", "in", rows.ids)],
        }

    def action_open(self):
        """Show the screen where this step is done."""
        self.ensure_one()
        return self._steps()[self.code]().action

    @api.model
    def _steps(self):
        """By code, in their order: what finds out how a step stands (a ``Step``)."""
        return {
            "company": self._step_company,
            "till": self._step_till,
            "ofd": self._step_ofd,
            "taxes": self._step_taxes,
            **self._further_steps(),
            "receipt": self._step_receipt,
        }

    @api.model
    def _further_steps(self):
        """Steps that an addon above this one adds, as ``_steps`` has them."""
        return {}

    @api.model
    def _sold_products(self):
        """Domain of what is sold; an addon above takes out what only stands for something."""
        return [("sale_ok", "=", True)]

    # The steps ----------------------------------------------------------------------------------

    def _step_company(self):
        company = self.env.company
        there = {
            self.env._("name"): company.name,
            self.env._("INN"): is_inn(company._fiscal_inn()),
            self.env._("address"): company.street,
        }
        missing = [label for label, value in there.items() if not value]
        return Step(
            self.env._("Company data"),
            "to_do" if missing else "done",
            self.env._("Missing or wrong: %s", ", ".join(missing))
            if missing
            else self.env._("Name, INN and address are there."),
            {
                "type": "ir.actions.act_window",
                "res_model": "res.company",
                "res_id": company.id,
                "views": [(False, "form")],
            },
        )

    def _step_till(self):
        state, words = self._state_of_tills(self._tills())
        action = self._action("optics_kkt_driver.kkt_device_action")
        return Step(self.env._("Till"), state, words, action)

    def _state_of_tills(self, tills):
        silent = tills.filtered(lambda till: till._status().silence)
        bare = tills.filtered(lambda till: not till._status().fn_number) - silent
        unasked = bare.filtered(lambda till: not till._status().seen_at)
        if not tills:
            return "to_do", self.env._("There is no till.")
        if silent:
            return "to_do", self.env._("No answer when last asked: %s", some_names(silent))
        if bare - unasked:
            return "to_do", self.env._(
                "Not registered with a drive: %s", some_names(bare - unasked)
            )
        if unasked:
            return "unknown", self.env._("Never asked yet: %s", some_names(unasked))
        return "done", self.env._("Registered, and answered when last asked: %s", some_names(tills))

    def _step_ofd(self):
        tills = self._tills()
        state, words = self._state_of_delivery(tills.filtered(lambda till: till.delivery == "http"))
        if not tills:
            state, words = "to_do", self.env._("There is no till.")
        action = self._action("optics_kkt_driver.fiscal_ofd_action")
        return Step(self.env._("OFD"), state, words, action)

    def _state_of_delivery(self, tills):
        """Judge the way of the tills whose documents we send."""
        endpoints = tills.ofd_id
        lost = tills.filtered(lambda till: not till.ofd_id)
        failing = endpoints.filtered(
            lambda ofd: ofd._is_paused() or ofd._breaker().last_call != "well"
        )
        unused = endpoints.filtered(lambda ofd: not self._has_document(ofd, State.DELIVERED))
        if not tills:
            return "unknown", self.env._("No till has us send its documents.")
        if lost:
            return "to_do", self.env._("Tills without an OFD: %s", some_names(lost))
        if failing:
            return "to_do", self.env._(
                "The last call failed, or is stopped: %s", some_names(failing)
            )
        if unused:
            return "unknown", self.env._("Has acknowledged no document yet: %s", some_names(unused))
        return "done", self.env._("The last call went well: %s", some_names(endpoints))

    def _has_document(self, ofd, state):
        documents = self.env["fiscal.document"]
        return documents.search_count(
            [("device_id.ofd_id", "=", ofd.id), ("state", "=", state)], limit=1
        )

    def _step_taxes(self):
        company = self.env.company
        products = self.env["product.template"].sudo()
        sold = [*self._sold_products(), ("company_id", "in", (False, company.id))]
        with_rate = [*self.env["account.tax"]._check_company_domain(company), ("nds", "!=", False)]
        without = [*sold, ("taxes_id", "not any", with_rate)]
        count = products.search_count(without)
        if count:
            state = "to_do"
            words = self.env._("Products without a tax that has a rate on receipts: %s", count)
        elif products.search_count(sold, limit=1):
            state = "done"
            words = self.env._("Each product that is sold has a tax with a rate on receipts.")
        else:
            state, words = "unknown", self.env._("There is no product to sell.")
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Products without a rate on receipts"),
            "res_model": "product.template",
            "views": [(False, "list"), (False, "form")],
            "domain": without,
        }
        return Step(self.env._("Taxes on products"), state, words, action)

    def _step_receipt(self):
        documents = self.env["fiscal.document"]
        receipts = [("company_id", "=", self.env.company.id), ("kind", "in", RECEIPT_KINDS)]
        delivered = [*receipts, ("state", "=", State.DELIVERED)]
        if documents.search_count(delivered, limit=1):
            state, words = "done", self.env._("A receipt is signed, and the OFD has it.")
        elif documents.search_count([*receipts, ("state", "in", SIGNED)], limit=1):
            state, words = "to_do", self.env._("A receipt is signed; the OFD does not have it yet.")
        else:
            state, words = "to_do", self.env._("No receipt is signed yet. Sell something small.")
        action = self._action("optics_kkt_driver.fiscal_document_action")
        return Step(self.env._("Test receipt"), state, words, action)

    def _tills(self):
        return self.env["kkt.device"].search([("company_id", "=", self.env.company.id)])

    def _action(self, xmlid):
        return self.env["ir.actions.actions"]._for_xml_id(xmlid)


def some_names(records):
    """The names of the first records, and how many more there are."""
    shown = ", ".join(records[:AT_MOST].mapped("display_name"))
    more = len(records) - AT_MOST
    return f"{shown} (+{more})" if more > 0 else shown
