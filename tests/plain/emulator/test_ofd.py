"""The OFD emulator's own process, over real sockets and as our own sender sees it."""

from __future__ import annotations

import errno
import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kkt.emulator.kept import KeptOfdStore
from kkt.emulator.ofd import READ_LIMIT, OfdServer, main
from kkt.ofd.answers import Outcome, Verdict, classify
from kkt.ofd.http import HttpTransport
from kkt.ofd.transport import Answer, TransportError
from kkt.virtual.first_state import VARIABLES
from kkt.virtual.ofd import BODY_LIMIT, MemoryOfdStore, OfdEmulator
from tests.acceptance.harness.ofd_process import OfdProcess
from tests.plain.ofd.messages import FN, message

RECEIPTS = "/ofd/v1/receipts"
ADMIN = "/ofd/v1/admin"
JSON = {"Content-Type": "application/json"}


class Door:
    """A running server and one kept connection to it."""

    def __init__(self, server: OfdServer) -> None:
        self.server = server
        self.emulator = server.emulator
        self.url = f"{server.url}/ofd/v1"
        self.connection = http.client.HTTPConnection(*server.server_address[:2], timeout=10)

    def call(
        self, method: str, path: str, body: bytes | str = b"", **headers: str
    ) -> tuple[int, dict[str, Any], http.client.HTTPMessage]:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body, told)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else {}, answer.headers

    def refusal(self, method: str, path: str, body: bytes | str = b"", **headers: str) -> Any:
        """Status, code and details of a call that is refused in the API's shape."""
        status, told, _headers = self.call(method, path, body, **headers)
        assert set(told) == {"error"} and set(told["error"]) == {"code", "message", "details"}
        assert told["error"]["message"]
        return status, told["error"]["code"], told["error"]["details"]


@pytest.fixture
def serve() -> Iterator[Callable[[OfdEmulator], Door]]:
    doors: list[Door] = []

    def serve(emulator: OfdEmulator) -> Door:
        door = Door(OfdServer(emulator))
        doors.append(door)
        threading.Thread(target=door.server.serve_forever, args=(0.01,), daemon=True).start()
        return door

    yield serve
    for door in doors:
        door.connection.close()
        door.server.shutdown()
        door.server.server_close()


@pytest.fixture
def door(serve: Callable[[OfdEmulator], Door]) -> Door:
    return serve(OfdEmulator(MemoryOfdStore()))


def send(
    url: str,
    fd_number: int = 12,
    timeout: float = 10.0,
    may_be_emulator: bool = True,
    **changes: Any,
) -> Verdict:
    """Send one document as the till does, and judge the answer as it does."""
    sent = message(fd_number, **changes)
    with HttpTransport(
        url,
        read_timeout=timeout,
        may_be_inside=lambda host: True,
        may_be_emulator=may_be_emulator,
    ) as transport:
        reply: Answer | TransportError
        try:
            reply = transport.send(sent)
        except TransportError as error:
            reply = error
    return classify(sent, reply)


def test_no_shop_takes_it_for_an_operator(door: Door) -> None:
    verdict = send(door.url, may_be_emulator=False)
    assert (verdict.outcome, verdict.reason) == (
        Outcome.ENDPOINT,
        "EndpointUnusable: it is an emulator of an OFD, not an operator",
    )


def wait_until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it never came to pass"
        time.sleep(0.01)


# --- documents -----------------------------------------------------------------------------------


def test_a_document_is_stored_once(door: Door) -> None:
    status, first, _headers = door.call("POST", RECEIPTS, message().to_bytes())
    assert (status, first["id"], first["duplicate"]) == (201, f"{FN}-12", False)
    status, again, _headers = door.call("POST", RECEIPTS, message().to_bytes())
    assert (status, again) == (200, {**first, "duplicate": True})
    assert door.refusal("POST", RECEIPTS, message(user="ООО «Другая»").to_bytes())[:2] == (
        409,
        "conflict",
    )
    status, listed, headers = door.call("GET", f"{RECEIPTS}?page=1")
    assert (status, listed["count"]) == (200, 1)
    assert listed["receipts"][0]["document"] == message().document
    assert headers["Content-Type"] == "application/json; charset=utf-8"


