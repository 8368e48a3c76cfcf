"""The conversation with a till: hold its lane, open its driver, speak, say how it ended.

Nobody opens a driver in another way. What is said is a function of the held lane and the open
driver (a *speak*); the usual ones are below.
"""

import logging
from typing import Any, NamedTuple

from ..kkt.clock import SystemClock
from ..kkt.device.errors import DeviceError, Refused
from ..kkt.fiscal.exact import shown
from ..kkt.flow.drive_bytes import read_bytes
from ..kkt.flow.errors import LaneStopped, TillBusy, TillRefused, TillSilent
from ..kkt.flow.register import serve
from .cursor import end_transaction
from .held import HeldLane

_logger = logging.getLogger(__name__)

CALLERS_WAIT = 40.0
"""Seconds that a caller waits for its document; longer than a real till takes (30 s)."""
BUTTONS_WAIT = 5.0
"""Seconds that a button waits for the till to become free."""


class Ended(NamedTuple):
    """How a conversation ended."""

    value: Any = None
    """What was said last, when nothing stopped it."""
    stop: LaneStopped | None = None
    """Why it stopped; ``models/fiscal_words.py`` has the sentences."""

    @property
    def outcome(self):
        """``done``, ``busy``, ``silent``, ``refused`` or ``undecided``."""
        return self.stop.outcome if self.stop else "done"


def converse(device, speak, wait):
    """Speak to a till on behalf of a request, outside of the request's transaction.

    Whatever the request has written is committed before; what it reads after this is what the
    conversation has committed.

    :param device: a ``kkt.device``
    :param speak: called with the lane and an open driver; no cursor is open meanwhile
    :param float wait: seconds to wait while somebody else speaks to the till
    :return: :class:`Ended`
    """
    device.ensure_one()
    env = device.env
    end_transaction(env)
    ended = converse_alone(env.registry, device.id, env.uid, speak, wait)
    end_transaction(env)
    env.invalidate_all()
    return ended


def converse_alone(registry, device_id, uid, speak, wait):
    """Do what :func:`converse` does where no request waits: touches no cursor but its own."""
    with HeldLane.take(registry, device_id, uid, wait) as lane:
        if lane is None:
            return Ended(stop=TillBusy())
        try:
            return Ended(_spoken(lane, speak))
        except LaneStopped as stop:
            _logger.info("Lane of till %s stopped: %s", shown(lane.till), shown(str(stop)))
            stop.params.setdefault("till", lane.till)
            return Ended(stop=stop)


def _spoken(lane, speak):
    try:
        with lane.driver() as driver:
            return speak(lane, driver)
    except Refused as error:
        raise TillRefused(error) from error
    except DeviceError as error:
        lane.status_seen(None, error)
        raise TillSilent(why=error) from error


# What is said ---------------------------------------------------------------------------------


def serving(until=None):
    """Settle what is undecided and print what waits, up to the row `until`; all when None.

    Where nobody waits for a document of his, the drive's bytes are read that are still to be read.
    """

    def speak(lane, driver):
        clock = SystemClock()
        serve(lane, driver, clock, until=until)
        if until is None:
            read_bytes(lane, driver, clock)
        if lane.status_is_due:
            note_status(lane, driver)

    return speak


def note_status(lane, driver, reread=False):
    """Keep how the till is, and return it (``kkt.device.contract.DeviceStatus``).

    A drive's registration is read at the first occasion, and then only if told to (`reread`).
    """
    status = driver.status()
    lane.status_seen(status, None)
    with lane.step() as device:
        number = device._registration_to_read(status, reread)
    if number:
        report = _registration_report(driver, number)
        with lane.step() as device:
            device._keep_registration(status, report)
    return status


def _registration_report(driver, fd_number):
    """Read the report on registration (FNS JSON); None when the drive does not give it."""
    try:
        return driver.read(fd_number)
    except Refused:
        return None


def reading(fd_numbers):
    """Read signed documents back from the drive: FNS JSON of each."""

    def speak(lane, driver):
        return [dict(driver.read(number)) for number in fd_numbers]

    return speak
