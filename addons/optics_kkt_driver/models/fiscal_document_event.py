from odoo import api, fields, models
from odoo.exceptions import UserError

from .fiscal_document import STATES
from .fiscal_document_guard import guard_history


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
    why = fields.Char(readonly=True)

    def init(self):
        guard_history(self.env.cr)

    @api.model
    def _record(self, document, origin, target, why):
        return self.create(
            {
                "document_id": document.id,
                "company_id": document.company_id.id,
                "at": fields.Datetime.now(),
                "user_id": self.env.uid,
                "from_state": origin,
                "to_state": target,
                "why": why,
            }
        )

    def write(self, vals):
        if vals:
            raise UserError(self.env._("The history of a fiscal document cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _never_unlink(self):
        raise UserError(self.env._("The history of a fiscal document cannot be changed."))