def test_the_idempotency_key_must_name_the_document(door: Door) -> None:
    body = message().to_bytes()
    refused = door.refusal("POST", RECEIPTS, body, Idempotency_Key=f"{FN}:13")
    assert refused == (422, "invalid", {"field": "Idempotency-Key"})
    assert door.call("POST", RECEIPTS, body, Idempotency_Key=f"{FN}:12")[0] == 201


@pytest.mark.parametrize(
    ("settings", "outcome", "words", "stored"),
    [
        ({"delay_spread": 0.01}, Outcome.ACCEPTED, "", True),
        ({"manner": "rejected"}, Outcome.LATER, "HTTP 200", False),
        ({"manner": "echo"}, Outcome.LATER, "HTTP 200", False),
        ({"manner": "garbage"}, Outcome.LATER, "HTTP 200", False),
        ({"manner": "reset"}, Outcome.LATER, "Broken: the connection was cut", False),
        ({"manner": "lost"}, Outcome.LATER, "Broken: the connection was cut", True),
        ({"manner": "truncated"}, Outcome.LATER, "HTTP 201", True),
        ({"status_code": 503}, Outcome.LATER, "HTTP 503", False),
        ({"status_code": 403}, Outcome.ENDPOINT, "HTTP 403", False),
        ({"status_code": 422}, Outcome.REFUSED, "HTTP 422", False),
        ({"response_delay": 5}, Outcome.LATER, "TimedOut: no answer within 0.3 s", True),
    ],
)
def test_each_manner_as_the_sender_sees_it(
    door: Door, settings: dict[str, Any], outcome: Outcome, words: str, stored: bool
) -> None:
    body = json.dumps(settings)
    assert door.call("POST", f"{ADMIN}/set-failure", body, **JSON)[0] == 200
    verdict = send(door.url, timeout=0.3 if "response_delay" in settings else 10)
    assert (verdict.outcome, verdict.reason) == (outcome, words)
    assert door.call("POST", f"{ADMIN}/set-success")[1]["status"] == "healthy"
    assert send(door.url).duplicate is stored


def test_a_reset_is_one_and_a_loss_ends_politely(door: Door) -> None:
    for manner, expected in (("reset", errno.ECONNRESET), ("lost", None)):
        door.emulator.set_failure({"manner": manner})
        with socket.create_connection(door.server.server_address[:2], timeout=10) as client:
            body = message().to_bytes()
            head = f"POST {RECEIPTS} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
            client.sendall(head.encode() + body)
            try:
                assert client.recv(1000) == b""
                came = None
            except ConnectionResetError as error:
                came = error.errno
        assert came == expected


def test_when_to_come_again_is_told(door: Door) -> None:
    door.emulator.set_failure({"status_code": 429, "retry_after": 7})
    assert send(door.url).retry_after == 7
    assert door.call("POST", RECEIPTS, message().to_bytes())[2]["Retry-After"] == "7"


# --- connections ---------------------------------------------------------------------------------


def test_the_connection_is_kept(door: Door) -> None:
    door.call("POST", RECEIPTS, message(1).to_bytes())
    used = door.connection.sock
    assert door.call("POST", RECEIPTS, message(2).to_bytes())[0] == 201
    assert door.refusal("PUT", RECEIPTS, b"the body of a refused call is read too")[0] == 405
    assert door.call("GET", "/ofd/v1/health")[1]["documents_received"] == 2
    assert door.connection.sock is used and used is not None


def test_slow_answers_do_not_wait_for_each_other(door: Door) -> None:
    door.emulator.set_failure({"response_delay": 0.5})
    begun = time.monotonic()
    with ThreadPoolExecutor(8) as senders:
        verdicts = list(senders.map(lambda number: send(door.url, number), range(1, 9)))
    took = time.monotonic() - begun
    assert [verdict.outcome for verdict in verdicts] == [Outcome.ACCEPTED] * 8
    assert 0.5 <= took < 2
    assert door.call("GET", "/ofd/v1/health")[1]["call_count"] == 8


def test_of_the_same_at_once_one_is_stored(door: Door) -> None:
    with ThreadPoolExecutor(8) as senders:
        verdicts = list(senders.map(lambda _number: send(door.url), range(8)))
    assert sorted(verdict.duplicate for verdict in verdicts) == [False, *[True] * 7]


# --- what is refused -----------------------------------------------------------------------------


