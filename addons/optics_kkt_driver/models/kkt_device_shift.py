from datetime import UTC, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import escape_psql

from ..kkt.fiscal.document import CashIn, CashOut, ShiftClosing, ShiftOpening, XReport
from ..kkt.fiscal.shift import SHIFT_LIMIT, SHIFT_WARNING
from ..kkt.flow.states import ENDED
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
        return self._report_button(lambda cashier: self._shift_by_hand("shift_open", cashier))

    def action_close_shift(self):
        return self._report_button(lambda cashier: self._shift_by_hand("shift_close", cashier))

    def action_x_report(self):
        key = f"backend:{self.id}:x:{uuid4()}"
        return self._report_button(lambda cashier: self._x_report(cashier, key, "backend"))

    def _shift_by_hand(self, kind, cashier):
        """Open or close the shift once, whoever presses and how often."""
        status = self._status()
        before = f"backend:{self.id}:{kind}:{status.fn_number}:{status.last_fd}:"
        rows = self.env["fiscal.document"].sudo()
        rows = rows.search(
            [
                ("device_id", "=", self.id),
                ("key_origin", "=", "backend"),
                ("idempotency_key", "=like", f"{escape_psql(before)}%"),
            ],
            order="id",
        )
        return self._shift_step(kind, rows, cashier, before, "backend")

    def _shift_step(self, kind, rows, cashier, before, source, **wanted):
        """Register the next opening or closing of the shift, and return its row.

        One that did not come to an end is taken up again, so that a repeated call makes no second.

        :param kind: ``shift_open`` or ``shift_close``
        :param rows: those that were made for the same purpose
        :param before: what their keys begin with; the number of the attempt follows
        """
        for row in rows.filtered(lambda row: row.state not in ENDED):
            # Whoever tried before may not be who stands at the till now.
            mine = row._value().cashier == cashier
            if mine or not row._give_up(self.env._("taken over by %s", cashier.operator)):
                row._sign()
                return row
        register = self._shift_open if kind == "shift_open" else self._shift_close
        number = len(rows.filtered(lambda row: row.state in ENDED))
        return register(cashier, f"{before}{number}", source, **wanted)

    def _report_button(self, call):
        self.ensure_one()
        self.check_access("write")
        document = call(self.env.user._cashier_of_button())
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
