"""Commands of the printer and the drawer: they sign nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...drivers.codes import refusal
from ...drivers.shtrih import commands as c
from ...drivers.shtrih.commands import OPERATOR, Command
from ...drivers.shtrih.layout import REST, Layout, Raw
from ...fiscal.vocabulary import DocumentKind
from .device import Call, Device, Handler

_ANY, _DONE = Layout(Raw("rest", REST)), Layout(OPERATOR)
CLICHE = Command(b"\x52", "print the heading", _ANY, _DONE)
DOCUMENT_END = Command(b"\x53", "end the document", _ANY, _DONE)
ADVERTISEMENT = Command(b"\x54", "print the advertisement", _ANY, _DONE)

_FONTS = 7
_WIDTH = 576
"""Dots."""


def _done(device: Device, call: Call) -> Mapping[str, Any]:
    return {}


def _printed(device: Device, call: Call) -> Mapping[str, Any]:
    """A line, a cut, a feed: the printer must be able to, and is ready again at once."""
    device.require_idle()
    if device.status().details["unprintedFd"]:
        raise refusal("58")
    return {}


def _font(device: Device, call: Call) -> Mapping[str, Any]:
    if not 1 <= call.asked["font"] <= _FONTS:
        raise refusal("33")
    return {"width": _WIDTH, "char_width": 12, "char_height": 24, "fonts": _FONTS}


def _continue_print(device: Device, call: Call) -> Mapping[str, Any]:
    if device.host.is_printing:
        raise refusal("50")
    waits = bool(device.status().details["unprintedFd"])
    device.till.continue_print()
    if waits:
        device.host.start_printing()
    return {}


def _repeat(device: Device, call: Call) -> Mapping[str, Any]:
    """The last document of the drive once more, marked as a copy."""
    last = device.till.baseline().last_fd
    device.sign(DocumentKind.COPY, {"fiscalDocumentNumber": last}, call)
    return {}


HANDLERS: dict[Command, Handler] = {
    c.BEEP: _done,
    c.OPEN_DRAWER: _done,
    c.CUT: _printed,
    c.FEED: _printed,
    c.PRINT_BOLD: _printed,
    c.PRINT_LINE: _printed,
    c.PRINT_FONT: _printed,
    CLICHE: _printed,
    DOCUMENT_END: _printed,
    ADVERTISEMENT: _printed,
    c.FONT: _font,
    c.CONTINUE_PRINT: _continue_print,
    c.REPEAT: _repeat,
}
