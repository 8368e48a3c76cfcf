"""Which drivers there are, by the word that a device's settings name them with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..device.contract import Driver
from .virtual import VirtualDriver

_DRIVERS: dict[str, type[Driver]] = {
    VirtualDriver.name: VirtualDriver,
}


class UnknownDriver(LookupError):
    """No driver has this name."""


def driver_names() -> tuple[str, ...]:
    """All names that :func:`open_driver` takes."""
    return tuple(_DRIVERS)


def driver_class(name: str) -> type[Driver]:
    """What the driver `name` can do, asked without opening one. Raises :class:`UnknownDriver`."""
    try:
        return _DRIVERS[name]
    except KeyError:
        raise UnknownDriver(f"no driver {name!r}; there are: {', '.join(_DRIVERS)}") from None


def open_driver(name: str, settings: Mapping[str, Any]) -> Driver:
    """Open the driver `name`; which settings it needs stands at its ``from_settings``.

    Raises :class:`UnknownDriver`, KeyError for a missing setting, and
    :class:`~..device.errors.DeviceError` when the device cannot be opened.
    """
    return driver_class(name).from_settings(settings)
