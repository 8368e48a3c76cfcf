"""The wire under the frames: any pyserial URL, opened for us alone."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import serial
from serial.urlhandler import protocol_socket

from ..errors import Unreachable

FACTORY_BAUD_RATE = 115200
_POLL = 0.1
"""Seconds that one read may wait. It stays the same: a serial port is set up anew whenever it
changes."""


class LinkLost(Exception):
    """The wire broke, or nothing came in time; what that means, the caller knows."""


class Silence(LinkLost):
    """Nothing came in time; the wire itself may be whole."""


class Port(Protocol):
    """Bytes to and from a till."""

    def read(self, size: int, within: float) -> bytes:
        """Exactly `size` bytes. Raises Silence when they do not come within so many
        seconds, LinkLost when the wire breaks."""

    def write(self, data: bytes) -> None:
        """Raises LinkLost."""

    def close(self) -> None: ...


def open_port(address: str) -> Port:
    """Open the port of a till: a device's path with ``?baudrate=``, ``socket://``, ``rfc2217://``.

    Raises :class:`~..errors.Unreachable`: nothing was sent.
    """
    try:
        return SerialPort(_opened(address))
    except (serial.SerialException, OSError, ValueError) as error:
        raise Unreachable(f"no link to the till: {error}") from error


def _opened(address: str) -> Any:
    parts = urlsplit(address)
    if parts.scheme == "socket":
        return _QuickSocket(address, timeout=_POLL)
    if parts.scheme:
        return serial.serial_for_url(address, timeout=_POLL)
    options = parse_qs(parts.query)
    baud_rate = int(options.get("baudrate", [str(FACTORY_BAUD_RATE)])[0])
    return serial.Serial(parts.path, baud_rate, timeout=_POLL, exclusive=True)


class _QuickSocket(protocol_socket.Serial):
    """pyserial's socket waits 0.3 s at each closing, and lets small packets wait for others."""

    _socket: Any

    def open(self) -> None:
        super().open()
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        if self.is_open:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._socket = None
            self.is_open = False


class SerialPort:
    """A port of pyserial's; reading ends by our own clock."""

    def __init__(self, port: Any) -> None:
        self._port = port

    def read(self, size: int, within: float) -> bytes:
        give_up_at = time.monotonic() + within
        found = b""
        while len(found) < size:
            try:
                found += self._port.read(size - len(found))
            except (serial.SerialException, OSError) as error:
                raise LinkLost(str(error)) from error
            if len(found) < size and time.monotonic() >= give_up_at:
                raise Silence(f"{len(found)} of {size} bytes came within {within:g} s")
        return found

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
            self._port.flush()
        except (serial.SerialException, OSError) as error:
            raise LinkLost(str(error)) from error

    def close(self) -> None:
        with contextlib.suppress(serial.SerialException, OSError):
            self._port.close()
