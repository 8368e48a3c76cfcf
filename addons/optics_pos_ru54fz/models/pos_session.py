from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.optics_kkt_driver.kkt.fiscal.problems import InvalidDocument
from odoo.addons.optics_kkt_driver.kkt.flow.states import UNFINISHED
from odoo.addons.optics_kkt_driver.models.fiscal_words import words_of_problems

from ..steps import a_step, in_a_step

FRESH = 1.0
"""Seconds to wait for the till's own word on its shift; after that, what is known stands."""

STEP_FIELDS = frozenset({"state", "config_id"})
"""What says whether a session is open, and of which point of sale."""


class PosSession(models.Model):
    """A session and the shift of its till: opened after the one, closed before the other.

    Each step is a call of its own with a transaction of its own, and can be repeated.
    """

    _inherit = "pos.session"

    fiscal_document_ids = fields.One2many(
        "fiscal.document",
        "pos_session_id",
        readonly=True,
        groups="optics_kkt_driver.group_fiscal_user",
    )
    fiscal_document_count = fields.Integer(
        compute="_compute_fiscal_document_count", groups="optics_kkt_driver.group_fiscal_user"
    )
    fiscal_shift_open = fields.Boolean(
        string="Shift of the till is open", compute="_compute_fiscal_shift_open", compute_sudo=True
    )

    def _compute_fiscal_document_count(self):
        for session in self:
            session.fiscal_document_count = len(session.fiscal_document_ids)

    def _compute_fiscal_shift_open(self):
        for session in self:
            till = session.config_id.kkt_device_id
            session.fiscal_shift_open = session.state != "closed" and till.shift_open

    # Steps of a session ---------------------------------------------------------------------------

    def write(self, vals):
        if not STEP_FIELDS.isdisjoint(vals):
            self._check_is_a_step(vals)
        return super().write(vals)

    def _check_is_a_step(self, vals):
        """Refuse to move a session of a till by hand: its opening and closing are steps of Odoo's.

        A closed session lets its point of sale lose the till, another point of sale has none, and
        one without a till must not bring what was paid there to one that has.
        """
        if in_a_step() or self.env.su:
            return
        target = self.env["pos.config"].sudo().browse(vals.get("config_id") or ())
        if not (self.sudo().config_id | target).kkt_device_id:
            return
        raise UserError(
            self.env._(
                "A session with a till is opened and closed in the point of sale, and stays there."
            )
        )

    def _set_opening_control_data(self, cashbox_value, notes):
        with a_step():
            return super()._set_opening_control_data(cashbox_value, notes)

    def update_closing_control_state_session(self, notes):
        with a_step():
            return super().update_closing_control_state_session(notes)

    def action_pos_session_closing_control(
        self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None
    ):
        with a_step():
            return super().action_pos_session_closing_control(
                balancing_account, amount_to_balance, bank_payment_method_diffs
            )

    # Calls of the point of sale -----------------------------------------------------------------

    def fiscal_open_shift(self):
        """Open the shift of the session's till, unless it is open, and count its cash. Repeatable.

        :return dict: ``successful`` and ``message``: why not, and what to do; of an open shift, why
            the till could not be told of the cash in its drawer
        """
        till = self._fiscal_till()
        if not till:
            return {"successful": True, "message": ""}
        if not self._fiscal_shift_is_open(till):
            opening = self._fiscal_shift("shift_open", till)
            if not opening.is_signed:
                return self._fiscal_shift_answer(opening)
        return {"successful": True, "message": self._fiscal_count_drawer(till)}

    def fiscal_close_shift(self):
        """Close the shift of the session's till (Z report), unless it is closed. Repeatable.

        Refused while a document of the session has no end, money has no receipt, or Odoo would
        refuse to close it. What we refuse comes first: Odoo's dialog offers to cancel the drafts,
        which mends nothing of it.

        :return dict: ``successful``, ``message``, and ``open_order_ids`` where Odoo itself refuses
        """
        till = self._fiscal_till()
        if not till:
            return {"successful": True, "message": ""}
        self._give_up_drawer()
        if message := self._fiscal_obstacle():
            return {"successful": False, "message": message}
        refusal = self._cannot_close_session()
        if refusal:
            drafts = self.get_session_orders().filtered(lambda order: order.state == "draft")
            return {**refusal, "open_order_ids": drafts.ids}
        if not self._fiscal_shift_is_open(till):
            return {"successful": True, "message": ""}
        return self._fiscal_shift_answer(self._fiscal_shift("shift_close", till))

    def fiscal_renew_shift(self):
        """Close a shift that is near its 24 hours or beyond, and open the next one. Repeatable.

        The session and its drafts go on; receipts that the old shift has not signed come into the
        new one.

        :return dict: as :meth:`fiscal_open_shift`
        """
        till = self._fiscal_till()
        if till and self._fiscal_shift_is_open(till) and till._shift_warning():
            closing = self._fiscal_shift("shift_close", till)
            if not closing.is_signed:
                return self._fiscal_shift_answer(closing)
        return self.fiscal_open_shift()

    def action_fiscal_close_shift(self):
        """Close the shift from the back office."""
        answer = self.fiscal_close_shift()
        if not answer["successful"]:
            raise UserError(answer["message"])
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_fiscal_documents(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_document_action"
        )
        return {**action, "domain": [("pos_session_id", "=", self.id)], "context": {}}

    # Shift ------------------------------------------------------------------------------------

    def _fiscal_till(self):
        self.ensure_one()
        self.check_access("write")
        return self.config_id.kkt_device_id.sudo()

    def _fiscal_shift_is_open(self, till):
        """Ask the till itself, for somebody may have closed its shift by hand."""
        till._refresh_status(wait=FRESH)
        return till.shift_open

    def _fiscal_shift(self, kind, till):
        """Register the next opening or closing of this session and return its row."""
        return till._shift_step(
            kind,
            self.sudo().fiscal_document_ids.filtered(lambda row: row.kind == kind),
            self._fiscal_cashier(),
            f"pos-session:{self.id}:{kind}:",
            "pos",
            reference=self.name,
            columns={"pos_session_id": self.id, "pos_config_id": self.config_id.id},
        )

    def _fiscal_cashier(self):
        """Who is at the till now. Raises UserError when they cannot stand on a document."""
        person = self.config_id.module_pos_hr and self.employee_id or self.env.user
        try:
            return person._fiscal_cashier()
        except InvalidDocument as invalid:
            words = "; ".join(words_of_problems(self.env, invalid))
            raise UserError(
                self.env._("%(name)s: %(problem)s", name=person.name, problem=words)
            ) from invalid

    def _fiscal_shift_answer(self, document):
        return {
            "successful": document.is_signed,
            "message": "" if document.is_signed else document._explain(),
        }

    # Guard ------------------------------------------------------------------------------------

    def _cannot_close_session(self, bank_payment_method_diffs=None):
        refusal = super()._cannot_close_session(bank_payment_method_diffs)
        if refusal:
            return refusal
        message = self._fiscal_obstacle()
        return {"successful": False, "message": message, "redirect": False} if message else None

    def _fiscal_obstacle(self):
        """Say what must come to an end before the shift is closed; empty when nothing must."""
        return self._fiscal_unfinished(but="shift_close") or self._fiscal_unsigned()

    def _validate_session(
        self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None
    ):
        """Refuse to close a session whose shift is open, whichever button was used."""
        self.ensure_one()
        self._enter_cash_moves()
        message = self._fiscal_unfinished() or self._fiscal_unsigned()
        if not message and self.fiscal_shift_open:
            message = self.env._(
                "The shift of till %s is open. Close it first (Z report): the button is on this"
                " session, and closing the register in the point of sale does it by itself.",
                self.config_id.kkt_device_id.sudo().code,
            )
        if message:
            raise UserError(message)
        with a_step():
            return super()._validate_session(
                balancing_account, amount_to_balance, bank_payment_method_diffs
            )

    def _fiscal_unfinished(self, but=None):
        """Say which documents of this session have no end yet; empty when all have.

        :param but: a kind of documents that may be unfinished
        """
        rows = self.sudo().fiscal_document_ids.filtered(
            lambda row: row.state in UNFINISHED and row.kind != but
        )
        if not rows:
            return ""
        return self.env._(
            "Documents of this session are not finished: %s. Let the till sign them, give them up,"
            " or have them decided on the list of fiscal documents.",
            ", ".join(row.reference or row.display_name for row in rows),
        )

    def _fiscal_unsigned(self):
        """Say which orders of this session were paid without a receipt; empty when none was."""
        orders = self.sudo().order_ids.filtered("fiscal_unsigned")
        if not orders:
            return ""
        return self.env._(
            "Orders of this session are paid and have no receipt: %s. An administrator of tills"
            " prints a correction receipt for each or decides why none is needed, on the order.",
            orders._names_of_unsigned(),
        )
