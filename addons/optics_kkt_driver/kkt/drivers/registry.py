"""Which drivers there are, by the word that a device's settings name them with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .contract import Driver
from .virtual import VirtualDriver

_FACTORIES: dict[str, Callable[[Mapping[str, Any]], Driver]] = {
    VirtualDriver.name: VirtualDriver.from_settings,
}


class UnknownDriver(LookupError):
    """No driver has this name."""


def driver_names() -> tuple[str, ...]:
    """All names that :func:`open_driver` takes."""
    return tuple(_FACTORIES)


def open_driver(name: str, settings: Mapping[str, Any]) -> Driver:
    """Open the driver `name`; which settings it needs stands at its ``from_settings``.

    Raises :class:`UnknownDriver`, KeyError for a missing setting, and
    :class:`~.errors.DeviceError` when the device cannot be opened.
    """
    try:
        factory = _FACTORIES[name]
    except KeyError:
        raise UnknownDriver(f"no driver {name!r}; there are: {', '.join(_FACTORIES)}") from None
    return factory(settings)
