from odoo import api, fields, models

from ..kkt.fiscal.vocabulary import DocumentCode
from .fiscal_document import KINDS


class FiscalDocument(models.Model):
    _inherit = "fiscal.document"

    foreign_kind = fields.Selection(
        KINDS,
        string="What it is",
        compute="_compute_foreign_kind",
        help="What somebody else has registered, by the code of the signed document",
    )

    @api.depends("kind", "signed_json")
    def _compute_foreign_kind(self):
        codes = {int(code): code.kind for code in DocumentCode}
        for document in self:
            code = (document.signed_json or {}).get("code")
            kind = document.kind == "foreign" and codes.get(code)
            document.foreign_kind = kind and kind.value

    @api.depends("foreign_kind")
    def _compute_display_name(self):
        followed = super()._compute_display_name()
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for document in self.filtered("foreign_kind"):
            document.display_name = self.env._(
                "Foreign document (%(kind)s) FD %(number)s",
                kind=labels[document.foreign_kind].lower(),
                number=document.fd_number,
            )
        return followed

    def _candidates_are_in_the_till(self):
        """Whether the drive on which this document may lie is the one that the till has."""
        return self.candidates_fn in (False, "", self.device_id._lane().fn_number)

    def _after_signed(self):
        followed = super()._after_signed()
        self.env["kkt.drive"]._saw_document(self)
        return followed

    @api.model
    def _record_foreign(self, device, document):
        row = super()._record_foreign(device, document)
        self.env["kkt.drive"]._saw_document(row)
        return row