def test_what_is_not_there_is_told_as_the_api_tells_it(door: Door) -> None:
    for path in ("/", "/ofd/v1", "/ofd/v1/health/", "//[", "/v1/health"):
        assert door.refusal("GET", path) == (404, "not_found", {})
    allowed = {"allowed": ["GET", "HEAD", "POST", "OPTIONS"]}
    assert door.refusal("DELETE", RECEIPTS) == (405, "method_not_allowed", allowed)
    assert door.call("DELETE", RECEIPTS)[2]["Allow"] == "GET, HEAD, POST, OPTIONS"
    refused = door.refusal("GET", f"{ADMIN}/reset")
    assert refused == (405, "method_not_allowed", {"allowed": ["POST", "OPTIONS"]})


def test_questions_change_nothing(door: Door) -> None:
    door.call("POST", RECEIPTS, message().to_bytes())
    status, _told, headers = door.call("OPTIONS", f"{ADMIN}/reset")
    assert (status, headers["Allow"]) == (204, "POST, OPTIONS")
    status, told, headers = door.call("HEAD", RECEIPTS)
    assert (status, told) == (200, {}) and int(headers["Content-Length"]) > 100
    assert door.call("GET", RECEIPTS)[1]["count"] == 1


def test_what_cannot_be_read(door: Door) -> None:
    assert door.refusal("POST", RECEIPTS, b"{") == (400, "bad_json", {"field": "body"})
    told = (f"{ADMIN}/set-failure", b"{")
    assert door.refusal("POST", *told, **JSON) == (400, "bad_json", {"field": "body"})
    told = (f"{ADMIN}/set-failure", b"[]")
    assert door.refusal("POST", *told, **JSON) == (400, "bad_json", {"field": "body"})
    refused = door.refusal("POST", f"{ADMIN}/set-failure", b"{}", Content_Type="text/plain")
    assert refused == (415, "unsupported_media_type", {"field": "Content-Type"})
    refused = door.refusal("POST", f"{ADMIN}/set-failure", r'{"\ud800": 1}', **JSON)
    assert refused == (422, "invalid", {"field": "\ud800"})
    for length in (BODY_LIMIT + 1, READ_LIMIT + 1):
        assert door.refusal("POST", RECEIPTS, b" " * length) == (413, "too_large", {})
    assert door.call("GET", "/ofd/v1/health")[1]["failure_mode"] == "disabled"


def test_what_is_no_call_is_told_in_json_too(door: Door) -> None:
    assert door.refusal("BREW", RECEIPTS)[:2] == (501, "http_error")
    refused = door.refusal("POST", RECEIPTS, b"", Transfer_Encoding="chunked")
    assert refused[:2] == (411, "http_error")
    assert door.refusal("POST", RECEIPTS, b"", Content_Length="-1")[:2] == (411, "http_error")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_pages_of_other_sites_reset_nothing(door: Door, headers: dict[str, str]) -> None:
    door.call("POST", RECEIPTS, message().to_bytes())
    assert door.refusal("POST", f"{ADMIN}/reset", **headers)[:2] == (403, "foreign_origin")
    assert door.call("GET", RECEIPTS, Origin=door.server.url)[1]["count"] == 1


# --- what it is told, and what it keeps ----------------------------------------------------------


def test_set_and_reset(door: Door) -> None:
    status, health, _headers = door.call("POST", f"{ADMIN}/set-failure")
    assert (status, health["failure_mode"]) == (200, "permanent")
    assert door.call("POST", RECEIPTS, message().to_bytes())[0] == 503
    door.call("POST", f"{ADMIN}/set-failure", '{"failure_count": 1}', **JSON)
    statuses = [door.call("POST", RECEIPTS, message().to_bytes())[0] for _call in range(2)]
    assert statuses == [503, 201]
    health = door.call("POST", f"{ADMIN}/reset")[1]
    assert (health["documents_received"], health["call_count"]) == (0, 0)


