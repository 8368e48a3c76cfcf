from odoo import models
from odoo.exceptions import UserError
from odoo.tools import sql

COMPANY_OF_DOCUMENTS = "fiscal_document_company_of_its_till"
"""A foreign key of two columns: it makes the database itself refuse a document of one company on
another's till, and a till that changes its company under documents that are being written."""


class KktDevice(models.Model):
    """A till belongs to one company, and so does all that it signs."""

    _inherit = "kkt.device"

    _id_and_company = models.UniqueIndex("(id, company_id)")

    def init(self):
        """Put the foreign key in place; the table of documents is made before that of tills.

        It begins as Odoo's own of `device_id` does and has its ON DELETE: Odoo looks at the first
        column alone, takes it for that one, and would drop it if they differed.
        """
        followed = super().init()
        if not sql.constraint_definition(self.env.cr, "fiscal_document", COMPANY_OF_DOCUMENTS):
            sql.add_constraint(
                self.env.cr,
                "fiscal_document",
                COMPANY_OF_DOCUMENTS,
                "FOREIGN KEY (device_id, company_id) REFERENCES kkt_device (id, company_id)"
                " ON DELETE RESTRICT",
            )
        return followed

    def write(self, vals):
        if "company_id" in vals:
            self._check_company_may_change(vals["company_id"])
        return super().write(vals)

    def _check_company_may_change(self, company_id):
        moved = self.filtered(lambda device: device.company_id.id != company_id)
        documents = self.env["fiscal.document"].sudo()
        if documents.search_count([("device_id", "in", moved.ids)], limit=1):
            raise UserError(
                self.env._(
                    "A till with documents stays with its company: each document belongs to the"
                    " company that it was registered for. Archive the till and set up another."
                )
            )
