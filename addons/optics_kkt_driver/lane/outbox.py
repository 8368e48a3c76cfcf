"""What one till's drive has signed and the OFD has not got."""

import logging
import time
from collections import deque
from contextlib import contextmanager

from odoo import fields
from odoo.tools import groupby

from ..kkt.drivers.registry import driver_class, open_driver
from ..kkt.flow.deliver import Outbox, Undelivered
from .cursor import ADVISORY_OUTBOX, lane_cursor, own_environment, try_advisory_lock

AHEAD = 50
"""Documents that are read at once, and kept at once at most; one of 100 lines has some 100 kB."""
KEEP_EVERY = 0.2
"""Seconds between two writings of what was acknowledged, while the OFD answers fast."""
_logger = logging.getLogger(__name__)


class DeviceOutbox(Outbox):
    """The undelivered documents of one till, each method one committed step.

    Acknowledgements that come in quick succession are kept together: whoever dies before sends
    those documents again, and the OFD knows them by their numbers.
    """

    def __init__(self, registry, device_id):
        self._registry = registry
        self._device_id = device_id
        self._ahead = deque()
        self._acknowledged = []
        self._kept_at = 0.0
        self._till = None

    @contextmanager
    def held(self):
        """Yield whether this process is the till's only sender; it stays so within the block."""
        self._ahead.clear()
        with lane_cursor(self._registry) as lock:
            yield try_advisory_lock(lock, ADVISORY_OUTBOX, self._device_id)
            self._keep_acknowledged()

    @contextmanager
    def _document(self, entry, verdict):
        """Yield the document of a call that was not acknowledged."""
        self._keep_acknowledged()
        with own_environment(self._registry) as env:
            yield env["fiscal.document"].browse(entry.id)
            env["kkt.attempt"]._count(self._device(env), verdict)

    def _device(self, env):
        return env["kkt.device"].browse(self._device_id)

    def next_due(self):
        # Nobody else sends of this drive, so what was due a moment ago still is.
        if not self._ahead:
            self._keep_acknowledged()
            with own_environment(self._registry) as env:
                rows = env["fiscal.document"]._next_due(self._device_id, AHEAD)
                self._ahead.extend(
                    Undelivered(row.id, row._ofd_message(), row.delivery_attempts) for row in rows
                )
        return self._ahead.popleft() if self._ahead else None

    def delivered(self, entry, verdict):
        self._acknowledged.append((entry, verdict))
        if time.monotonic() > self._kept_at + KEEP_EVERY:
            self._keep_acknowledged()

    def _keep_acknowledged(self):
        if not self._acknowledged:
            return
        # The drive first: whoever dies in between sends it again, and tells the drive again.
        self._tell_drive([entry.message for entry, _verdict in self._acknowledged])
        with own_environment(self._registry) as env:
            for is_duplicate, acknowledged in groupby(
                self._acknowledged, lambda each: each[1].duplicate
            ):
                documents = env["fiscal.document"].browse(entry.id for entry, _ in acknowledged)
                documents._delivered("had it already" if is_duplicate else "acknowledged")
                verdict = acknowledged[0][1]
                env["kkt.attempt"]._count(self._device(env), verdict, len(acknowledged))
        self._acknowledged.clear()
        self._kept_at = time.monotonic()

    def later(self, entry, verdict, delay, *, counts):
        with self._document(entry, verdict) as document:
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
        with self._document(entry, verdict) as document:
            document._dead(
                verdict.reason,
                **_said(verdict),
                delivery_attempts=entry.attempts + 1,
                dead_reason=reason,
            )

    def take_up_exhausted(self):
        """The endpoint delivers again: what it did not take before has its turn anew."""
        with own_environment(self._registry) as env:
            device = self._device(env)
            env["fiscal.ofd"]._take_up_exhausted(device | device.ofd_id._tills())

    def endpoint_at_fault(self, verdict):
        with own_environment(self._registry) as env:
            device = self._device(env)
            env["kkt.attempt"]._count(device, verdict)
            if device.ofd_id:
                device.ofd_id._endpoint_at_fault(verdict)

    def _tell_drive(self, messages):
        """Tell a drive that has no exchange of its own that the OFD has these documents.

        Somebody may hold the till's lane now: only drivers that allow it are spoken to. The
        documents are delivered, so whatever is wrong with the till is no fault of the endpoint.
        """
        by_drive = groupby(messages, lambda message: message.fn_number)
        try:
            name, settings = self._till_to_tell()
            if driver_class(name).hears_acknowledgements:
                with open_driver(name, settings) as driver:
                    for fn_number, signed in by_drive:
                        numbers = [message.fd_number for message in signed]
                        driver.acknowledge(*numbers, fn_number=fn_number)
        except Exception as error:
            device_id, said = self._device_id, f"{type(error).__name__}: {error}"
            numbers = [message.fd_number for message in messages]
            _logger.info("Till %s was not told of FD %s: %r", device_id, numbers, said)

    def _till_to_tell(self):
        """Return driver and settings of the till, as they were when this batch began."""
        if self._till is None:
            with own_environment(self._registry) as env:
                device = self._device(env)
                self._till = device.driver, device._driver_settings()
        return self._till


def _said(verdict):
    return {"delivery_message": verdict.reason, "delivery_answer": verdict.answer}
