from odoo import models
from odoo.exceptions import UserError

from ..kkt.fiscal.document import Copy
from ..kkt.flow.states import ENDED, SIGNED


class FiscalDocument(models.Model):
    """Paper of signed documents: copies, and what came out late."""

    _inherit = "fiscal.document"

    def _came_out(self):
        """A signed document that waited for paper is printed: its state stays what it was."""
        self.ensure_one()
        if self.state not in SIGNED:
            raise UserError(self.env._("Only a signed document comes out of a till."))
        self.on_paper = True
        self.env["fiscal.document.event"]._record(
            self, self.state, self.state, self.env._("printed on paper")
        )

    def action_print_copy(self):
        """Print this document once more, marked as a copy."""
        self._check_manager()
        copy = self.sudo()._print_copy(self.env.user._fiscal_cashier())
        return self.device_id._tell(self.env._("Copy: %s.", copy.original_id.display_name))

    def _print_copy(self, cashier):
        """Print a copy and return its row.

        One press, one copy: as long as one has not come out, pressing again hurries that one.

        :raises UserError: not signed, signed by an earlier drive, or not printed now
        """
        self.ensure_one()
        device = self.device_id
        self._check_can_be_copied()
        ended = self.search_count(
            [
                ("kind", "=", "copy"),
                ("original_id", "=", self.id),
                ("state", "in", ENDED),
            ]
        )
        row = device._register_now(
            Copy(self.fd_number, cashier),
            f"copy:{self.id}:{ended}",
            "backend",
            fingerprint={"fn_number": self.fn_number, "fd_number": self.fd_number},
            original_id=self.id,
            original_fn=self.fn_number,
            original_fd=self.fd_number,
            original_fpd=self.fpd,
        )
        if not row.is_signed:
            raise UserError(row._explain())
        return row

    def _check_can_be_copied(self):
        if not self.is_signed or not self.fd_number:
            raise UserError(self.env._("Only a signed document with an FD number can be copied."))
        in_use = self.device_id._lane().fn_number
        if self.fn_number != in_use:
            raise UserError(
                self.env._(
                    "%(document)s lies on drive %(fn)s, which is archived. Till %(till)s can print"
                    " copies from its drive %(in_use)s only; look at the document's lines here.",
                    document=self.display_name,
                    fn=self.fn_number,
                    till=self.device_id.code,
                    in_use=in_use,
                )
            )
