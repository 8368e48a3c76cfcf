from odoo import api, fields, models

from odoo.addons.optics_kkt_driver.fields import JsonAsText
from odoo.addons.optics_kkt_driver.kkt.flow.states import SIGNED, State

from .pos_order import COMPLETE_AFTER


class FiscalDocument(models.Model):
    _inherit = "fiscal.document"

    pos_order_id = fields.Many2one(
        "pos.order", readonly=True, ondelete="restrict", index="btree_not_null", check_company=True
    )
    pos_session_id = fields.Many2one(
        "pos.session",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    pos_config_id = fields.Many2one(
        "pos.config", readonly=True, ondelete="set null", check_company=True
    )
    pos_line_ids = fields.Json(
        readonly=True, help="For each item of the receipt, the id of the order line it came from"
    )

    pos_cash_move = JsonAsText(
        string="Cash move",
        readonly=True,
        help="Of cash in or out in a session: what Odoo enters once it is signed",
    )

    _one_receipt = models.UniqueIndex(
        "(pos_order_id) WHERE (kind = 'receipt' OR correction_role = 'settlement')"
        f" AND state <> '{State.CANCELLED}'",
        "This order has its receipt already.",
    )

    def _further_columns(self):
        return super()._further_columns() | {
            *("pos_order_id", "pos_session_id", "pos_config_id", "pos_line_ids", "pos_cash_move")
        }

    @api.model
    def _sent_columns(self):
        return super()._sent_columns() | {
            *("pos_order_id", "pos_session_id", "pos_line_ids", "pos_cash_move")
        }

    def _after_signed(self):
        """Have the sale completed or the cash entered, should whoever waits for this die."""
        followed = super()._after_signed()
        if self.pos_cash_move or (self.pos_order_id and self.kind == "receipt"):
            self.env.ref("optics_pos_ru54fz.cron_complete_sales")._trigger(
                at=fields.Datetime.now() + COMPLETE_AFTER
            )
        return followed

    def _pos_item_numbers(self, line):
        """Return the numbers, from 1, of the items that an order line became."""
        self.ensure_one()
        return [
            number
            for number, line_id in enumerate(self.pos_line_ids or [], 1)
            if line_id == line.id
        ]

    # Completion -------------------------------------------------------------------------------

    def _complete_if_free(self):
        """Complete in Odoo what this signed document is for, unless somebody is at it."""
        if self.pos_order_id:
            return self.pos_order_id._fiscal_complete_if_free()
        with self.env.cr.savepoint():
            if not self.try_lock_for_update(allow_referencing=True):
                return False
            self._enter_cash_move()
        return True

    def _enter_cash_move(self):
        """Enter signed cash in or out in Odoo, as the point of sale does. Repeatable."""
        self.ensure_one()
        lines = self.env["account.bank.statement.line"].sudo().with_company(self.company_id)
        if lines.search_count([("fiscal_document_id", "=", self.id)], limit=1):
            return
        move, session = self.pos_cash_move, self.pos_session_id.sudo()
        values = session._prepare_account_bank_statement_line_vals(
            session,
            1 if move["type"] == "in" else -1,
            *(move[name] for name in ("amount", "reason", "partner_id", "extras")),
        )
        lines.with_context(no_retrieve_partner=True).create(
            {**values, "fiscal_document_id": self.id}
        )

    @api.model
    def _cash_moves_to_enter(self, sessions=None, domain=()):
        """Return signed cash moves that Odoo does not have yet, of open sessions.

        :param sessions: of these only
        """
        if sessions is None:
            sessions = self.env["pos.session"].sudo().search([("state", "!=", "closed")])
        moves = self.sudo().search(
            [
                ("pos_session_id", "in", sessions.ids),
                ("kind", "in", ("cash_in", "cash_out")),
                ("pos_cash_move", "!=", False),
                ("state", "in", SIGNED),
                *domain,
            ]
        )
        lines = self.env["account.bank.statement.line"].sudo()
        return moves - lines.search([("fiscal_document_id", "in", moves.ids)]).fiscal_document_id

    # Back office ------------------------------------------------------------------------------

    def action_pos_order(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "pos.order",
            "res_id": self.pos_order_id.id,
            "views": [(False, "form")],
        }

    def _given_up(self):
        return self.filtered(lambda document: document.state == State.CANCELLED)
