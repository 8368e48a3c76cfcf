"""What a wire trace may tell of an exchange: everything but people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .json_text import written

LONGEST = 2000
"""Characters; the rest is in the raw frame."""
HIDDEN = "•••"

_PERSONAL = {
    *("clientInfo", "operator"),
    # Lines of a copy and the raw document repeat the buyer's contact and the cashier's name.
    *("text", "rawData", "qr"),
    *("1008", "1021", "1203", "1227", "1228", "1243", "1244", "1245", "1246", "1254", "1256"),
}


def told(content: Any) -> str:
    """The JSON of a frame with people's names, contacts and papers hidden; empty for nothing."""
    if content is None:
        return ""
    line = written(_masked(content))
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: HIDDEN if name in _PERSONAL else _masked(each) for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value
