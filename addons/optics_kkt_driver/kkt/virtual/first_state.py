"""How the OFD emulator behaves before anybody tells it: ``MOCK_OFD_…``, for all its doors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .ofd import LIMITS, FailureMode, Manner, OfdState

VARIABLES: list[tuple[str, str, Callable[[str], Any]]] = [
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
"""Field of ``OfdState``, variable, and what makes a value of its text."""


def first_state(text_of: Callable[[str], str]) -> OfdState:
    """Return how the emulator behaves at first.

    :param text_of: gives a variable's text; empty where nothing is said.
    :raises ValueError: a variable says what it cannot be
    """
    said = {}
    for name, variable, read in VARIABLES:
        if text := text_of(variable):
            said[name] = _value(name, variable, read, text)
    return OfdState(**said)


def _value(name: str, variable: str, read: Callable[[str], Any], text: str) -> Any:
    try:
        value = read(text)
    except ValueError as error:
        raise ValueError(f"{variable}: {error}") from error
    if name in LIMITS:
        low, high = LIMITS[name]
        if not low <= value <= high:
            raise ValueError(f"{variable}: must be a number from {low} to {high}")
    return value
