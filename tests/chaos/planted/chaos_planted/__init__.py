"""Server-wide, so that it is there before any request: one bug, named by CHAOS_PLANTED."""

import os
from dataclasses import fields, replace
from uuid import uuid4

from odoo.addons.optics_kkt_driver.kkt.device.contract import Lookup, LookupOutcome
from odoo.addons.optics_kkt_driver.kkt.drivers.virtual import VirtualDriver
from odoo.addons.optics_kkt_driver.kkt.ofd.message import OfdMessage
from odoo.addons.optics_kkt_driver.lane import gate, held, outbox

later, next_due = outbox.DeviceOutbox.later, outbox.DeviceOutbox.next_due


def lookup_finds_nothing():
    """The till says of each document that it has not signed it."""
    VirtualDriver.lookup = lambda *_: Lookup(LookupOutcome.NOT_SIGNED, why="planted by a test")


class Renamed(OfdMessage):
    """A message that pretends to be another document's."""

    idempotency_key = property(lambda message: f"{message.fn_number}:{uuid4()}")


def new_key_after_a_failure():
    """What is sent once more goes under another key, as if it were another document."""

    def next_due_renamed(self):
        entry = next_due(self)
        if not entry or not entry.attempts:
            return entry
        said = {each.name: getattr(entry.message, each.name) for each in fields(OfdMessage)}
        return replace(entry, message=Renamed(**said))

    outbox.DeviceOutbox.next_due = next_due_renamed


def attempts_not_counted():
    """Each failure is treated like a probe's."""

    def later_for_free(self, entry, verdict, delay, *, counts):
        later(self, entry, verdict, delay, counts=False)

    outbox.DeviceOutbox.later = later_for_free


def everybody_probes():
    """Whoever comes when a probe is due, probes; as pybreaker would have it."""
    gate.PROBE = """
        UPDATE fiscal_ofd_breaker SET state = 'half-open', version = version + 1
         WHERE ofd_id = %(ofd_id)s AND state <> 'closed'
           AND next_probe_at <= clock_timestamp() AT TIME ZONE 'UTC'
     RETURNING version"""


def no_lane_lock():
    """Several processes speak to a till at once."""
    held.try_advisory_lock = lambda *_: True


def no_outbox_lock():
    """Several processes send the documents of a drive at once."""
    outbox.try_advisory_lock = lambda *_: True


BUGS = {
    "lookup finds nothing": lookup_finds_nothing,
    "a new key after a failure": new_key_after_a_failure,
    "attempts not counted": attempts_not_counted,
    "everybody probes": everybody_probes,
    "no lane lock": no_lane_lock,
    "no outbox lock": no_outbox_lock,
}
BUGS[os.environ["CHAOS_PLANTED"]]()
