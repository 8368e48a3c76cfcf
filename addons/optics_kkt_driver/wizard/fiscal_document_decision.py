from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..kkt.device.contract import Signed
from ..kkt.flow.states import State


class FiscalDocumentDecision(models.TransientModel):
    """A person's word on a document of which the till itself cannot tell whether it was signed."""

    _name = "fiscal.document.decision"
    _description = "Decision about a fiscal document"
    _check_company_auto = True

    document_id = fields.Many2one(
        "fiscal.document", required=True, readonly=True, check_company=True
    )
    company_id = fields.Many2one(related="document_id.company_id")
    candidates = fields.Char(
        string="FD that may be it", compute="_compute_candidates", help="Still nobody's documents"
    )
    choice = fields.Selection(
        [
            ("signed", "It was signed: it is the FD below"),
            ("print", "It was not signed: print it"),
            ("cancel", "It was not signed: give it up"),
        ],
        required=True,
    )
    fd_number = fields.Integer(string="FD")
    reason = fields.Char(required=True, help="Goes into the document's history")

    @api.depends("document_id")
    def _compute_candidates(self):
        for decision in self:
            numbers = decision.document_id.candidates or []
            decision.candidates = ", ".join(map(str, numbers))

    @api.constrains("reason")
    def _check_reason(self):
        for decision in self:
            if not decision.reason.strip():
                raise ValidationError(self.env._("Reason: say how you know."))

    def action_decide(self):
        """Carry the decision out; the till is asked for the documents concerned."""
        self.ensure_one()
        document = self.document_id
        document._check_manager()
        document = document.sudo()
        if self.choice == "signed":
            moved = document._decide_signed(self._signed(document), self.reason)
        else:
            target = State.QUEUED if self.choice == "print" else State.CANCELLED
            foreign = self._read_candidates(document)
            moved = document._decide_not_signed(target, self.reason, foreign)
        if not moved:
            raise UserError(self.env._("The document is decided already."))
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _read_candidates(self, document):
        """Read what the row had reserved, to be recorded as somebody else's."""
        if not document._candidates_are_in_the_till():
            return []
        return document.device_id._read_documents(document.candidates or [])

    def _signed(self, document):
        """Read the document that the person names; refuse one that cannot be it."""
        if self.fd_number not in (document.candidates or []):
            raise UserError(
                self.env._("FD: choose one of those that may be it (%s).", self.candidates or "–")
            )
        if not document._candidates_are_in_the_till():
            raise UserError(
                self.env._(
                    "FD %(number)s lies on drive %(fn)s, which is not in the till any more: it"
                    " cannot be read.",
                    number=self.fd_number,
                    fn=document.candidates_fn,
                )
            )
        (found,) = document.device_id._read_documents([self.fd_number])
        if found.get("totalSum", 0) != document.payload.get("totalSum", 0):
            raise UserError(
                self.env._("FD %s has another sum: it cannot be this document.", self.fd_number)
            )
        return Signed.from_document(found)
