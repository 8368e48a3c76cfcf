from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import models
from odoo.exceptions import UserError

from ..kkt.clock import SystemClock
from ..kkt.device.errors import DeviceError, Refused
from ..kkt.flow.errors import LaneStopped
from ..kkt.flow.recover import settle
from ..kkt.flow.states import SIGNED
from .fiscal_words import words_of_stop

SERVICE_WAIT = 5.0
"""Seconds that a service button waits for the till to become free."""


class KktDevice(models.Model):
    """Service at the till: what is asked of it beside documents, and its words when it is not."""

    _inherit = "kkt.device"

    # One conversation ---------------------------------------------------------------------------

    def _converse(self, speak, wait=SERVICE_WAIT):
        """Speak to the till while nobody else does, outside of the request's transaction.

        :param speak: called with the lane and an open driver; no cursor is open meanwhile
        :return: what `speak` returns
        :raises UserError: the till is busy or silent, refuses, or has an undecided document
        """
        self.ensure_one()
        self._end_request_transaction()
        with self._hold_lane(wait) as lane:
            answer, why = self._ask(lane, speak)
        self._end_request_transaction()  # the next look is at what the lane has committed
        self.env.invalidate_all()
        if why:
            raise UserError(why)
        return answer

    def _ask(self, lane, speak):
        """Return what `speak` returns, and why it could not end, in words."""
        if lane is None:
            return None, self.env._("The till is busy with another document.")
        try:
            with lane.driver() as driver:
                return speak(lane, driver), None
        except Refused as error:
            return None, self._words_of_refusal(error.message, error.code, error.remedy)
        except DeviceError as error:
            lane.status_seen(None, error)
            return None, self.env._(
                "The till %(till)s does not answer: %(why)s", till=self.code, why=error
            )
        except LaneStopped as stop:
            return None, words_of_stop(self.env, stop)

    def _words_of_refusal(self, message, code, remedy):
        """Say what the till refused, with its code and what to do about it."""
        return " ".join(
            part
            for part in (
                self.env._("The till refused: %s.", message.rstrip(".")),
                code and self.env._("Code %s.", code),
                remedy,
            )
            if part
        )

    def _tell(self, message):
        """Show a message, then the form anew."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # What keeps the till from signing -------------------------------------------------------------

    def _why_it_cannot_sign(self):
        """What must be done at the till before it signs anything, in words; nothing when ready."""
        status = self._status()
        if not status.paper or not status.cover_closed:
            return self.env._("Check the till's paper and cover.")
        if self.other_fn:
            return self.env._(
                "The till has another drive; an administrator must confirm the replacement."
            )
        if status.clock_is_off:
            return self.env._(
                "The till's clock is wrong by %s s; an administrator must set it (Maintenance, Set"
                " the clock).",
                abs(status.clock_difference),
            )
        return None

    # Buttons ----------------------------------------------------------------------------------

    def action_set_clock(self):
        """Set the till's clock to ours, in the till's own zone."""
        self._check_service()
        zone = ZoneInfo(self.timezone)

        def speak(lane, driver):
            before = driver.status().clock
            now = datetime.now(zone).replace(tzinfo=None, microsecond=0)
            driver.set_clock(now)
            self._note_status(lane, driver)
            return round((before - now).total_seconds())

        difference = self._converse(speak)
        self.message_post(
            body=self.env._("The till's clock was set; it had differed by %s s.", difference)
        )
        return self._tell(
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
            count = lane.printed_on_paper()
            self._note_status(lane, driver)
            return count

        count = self._converse(speak)
        return self._tell(
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
            self._note_status(lane, driver)
            return was_open

        was_open = self._converse(speak)
        return self._tell(
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
        last._print_copy(self.env.user._fiscal_cashier())
        return self._tell(self.env._("Copy: %s.", last.display_name))

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

    # What the lane asks (see kkt_lane.Lane) -----------------------------------------------------

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
            row._came_out()
        return len(rows)
