"""What the server's settings say of the emulator: the environment, else odoo.conf."""

import os

from odoo.tools import config

from odoo.addons.optics_kkt_driver.kkt.virtual.ofd import FailureMode, Manner, OfdState


def is_on():
    """Tell whether this server may play the operator: ``OFD_EMULATOR=on``, development only."""
    return _option("OFD_EMULATOR").lower() == "on"


def first_state():
    """Return how the emulator behaves after its installation.

    readme/CONFIGURE.md has the variables. Raises ValueError for what none of them can be.
    """
    said = {name: read(text) for name, variable, read in VARIABLES if (text := _option(variable))}
    return OfdState(**said)


VARIABLES = [
    ("mode", "MOCK_OFD_FAILURE_MODE", FailureMode),
    ("failures_left", "MOCK_OFD_FAILURE_COUNT", int),
    ("status_code", "MOCK_OFD_STATUS_CODE", int),
    ("retry_after", "MOCK_OFD_RETRY_AFTER", int),
    ("response_delay", "MOCK_OFD_RESPONSE_DELAY", float),
    ("delay_spread", "MOCK_OFD_DELAY_SPREAD", float),
    ("manner", "MOCK_OFD_MANNER", Manner),
    ("probability", "MOCK_OFD_PROBABILITY", float),
    ("seed", "MOCK_OFD_SEED", int),
]
"""Field of ``OfdState``, environment variable, and what makes a value of its text."""


def _option(variable):
    return os.environ.get(variable) or config.get(variable.lower()) or ""
