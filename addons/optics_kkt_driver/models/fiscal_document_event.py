from odoo import api, fields, models
from odoo.exceptions import UserError

from .fiscal_document import STATES
from .fiscal_document_guard import guard_history
from .fiscal_words import words_of_move


class FiscalDocumentEvent(models.Model):
    """Append-only history: every change of a fiscal document's state, and who made it."""

    _name = "fiscal.document.event"
    _description = "Fiscal document event"
    _order = "id"
    _log_access = False
    _check_company_auto = True

    document_id = fields.Many2one(
        "fiscal.document",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    at = fields.Datetime(string="When", required=True, readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    from_state = fields.Selection(STATES, string="From", readonly=True)
    to_state = fields.Selection(STATES, string="To", required=True, readonly=True)
    why = fields.Char(
        string="Reason", readonly=True, help="In the words of the code, or of a person"
    )
    why_text = fields.Char(string="Why", compute="_compute_why_text")

    def init(self):
        guard_history(self.env.cr)

    @api.depends("why")
    @api.depends_context("lang")
    def _compute_why_text(self):
        for event in self:
            event.why_text = words_of_move(self.env, event.why)

    @api.model
    def _record(self, came_from, target, why):
        """Write down that documents have come into a state.

        :param came_from: the state of each before, by document; False of one that is new
        """
        now = fields.Datetime.now()
        return self.create(
            [
                {
                    "document_id": document.id,
                    "company_id": document.company_id.id,
                    "at": now,
                    "user_id": self.env.uid,
                    "from_state": origin,
                    "to_state": target,
                    "why": why,
                }
                for document, origin in came_from.items()
            ]
        )

    def write(self, vals):
        if vals:
            raise UserError(self.env._("The history of a fiscal document cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _never_unlink(self):
        raise UserError(self.env._("The history of a fiscal document cannot be changed."))
