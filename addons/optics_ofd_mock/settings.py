"""What the server's settings say of the emulator: the environment, else odoo.conf."""

import os

from odoo.tools import config

from odoo.addons.optics_kkt_driver.kkt.virtual.ofd import FailureMode, OfdState


def is_on():
    """Tell whether this server may play the operator: ``OFD_EMULATOR=on``, development only."""
    return _option("OFD_EMULATOR").lower() == "on"


def first_state():
    """Return how the emulator behaves after its installation.

    ``MOCK_OFD_FAILURE_MODE`` (disabled, count, permanent), ``MOCK_OFD_FAILURE_COUNT`` (calls) and
    ``MOCK_OFD_RESPONSE_DELAY`` (seconds). Raises ValueError for anything else.
    """
    return OfdState(
        mode=FailureMode(_option("MOCK_OFD_FAILURE_MODE") or "disabled"),
        failures_left=int(_option("MOCK_OFD_FAILURE_COUNT") or 0),
        response_delay=float(_option("MOCK_OFD_RESPONSE_DELAY") or 0),
    )


def _option(variable):
    return os.environ.get(variable) or config.get(variable.lower()) or ""
