from odoo import api, fields, models
from odoo.exceptions import UserError

KEPT = frozenset({"amount", "pos_session_id", "journal_id", "fiscal_document_id"})
"""What a move in the till's drawer and its entry in Odoo have in common."""


class AccountBankStatementLine(models.Model):
    """A cash move of a session, as its till has registered it."""

    _inherit = "account.bank.statement.line"

    fiscal_document_id = fields.Many2one(
        "fiscal.document",
        readonly=True,
        copy=False,
        ondelete="restrict",
        check_company=True,
        groups="optics_kkt_driver.group_fiscal_user",
    )

    _one_entry = models.UniqueIndex(
        "(fiscal_document_id) WHERE fiscal_document_id IS NOT NULL",
        "This cash move is entered already.",
    )

    def write(self, vals):
        if not KEPT.isdisjoint(vals):
            self._check_not_at_a_till()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_a_till(self):
        self._check_not_at_a_till()

    def _check_not_at_a_till(self):
        """Keep what the till has registered: another move takes it back."""
        if self.sudo().fiscal_document_id:
            raise UserError(
                self.env._(
                    "The till has registered this cash move. Make the opposite move instead."
                )
            )
