from datetime import UTC, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.exceptions import UserError

from ..kkt.fiscal.document import CashIn, CashOut, ShiftClosing, ShiftOpening, XReport
from ..kkt.fiscal.shift import SHIFT_LIMIT, SHIFT_WARNING
from .fiscal_document import Wanted


class KktDevice(models.Model):
    """The day at a till: shifts, their counters, and the cash in its drawer."""

    # Has fields of its own.
    _inherit = "kkt.device"  # pylint: disable=consider-merging-classes-inherited

    shift_ids = fields.One2many("kkt.shift", "device_id", string="Shifts", readonly=True)
    shift_warning = fields.Char(compute="_compute_shift_warning")

    def _compute_shift_warning(self):
        for device in self:
            device.shift_warning = device._shift_warning()

    # Documents of the day ---------------------------------------------------------------------

    def _shift_open(self, cashier, key, source, **wanted):
        """Open a shift and return its document. Repeatable by `key`.

        :param cashier: ``kkt.fiscal.Cashier``
        :param wanted: further fields of ``Wanted``, here and below
        """
        return self._register_now(key, source, Wanted(ShiftOpening(cashier), **wanted))

    def _shift_close(self, cashier, key, source, **wanted):
        """Close the shift (Z report) and return its document. Repeatable by `key`."""
        return self._register_now(key, source, Wanted(ShiftClosing(cashier), **wanted))

    def _x_report(self, cashier, key, source, **wanted):
        """Print the counters of the shift and return the document. Repeatable by `key`."""
        return self._register_now(key, source, Wanted(XReport(cashier), **wanted))

    def _cash_in(self, kopecks, cashier, key, source, **wanted):
        """Put cash into the drawer and return the document. Repeatable by `key`.

        Raises ``kkt.fiscal.problems.InvalidDocument`` for a sum that is not positive.
        """
        return self._register_now(key, source, Wanted(CashIn(kopecks, cashier), **wanted))

    def _cash_out(self, kopecks, cashier, key, source, **wanted):
        """Take cash out of the drawer, as :meth:`_cash_in` puts it in."""
        return self._register_now(key, source, Wanted(CashOut(kopecks, cashier), **wanted))

    # Age --------------------------------------------------------------------------------------

    def _shift_age(self):
        """How long the shift is open by the till's own clock; None when it is closed."""
        status = self._status()
        if not status.shift_open or not status.shift_opened_at:
            return None
        ahead = timedelta(seconds=status.clock_difference)
        return fields.Datetime.now() + ahead - status.shift_opened_at

    def _shift_warning(self):
        """Say what to do about a shift that is near its 24 hours or beyond; else nothing."""
        age = self._shift_age()
        if age is None or age < SHIFT_WARNING:
            return ""
        if self._shift_is_over():
            return self.env._(
                "The shift is open for 24 hours: the till refuses everything but its closing."
                " Close the shift (Z) and open a new one."
            )
        return self.env._(
            "The shift must be closed (Z) before %s by the till's clock: then its 24 hours are"
            " over and the till refuses receipts.",
            f"{self._shift_ends_at():%H:%M}",
        )

    def _shift_ends_at(self):
        opened = self._status().shift_opened_at.replace(tzinfo=UTC)
        return (opened + SHIFT_LIMIT).astimezone(ZoneInfo(self.timezone))

    def _shift_is_over(self):
        """Whether the 24 hours of an open shift are over."""
        age = self._shift_age()
        return age is not None and age >= SHIFT_LIMIT

    # Buttons ----------------------------------------------------------------------------------

    def action_open_shift(self):
        return self._report_button(self._shift_open, self._shift_key("open"))

    def action_close_shift(self):
        return self._report_button(self._shift_close, self._shift_key("close"))

    def action_x_report(self):
        return self._report_button(self._x_report, f"backend:{self.id}:x:{uuid4()}")

    def _shift_key(self, word):
        """Two people who press at once want one opening, or one closing."""
        status = self._status()
        return f"backend:{self.id}:{word}:{status.fn_number}:{status.last_fd}"

    def _report_button(self, call, key):
        self.ensure_one()
        self.check_access("write")
        document = call(self.env.user._cashier_of_button(), key, "backend")
        if not document.is_signed:
            raise UserError(document._explain())
        return document._open_form()

    def action_cash_move(self):
        """Ask how much cash goes in or out; the drawer is asked for first."""
        self.ensure_one()
        self.check_access("write")
        self._refresh_status()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cash in or out"),
            "res_model": "kkt.cash.move",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_device_id": self.id},
        }

    def action_shifts(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id("optics_kkt_driver.kkt_shift_action")
        return {**action, "domain": [("device_id", "=", self.id)], "context": {}}
