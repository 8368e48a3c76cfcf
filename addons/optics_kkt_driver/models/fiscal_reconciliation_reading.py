import time

from odoo import api, fields, models

from ..kkt.clock import SystemClock
from ..kkt.device.errors import Refused
from ..kkt.flow.recover import settle
from ..kkt.flow.register import ask_baseline
from ..kkt.flow.states import State
from ..lane.conversation import BUTTONS_WAIT, converse
from .fiscal_words import words_of_error, words_of_stop

MOST_READ = 100
"""Documents that are read from drives at a click."""
READING_SECONDS = 20.0
"""How long a click may take; a till reads some documents a second, and sells nothing meanwhile."""


class FiscalReconciliation(models.Model):
    """Documents that the operator has and we have not, fetched from the drives that signed them."""

    # Has a column of its own.
    _inherit = "fiscal.reconciliation"  # pylint: disable=consider-merging-classes-inherited

    not_read = fields.Text(string="Could not be read", readonly=True, copy=False)

    def action_read_missing(self):
        """Read what is missing here from the drives that stand in a till now."""
        self.ensure_one()
        self.check_access("write")
        self.env["kkt.device"].check_access("write")
        lines = self._lines_to_read()
        there = lines.filtered(self._is_in_its_till)
        until = time.monotonic() + READING_SECONDS
        refused, stopped = [], []
        for till, of_till in there[:MOST_READ].grouped("device_id").items():
            till.check_access("write")
            stopped += self._read_from(till, of_till, until, refused)
        self._settle_recorded(there)
        left = len(there.filtered(lambda line: not line.done)) - len(refused)
        if left:
            stopped.append(self.env._("Documents not read yet: %s. Press again.", left))
        elsewhere = map(self._of_no_till, (lines - there)[:MOST_READ])
        self.not_read = "\n".join([*stopped, *refused, *elsewhere])
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _lines_to_read(self):
        return self.line_ids.filtered(
            lambda line: line.finding == "missing_here" and not line.done
        ).sorted(lambda line: (line.fn_number, line.fd_number))

    @api.model
    def _is_in_its_till(self, line):
        return bool(line.device_id) and line.device_id.drive_id.fn_number == line.fn_number

    def _of_no_till(self, line):
        return self.env._(
            "FN %(fn)s, FD %(fd)s: this drive stands in no till now. Ask the operator for the"
            " document.",
            fn=line.fn_number,
            fd=line.fd_number,
        )

    def _read_from(self, till, lines, until, refused):
        """Record what the drive gives of these documents; return why it stopped, in words.

        :param refused: gets a line for each document that the drive does not give
        """
        fn, numbers = lines[0].fn_number, lines.mapped("fd_number")
        errors = {}

        def speak(lane, driver):
            settle(lane, driver, SystemClock())
            # What was signed since is recorded here, so what is read below is older than that.
            in_till = ask_baseline(lane, driver).fn_number == fn
            for number in numbers if in_till else ():
                if time.monotonic() > until:
                    break
                try:
                    _record(lane, driver, fn, number)
                except Refused as error:
                    errors[number] = error

        stop = converse(till, speak, BUTTONS_WAIT).stop
        refused += [
            self.env._(
                "FN %(fn)s, FD %(fd)s: %(why)s",
                fn=fn,
                fd=number,
                why=words_of_error(self.env, error),
            )
            for number, error in errors.items()
        ]
        return [words_of_stop(self.env, stop)] if stop else []

    def _settle_recorded(self, lines):
        """Name the documents that we have now, and what is done with them."""
        for line in lines:
            document = self.env["fiscal.document"].search(
                [("fn_number", "=", line.fn_number), ("fd_number", "=", line.fd_number)]
            )
            if document:
                recorded = line.sudo()
                recorded.document_id = document
                recorded._keep_done()


def _record(lane, driver, fn, number):
    """Record one document of the drive as a foreign one, unless a row of ours is or may be it."""
    with lane.step() as device:
        if _is_or_may_be_ours(device, fn, number):
            return
    document = dict(driver.read(number))
    if document["fiscalDriveNumber"] == fn:
        lane.record_foreign(document)


def _is_or_may_be_ours(device, fn, number):
    documents = device.env["fiscal.document"]
    if documents.search_count([("fn_number", "=", fn), ("fd_number", "=", number)], limit=1):
        return True
    undecided = documents.search(
        [("device_id", "=", device.id), ("state", "=", State.MANUAL)],
    )
    return any(number in (row.candidates or []) for row in undecided)
