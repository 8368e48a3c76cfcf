"""Server-wide settings, each said once, and where their values come from.

A value set on the settings screen wins over the environment, which wins over odoo.conf, which
wins over the default.
"""

import os
from enum import StrEnum
from typing import NamedTuple

from odoo.tools import config

OFD_HOSTS = "kkt_ofd_hosts"
"""Option of odoo.conf alone, names between commas: whoever may enter an operator's address must not
be the one who says that it may lie inside of the shop's network."""
HEARTBEAT_EARLY = 5
"""Seconds that a beat may come early: a round takes some, and the bell that is rung every so many
seconds would find the last beat not quite old enough."""
PREFIX = "optics_kkt."
"""Of the configuration parameters that the settings screen writes."""


class Place(StrEnum):
    """Where a value can be set, the one that wins first."""

    SCREEN = "screen"
    ENVIRONMENT = "environment"
    CONFIG = "config"
    DEFAULT = "default"


class Unusable(NamedTuple):
    """A text that stands somewhere and is no value of the setting."""

    place: Place
    text: str


class InForce(NamedTuple):
    """The value that counts, where it comes from, and what was passed by on the way there."""

    value: int | str
    place: Place
    unusable: tuple[Unusable, ...]


class Setting(NamedTuple):
    """One setting. Its name is also that of its field on the screen and of its odoo.conf option."""

    name: str
    label: str
    help: str
    default: int | str
    """Its type is that of all values."""
    lowest: int | None = None
    words: tuple[str, ...] = ()
    """All that it can be, if it is a word."""
    older: tuple[tuple[str, str], ...] = ()
    """Words that it could be in earlier versions, each with the one that it is now."""

    @property
    def variable(self):
        """Environment variable."""
        return self.name.upper()

    @property
    def parameter(self):
        """Key of the configuration parameter that the screen writes."""
        return f"{PREFIX}{self.name}"

    def allows(self, value):
        if self.words:
            return value in self.words
        return self.lowest is None or value >= self.lowest

    def value(self, stored):
        """Return the value that counts; what cannot be one is passed by.

        :param stored: what the screen wrote, as text, or nothing
        """
        return self.in_force(stored).value

    def in_force(self, stored):
        """Return the value that counts, with where it comes from (``InForce``).

        :param stored: what the screen wrote, as text, or nothing
        """
        unusable = []
        for place, text in (
            (Place.SCREEN, stored),
            (Place.ENVIRONMENT, os.environ.get(self.variable)),
            (Place.CONFIG, config.get(self.name)),
        ):
            if not text:
                continue
            value = self._read(text)
            if value is not None:
                return InForce(value, place, tuple(unusable))
            unusable.append(Unusable(place, str(text)))
        return InForce(self.default, Place.DEFAULT, tuple(unusable))

    def _read(self, text):
        """Return the value that a text says; None if it says none."""
        try:
            value = type(self.default)(text)
        except ValueError:
            return None
        value = dict(self.older).get(value, value)
        return value if self.allows(value) else None


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(
            "kkt_mode",
            "Driver",
            "The driver that a new till gets",
            default="mock",
            words=("mock", "real"),
        ),
        Setting(
            "ofd_mode",
            "Delivery",
            "How the documents of a new till reach the OFD",
            default="http",
            words=("http", "device", "memory"),
            older=(("mock", "memory"),),
        ),
        Setting(
            "buffer_max_size",
            "Undelivered documents, at most",
            "Signed documents of one till that may wait for the OFD",
            default=200,
            lowest=1,
        ),
        Setting(
            "sync_interval",
            "Interval of sending, s",
            "Seconds between two looks for documents that wait",
            default=30,
            lowest=1,
        ),
        Setting(
            "ofd_retry_base",
            "First pause, s",
            "Seconds before the second attempt, doubling with each further one",
            default=5,
            lowest=1,
        ),
        Setting(
            "ofd_retry_cap",
            "Longest pause, s",
            "Seconds between two attempts at most",
            default=300,
            lowest=1,
        ),
        Setting(
            "ofd_max_attempts",
            "Attempts of one document, at most",
            "Attempts after which a person is called and the document waits until the OFD delivers"
            " again; what the OFD keeps from all is not counted",
            default=20,
            lowest=1,
        ),
        Setting(
            "circuit_breaker_threshold",
            "Failures in a row, at most",
            "Failed calls after which nothing is sent to the OFD for a while",
            default=5,
            lowest=1,
        ),
        Setting(
            "circuit_breaker_recovery",
            "Pause after failures, s",
            "Seconds until one document is tried, doubling up to 10 minutes as long as that fails",
            default=60,
            lowest=1,
        ),
        Setting(
            "heartbeat_interval",
            "Heartbeat, s",
            "Seconds between two questions to tills and OFDs whether they are there; who has"
            " answered somebody else meanwhile is not asked. Also between two reports to head"
            " office",
            default=30,
            lowest=5,
        ),
        Setting(
            "ofd_connect_timeout",
            "Time limit of connecting, s",
            "Seconds to reach the OFD",
            default=3,
            lowest=1,
        ),
        Setting(
            "ofd_read_timeout",
            "Time limit of the answer, s",
            "Seconds to wait for its answer",
            default=10,
            lowest=1,
        ),
        Setting(
            "kkt_log_format",
            "Steps of documents in the log",
            "Each step of a document is a line of the server's log: a sentence, or JSON for"
            " programs that read logs",
            default="text",
            words=("text", "json"),
        ),
        Setting(
            "head_office_reporting",
            "Reports to head office",
            "Whether this server tells another one how its tills and their delivery are",
            default="off",
            words=("off", "on"),
        ),
        Setting(
            "site_silent_after",
            "A shop is silent after, s",
            "Seconds without a report after which people are called, at head office",
            default=180,
            lowest=5,
        ),
    )
}
"""By name. The screen's fields are made of them; ``views/res_config_settings_views.xml`` says where
each stands."""


def is_development():
    """Tell whether this server is a developer's own."""
    return bool(config["dev_mode"])


def may_stand_in():
    """Tell whether the emulator in this process may take documents; it delivers them to nobody."""
    return is_development() or config["test_enable"]


def may_be_inside(host):
    """Tell whether an operator of this name may have a loopback or private address."""
    named = {name.strip().lower() for name in (config.get(OFD_HOSTS) or "").split(",")}
    return is_development() or host.strip("[]").rstrip(".").lower() in named - {""}
