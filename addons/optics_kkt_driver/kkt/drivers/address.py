"""Addresses of real tills: which of them a driver takes, and what is wrong with the others."""

from __future__ import annotations

import socket
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, parse_qsl, urlsplit

BAUD_RATES = (2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
"""What a till's serial port can be set to (Shtrih-M protocol v1.17, command 14h)."""
SCHEMES = {"shtrih": ("", "socket", "rfc2217"), "atol": ("http", "https")}
"""By driver; nothing stands for the path of a serial port."""
RFC2217_OPTIONS = {"ign_set_control", "poll_modem", "timeout"}
"""What pyserial takes behind such an address, but for what writes the traffic into its log."""
NEVER_A_TILL = (
    ip_network("169.254.0.0/16"),
    ip_network("fe80::/10"),
    ip_network("100.100.100.200/32"),
    ip_network("fd00:ec2::254/128"),
    ip_network("0.0.0.0/8"),
    ip_network("224.0.0.0/4"),
    ip_network("ff00::/8"),
)
"""Link-local networks with the metadata services of clouds, and what is no host at all."""
METADATA_NAMES = ("metadata", "metadata.google.internal", "instance-data")


class AddressProblem(StrEnum):
    """Why an address cannot be a till's."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    SCHEME = "scheme"
    CREDENTIALS = "credentials"
    HOST = "host"
    FORBIDDEN_HOST = "forbidden_host"
    PORT = "port"
    SERIAL_PATH = "serial_path"
    BAUD_RATE = "baud_rate"
    EXTRA = "extra"


def address_problem(driver: str, address: str) -> AddressProblem | None:
    """Say what is wrong with the address of a till of `driver`; None for a good one.

    Nothing is looked up and nothing opened. A name of a host is taken as it is.
    """
    if not address:
        return AddressProblem.MISSING
    if address != address.strip() or not address.isprintable() or " " in address:
        return AddressProblem.UNREADABLE
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return AddressProblem.UNREADABLE
    if parts.scheme not in SCHEMES[driver]:
        return AddressProblem.SCHEME
    if not parts.scheme:
        return _serial_problem(parts)
    if parts.username is not None or parts.password is not None:
        return AddressProblem.CREDENTIALS
    if not parts.hostname:
        return AddressProblem.HOST
    if is_never_a_till(parts.hostname):
        return AddressProblem.FORBIDDEN_HOST
    if not port and (port == 0 or driver == "shtrih"):
        return AddressProblem.PORT
    return None if _is_bare(parts) else AddressProblem.EXTRA


def host_of(address: str) -> str:
    """Who is spoken to at this address, as far as a password is concerned."""
    parts = urlsplit(address)
    return parts.path if not parts.scheme else f"{parts.scheme}://{parts.netloc}"


def is_never_a_till(host: str) -> bool:
    """Whether a host is none that a till can have: link-local, a metadata service, no host."""
    if host.rstrip(".").lower() in METADATA_NAMES:
        return True
    try:
        found = ip_address(host.split("%")[0])
    except ValueError:
        try:
            # Old spellings that connect all the same, such as 2852039166.
            found = ip_address(socket.inet_aton(host))
        except OSError:
            return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found.version == net.version and found in net for net in NEVER_A_TILL)


def _serial_problem(parts: SplitResult) -> AddressProblem | None:
    path = parts.path
    if (
        parts.netloc
        or not path.startswith("/dev/")
        or "/../" in path
        or path.endswith(("/", "/.."))
    ):
        return AddressProblem.SERIAL_PATH
    options = parse_qsl(parts.query, keep_blank_values=True)
    if parts.fragment or any(name != "baudrate" for name, _value in options) or len(options) > 1:
        return AddressProblem.EXTRA
    if options and options[0][1] not in map(str, BAUD_RATES):
        return AddressProblem.BAUD_RATE
    return None


def _is_bare(parts: SplitResult) -> bool:
    """Nothing behind the port, except for what RFC 2217 has there."""
    if parts.path not in ("", "/") or parts.fragment:
        return False
    names = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    return names <= (RFC2217_OPTIONS if parts.scheme == "rfc2217" else set())
