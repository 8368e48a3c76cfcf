"""The HTTP transport against a real server on a real socket, healthy and sick."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kkt.ofd.answers import Outcome, classify
from kkt.ofd.endpoint import BadSetting
from kkt.ofd.http import ANSWER_LIMIT, HttpTransport
from kkt.ofd.transport import Broken, ConnectFailed, EndpointUnusable, TimedOut
from kkt.virtual.ofd import MemoryOfdStore, OfdEmulator

from .messages import FN, acknowledgement, message
from .operator_server import Operator, Play, operator, says

GIVEN_UP = 60.0
"""Seconds after which the operator ends a silence by itself, so that no test waits for ever."""
ACCEPTED = json.dumps(acknowledgement()).encode()


def anywhere(host: str) -> bool:
    """The operators of these tests are on this machine."""
    return True


@pytest.fixture
def ofd() -> Iterator[Operator]:
    with operator() as running:
        yield running


@pytest.fixture
def transport(ofd: Operator) -> Iterator[HttpTransport]:
    transport = HttpTransport(ofd.url, token="s3cret", may_be_inside=anywhere)
    yield transport
    transport.close()


@pytest.fixture
def impatient(ofd: Operator) -> Iterator[HttpTransport]:
    """For an operator that will not answer: one that would, may need longer on a busy machine."""
    transport = HttpTransport(ofd.url, read_timeout=0.3, may_be_inside=anywhere)
    yield transport
    transport.close()


def test_a_message_arrives_as_it_is(ofd: Operator, transport: HttpTransport) -> None:
    ofd.play(says(201, ACCEPTED))
    answer = transport.send(message(12))
    assert (answer.status_code, answer.body) == (201, ACCEPTED)
    [call] = ofd.calls
    assert call.path == "/ofd/v1/receipts"
    assert call.body == message(12).to_bytes()
    assert call.headers["Idempotency-Key"] == f"{FN}:12"
    assert call.headers["Authorization"] == "Bearer s3cret"
    assert call.headers["Content-Type"] == "application/json"


def test_no_token_sends_no_authorization(ofd: Operator) -> None:
    ofd.play(says(201, ACCEPTED))
    transport = HttpTransport(f"{ofd.url}/", may_be_inside=anywhere)
    transport.send(message())
    transport.close()
    assert "Authorization" not in ofd.calls[0].headers
    assert ofd.calls[0].path == "/ofd/v1/receipts"


def test_the_token_wins_over_netrc(
    ofd: Operator, transport: HttpTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    ofd.play(says(201, ACCEPTED))
    transport.send(message())
    assert ofd.calls[0].headers["Authorization"] == "Bearer s3cret"


def test_the_connection_is_kept(ofd: Operator, transport: HttpTransport) -> None:
    ofd.play(says(201, ACCEPTED))
    for fd_number in range(1, 6):
        transport.send(message(fd_number))
    assert len({call.connection for call in ofd.calls}) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "17"}, 17.0),
        ({"Retry_After": "0"}, 0.0),
        (
            {
                "Date": "Mon, 02 Mar 2026 06:00:00 GMT",
                "Retry_After": "Mon, 02 Mar 2026 06:02:00 GMT",
            },
            120.0,
        ),
        (
            {
                "Date": "Mon, 02 Mar 2026 06:00:00 GMT",
                "Retry_After": "Mon, 02 Mar 2026 05:00:00 GMT",
            },
            0.0,
        ),
        ({"Retry_After": "Mon, 02 Mar 2026 06:02:00 GMT"}, None),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "9" * 40}, None),
        ({}, None),
    ],
)
def test_retry_after(
    ofd: Operator, transport: HttpTransport, headers: dict[str, str], seconds: float | None
) -> None:
    ofd.play(says(429, b"{}", **headers))
    answer = transport.send(message())
    assert answer.retry_after == seconds
    assert classify(message(), answer).outcome is Outcome.LATER


def test_a_server_error_is_an_answer(ofd: Operator, transport: HttpTransport) -> None:
    ofd.play(says(503, b"down"))
    verdict = classify(message(), transport.send(message()))
    assert (verdict.outcome, verdict.reason) == (Outcome.LATER, "HTTP 503")
    assert verdict.answer == "down"


def test_an_emulator_is_no_operator(ofd: Operator, transport: HttpTransport) -> None:
    ofd.play(says(201, ACCEPTED, X_OFD_Emulator="1"))
    with pytest.raises(EndpointUnusable, match="emulator") as refused:
        transport.send(message(12))
    assert classify(message(12), refused.value).outcome is Outcome.ENDPOINT


def test_a_redirect_is_not_followed(ofd: Operator, transport: HttpTransport) -> None:
    ofd.play(says(307, b"", Location=f"{ofd.url}/elsewhere"))
    assert transport.send(message()).status_code == 307
    assert len(ofd.calls) == 1


def test_broken_json_is_no_acknowledgement(ofd: Operator, transport: HttpTransport) -> None:
    ofd.play(says(200, ACCEPTED[:-5]))
    assert classify(message(), transport.send(message())).outcome is Outcome.LATER


def test_a_huge_answer_is_cut(ofd: Operator, transport: HttpTransport) -> None:
    def pours(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Length", str(1 << 40))
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65_536)

    ofd.play(pours, says(201, ACCEPTED))
    answer = transport.send(message())
    assert len(answer.body) == ANSWER_LIMIT
    # What was not read must not be taken for the next answer.
    assert transport.send(message()).body == ACCEPTED


def test_silence_times_out(ofd: Operator, impatient: HttpTransport) -> None:
    released = threading.Event()

    def waits(handler: BaseHTTPRequestHandler) -> None:
        released.wait(GIVEN_UP)

    ofd.play(waits)
    begun = time.monotonic()
    with pytest.raises(TimedOut):
        impatient.send(message())
    assert 0.25 < time.monotonic() - begun < GIVEN_UP / 2
    released.set()


@pytest.mark.parametrize(
    "beginning", ["HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "HTTP/1.1"]
)
def test_an_answer_that_drips_times_out_as_a_whole(
    ofd: Operator, impatient: HttpTransport, beginning: str
) -> None:
    """Its body, and its head too: each packet came in time."""

    def drips(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(beginning.encode())
        for _ in range(1000):
            handler.wfile.write(b" ")
            time.sleep(GIVEN_UP / 1000)

    ofd.play(drips, says(201, ACCEPTED))
    begun = time.monotonic()
    with pytest.raises(TimedOut):
        impatient.send(message())
    assert time.monotonic() - begun < GIVEN_UP / 2
    # The next call has a connection and a time of its own.
    assert impatient.send(message()).status_code == 201


def test_an_answer_that_stops_times_out(ofd: Operator, impatient: HttpTransport) -> None:
    released = threading.Event()

    def stops(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"{")
        released.wait(GIVEN_UP)

    ofd.play(stops)
    with pytest.raises(TimedOut):
        impatient.send(message())
    released.set()


def cuts(handler: BaseHTTPRequestHandler) -> None:
    """Take the message, then cut the connection without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def cuts_in_the_middle(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response_only(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"fiscal')
    handler.close_connection = True


def talks_nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SMTP ready\r\n\r\n")
    handler.close_connection = True


@pytest.mark.parametrize("play", [cuts, cuts_in_the_middle, talks_nonsense])
def test_a_cut_connection_is_no_answer(ofd: Operator, transport: HttpTransport, play: Play) -> None:
    ofd.play(play, says(201, ACCEPTED))
    with pytest.raises(Broken):
        transport.send(message())
    assert transport.send(message()).status_code == 201


def test_a_closed_port_is_not_reached() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(ConnectFailed):
        HttpTransport(f"http://127.0.0.1:{port}", may_be_inside=anywhere).send(message())


def test_an_unknown_name_is_not_reached() -> None:
    with pytest.raises(ConnectFailed):
        HttpTransport("http://ofd.invalid").send(message())


@pytest.mark.parametrize(
    "address",
    [
        *("", "ofd.ru", "ftp://ofd.ru", "http://", "https:///receipts", "http://[::1"),
        *("http://ofd.ru:99999", "http://ofd.ru\\x", "http://ofd\n.ru", "http://a b.ru"),
        *("http://ofd.ru/v1?to=", "http://ofd.ru/v1#", "http://user@ofd.ru", "http://u:p@ofd.ru"),
        *(f"http://{'a' * 64}.ru", f"http://{'a.' * 130}ru", "http://a..ru"),
    ],
)
def test_a_bad_address_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError):
        HttpTransport(address)


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "0.1.2.3", "[::1]", "[fd00::1]"),
        *("[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::]", "[fec0::1]"),
    ],
)
def test_an_address_inside_is_refused_unless_it_may_be(address: str, inside: bool) -> None:
    if inside:
        HttpTransport(f"http://{address}/v1", may_be_inside=anywhere).close()
        return
    with pytest.raises(BadSetting) as refused:
        HttpTransport(f"http://{address}/v1")
    assert refused.value.code == "inside"


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "224.0.0.1"]
)
def test_a_link_local_address_is_always_refused(address: str) -> None:
    with pytest.raises(BadSetting) as refused:
        HttpTransport(f"http://{address}/v1", may_be_inside=anywhere)
    assert refused.value.code == "link_local"


