"""What the server's settings say of the emulator: the environment, else odoo.conf."""

import os

from odoo.tools import config

from odoo.addons.optics_kkt_driver.kkt.virtual import first_state as variables
from odoo.addons.optics_kkt_driver.settings import is_development


def is_on():
    """Tell whether this server may play the operator: ``OFD_EMULATOR=on``, development only.

    A shop's server must never acknowledge its own documents, whatever stands in its environment.
    """
    return is_development() and _option("OFD_EMULATOR").lower() == "on"


def first_state():
    """Return how the emulator behaves after its installation.

    readme/CONFIGURE.md has the variables. Raises ValueError for what none of them can be.
    """
    return variables.first_state(_option)


def _option(variable):
    return os.environ.get(variable) or config.get(variable.lower()) or ""
