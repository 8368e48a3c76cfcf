"""One exchange with the server, whole and broken, against bytes written out by hand."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kkt.drivers.atol.client import ANSWER_LIMIT, Rejected, WebRequests
from kkt.drivers.errors import DeviceError, NoAnswer, Refused, Unreachable

from ...certificates import self_signed
from .scripted import Scripted, Silence, Trickle, http, scripted

UUID = "0e4f3c1a-5b7d-4f21-9a7e-2f1c9d3b6a55"
TASK = {
    "type": "sell",
    "operator": {"name": "Кассир Иванова"},
    "clientInfo": {"emailOrPhone": "+79001234567"},
    "total": Decimal("5000.00"),
}
TAKEN = http(
    "201 Created",
    '{"number":1,"uuid":"0e4f3c1a-5b7d-4f21-9a7e-2f1c9d3b6a55",'
    '"isBlocked":false,"blockedUUID":"","blockReason":""}',
)
REQUESTS = "POST /api/v2/requests"


class Notes:
    """A wire trace that a test can read."""

    def __init__(self) -> None:
        self.told: list[tuple[bool, str]] = []
        self.raw: list[bytes] = []

    def note(self, sent: bool, told: str, raw: bytes) -> None:
        self.told.append((sent, told))
        self.raw.append(raw)


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted() as running:
        yield running


@pytest.fixture
def client(server: Scripted) -> Iterator[WebRequests]:
    client = WebRequests(server.url, read_timeout=0.3)
    yield client
    client.close()


def test_a_request_is_posted_as_the_server_expects_it(server: Scripted) -> None:
    server.on(REQUESTS, TAKEN)
    client = WebRequests(
        server.url + "/api/v2/", user="касса", password="s3cret", device_id="till 1"
    )
    assert client.post(UUID, [TASK])["isBlocked"] is False
    (request,) = server.requests
    assert request.line == "POST /api/v2/requests?deviceID=till%201"
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    # base64 of "касса:s3cret" in UTF-8
    assert request.headers["Authorization"] == "Basic 0LrQsNGB0YHQsDpzM2NyZXQ="
    assert request.body.decode() == (
        '{"uuid":"0e4f3c1a-5b7d-4f21-9a7e-2f1c9d3b6a55","request":[{"type":"sell",'
        '"operator":{"name":"Кассир Иванова"},"clientInfo":{"emailOrPhone":"+79001234567"},'
        '"total":5000.00}]}'
    )
    client.close()


def test_one_connection_serves_many_calls(server: Scripted, client: WebRequests) -> None:
    server.on(REQUESTS, TAKEN)
    server.on(f"GET /api/v2/requests/{UUID}", http("200 OK", '{"results":[{"a":0.10}]}'))
    client.post(UUID, [TASK])
    assert client.get(UUID) == {"results": [{"a": Decimal("0.10")}]}
    assert [request.headers["Connection"] for request in server.requests] == ["keep-alive"] * 2


@pytest.mark.parametrize(
    ("status", "body", "code", "words"),
    [
        (
            "409 Conflict",
            '{"error":{"code":505,"description":"Задание с таким UUID уже есть"}}',
            "505",
            "Задание с таким UUID уже есть",
        ),
        (
            "400 Bad Request",
            '{"error":{"code":501,"description":"Поле \'request\' не задано или пустое"}}',
            "501",
            "Поле 'request' не задано или пустое",
        ),
        ("401 Unauthorized", "", "401", "Сервер кассы отказал"),
        ("404 Not Found", "<html>", "404", "Сервер кассы отказал"),
        ("403 Forbidden", '{"error":"no"}', "403", "Сервер кассы отказал"),
    ],
)
def test_a_no_of_the_server_is_told_in_its_words(
    server: Scripted, client: WebRequests, status: str, body: str, code: str, words: str
) -> None:
    server.on(REQUESTS, http(status, body))
    with pytest.raises(Rejected) as rejected:
        client.post(UUID, [TASK])
    assert rejected.value.status == int(status[:3])
    assert (rejected.value.code, rejected.value.message) == (code, words)


def test_a_wrong_password_names_its_remedy_and_never_itself(server: Scripted) -> None:
    server.on(REQUESTS, http("401 Unauthorized"))
    notes = Notes()
    client = WebRequests(server.url, user="admin", password="s3cret", trace=notes)
    with pytest.raises(Rejected) as rejected:
        client.post(UUID, [TASK])
    assert "имя и пароль" in rejected.value.remedy
    secret = base64.b64encode(b"admin:s3cret")
    everything = repr((notes.told, notes.raw, rejected.value, rejected.value.__cause__))
    assert "s3cret" not in everything and secret.decode() not in everything


def test_what_the_server_does_not_know_is_none(server: Scripted, client: WebRequests) -> None:
    server.on("GET", http("404 Not Found", '{"error":{"code":505,"description":"не найдено"}}'))
    assert client.get(UUID) is None


def test_taking_back(server: Scripted, client: WebRequests) -> None:
    server.on("DELETE", http("200 OK"), http("409 Conflict", "{}"), http("404 Not Found", "{}"))
    assert [client.delete(UUID) for _ in range(3)] == [True, False, False]
    assert server.lines() == [f"DELETE /api/v2/requests/{UUID}"] * 3


BROKEN = {
    "silence": Silence(),
    "cut before anything": b"",
    "cut in the status line": b"HTTP/1.1 20",
    "cut in the head": b"HTTP/1.1 201 Created\r\nContent-Le",
    "cut in the body": TAKEN[:-20],
    "not HTTP": b"\x02\x05\x10\x1e\x00\x00\x00\x0b",
    "not JSON": http("200 OK", "<html>welcome to the router</html>"),
    "no object": http("200 OK", "[1]"),
    "NaN": http("200 OK", '{"number":NaN}'),
    "too deep": http("200 OK", '{"a":' + "[" * 100_000),
    "not UTF-8": http("200 OK", b'{"a":"\xff\xfe"}'),
    "empty": http("200 OK"),
    "of the server's own trouble": http("500 Internal Server Error", "{}"),
    "a proxy's": http("502 Bad Gateway", "{}"),
    "elsewhere": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
    "too long": http("200 OK", b'{"a":"' + b"x" * ANSWER_LIMIT + b'"}'),
    "without end": Trickle(TAKEN, 0.02),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_leaves_it_open_whether_the_request_was_taken(
    server: Scripted, client: WebRequests, name: str
) -> None:
    server.on(REQUESTS, BROKEN[name])
    server.on("GET", BROKEN[name])
    with pytest.raises(NoAnswer):
        client.post(UUID, [TASK])
    assert len(server.requests) == 1, "nothing is ever sent twice by itself"
    with pytest.raises(Unreachable):
        client.get(UUID)


def test_after_a_broken_answer_the_next_one_is_its_own(
    server: Scripted, client: WebRequests
) -> None:
    server.on(REQUESTS, http("200 OK", b'{"a":"' + b"x" * ANSWER_LIMIT + b'"}'), TAKEN)
    with pytest.raises(NoAnswer):
        client.post(UUID, [TASK])
    assert client.post(UUID, [TASK])["uuid"] == UUID


def test_nobody_listens() -> None:
    with scripted() as gone:
        url = gone.url
    with pytest.raises(Unreachable):
        WebRequests(url).post(UUID, [TASK])


@pytest.mark.parametrize(
    "address", ["", "192.168.1.5:16732", "ftp://till", "http://", "http://user:pw@till"]
)
def test_an_address_that_cannot_be_used_is_refused(address: str) -> None:
    with pytest.raises(Refused) as refused:
        WebRequests(address)
    assert refused.value.remedy


def test_a_certificate_is_verified(tmp_path: Path) -> None:
    certificate, context = self_signed(tmp_path)
    with scripted(context) as server:
        server.on("GET", http("200 OK", "{}"))
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            WebRequests(url).queue()
        assert WebRequests(url, ca_file=str(certificate)).queue() == {}
        assert len(server.requests) == 1


def test_the_environment_has_no_say(
    server: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.on("GET", http("200 OK", "{}"))
    assert WebRequests(server.url).queue() == {}
    assert "Authorization" not in server.requests[0].headers


def test_a_trace_tells_no_people(server: Scripted) -> None:
    server.on(REQUESTS, TAKEN)
    server.on(
        "GET",
        http(
            "200 OK",
            """{"results":[{"status":"ready","error":{"code":0,"description":"Ошибок нет"},
            "result":{"rawData":"AAAA","documentTLV":{"1008":"+79001234567",
            "1021":"Кассир Иванова","1256":{"1227":"Петров"},"1020":5000.00}}}]}""",
        ),
    )
    notes = Notes()
    client = WebRequests(server.url, trace=notes)
    client.post(UUID, [TASK])
    client.get(UUID)
    told = "\n".join(line for _, line in notes.told)
    for secret in ("Иванова", "79001234567", "Петров", "AAAA"):
        assert secret not in told
    assert '"total":5000.00' in told and '"1020":5000.00' in told and "HTTP 201" in told
    assert [sent for sent, _ in notes.told] == [True, False, True, False]
    assert b"+79001234567" in notes.raw[0] and notes.raw[0].startswith(b"POST /requests")


def test_an_error_tells_what_a_person_can_do(server: Scripted, client: WebRequests) -> None:
    server.on(REQUESTS, http("409 Conflict", '{"error":{"code":505,"description":"не активна"}}'))
    with pytest.raises(DeviceError) as rejected:
        client.post(UUID, [TASK])
    assert "включена" in rejected.value.remedy
