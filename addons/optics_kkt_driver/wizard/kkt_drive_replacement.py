from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kkt.flow.states import State


class KktDriveReplacement(models.TransientModel):
    """Another fiscal drive for a till: what to do first, and the word that the lane waits for.

    Which step it stands at is asked of the till, not remembered: so an interrupted replacement
    goes on where it was, from any page and by any administrator.
    """

    _name = "kkt.drive.replacement"
    _description = "Replacement of a fiscal drive"
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device", string="Till", required=True, readonly=True, check_company=True
    )
    company_id = fields.Many2one(related="device_id.company_id")
    driver = fields.Selection(related="device_id.driver")
    step = fields.Selection(
        [
            ("old", "The old drive is in the till"),
            ("new", "Another drive is found"),
            ("done", "The till works with it"),
        ],
        default="old",
        readonly=True,
    )
    answer = fields.Char(string="The till's answer", readonly=True)
    known_fn = fields.Char(string="Drive in use", readonly=True)
    found_fn = fields.Char(string="Drive found", readonly=True)
    found_fd = fields.Integer(string="Its last FD", readonly=True)

    shift_open = fields.Boolean(string="Shift is open", readonly=True)
    undecided_count = fields.Integer(
        string="Undecided",
        readonly=True,
        help="Nobody knows yet whether the drive has signed these; decide them first",
    )
    undelivered_count = fields.Integer(
        string="Undelivered", readonly=True, help="Documents of the old drive that the OFD lacks"
    )
    queued_count = fields.Integer(
        string="Waiting", readonly=True, help="These will be printed on the new drive"
    )
    archive_is_closed = fields.Boolean(readonly=True)
    close_archive = fields.Boolean(
        string="Close the archive of the old drive",
        default=True,
        help="A report (FD code 6) after which the old drive signs nothing any more",
    )
    reason = fields.Char(help="Goes into the till's history")
    needs_reason = fields.Boolean(compute="_compute_needs_reason")

    @api.depends("step", "undelivered_count", "undecided_count")
    def _compute_needs_reason(self):
        for wizard in self:
            wizard.needs_reason = wizard.step != "done" and bool(
                wizard.undelivered_count or wizard.undecided_count
            )

    def action_look(self):
        """Ask the till which drive it has, and go to the step that it is at."""
        self.ensure_one()
        self.device_id.check_access("write")
        self._look()
        return self._show()

    def action_close_archive(self):
        """Close the archive of the drive in use, before it is taken out."""
        self.ensure_one()
        self.device_id.check_access("write")
        if self._is_ready_for_replacement():
            self._close_archive()
        return self._show()

    def action_put_in(self):
        """Put a new virtual drive in, the old one's archive closed before if so wished."""
        self.ensure_one()
        self.device_id.check_access("write")
        if self._is_ready_for_replacement() and (not self.close_archive or self._close_archive()):
            self.device_id._put_in_virtual_drive(self.known_fn)
            self._look()
        return self._show()

    def action_confirm(self):
        """Work with the drive that was found from now on."""
        self.ensure_one()
        self.device_id.check_access("write")
        if self.step == "old":
            return self.action_look()
        if self.found_fn != self.device_id._lane().fn_number:
            self._check_reason()
            self.device_id._confirm_drive(self.found_fn, (self.reason or "").strip())
        self.write({"step": "done", "answer": False, "known_fn": self.found_fn})
        return self._show()

    def _look(self):
        """Write down where the till and our rows stand now."""
        device = self.device_id
        try:
            found, why = device._find_drive(), False
        except UserError as error:
            found, why = None, str(error)
        known = device._lane().fn_number
        documents = self.env["fiscal.document"].sudo()
        waiting = [("device_id", "=", device.id), ("state", "=", State.QUEUED)]
        self.write(
            {
                "step": "new" if found and known and found.fn_number != known else "old",
                "answer": why,
                "known_fn": known,
                "found_fn": found and found.fn_number,
                "found_fd": found and found.last_fd,
                "shift_open": bool(found) and found.shift_open,
                "undecided_count": device._undecided_count(),
                "undelivered_count": device._undelivered_of_drive(known),
                "queued_count": documents.search_count(waiting),
                "archive_is_closed": bool(device.drive_id.closing_id),
            }
        )

    def _is_ready_for_replacement(self):
        """Look again; refuse what must be done before. False: the till is a step further."""
        self._look()
        if self.answer:
            raise UserError(self.answer)
        if self.step != "old":
            return False
        if not self.known_fn:
            raise UserError(
                self.env._(
                    "Till %s has registered nothing from here yet: the drive in it is taken as it"
                    " is, with its first document.",
                    self.device_id.code,
                )
            )
        if self.shift_open:
            raise UserError(
                self.env._("Close the shift of the old drive first: its Z report belongs to it.")
            )
        if self.undecided_count:
            raise UserError(
                self.env._(
                    "Decide the %s undecided documents first: only the old drive can tell of them.",
                    self.undecided_count,
                )
            )
        if self.queued_count and self.close_archive and not self.archive_is_closed:
            raise UserError(
                self.env._(
                    "%s documents wait for the old drive. Print them first, or do not close its"
                    " archive: then they are printed on the new one.",
                    self.queued_count,
                )
            )
        self._check_reason()
        return True

    def _check_reason(self):
        if self.needs_reason and not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "%(undelivered)s documents of the old drive are not delivered, %(undecided)s"
                    " are undecided. Settle them first, or write down why the drive is replaced"
                    " before.",
                    undelivered=self.undelivered_count,
                    undecided=self.undecided_count,
                )
            )

    def _close_archive(self):
        """Close the archive unless it is closed. False: it could not be, and `answer` says why."""
        if not self.archive_is_closed:
            why = self.device_id._close_archive(self.known_fn)
            self.answer = why and self.env._(
                "The archive is not closed. %s Try again, or go on without closing it.", why
            )
            self.archive_is_closed = not why
        return self.archive_is_closed

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replace the fiscal drive"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