@pytest.mark.parametrize("address", ["8.8.8.8", "[2001:4860:4860::8888]", "ofd.ru", "почта.рф"])
def test_an_address_outside_is_taken(address: str) -> None:
    HttpTransport(f"https://{address}/v1").close()


@pytest.mark.parametrize(
    ("address", "proxy", "code"),
    [
        ("http://ofd.ru", "http://proxy:3128", "proxy_plain"),
        ("https://ofd.ru", "proxy:3128", "proxy"),
        ("https://ofd.ru", "socks5://proxy:3128", "proxy"),
    ],
)
def test_a_bad_proxy_is_refused_at_once(address: str, proxy: str, code: str) -> None:
    with pytest.raises(BadSetting) as refused:
        HttpTransport(address, proxy=proxy)
    assert refused.value.code == code


@pytest.mark.parametrize("token", ["two\r\nlines", "ключ", "bell\x07"])
def test_a_token_that_no_header_carries_is_refused_at_once(token: str) -> None:
    with pytest.raises(ValueError) as refused:
        HttpTransport("https://ofd.invalid", token=token)
    assert token not in str(refused.value)


def test_a_lost_acknowledgement_costs_nothing(ofd: Operator, transport: HttpTransport) -> None:
    emulator = OfdEmulator(MemoryOfdStore())

    def receive(handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        call = ofd.calls[-1]
        status_code, body = emulator.receive(call.body, call.headers["Idempotency-Key"])
        return status_code, json.dumps(body).encode()

    def stores_and_cuts(handler: BaseHTTPRequestHandler) -> None:
        receive(handler)
        cuts(handler)

    ofd.play(stores_and_cuts, lambda handler: says(*receive(handler))(handler))
    with pytest.raises(Broken):
        transport.send(message())
    verdict = classify(message(), transport.send(message()))
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.duplicate
    assert emulator.health()[1]["receipts_received"] == 1


def self_signed(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that only its own file vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begin = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / "ofd.pem", folder / "ofd.key"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return path, context


def test_a_certificate_is_verified(tmp_path: Path) -> None:
    certificate, context = self_signed(tmp_path)
    with operator(context) as ofd:
        ofd.play(says(201, ACCEPTED))
        url = ofd.url.replace("http://127.0.0.1", "https://localhost")
        with pytest.raises(ConnectFailed):
            HttpTransport(url, token="s3cret", may_be_inside=anywhere).send(message())
        assert not ofd.calls
        trusting = HttpTransport(url, verify=str(certificate), may_be_inside=anywhere)
        assert trusting.send(message()).status_code == 201


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Have each question for a name answered by the next address, the last one for ever."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, *rest: Any, **more: Any) -> Any:
        if host.replace(".", "").isdigit():
            return real(host, *rest, **more)
        asked.append(host)
        return real(answers[min(len(asked), len(answers)) - 1], *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_the_judged_address_is_the_one_connected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked a second time, the name would lead elsewhere; SNI and certificate keep the name."""
    certificate, context = self_signed(tmp_path)
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with operator(context) as ofd:
        ofd.play(says(201, ACCEPTED))
        asked = resolving(monkeypatch, "127.0.0.1", "127.0.0.9")
        url = ofd.url.replace("http://127.0.0.1", "https://localhost")
        transport = HttpTransport(url, verify=str(certificate), may_be_inside=anywhere)
        assert transport.send(message()).status_code == 201
    assert asked == ["localhost"]
    assert names == ["localhost"]
    assert ofd.calls[0].headers["Host"].startswith("localhost:")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254"])
def test_a_name_that_leads_inside_gets_nothing(
    ofd: Operator, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolving(monkeypatch, address)
    url = ofd.url.replace("127.0.0.1", "ofd.example")
    with pytest.raises(EndpointUnusable):
        HttpTransport(url, token="s3cret").send(message())
    assert not ofd.calls


def test_only_a_host_that_was_named_may_be_inside(
    ofd: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    ofd.play(says(201, ACCEPTED))

    def send(host: str) -> int:
        url = ofd.url.replace("127.0.0.1", host)
        transport = HttpTransport(url, may_be_inside=lambda name: name == "ofd.example")
        return transport.send(message()).status_code

    assert send("ofd.example") == 201
    with pytest.raises(EndpointUnusable):
        send("other.example")


def test_the_next_address_of_a_name_is_tried(
    ofd: Operator, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    port = int(ofd.url.split(":")[2].split("/")[0])

    def both(host: str, *rest: Any, **more: Any) -> Any:
        if host == "ofd.example":
            return real("127.0.0.99", *rest, **more) + real("127.0.0.1", *rest, **more)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", both)
    ofd.play(says(201, ACCEPTED))
    url = f"http://ofd.example:{port}/ofd/v1"
    assert HttpTransport(url, may_be_inside=anywhere).send(message()).status_code == 201


def test_proxies_of_the_environment_are_not_used(
    ofd: Operator, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    with operator() as proxy:
        proxy.play(says(201, ACCEPTED))
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.upper(), proxy.url)
        ofd.play(says(201, ACCEPTED))
        assert transport.send(message()).status_code == 201
        assert not proxy.calls


def test_a_proxy_of_the_endpoint_is_asked_for_a_tunnel() -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        asked: list[bytes] = []

        def refuse() -> None:
            connection, _ = proxy.accept()
            with connection:
                asked.append(connection.recv(4096))
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        transport = HttpTransport("https://ofd.example/v1", token="s3cret", proxy=address)
        with pytest.raises(ConnectFailed):
            transport.send(message())
        thread.join(GIVEN_UP)
    assert asked[0].startswith(b"CONNECT ofd.example:443 ")
    assert b"s3cret" not in asked[0]


@pytest.mark.parametrize("host", [f"{'a' * 70}.ru", "a..ru"])
def test_a_name_that_slips_through_is_the_endpoints_fault(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr("kkt.ofd.http.check_address", lambda address, inside: address)
    with pytest.raises(EndpointUnusable):
        HttpTransport(f"http://{host}").send(message())


def test_no_byte_of_an_answer_is_in_the_words_for_all(
    ofd: Operator, transport: HttpTransport
) -> None:
    ofd.play(talks_nonsense)
    with pytest.raises(Broken) as cut:
        transport.send(message())
    assert "SMTP" not in str(cut.value)
    assert "SMTP" in cut.value.detail


# Is it there at all? ------------------------------------------------------------------------------


def test_whatever_an_operator_answers_it_is_there(transport: HttpTransport) -> None:
    assert transport.is_there(within=2.0), "this one says that it knows no GET"


def test_nobody_is_there_at_a_closed_port() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/ofd/v1"
        with HttpTransport(url, may_be_inside=anywhere) as transport:
            assert not transport.is_there(within=2.0)


def test_who_takes_the_call_and_says_nothing_is_not_there() -> None:
    """Its port is open, which a mere connection would take for an answer."""
    with socket.socket() as hung:
        hung.bind(("127.0.0.1", 0))
        hung.listen()
        url = f"http://127.0.0.1:{hung.getsockname()[1]}/ofd/v1"
        with HttpTransport(url, may_be_inside=anywhere) as transport:
            assert not transport.is_there(within=0.3)
