"""Server-wide settings and where their values come from.

A value set on the settings screen wins over the environment, which wins over odoo.conf, which
wins over the default.
"""

import os

from odoo.tools import config

PREFIX = "optics_kkt."
"""Of the configuration parameters that the settings screen writes."""

SETTINGS = {
    # name: (environment variable, type, default, lowest allowed)
    "kkt_mode": ("KKT_MODE", str, "mock", None),
    "ofd_mode": ("OFD_MODE", str, "http", None),
    "buffer_max_size": ("BUFFER_MAX_SIZE", int, 200, 1),
    "sync_interval": ("SYNC_INTERVAL", int, 30, 1),
    "retry_base": ("OFD_RETRY_BASE", int, 5, 1),
    "retry_cap": ("OFD_RETRY_CAP", int, 300, 1),
    "ofd_connect_timeout": ("OFD_CONNECT_TIMEOUT", int, 3, 1),
    "ofd_read_timeout": ("OFD_READ_TIMEOUT", int, 10, 1),
}


def typed_setting(name, stored):
    """Return the value of a setting.

    :param stored: what the settings screen stored, as text, or nothing
    """
    variable, kind, default, _lowest = SETTINGS[name]
    for text in (stored, os.environ.get(variable), config.get(variable.lower())):
        if text:
            try:
                return kind(text)
            except ValueError:
                continue
    return default
