"""A till without hardware: as strict as a real one, with a memory of its own and faults to set.

It is a test instrument. Its documents have no legal force, and its drive's number says so by
beginning with 9999.
"""

from .driver import VirtualDriver
from .faults import Faults, LostAnswer
from .registration import TillRegistration
from .till import VirtualTill

__all__ = ["Faults", "LostAnswer", "TillRegistration", "VirtualDriver", "VirtualTill"]
