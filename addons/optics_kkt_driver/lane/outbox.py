"""What one till's drive has signed and the OFD has not got."""

import logging
from collections import deque
from contextlib import contextmanager

from odoo import fields

from ..kkt.drivers.registry import driver_class, open_driver
from ..kkt.flow.deliver import Outbox, Undelivered
from .cursor import ADVISORY_OUTBOX, lane_cursor, own_environment, try_advisory_lock

AHEAD = 20
"""Documents that are read at once; a message of 100 lines has some 100 kB."""
_logger = logging.getLogger(__name__)


class DeviceOutbox(Outbox):
    """The undelivered documents of one till, each method one committed step."""

    def __init__(self, registry, device_id):
        self._registry = registry
        self._device_id = device_id
        self._ahead = deque()
        self._till = None

    @contextmanager
    def held(self):
        """Yield whether this process is the till's only sender; it stays so within the block."""
        self._ahead.clear()
        with lane_cursor(self._registry) as lock:
            yield try_advisory_lock(lock, ADVISORY_OUTBOX, self._device_id)

    @contextmanager
    def _document(self, entry):
        with own_environment(self._registry) as env:
            yield env["fiscal.document"].browse(entry.id)

    def next_due(self):
        # Nobody else sends of this drive, so what was due a moment ago still is.
        if not self._ahead:
            with own_environment(self._registry) as env:
                rows = env["fiscal.document"]._next_due(self._device_id, AHEAD)
                self._ahead.extend(
                    Undelivered(row.id, row._ofd_message(), row.delivery_attempts) for row in rows
                )
        return self._ahead.popleft() if self._ahead else None

    def delivered(self, entry, verdict):
        # The drive first: whoever dies in between sends it again, and tells the drive again.
        self._tell_drive(entry.message)
        with self._document(entry) as document:
            document._delivered("had it already" if verdict.duplicate else "acknowledged")

    def later(self, entry, verdict, delay, *, counts):
        with self._document(entry) as document:
            document.write(
                {
                    **_said(verdict),
                    "delivery_attempts": entry.attempts + counts,
                    "next_attempt_at": fields.Datetime.now() + delay,
                }
            )

    def exhausted(self, entry, verdict):
        self._dead(entry, verdict, "exhausted")

    def refused(self, entry, verdict):
        self._dead(entry, verdict, "refused")

    def _dead(self, entry, verdict, reason):
        with self._document(entry) as document:
            document._dead(
                verdict.reason,
                **_said(verdict),
                delivery_attempts=entry.attempts + 1,
                dead_reason=reason,
            )

    def take_up_exhausted(self):
        """The endpoint delivers again: what it did not take before has its turn anew."""
        with own_environment(self._registry) as env:
            device = env["kkt.device"].browse(self._device_id)
            env["fiscal.ofd"]._take_up_exhausted(device | device.ofd_id._tills())

    def endpoint_at_fault(self, verdict):
        with own_environment(self._registry) as env:
            device = env["kkt.device"].browse(self._device_id)
            if device.ofd_id:
                device.ofd_id._endpoint_at_fault(verdict)

    def _tell_drive(self, message):
        """Tell a drive that has no exchange of its own that the OFD has a document.

        Somebody may hold the till's lane now: only drivers that allow it are spoken to. The
        document is delivered, so whatever is wrong with the till is no fault of the endpoint.
        """
        try:
            name, settings = self._till_to_tell()
            if driver_class(name).hears_acknowledgements:
                with open_driver(name, settings) as driver:
                    driver.acknowledge(message.fd_number, message.fn_number)
        except Exception as error:
            device_id, said = self._device_id, f"{type(error).__name__}: {error}"
            _logger.info("Till %s was not told of FD %s: %r", device_id, message.fd_number, said)

    def _till_to_tell(self):
        """Return driver and settings of the till, as they were when this batch began."""
        if self._till is None:
            with own_environment(self._registry) as env:
                device = env["kkt.device"].browse(self._device_id)
                self._till = device.driver, device._driver_settings()
        return self._till


def _said(verdict):
    return {"delivery_message": verdict.reason, "delivery_answer": verdict.answer}
