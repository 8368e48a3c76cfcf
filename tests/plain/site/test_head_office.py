"""The shop's end against a real HTTP server: what goes out, and what becomes of each answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from kkt.ofd.endpoint import BadSetting
from kkt.site.head_office import HeadOffice, Told, check_head_office

from ..ofd.operator_server import Operator, operator, says
from .test_report import REPORT

ACCEPTED = b'{"status": "accepted", "number": 7}'


def anywhere(host: str) -> bool:
    return True


@pytest.fixture
def server() -> Iterator[Operator]:
    with operator() as played:
        played.url = played.url.removesuffix("/ofd/v1")
        yield played


def tell(server: Operator, database: str = "", read_timeout: float = 10.0) -> Told:
    office = HeadOffice(
        server.url,
        "s3cret",
        database=database,
        may_be_inside=anywhere,
        read_timeout=read_timeout,
        connect_timeout=0.2,
    )
    return office.tell(REPORT)


def test_a_report_goes_out_once(server: Operator) -> None:
    server.play(says(200, ACCEPTED))
    assert tell(server) == Told()
    (call,) = server.calls
    assert call.path == "/api/v1/kkt/heartbeat"
    assert call.headers["Authorization"] == "Bearer s3cret"
    assert "X-Odoo-Database" not in call.headers
    assert json.loads(call.body) == REPORT.to_json()


def test_a_database_can_be_named(server: Operator) -> None:
    server.play(says(200, ACCEPTED))
    assert tell(server, database="office") == Told()
    assert server.calls[0].headers["X-Odoo-Database"] == "office"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (409, b'{"error": {"code": "stale_report"}}', "stale_report"),
        (409, b'{"error": {"code": "report_from_future"}}', "report_from_future"),
        (404, b'{"error": {"code": "unknown_database"}}', "unknown_database"),
        (401, b"", "unauthorized"),
        (403, b"<html>", "forbidden"),
        (404, b"[]", "not_found"),
        (500, b'{"error": "x"}', "refused"),
        (200, b"<html>welcome</html>", "refused"),
        (200, b'{"status": ["accepted"]}', "refused"),
    ],
)
def test_an_answer_that_is_none_is_told_by_a_code(
    server: Operator, status: int, body: bytes, reason: str
) -> None:
    server.play(says(status, body))
    assert tell(server).reason == reason


def test_a_redirect_is_not_followed(server: Operator) -> None:
    server.play(says(307, b"", Location=f"{server.url}/elsewhere"))
    assert tell(server) == Told("refused", "HTTP 307")
    assert len(server.calls) == 1


def test_a_hung_head_office_is_left_in_time(server: Operator) -> None:
    server.play(lambda handler: time.sleep(2))
    began = time.monotonic()
    assert tell(server, read_timeout=0.3).reason == "silent"
    assert time.monotonic() - began < 1.5


def test_a_head_office_that_is_away() -> None:
    office = HeadOffice("http://127.0.0.1:9", "", may_be_inside=anywhere)
    assert office.tell(REPORT).reason == "not_reached"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://office.example", "https_only"),
        ("http://10.0.0.7", "https_only"),
        ("https://169.254.169.254", "link_local"),
        ("https://user@office.example", "address_extra"),
        ("office.example", "address"),
        ("", "address"),
    ],
)
def test_an_address_that_may_not_be(address: str, code: str) -> None:
    with pytest.raises(BadSetting) as caught:
        check_head_office(address, anywhere)
    assert caught.value.code == code


def test_unencrypted_goes_what_stays_on_a_developers_machine() -> None:
    for address in ("http://127.0.0.1:8069", "http://localhost:8069/", "http://[::1]:8069"):
        assert check_head_office(address, anywhere) == address.rstrip("/")
        with pytest.raises(BadSetting):
            check_head_office(address)


def test_what_no_header_can_carry_is_refused() -> None:
    for token, database in (("ключ", ""), ("a\nb", ""), ("", "a\nb")):
        with pytest.raises(BadSetting):
            HeadOffice("https://office.example", token, database=database)
