"""Server-wide, so that it is there before any request: every lookup says "not signed"."""

from odoo.addons.optics_kkt_driver.kkt.device.contract import Lookup, LookupOutcome
from odoo.addons.optics_kkt_driver.kkt.drivers.virtual import VirtualDriver

VirtualDriver.lookup = lambda *_: Lookup(LookupOutcome.NOT_SIGNED, why="planted by a test")
