from uuid import uuid4

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.optics_kkt_driver.kkt.fiscal.problems import InvalidDocument
from odoo.addons.optics_kkt_driver.kkt.flow.states import ENDED, UNSIGNED
from odoo.addons.optics_kkt_driver.models.fiscal_words import words_of_problems

from ..receipt_builder.lines import to_kopecks

CASH_KINDS = {"in": "cash_in", "out": "cash_out"}
"""What a till calls Odoo's two types of cash moves."""


class PosSession(models.Model):
    """The cash of a session in the drawer of its till: counted at opening, put in, taken out."""

    # One file a concern.
    _inherit = "pos.session"  # pylint: disable=consider-merging-classes-inherited

    # Cash in and out ------------------------------------------------------------------------------

    def try_cash_in_out(self, _type, amount, reason, partner_id, extras):
        """Have the till register a cash move and enter it in Odoo once that is done. Repeatable.

        :param dict extras: its ``key`` names the wish: sent twice, the cash moves once
        :return dict: ``successful`` and ``message``, where there is a till
        """
        if not self.config_id.kkt_device_id:
            return super().try_cash_in_out(_type, amount, reason, partner_id, extras)
        till = self._fiscal_till()
        self._check_cash_move(_type, amount, reason)
        extras = extras if isinstance(extras, dict) else {}
        before = f"pos-session:{self.id}:cash:{extras.get('key') or uuid4()}:"
        document = self._fiscal_move_cash(
            till,
            to_kopecks(amount) if _type == "in" else -to_kopecks(amount),
            f"{before}{till.env['fiscal.document']._count_given_up(till, 'pos', before)}",
            reason.strip(),
            pos_cash_move={
                "type": _type,
                "amount": amount,
                "reason": reason.strip(),
                "partner_id": self._known("res.partner", partner_id),
                "extras": {
                    "translatedType": str(extras.get("translatedType") or _type),
                    "employee_id": self._known("hr.employee", extras.get("employee_id")),
                },
            },
        )
        if document.is_signed:
            document._enter_cash_move()
            return {"successful": True, "message": ""}
        return {"successful": False, "message": self._let_cash_move_go(document)}

    def _known(self, model, record_id):
        """The id of a record that there is, else nothing: what the till has registered must not
        fail in Odoo for a name that a client made up."""
        if not isinstance(record_id, int):
            return False
        return self.env[model].sudo().browse(record_id).exists().id

    def _check_cash_move(self, _type, amount, reason):
        if not self.cash_journal_id:
            raise UserError(self.env._("This point of sale has no cash payment method."))
        if _type not in CASH_KINDS:
            raise UserError(self.env._("Cash goes in or out."))
        is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
        if not is_number or self.currency_id.compare_amounts(amount, 0) <= 0:
            raise UserError(self.env._("Amount: more than zero, please."))
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Reason: say what the cash is for."))

    def _let_cash_move_go(self, document):
        """Give up a move that the till has not made, and say what became of it."""
        why = document._explain()
        if document._give_up(self.env._("not registered")):
            return self.env._("%s No cash was moved.", why)
        return self.env._("%s Do not enter this cash again.", why)

    def _fiscal_move_cash(self, till, kopecks, key, reference, **columns):
        """Register cash that goes into the till's drawer, or out of it when less than zero.

        :return: the row of its document
        """
        register = till._cash_in if kopecks > 0 else till._cash_out
        columns |= {"pos_session_id": self.id, "pos_config_id": self.config_id.id}
        cashier = self._fiscal_cashier()
        try:
            return register(abs(kopecks), cashier, key, "pos", reference=reference, columns=columns)
        except InvalidDocument as invalid:
            raise UserError("\n".join(words_of_problems(self.env, invalid))) from invalid

    def get_closing_control_data(self):
        self._enter_cash_moves()
        return super().get_closing_control_data()

    def _enter_cash_moves(self):
        """Enter what the till has registered and nobody waited for."""
        for document in self.env["fiscal.document"]._cash_moves_to_enter(self):
            document._enter_cash_move()

    # The drawer at opening ------------------------------------------------------------------------

    def _fiscal_count_drawer(self, till):
        """Tell the till of the cash that lies in its drawer as a shift begins. Repeatable.

        Some tills keep their drawer's sum over a Z report and some begin at nothing; so the
        difference between what lies there and what the till believes is what goes in or out.

        :return str: why it could not be told; empty when that was done or there was no difference
        """
        if not (self.company_id.fiscal_count_drawer and self.cash_journal_id):
            return ""
        till._refresh_status()
        status = till._status()
        if not status._is_fresh():
            return status.error or self.env._("The till does not answer.")
        key = f"{self._drawer_keys()}{status.fn_number}:{status.shift_number}"
        row = self._fiscal_drawer_rows().filtered(lambda row: row.idempotency_key == key)
        if row.state not in (False, *ENDED):
            row._sign()
        elif not row and (due := self._fiscal_drawer_due(status)):
            row = self._fiscal_move_cash(till, due, key, self.env._("Cash counted"))
        return row._explain() if row.state not in (False, *ENDED) else ""

    def _fiscal_drawer_due(self, status):
        """Kopecks that lie in the drawer beyond what the till believes; zero when none can tell."""
        shifts = self.env["kkt.shift"].sudo()
        earlier = shifts.search(
            [("closing_id.pos_session_id", "=", self.id)], order="id desc", limit=1
        )
        if earlier:
            lies = (earlier.our_counters or {}).get("cashInDrawer")
        else:
            lies = to_kopecks(self.cash_register_balance_end)
        return 0 if lies is None else lies - to_kopecks(status.cash_in_drawer)

    def _drawer_keys(self):
        """What the keys of this session's corrections of the drawer begin with."""
        return f"pos-session:{self.id}:drawer:"

    def _fiscal_drawer_rows(self):
        before = self._drawer_keys()
        return self.sudo().fiscal_document_ids.filtered(
            lambda row: row.idempotency_key.startswith(before)
        )

    def _give_up_drawer(self):
        """Let go of a counted drawer that the till never took: the next opening counts anew."""
        for row in self._fiscal_drawer_rows().filtered(lambda row: row.state in UNSIGNED):
            row._give_up(self.env._("the shift is closed"))
