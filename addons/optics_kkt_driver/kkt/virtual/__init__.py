"""Stand-ins for what hangs on the other end of a wire: test instruments, no cash register.

A till as strict as a real one, with a memory of its own and faults to set (its documents have no
legal force, and its drive's number says so by beginning with 9999), and an operator of fiscal data.
Their decisions are pure and their memory lies behind small seams, so that a process of its own, an
Odoo controller and a unit test use the same code.
"""

from .faults import Faults, LostAnswer
from .registration import TillRegistration
from .till import VirtualTill

__all__ = ["Faults", "LostAnswer", "TillRegistration", "VirtualTill"]
