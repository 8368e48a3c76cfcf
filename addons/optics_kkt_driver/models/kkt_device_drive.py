from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kkt.clock import SystemClock
from ..kkt.fiscal.document import DriveClosing
from ..kkt.flow.recover import settle
from ..kkt.flow.states import DOUBTFUL, SIGNED, UNSIGNED, State
from ..lane.conversation import note_status
from .fiscal_document import Wanted
from .fiscal_document_delivery import OWED
from .fiscal_words import words_of_stop

BOUND_TO_A_DRIVE = ("copy", "drive_close")
"""What was asked of one drive must never reach the next: a copy of its document, its closing."""


class KktDevice(models.Model):
    """The till and its fiscal drives: the one in use, those before, and the way between them."""

    _inherit = "kkt.device"

    drive_ids = fields.One2many("kkt.drive", "device_id", string="Drives", readonly=True)
    drive_id = fields.Many2one(
        "kkt.drive", string="Drive (FN)", compute="_compute_drive_id", check_company=True
    )
    drive_count = fields.Integer(string="Drives (FN)", compute="_compute_drive_id")
    other_fn = fields.Char(
        string="Another drive",
        compute="_compute_other_fn",
        help="The till answered with a drive that is not the one we work with",
    )

    @api.depends("drive_ids.state")
    def _compute_drive_id(self):
        for device in self:
            device.drive_id = device.drive_ids.filtered(lambda drive: drive.state == "in_use")
            device.drive_count = len(device.drive_ids)

    @api.depends("lane_ids.fn_number", "status_ids.fn_number")
    def _compute_other_fn(self):
        for device in self:
            known, said = device._lane().fn_number, device._status().fn_number
            device.other_fn = known and said and said != known and said

    # What the lane asks -------------------------------------------------------------------------

    def _drive_that_answers(self, status):
        """The drive in use, when it is the one that has answered; else none."""
        return self.drive_id.filtered(lambda drive: drive.fn_number == status.fn_number)

    def _keep_drive_status(self, status):
        drive = self._drive_that_answers(status)
        if drive:
            drive._keep_status(status)

    def _registration_to_read(self, status, reread):
        """FD of the report on registration that is to be read from the drive that answered.

        None when that is no drive of ours, or was read before (unless it is to be read again).
        """
        drive = self._drive_that_answers(status)
        if not drive or (drive.registration_read_at and not reread):
            return None
        return status.details.get("registrationFd") or drive.registration_fd or 1

    def _keep_registration(self, status, report):
        """Keep the report on registration (FNS JSON), or that the drive did not give it (None)."""
        self._drive_that_answers(status)._keep_registration(report)

    def _replace_drive(self, baseline, reason):
        """Work with the drive that answers from now on, in one step under the lane's lock.

        Rows that wait are printed on the new drive, except what was asked of the old one alone.

        :return: why it cannot be (``kkt.flow.errors.TillRefusesWork``), or None
        """
        old = self._lane().fn_number
        if baseline.fn_number == old:
            return None
        undelivered = self._undelivered_of_drive(old)
        if stop := self.env["kkt.drive"]._take_in(self, baseline):
            return stop
        self._give_up_what_was_bound(old)
        self.message_post(
            body=self.env._(
                "Drive %(old)s was replaced by %(new)s, whose last FD is %(number)s. Undelivered"
                " documents of the old one: %(undelivered)s. Reason: %(reason)s",
                old=old or "–",
                new=baseline.fn_number,
                number=baseline.last_fd,
                undelivered=undelivered,
                reason=reason or "–",
            )
        )
        return None

    def _give_up_what_was_bound(self, fn_number):
        rows = self.env["fiscal.document"].search(
            [
                ("device_id", "=", self.id),
                ("kind", "in", BOUND_TO_A_DRIVE),
                ("state", "in", [*UNSIGNED, State.MANUAL]),
            ]
        )
        for row in rows:
            why = self.env._("drive %s, for which it was meant, was replaced", fn_number)
            row._transition(State.CANCELLED, why, candidates=False)

    # Replacing (see wizard/kkt_drive_replacement) -----------------------------------------------

    def _undelivered_of_drive(self, fn_number):
        """Count what the OFD has not got of a drive; the drive's closing comes last anyway."""
        return (
            self.env["fiscal.document"]
            .sudo()
            .search_count(
                [
                    ("device_id", "=", self.id),
                    ("fn_number", "=", fn_number),
                    ("kind", "!=", "drive_close"),
                    *OWED,
                ]
            )
        )

    def _undecided_count(self):
        """Count the rows of which nobody knows yet whether a drive has signed them."""
        return (
            self.env["fiscal.document"]
            .sudo()
            .search_count([("device_id", "=", self.id), ("state", "in", DOUBTFUL)])
        )

    def _close_archive(self, fn_number):
        """Close the archive of the drive in use for ever; repeatable.

        A closing that cannot be signed now is given up: it must not come later by itself.

        :return: why the drive is not closed, in words, or None
        """
        closings = self.env["fiscal.document"].sudo()
        given_up = closings.search_count(
            [
                ("device_id", "=", self.id),
                ("kind", "=", "drive_close"),
                ("state", "=", State.CANCELLED),
            ]
        )
        row = self._register_now(
            f"drive-close:{self.id}:{fn_number}:{given_up}",
            "backend",
            Wanted(
                DriveClosing(self.env.user._cashier_of_button()),
                fingerprint={"fn_number": fn_number},
            ),
        )
        if row.state in SIGNED:
            self.message_post(
                body=self.env._(
                    "The archive of drive %(fn)s is closed (FD %(number)s).",
                    fn=row.fn_number,
                    number=row.fd_number,
                )
            )
            return None
        why = row._explain()
        row._give_up(why)
        return why

    def _find_drive(self):
        """Settle what is undecided and ask which drive the till has.

        :return: ``kkt.device.contract.Baseline``
        :raises UserError: busy, silent, undecided
        """

        def speak(lane, driver):
            settle(lane, driver, SystemClock())
            note_status(lane, driver)
            return driver.baseline()

        return self._converse(speak)

    def _put_in_virtual_drive(self, known_fn):
        """Put a new drive into a virtual till, unless it has another one than `known_fn` already.

        :raises UserError: busy, silent, refused
        """

        def speak(lane, driver):
            if driver.baseline().fn_number == known_fn:
                driver.replace_drive()

        if self.driver != "virtual":
            raise UserError(
                self.env._("Only a virtual till gets its drive from here; use the maker's tool.")
            )
        self._converse(speak)

    def _confirm_drive(self, fn_number, reason):
        """Work with the drive `fn_number` from now on, if it is the one in the till.

        What is undecided is asked for first: on another drive nobody can tell of it, and it is
        left to a person.

        :raises UserError: busy, silent, refused, another drive again
        """

        def speak(lane, driver):
            settle(lane, driver, SystemClock())
            baseline = driver.baseline()
            if baseline.fn_number != fn_number:
                return self.env._(
                    "The till has drive %(found)s now, not %(shown)s. Ask the till again.",
                    found=baseline.fn_number,
                    shown=fn_number,
                )
            with lane.step() as device:
                stop = device._replace_drive(baseline, reason)
            if stop:
                return words_of_stop(self.env, stop)
            note_status(lane, driver)
            return None

        if why := self._converse(speak):
            raise UserError(why)

    # Buttons ----------------------------------------------------------------------------------

    def action_replace_drive(self):
        """Lead through the replacement, from the step that the till is at."""
        self.ensure_one()
        self.check_access("write")
        return self.env["kkt.drive.replacement"].create({"device_id": self.id}).action_look()

    def action_fn_status(self):
        """Ask the drive how it is, and read its registration anew."""
        self.ensure_one()
        self.check_access("write")
        status = self._converse(lambda lane, driver: note_status(lane, driver, reread=True))
        return self._notification(
            self.env._(
                "Drive %(fn)s, valid until %(until)s, last FD %(number)s, undelivered: %(count)s.",
                fn=status.fn_number,
                until=status.fn_valid_until and status.fn_valid_until.date() or "–",
                number=status.last_fd,
                count=status.undelivered,
            )
        )

    def action_drives(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id("optics_kkt_driver.kkt_drive_action")
        return {**action, "domain": [("device_id", "=", self.id)], "context": {}}