def test_a_document_that_cannot_be_kept_is_not_acknowledged(
    serve: Callable[[OfdEmulator], Door], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = KeptOfdStore(tmp_path / "kept.jsonl")
    door = serve(OfdEmulator(store))
    assert send(door.url, 1).outcome is Outcome.ACCEPTED
    before = (tmp_path / "kept.jsonl").read_bytes()
    write = os.write

    def on_a_full_disk(file: int, data: bytes) -> int:
        if len(data) < 10:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data[: len(data) // 2])

    with monkeypatch.context() as patched:
        patched.setattr("kkt.emulator.kept.os.write", on_a_full_disk)
        assert door.refusal("POST", RECEIPTS, message(2).to_bytes())[:2] == (500, "internal_error")
    assert (tmp_path / "kept.jsonl").read_bytes() == before
    assert not send(door.url, 2).duplicate
    store.close()


def test_half_a_line_is_no_document(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    store = KeptOfdStore(path)
    emulator = OfdEmulator(store)
    emulator.receive(message(1).to_bytes())
    with pytest.raises(BlockingIOError):
        KeptOfdStore(path)
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:-20])
    store = KeptOfdStore(path)
    assert store.count() == 1 and path.read_bytes() == whole
    store.clear()
    assert path.read_bytes() == b""
    store.close()
    path.write_bytes(whole + b"{}\n")
    with pytest.raises(ValueError, match="line 2 is no document"):
        KeptOfdStore(path)


def test_killed_and_restarted_it_knows_what_it_acknowledged(tmp_path: Path) -> None:
    with OfdProcess(keep=tmp_path / "kept.jsonl", MOCK_OFD_RETRY_AFTER="7") as ofd:
        assert ofd.health()["retry_after"] == 7
        assert send(ofd.url, 1).outcome is Outcome.ACCEPTED
        ofd.set_failure(manner="lost")
        assert send(ofd.url, 2).outcome is Outcome.LATER
        known, url = ofd.receipts(), ofd.url
        ofd.kill()
        assert send(url).reason == "ConnectFailed: no connection"
        ofd.start()
        assert ofd.url == url
        assert ofd.receipts() == known and len(known) == 2
        assert [send(url, number).duplicate for number in (1, 2, 3)] == [True, True, False]
        assert ofd.set_success()["documents_received"] == 3
        ofd.reset()
        ofd.stop()
        ofd.start()
        assert ofd.receipts() == []
        assert ofd.complaints() == ""


def test_it_ends_quietly_in_the_middle_of_an_answer() -> None:
    with OfdProcess(MOCK_OFD_RESPONSE_DELAY="60") as ofd, ThreadPoolExecutor(1) as sender:
        waiting = sender.submit(send, ofd.url)
        wait_until(ofd.receipts)
        # A client that has gone while it waited is no news either.
        with socket.create_connection(("127.0.0.1", ofd.port)) as gone:
            gone.sendall(f"POST {RECEIPTS} HTTP/1.1\r\nContent-Length: 9\r\n\r\n{{".encode())
        begun = time.monotonic()
        ofd.stop()
        assert time.monotonic() - begun < 2
        assert waiting.result().reason == "Broken: the connection was cut"
        assert ofd.complaints() == ""


def test_a_client_that_has_gone_is_no_news(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    door.emulator.set_failure({"response_delay": 0.2})
    body = message().to_bytes()
    with socket.create_connection(door.server.server_address[:2]) as gone:
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        head = f"POST {RECEIPTS} HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
        gone.sendall(head.encode() + body)
        wait_until(lambda: door.emulator.list_receipts()[1]["count"])
    time.sleep(0.3)
    assert capfd.readouterr().err == ""


# --- its command line ----------------------------------------------------------------------------


def test_what_it_cannot_do_is_one_sentence(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _field, variable, _read in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    port = door.server.server_address[1]
    assert main(["--port", str(port)]) == f"Error: port {port} cannot be used: {os.strerror(98)}"
    store = KeptOfdStore(tmp_path / "kept.jsonl")
    told = main(["--keep", str(tmp_path / "kept.jsonl")])
    assert told == f"Error: another process has {tmp_path}/kept.jsonl"
    store.close()
    told = main(["--keep", str(tmp_path)])
    assert told == f"Error: {tmp_path} cannot be used: Is a directory"
    monkeypatch.setenv("MOCK_OFD_RESPONSE_DELAY", "-1")
    assert main([]) == "Error: MOCK_OFD_RESPONSE_DELAY: must be a number from 0 to 600"
    for options in (["--port", "70000"], ["--delay", "601"], ["--host", "10.0.0.7"]):
        with pytest.raises(SystemExit):
            main(options)
