from typing import Any, NamedTuple

from odoo import models

from ..kkt.drivers.contract import DeviceStatus
from ..kkt.drivers.errors import DeviceError, Refused
from ..kkt.flow.errors import LaneStopped
from .kkt_device_service import SERVICE_WAIT


class Examined(NamedTuple):
    """How a test of the connection ended.

    `outcome` is ``answers``, ``busy`` (somebody works with the till), ``refused`` or ``silent``.
    """

    outcome: str
    status: DeviceStatus | None = None
    report: dict[str, Any] | None = None
    """The drive's report on registration (FNS JSON), if it gave it."""
    error: Exception | None = None


class KktDevice(models.Model):
    """The test of the connection: the till is asked how it is, and looked at with care."""

    _inherit = "kkt.device"

    def _examine(self):
        """Ask the till how it is and how its drive is registered, outside of any transaction.

        :return: :class:`Examined`
        """
        self.ensure_one()
        self._end_request_transaction()
        with self._hold_lane(SERVICE_WAIT) as lane:
            examined = self._examine_on(lane)
        self._end_request_transaction()  # the next look is at what the lane has committed
        self.env.invalidate_all()
        return examined

    def _examine_on(self, lane):
        if lane is None:
            return Examined("busy")
        try:
            with lane.driver() as driver:
                status = driver.status()
                lane.status_seen(status, None)
                report = self._registration_if_given(driver, status)
                if report and lane.registration_to_read(status, True):
                    lane.registration_seen(status, report)
                return Examined("answers", status, report)
        except DeviceError as error:
            lane.status_seen(None, error)
            outcome = "refused" if isinstance(error, Refused) else "silent"
            return Examined(outcome, error=error)
        except LaneStopped as stop:
            return Examined("busy", error=stop)

    def _registration_if_given(self, driver, status):
        """The drive's report on registration; a till that gives none is tested all the same."""
        try:
            return self._registration_report(driver, status.details.get("registrationFd") or 1)
        except DeviceError:
            return None

    def action_test_connection(self):
        """Ask the till and show what it says and what does not fit."""
        self._check_service()
        return self.env["kkt.connection.test"].create({"device_id": self.id}).action_test()
