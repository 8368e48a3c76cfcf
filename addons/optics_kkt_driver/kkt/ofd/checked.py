"""Connections of requests to addresses that were judged.

The name is resolved once, here; the connection is made to the very address that was judged, so
that a name cannot mean another one a moment later. Host header, SNI and certificate keep the name.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from .endpoint import BadSetting, MayBeInside, check_ip, never


class CheckedAdapter(HTTPAdapter):
    """Reaches judged addresses only. What goes through a proxy is the proxy's to judge."""

    def __init__(self, may_be_inside: MayBeInside) -> None:
        super().__init__()
        self._connections: WeakSet[_Checked] = WeakSet()
        self.poolmanager.pool_classes_by_scheme = _pools(may_be_inside, self._connections)

    def cut(self) -> None:
        """Break off what is under way in another thread: it ends with an error there."""
        for connection in list(self._connections):
            if connection.sock is not None:
                with suppress(OSError):
                    # Of the socket itself: TLS would want to say goodbye.
                    socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


class _Checked(HTTPConnection):
    def may_be_inside(self, host: str) -> bool:
        return never(host)

    def _new_conn(self) -> socket.socket:
        failure: OSError | None = None
        addresses = self._permitted()
        give_up_at = time.monotonic() + self._seconds()
        for number, address in enumerate(addresses):
            # One that swallows everything leaves the others their share.
            share = (give_up_at - time.monotonic()) / (len(addresses) - number)
            try:
                return create_connection(
                    (address, self.port),
                    max(share, 0.001),
                    source_address=self.source_address,
                    socket_options=self.socket_options,
                )
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, f"{self.host} timed out") from failure
        raise NewConnectionError(self, f"{self.host} is not reached: {failure}") from failure

    def _seconds(self) -> float:
        """The time to connect in, to all addresses together."""
        if not isinstance(self.timeout, int | float):
            raise TypeError("a connection to an operator has a time-out")
        return self.timeout

    def _permitted(self) -> list[str]:
        """Return the host's addresses that may be connected to, in the system's order.

        :raises BadSetting: it has none such
        """
        permitted: list[str] = []
        refused: BadSetting | None = None
        for address in self._resolve():
            try:
                check_ip(ipaddress.ip_address(address), self.host, self.may_be_inside)
            except BadSetting as error:
                refused = error
            else:
                permitted.append(address)
        if refused and not permitted:
            raise refused
        return permitted

    def _resolve(self) -> list[str]:
        try:
            found = socket.getaddrinfo(self.host.strip("[]"), self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        return list(dict.fromkeys(str(sockaddr[0]) for *_rest, sockaddr in found))


class _CheckedTls(_Checked, HTTPSConnection):
    """The same under TLS."""


def _pools(
    inside: MayBeInside, connections: WeakSet[_Checked]
) -> dict[str, type[HTTPConnectionPool]]:
    """Return pools whose connections keep this rule; urllib3 makes them from their class alone.

    :param connections: where each that is made is put
    """

    class Plain(_Checked):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            connections.add(self)

        def may_be_inside(self, host: str) -> bool:
            return inside(host)

    class Tls(_CheckedTls):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            connections.add(self)

        def may_be_inside(self, host: str) -> bool:
            return inside(host)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}
