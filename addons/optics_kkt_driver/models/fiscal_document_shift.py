from odoo import api, fields, models

from ..kkt.fiscal.counters import ShiftCounters
from ..kkt.fiscal.vocabulary import DocumentCode, DocumentKind

REPORTS = (DocumentKind.SHIFT_CLOSE, DocumentKind.X_REPORT)
"""Documents that tell the counters of a shift."""


class FiscalDocument(models.Model):
    """What a document has to do with its shift."""

    # Has fields of its own.
    _inherit = "fiscal.document"  # pylint: disable=consider-merging-classes-inherited

    shift_id = fields.Many2one(
        "kkt.shift",
        string="Shift of the till",
        compute="_compute_shift_id",
        compute_sudo=True,
        check_company=True,
    )
    counters_html = fields.Html(string="Counters", compute="_compute_counters_html")

    _shift = models.Index("(fn_number, shift_number) WHERE shift_number > 0")

    @api.depends("fn_number", "shift_number")
    def _compute_shift_id(self):
        shifts = self.env["kkt.shift"]
        for document in self:
            document.shift_id = (
                shifts._find(document.device_id, document.fn_number, document.shift_number)
                if document.shift_number
                else shifts
            )

    @api.depends("kind", "signed_json")
    def _compute_counters_html(self):
        for document in self:
            tells = document.signed_json and document._signed_kind() in REPORTS
            document.counters_html = tells and self.env["kkt.shift"]._render_counters(
                ShiftCounters.from_json(document.signed_json)
            )

    def _signed_kind(self):
        """Return what this document is, also when others registered it (``DocumentKind``)."""
        if self.kind != DocumentKind.FOREIGN:
            return DocumentKind(self.kind)
        return DocumentCode(self.signed_json["code"]).kind

    def action_shift(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "kkt.shift",
            "res_id": self.shift_id.id,
            "views": [(False, "form")],
        }
