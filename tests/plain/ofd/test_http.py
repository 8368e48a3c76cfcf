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

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kkt.ofd.answers import Outcome, classify
from kkt.ofd.http import ANSWER_LIMIT, HttpTransport
from kkt.ofd.transport import Broken, ConnectFailed, TimedOut
from kkt.virtual.ofd import MemoryOfdStore, OfdEmulator

from .messages import FN, acknowledgement, message
from .operator_server import Operator, Play, operator, says

GIVEN_UP = 60.0
"""Seconds after which the operator ends a silence by itself, so that no test waits for ever."""
ACCEPTED = json.dumps(acknowledgement()).encode()


@pytest.fixture
def ofd() -> Iterator[Operator]:
    with operator() as running:
        yield running


@pytest.fixture
def transport(ofd: Operator) -> Iterator[HttpTransport]:
    transport = HttpTransport(ofd.url, token="s3cret")
    yield transport
    transport.close()


@pytest.fixture
def impatient(ofd: Operator) -> Iterator[HttpTransport]:
    """For an operator that will not answer: one that would, may need longer on a busy machine."""
    transport = HttpTransport(ofd.url, read_timeout=0.3)
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
    transport = HttpTransport(f"{ofd.url}/")
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
    assert (verdict.outcome, verdict.reason) == (Outcome.LATER, "HTTP 503: down")


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


def test_an_answer_that_drips_times_out_as_a_whole(ofd: Operator, impatient: HttpTransport) -> None:
    def drips(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b" ")
            time.sleep(GIVEN_UP / 1000)

    ofd.play(drips)
    begun = time.monotonic()
    with pytest.raises(TimedOut):
        impatient.send(message())
    assert time.monotonic() - begun < GIVEN_UP / 2


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
        HttpTransport(f"http://127.0.0.1:{port}").send(message())


def test_an_unknown_name_is_not_reached() -> None:
    with pytest.raises(ConnectFailed):
        HttpTransport("http://ofd.invalid").send(message())


@pytest.mark.parametrize(
    "address", ["", "ofd.ru", "ftp://ofd.ru", "http://", "https:///receipts", "http://[::1"]
)
def test_a_bad_address_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError):
        HttpTransport(address)


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
            HttpTransport(url, token="s3cret").send(message())
        assert not ofd.calls
        assert HttpTransport(url, verify=str(certificate)).send(message()).status_code == 201
