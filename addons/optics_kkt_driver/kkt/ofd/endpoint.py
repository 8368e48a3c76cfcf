"""What an endpoint's settings may be, and which addresses of the network it may have.

Whoever may enter an address must not come by it to what stands inside of the shop's network, nor
to a cloud's description of its machine: so every address is judged, the typed one when it is saved
and the resolved one when it is connected to.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
MayBeInside = Callable[[str], bool]
"""Tells of a host's name whether its address may be a loopback or a private one."""

HOST_LIMIT = 253
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class BadSetting(ValueError):
    """A setting of the endpoint cannot be used. Says a code; ``str()`` is for logs and tests."""

    TEXTS: ClassVar[dict[str, str]] = {
        "address": "not an http(s) address of an OFD",
        "address_extra": "an address of an OFD has no user, no ? and no #",
        "https_only": "the address of a head office begins with https://",
        "host_name": "no host can have this name: 63 characters between dots, 253 in all",
        "inside": "{address} is inside of this machine or its network",
        "link_local": "{address} is no address of an OFD",
        "proxy": "not an http(s) address of a proxy",
        "proxy_plain": "a proxy is for https only",
        "token": "the OFD token has characters that a header cannot carry",
    }

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(self.TEXTS[code].format(**params))
        self.code = code
        self.params = params


def never(host: str) -> bool:
    """No host may be inside: the rule of a shop's own server."""
    return False


def check_address(address: str, may_be_inside: MayBeInside = never) -> str:
    """Return the address without its last slash.

    :raises BadSetting: nothing can be posted to it, or nothing may
    """
    parts = _split(address, "address")
    if parts.username is not None or any(sign in address for sign in "?#@"):
        raise BadSetting("address_extra")
    host = parts.hostname or ""
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        _check_name(host)
    else:
        check_ip(literal, host, may_be_inside)
    return address.rstrip("/")


def check_token(token: str) -> str:
    if not token.isascii() or not token.isprintable():
        raise BadSetting("token")
    return token


def check_proxy(proxy: str, address: str) -> str:
    """Return the proxy's address; through it go https addresses alone, so that it reads nothing."""
    if proxy:
        _split(proxy, "proxy")
        if urlsplit(address).scheme != "https":
            raise BadSetting("proxy_plain")
    return proxy


def check_ip(ip: IPAddress, host: str, may_be_inside: MayBeInside) -> None:
    """Judge one address that a host has.

    :raises BadSetting: nothing may be sent there
    """
    ip = _innermost(ip)
    if ip.is_link_local or ip.is_multicast:
        raise BadSetting("link_local", address=str(ip))
    if _is_inside(ip) and not may_be_inside(host):
        raise BadSetting("inside", address=str(ip))


def is_loopback(host: str) -> bool:
    """Tell whether a host as it is written, not looked up, is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_of_this_machine(address: str) -> bool:
    """Tell whether an address, or a route of this server, leads to no other machine."""
    if address.startswith("/"):
        return True
    host = (urlsplit(address).hostname or "").rstrip(".")
    try:
        return _innermost(ipaddress.ip_address(host)).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_inside(ip: IPAddress) -> bool:
    site_local = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    return not ip.is_global or ip.is_reserved or site_local


def _innermost(ip: IPAddress) -> IPAddress:
    """Return the IPv4 address that an IPv6 one only wraps."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def _split(address: str, code: str) -> SplitResult:
    # urlsplit drops line breaks silently; others would see another address than it.
    if not address.isprintable() or " " in address or "\\" in address:
        raise BadSetting(code)
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError as error:
        raise BadSetting(code) from error
    if not usable:
        raise BadSetting(code)
    return parts


def _check_name(host: str) -> None:
    try:
        encoded = host.rstrip(".").encode("idna")
    except UnicodeError as error:
        raise BadSetting("host_name") from error
    if len(encoded) > HOST_LIMIT:
        raise BadSetting("host_name")
