"""The till's end of the lower level: ENQ, frames, and the answer that waits until it is ACKed."""

from __future__ import annotations

from typing import Protocol

from ...drivers.shtrih.commands import code_of
from ...drivers.shtrih.frames import ACK, ENQ, NAK, BadFrame, Control, Event, Frame, Parser, frame
from ..host import TillHost
from ..wire_faults import Fault, WireFault
from .device import Device, NoReply, PowerCut

BYTE_WAIT = 1.0
"""Seconds between two bytes of a frame; after that it is dropped."""
_OVERHEAD = 3
"""Bytes of a frame around its DATA."""


class LinkClosed(Exception):
    """The other end is gone, or a fault has cut the link."""


class Link(Protocol):
    """One connection."""

    def read(self) -> bytes:
        """What has come; empty after :data:`BYTE_WAIT` without any. Raises LinkClosed."""

    def write(self, data: bytes) -> None:
        """Raises LinkClosed."""

    def cut(self, *, reset: bool = False) -> None:
        """Close it; with `reset`, what was not read yet is lost to the other end."""


class Wire:
    """One port of the till. It outlives connections: an answer that was not ACKed waits."""

    def __init__(self, host: TillHost, device: Device) -> None:
        self._host = host
        self._device = device
        self._pending = b""
        """The frame of the last answer, until it is ACKed."""

    def serve(self, link: Link) -> None:
        """Speak to one client until its link is closed."""
        parser = Parser()
        try:
            while True:
                raw = link.read()
                if not raw:
                    parser.drop()
                for event in parser.feed(raw):
                    self._meet(event, link)
        except LinkClosed:
            return

    def _meet(self, event: Event, link: Link) -> None:
        match event:
            case Frame(data):
                self._take(data, link)
            case BadFrame():
                link.write(bytes((NAK,)))
            case Control(byte) if byte == ENQ:
                if not self._host.faults().silent:
                    link.write(bytes((ACK,)) + self._pending if self._pending else bytes((NAK,)))
            case Control(byte) if byte == ACK:
                self._pending = b""

    def _take(self, data: bytes, link: Link) -> None:
        if self._host.faults().silent:
            return
        rule = self._host.meet(code_of(data).hex().upper())
        if rule is not None and _stops(rule, data, link):
            return
        try:
            if rule is not None and rule.fault is Fault.CUT_REQUEST:
                self._execute(data)
                self._cut(link)
            link.write(bytes((ACK,)))
            if rule is not None and rule.fault is Fault.REFUSE:
                self._pending = frame(code_of(data) + bytes.fromhex(rule.code))
            else:
                self._execute(data)
        except NoReply:
            return
        except PowerCut:
            self._pending = b""
            self._cut(link, reset=True)
        self._give(rule, link)

    def _execute(self, data: bytes) -> None:
        """Execute a command; its answer waits from now on. Raises NoReply and PowerCut."""
        # A command that comes before the last answer was ACKed does away with that answer.
        self._pending = b""
        answer = self._device.answer(data)
        self._pending = frame(answer.data)
        if answer.is_lost:
            raise NoReply

    def _give(self, rule: WireFault | None, link: Link) -> None:
        """Send the answer that waits, the way the fault has it."""
        match rule.fault if rule is not None else None:
            case Fault.LOSE_ANSWER:
                return
            case Fault.CUT_ANSWER if rule is not None:
                link.write(self._pending[: rule.after_bytes])
                self._cut(link)
            case Fault.BAD_CHECKSUM:
                link.write(self._pending[:-1] + bytes((self._pending[-1] ^ 0xFF,)))
            case Fault.JUNK if rule is not None:
                link.write(bytes.fromhex(rule.junk) + self._pending)
            case _:
                link.write(self._pending)

    def _cut(self, link: Link, *, reset: bool = False) -> None:
        link.cut(reset=reset)
        raise LinkClosed


def _stops(rule: WireFault, data: bytes, link: Link) -> bool:
    """Whether the fault keeps the command from being taken; does to the link what it does."""
    match rule.fault:
        case Fault.SILENCE:
            return True
        case Fault.NAK:
            link.write(bytes((NAK,)))
            return True
        case Fault.RESET:
            link.cut(reset=True)
            raise LinkClosed
        case Fault.CUT_REQUEST if rule.after_bytes < len(data) + _OVERHEAD:
            link.cut()
            raise LinkClosed
    return False
