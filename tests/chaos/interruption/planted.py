"""Bugs that the matrix must catch: each is one that a driver or a flow might really have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kkt.drivers.contract import Driver, Intent, Signed
from kkt.drivers.errors import NoAnswer
from kkt.fiscal.document import Document
from kkt.flow.lane import Journaled, LaneStore

Pair = tuple[LaneStore, Driver]


class _Instead:
    """Everything is left to `original`, but for what a subclass does otherwise."""

    def __init__(self, original: Any) -> None:
        self._original = original

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


class ResendingDriver(_Instead):
    """After silence it sends the document once more."""

    def register(self, document: Document, intent: Intent) -> Signed:
        try:
            signed: Signed = self._original.register(document, intent)
        except NoAnswer:
            signed = self._original.register(document, intent)
        return signed


class CredulousLane(_Instead):
    """It takes silence for "not signed": the row waits again at once, and nobody asks the till."""

    def unknown(self, entry: Journaled, why: str) -> None:
        self._original.unknown(entry, why)
        self._original.not_signed(entry, why)


PLANTED: dict[str, Callable[[Any, Any], Any]] = {
    "driver resends after silence": lambda store, driver: (store, ResendingDriver(driver)),
    "flow takes silence for not signed": lambda store, driver: (CredulousLane(store), driver),
}
