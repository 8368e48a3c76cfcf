from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import models
from odoo.exceptions import UserError

from ..kkt.clock import SystemClock
from ..kkt.flow.recover import settle
from ..kkt.flow.states import SIGNED
from ..lane.conversation import note_status


class KktDevice(models.Model):
    """Service at the till: what is asked of it beside documents."""

    # Has a page of its own.
    _inherit = "kkt.device"  # pylint: disable=consider-merging-classes-inherited

    def _notification(self, message):
        """Return the action that shows a message, then the form anew."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # Buttons ----------------------------------------------------------------------------------

    def action_set_clock(self):
        """Set the till's clock to ours, in the till's own zone."""
        self._check_service()
        zone = ZoneInfo(self.timezone)

        def speak(lane, driver):
            before = driver.status().clock
            now = datetime.now(zone).replace(tzinfo=None, microsecond=0)
            driver.set_clock(now)
            note_status(lane, driver)
            return round((before - now).total_seconds())

        difference = self._converse(speak)
        self.message_post(
            body=self.env._("The till's clock was set; it had differed by %s s.", difference)
        )
        return self._notification(
            self.env._(
                "The clock is set. It had been %(difference)s s off, now %(now)s s.",
                difference=difference,
                now=self._status().clock_difference,
            )
        )

    def action_continue_print(self):
        """Let the till print what waits for paper."""
        self._check_service()

        def speak(lane, driver):
            driver.continue_print()
            with lane.step() as device:
                count = device._printed_on_paper()
            note_status(lane, driver)
            return count

        count = self._converse(speak)
        return self._notification(
            self.env._("Printing goes on; documents that came out: %s.", count)
            if count
            else self.env._("No document waits for paper.")
        )

    def action_cancel_open_document(self):
        """Cancel a document that was left open; what became of ours is found out first."""
        self._check_service()

        def speak(lane, driver):
            was_open = driver.status().open_document
            settle(lane, driver, SystemClock())
            driver.cancel_open_document()
            note_status(lane, driver)
            return was_open

        was_open = self._converse(speak)
        return self._notification(
            self.env._("The open document is cancelled.")
            if was_open
            else self.env._("No document is open.")
        )

    def action_copy_last(self):
        """Print a copy of the last document of the drive in the till."""
        self._check_service()
        last = (
            self.env["fiscal.document"]
            .sudo()
            .search(
                [
                    ("device_id", "=", self.id),
                    ("fn_number", "=", self._lane().fn_number),
                    ("fd_number", ">", 0),
                ],
                order="fd_number desc",
                limit=1,
            )
        )
        if not last:
            raise UserError(self.env._("This drive has signed no document of ours yet."))
        last._print_copy(self.env.user._cashier_of_button())
        return self._notification(self.env._("Copy: %s.", last.display_name))

    def action_read_document(self):
        """Show a document as the drive gives it now."""
        self._check_service()
        number = self._lane().last_fd
        reading = self.env["kkt.document.reading"].create(
            {"device_id": self.id, "fd_number": number}
        )
        return reading._show()

    def _check_service(self):
        self.ensure_one()
        self.check_access("write")

    # What the lane asks -------------------------------------------------------------------------

    def _printed_on_paper(self):
        """Mark the rows whose paper has come out; return how many."""
        rows = self.env["fiscal.document"].search(
            [
                ("device_id", "=", self.id),
                ("fn_number", "=", self._lane().fn_number),
                ("on_paper", "=", False),
                ("state", "in", SIGNED),
            ]
        )
        for row in rows:
            row._mark_printed()
        return len(rows)
