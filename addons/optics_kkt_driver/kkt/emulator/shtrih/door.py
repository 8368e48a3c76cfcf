"""Where clients connect: a TCP port and a pseudo terminal, each with a thread of its own."""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import socket
import struct
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

from ..host import TillHost
from . import day, drive, paper, receipts, settings, state
from .device import Device
from .wire import BYTE_WAIT, LinkClosed, Wire

LOCALHOST = "127.0.0.1"
TTY = "shtrih.tty"
"""Under the till's folder: leads to the pseudo terminal, whose own name changes when it is cut."""
_BLOCK = 4096
_WAIT_FOR_THREAD = 5.0
_RESET_AT_CLOSING = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: what is closed is reset."""


def open_doors(host: TillHost, options: argparse.Namespace) -> Iterator[TcpDoor | PtyDoor]:
    """The doors of this kind that the options ask for."""
    if options.no_shtrih:
        return
    device = make_device(host)
    yield TcpDoor(host, device, options.shtrih_port)
    if options.pty:
        yield PtyDoor(host, device)


def make_device(host: TillHost) -> Device:
    """The till with all commands that it knows."""
    groups = (state, settings, paper, receipts, day, drive)
    handlers = {
        command.code: (command, handler)
        for group in groups
        for command, handler in group.HANDLERS.items()
    }
    return Device(host, handlers)


class TcpDoor:
    """One connection at a time, as a till has it; others wait in the backlog."""

    def __init__(self, host: TillHost, device: Device, port: int) -> None:
        self._device = device
        self._wire = Wire(host, device)
        self._listener = socket.create_server((LOCALHOST, port))
        self.port: int = self._listener.getsockname()[1]
        self.address = f"shtrih tcp {LOCALHOST}:{self.port}"
        self._link: _SocketLink | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._is_closed = True
        with contextlib.suppress(OSError):
            # A thread that waits in accept() is not woken by close() alone.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._link is not None:
            self._link.cut()
        self._thread.join(_WAIT_FOR_THREAD)
        self._device.close()

    def _serve(self) -> None:
        while not self._is_closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._link = _SocketLink(client)
            self._wire.serve(self._link)
            self._link.cut()


class _SocketLink:
    def __init__(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.settimeout(BYTE_WAIT)
        self._client = client

    def read(self) -> bytes:
        try:
            data = self._client.recv(_BLOCK)
        except TimeoutError:
            return b""
        except OSError as error:
            raise LinkClosed from error
        if not data:
            raise LinkClosed
        return data

    def write(self, data: bytes) -> None:
        try:
            self._client.sendall(data)
        except OSError as error:
            raise LinkClosed from error

    def cut(self, *, reset: bool = False) -> None:
        with contextlib.suppress(OSError):
            if reset:
                self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSING)
            else:
                self._client.shutdown(socket.SHUT_RDWR)
        self._client.close()


class PtyDoor:
    """A serial line without the line: clients open :attr:`path` as they would ``/dev/ttyS0``."""

    def __init__(self, host: TillHost, device: Device) -> None:
        self._wire = Wire(host, device)
        self.path = host.folder.absolute() / TTY
        self.address = f"shtrih pty {self.path}"
        self._woken, self._wake = os.pipe()
        self._is_closed = False
        self._link = self._next_link()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._is_closed = True
        os.write(self._wake, b"\0")
        self._thread.join(_WAIT_FOR_THREAD)
        self._link.cut()
        self.path.unlink(missing_ok=True)
        os.close(self._wake)
        os.close(self._woken)

    def _serve(self) -> None:
        while not self._is_closed:
            self._wire.serve(self._link)

    def _next_link(self) -> _PtyLink:
        return _PtyLink(self.path, self._woken, self._renew)

    def _renew(self) -> None:
        if not self._is_closed:
            self._link = self._next_link()


class _PtyLink:
    """A pseudo terminal of its own.

    :param woken: readable when the door closes
    :param before_cut: called before the line goes, so that whoever notices finds the next one
    """

    def __init__(self, path: Path, woken: int, before_cut: Callable[[], None]) -> None:
        self._woken = woken
        self._before_cut = before_cut
        # Our own hold on the client's end: without it a client that leaves would hang the line up.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.ttyname(self._slave))
        new.replace(path)
        self._is_cut = False

    def read(self) -> bytes:
        readable, _, _ = select.select([self._master, self._woken], [], [], BYTE_WAIT)
        if self._woken in readable:
            raise LinkClosed
        return os.read(self._master, _BLOCK) if readable else b""

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._master, data) :]

    def cut(self, *, reset: bool = False) -> None:
        if not self._is_cut:
            self._is_cut = True
            self._before_cut()
            os.close(self._slave)
            os.close(self._master)
