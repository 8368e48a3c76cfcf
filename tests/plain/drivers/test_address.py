"""Which addresses a real till may have: nothing that a page can enter leads elsewhere."""

from __future__ import annotations

import pytest

from kkt.drivers.address import AddressProblem as Problem
from kkt.drivers.address import address_problem, host_of

GOOD = [
    ("shtrih", "/dev/ttyUSB0"),
    ("shtrih", "/dev/ttyUSB0?baudrate=115200"),
    ("shtrih", "/dev/serial/by-id/usb-SHTRIH-M_KKT-if00?baudrate=4800"),
    ("shtrih", "/dev/pts/3"),
    ("shtrih", "socket://192.168.137.111:7778"),
    ("shtrih", "socket://[fd12::5]:7778"),
    ("shtrih", "socket://till.shop.example:7778"),
    ("shtrih", "rfc2217://10.8.0.5:2217"),
    ("shtrih", "rfc2217://10.8.0.5:2217?ign_set_control&timeout=5"),
    ("atol", "http://127.0.0.1:16732"),
    ("atol", "http://127.0.0.1:16732/"),
    ("atol", "https://till.shop.example"),
]

BAD = [
    ("shtrih", "", Problem.MISSING),
    ("shtrih", " /dev/ttyUSB0", Problem.UNREADABLE),
    ("shtrih", "socket://host:77 78", Problem.UNREADABLE),
    ("shtrih", "socket://host:port", Problem.UNREADABLE),
    ("shtrih", "socket://[fd12::5:7778", Problem.UNREADABLE),
    ("shtrih", "http://host:7778", Problem.SCHEME),
    ("shtrih", "spy:///dev/ttyUSB0?file=/tmp/spied", Problem.SCHEME),
    ("shtrih", "loop://", Problem.SCHEME),
    ("shtrih", "COM3", Problem.SERIAL_PATH),
    ("shtrih", "/etc/passwd", Problem.SERIAL_PATH),
    ("shtrih", "/dev/../etc/passwd", Problem.SERIAL_PATH),
    ("shtrih", "/dev/ttyUSB0?baudrate=12345", Problem.BAUD_RATE),
    ("shtrih", "/dev/ttyUSB0?baudrate=", Problem.BAUD_RATE),
    ("shtrih", "/dev/ttyUSB0?parity=E", Problem.EXTRA),
    ("shtrih", "socket://host:7778?logging=debug", Problem.EXTRA),
    ("shtrih", "rfc2217://host:2217?logging=debug", Problem.EXTRA),
    ("shtrih", "socket://host:7778/path", Problem.EXTRA),
    ("shtrih", "socket://user:secret@host:7778", Problem.CREDENTIALS),
    ("shtrih", "socket://host", Problem.PORT),
    ("shtrih", "socket://host:0", Problem.PORT),
    ("shtrih", "socket://:7778", Problem.HOST),
    ("atol", "", Problem.MISSING),
    ("atol", "host:16732", Problem.SCHEME),
    ("atol", "ftp://host", Problem.SCHEME),
    ("atol", "http://user:secret@host:16732", Problem.CREDENTIALS),
    ("atol", "http://@host:16732", Problem.CREDENTIALS),
    ("atol", "http://host:16732/api/v2", Problem.EXTRA),
    ("atol", "http://host:16732?deviceID=till", Problem.EXTRA),
    ("atol", "http://host:16732#x", Problem.EXTRA),
    ("atol", "http://169.254.169.254", Problem.FORBIDDEN_HOST),
    ("atol", "http://2852039166", Problem.FORBIDDEN_HOST),
    ("atol", "http://0xa9fea9fe", Problem.FORBIDDEN_HOST),
    ("atol", "http://[::ffff:169.254.169.254]", Problem.FORBIDDEN_HOST),
    ("atol", "http://[fe80::1%25eth0]", Problem.FORBIDDEN_HOST),
    ("atol", "http://Metadata.Google.Internal./", Problem.FORBIDDEN_HOST),
    ("atol", "http://0.0.0.0:16732", Problem.FORBIDDEN_HOST),
    ("shtrih", "socket://169.254.10.1:7778", Problem.FORBIDDEN_HOST),
]


@pytest.mark.parametrize(("driver", "address"), GOOD)
def test_addresses_of_tills(driver: str, address: str) -> None:
    assert address_problem(driver, address) is None


@pytest.mark.parametrize(("driver", "address", "problem"), BAD)
def test_what_is_no_address_of_a_till(driver: str, address: str, problem: Problem) -> None:
    assert address_problem(driver, address) is problem


def test_whom_a_password_is_for() -> None:
    assert host_of("/dev/ttyUSB0?baudrate=4800") == host_of("/dev/ttyUSB0?baudrate=115200")
    assert host_of("http://till:16732/") == host_of("http://till:16732")
    assert host_of("http://till:16732") != host_of("https://till:16732")
    assert host_of("http://till:16732") != host_of("http://other:16732")
