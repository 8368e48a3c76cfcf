"""The emulator's decisions, by the bytes that a sender would send."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kkt.fiscal.tlv import encode_document
from kkt.ofd.answers import Outcome, classify
from kkt.ofd.transport import Answer
from kkt.virtual.ofd import (
    BODY_LIMIT,
    FailureMode,
    Manner,
    MemoryOfdStore,
    OfdEmulator,
    OfdState,
)

from .messages import FN, message

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@pytest.fixture
def emulator() -> OfdEmulator:
    return OfdEmulator(MemoryOfdStore(), now=lambda: NOW)


def body(**changes: Any) -> bytes:
    """A plausible call whose envelope is changed; None takes a field out."""
    told = {**message().to_json(), **changes}
    return json.dumps({name: value for name, value in told.items() if value is not None}).encode()


def field_of(reply: tuple[int, dict[str, Any]]) -> str:
    status_code, told = reply
    assert status_code == 422, told
    return str(told["error"]["details"]["field"])


def test_a_document_is_stored_and_acknowledged(emulator: OfdEmulator) -> None:
    status_code, told = emulator.receive(message(12).to_bytes(), f"{FN}:12")
    assert status_code == 201
    assert told["status"] == "accepted" and told["duplicate"] is False
    assert (told["fiscalDriveNumber"], told["fiscalDocumentNumber"]) == (FN, 12)
    _, listed = emulator.list_receipts()
    assert listed["count"] == 1
    [arrived] = listed["receipts"]
    assert arrived["document"] == message(12).document
    assert arrived["received_at"] == NOW.isoformat()
    assert arrived["real"] is False


def test_the_same_again_is_a_duplicate_under_the_same_id(emulator: OfdEmulator) -> None:
    _, first = emulator.receive(message(12).to_bytes())
    other_key = replace(message(12), key="another")
    status_code, again = emulator.receive(other_key.to_bytes())
    assert status_code == 200
    assert again["duplicate"] is True
    assert again["id"] == first["id"]
    assert emulator.list_receipts()[1]["count"] == 1


def test_other_content_under_a_known_number_is_refused(emulator: OfdEmulator) -> None:
    emulator.receive(message(12).to_bytes())
    status_code, told = emulator.receive(message(12, user="ООО «Другая»").to_bytes())
    assert status_code == 409
    assert told["error"]["code"] == "conflict"
    assert emulator.list_receipts()[1]["receipts"][0]["document"]["user"] == "ООО «Оптика»"


def test_other_content_in_the_bytes_alone_is_refused_too(emulator: OfdEmulator) -> None:
    def in_bytes(**more: Any) -> bytes:
        sent = message(12)
        return replace(sent, tlv=encode_document({**sent.document, **more})).to_bytes()

    def properties(value: str) -> dict[str, Any]:
        return {"properties": {"propertyName": "Заказ", "propertyValue": value}}

    first, other = in_bytes(**properties("1")), in_bytes(**properties("2"))
    assert [emulator.receive(each)[0] for each in (first, other, first)] == [201, 409, 200]
    # Composed bytes say no more than the JSON, and a caller may have none.
    for less in (message(12), replace(message(12), tlv=b"")):
        assert emulator.receive(less.to_bytes())[0] == 200


def test_the_drives_bytes_may_come_after_composed_ones(emulator: OfdEmulator) -> None:
    sent = message(12)
    raw = encode_document({**sent.document, "tag9999": "00ff"})
    for tlv, status_code in ((b"", 201), (sent.tlv, 200), (raw, 200)):
        assert emulator.receive(replace(sent, tlv=tlv).to_bytes())[0] == status_code
    emulator.reset()
    for tlv, status_code in ((sent.tlv, 201), (raw, 200)):
        assert emulator.receive(replace(sent, tlv=tlv).to_bytes())[0] == status_code


def test_receipts_and_documents_are_counted_apart(emulator: OfdEmulator) -> None:
    emulator.receive(message(2, kind="shift_open").to_bytes())
    emulator.receive(message(3).to_bytes())
    emulator.receive(message(4, kind="correction").to_bytes())
    emulator.receive(message(5, kind="shift_close").to_bytes())
    emulator.receive(message(5, kind="shift_close").to_bytes())
    _, health = emulator.health()
    assert (health["receipts_received"], health["documents_received"]) == (2, 4)
    assert health["call_count"] == 5
    assert health["status"] == "healthy"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fiscalDriveNumber", "999907890000431"),
        ("fiscalDriveNumber", "99990789000043120"),
        ("fiscalDriveNumber", "999907890000431٢"),
        ("fiscalDriveNumber", 9999078900004312),
        ("fiscalDocumentNumber", 0),
        ("fiscalDocumentNumber", "12"),
        ("fiscalDocumentNumber", True),
        ("fiscalDocumentNumber", 1 << 32),
        ("fiscalSign", "243412034"),
        ("fiscalSign", "9999999999"),
        ("fiscalSign", 2434120341),
        ("kind", "cash_in"),
        ("kind", ""),
        ("device", " "),
        ("key", 5),
        ("tlv", "не base64"),
        ("document", []),
        ("document", "text"),
    ],
)
def test_a_bad_envelope_names_its_field(emulator: OfdEmulator, field: str, value: Any) -> None:
    assert field_of(emulator.receive(body(**{field: value}))) == field
    assert field_of(emulator.receive(body(**{field: None}))) == field
    assert emulator.health()[1]["documents_received"] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fiscalDriveNumber", "9999078900004313"),
        ("fiscalDocumentNumber", 13),
        ("fiscalSign", 2434120342),
        ("dateTime", "yesterday"),
        ("dateTime", True),
        ("userInn", "  "),
        ("kktRegId", None),
        ("shiftNumber", None),
        ("requestNumber", 0),
        ("operationType", 5),
        ("appliedTaxationType", 0),
        ("items", []),
        ("items", ["glasses"]),
        ("totalSum", -1),
        ("totalSum", 5000.00),
        ("totalSum", 499_999),
        ("cashTotalSum", 1.5),
    ],
)
def test_a_bad_receipt_names_its_field(emulator: OfdEmulator, field: str, value: Any) -> None:
    reply = emulator.receive(message(**{field: value}).to_bytes())
    assert field_of(reply) == f"document.{field}"


def test_seconds_of_the_epoch_are_a_moment_too(emulator: OfdEmulator) -> None:
    assert emulator.receive(message(dateTime=1772438400).to_bytes())[0] == 201


def test_a_correction_needs_its_type(emulator: OfdEmulator) -> None:
    reply = emulator.receive(message(kind="correction", correctionType=None).to_bytes())
    assert field_of(reply) == "document.correctionType"


def test_the_header_must_name_the_document(emulator: OfdEmulator) -> None:
    assert field_of(emulator.receive(message(12).to_bytes(), f"{FN}:13")) == "Idempotency-Key"


@pytest.mark.parametrize("bad", [b"", b"{", b"\xff", b'{"a": NaN}', b"[" * 100_000])
def test_what_is_no_json_is_refused(emulator: OfdEmulator, bad: bytes) -> None:
    status_code, told = emulator.receive(bad)
    assert (status_code, told["error"]["code"]) == (400, "bad_json")


def test_json_that_is_no_object_is_refused(emulator: OfdEmulator) -> None:
    assert field_of(emulator.receive(b"[]")) == "body"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"a\\u0000b": 1}', "body"),
        ('{"document": {"a\\ud800": 1}}', "document"),
        ('{"document": {"user": "a\\u0000"}}', "document.user"),
        ('{"document": ' + "[" * 30 + "]" * 30 + "}", "document" + "[0]" * 19),
    ],
)
def test_what_no_store_takes_is_refused(emulator: OfdEmulator, text: str, field: str) -> None:
    assert field_of(emulator.receive(text.encode())) == field


def test_a_body_beyond_the_limit_is_not_read(emulator: OfdEmulator) -> None:
    assert emulator.receive(b" " * (BODY_LIMIT + 1))[0] == 413


# Failures -----------------------------------------------------------------------------------


def test_so_many_calls_fail_and_then_no_more(emulator: OfdEmulator) -> None:
    emulator.set_failure({"failure_count": 2})
    assert emulator.health()[1]["failure_mode"] == "count"
    replies = [emulator.receive(message(12).to_bytes())[0] for _ in range(4)]
    assert replies == [503, 503, 201, 200]
    health = emulator.health()[1]
    assert (health["failure_count"], health["call_count"]) == (0, 4)
    assert health["status"] == "healthy"


def test_a_failing_call_stores_nothing(emulator: OfdEmulator) -> None:
    emulator.set_failure({})
    assert emulator.receive(message().to_bytes())[0] == 503
    health = emulator.health()[1]
    assert health["documents_received"] == 0
    assert (health["status"], health["permanent_failure"]) == ("failing", True)


def test_success_is_set_again_and_keeps_what_arrived(emulator: OfdEmulator) -> None:
    emulator.receive(message(12).to_bytes())
    emulator.set_failure({"permanent_failure": True, "status_code": 401, "response_delay": 2})
    assert emulator.receive(message(13).to_bytes())[0] == 401
    assert emulator.health()[1]["response_delay"] == 2.0
    status_code, health = emulator.set_success()
    assert (status_code, health["failure_mode"], health["documents_received"]) == (
        200,
        "disabled",
        1,
    )
    assert emulator.health()[1]["response_delay"] == 0.0
    assert emulator.receive(message(13).to_bytes())[0] == 201


def test_a_delay_alone_only_slows(emulator: OfdEmulator) -> None:
    emulator.set_failure({"response_delay": 1.5})
    said = emulator.answer(message().to_bytes())
    assert (said.status_code, said.delay) == (201, 1.5)


def test_reset_forgets_everything(emulator: OfdEmulator) -> None:
    emulator.receive(message().to_bytes())
    emulator.set_failure({})
    _, health = emulator.reset()
    assert (health["documents_received"], health["call_count"]) == (0, 0)
    assert health["failure_mode"] == "disabled"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("failure_count", -1),
        ("failure_count", 1.5),
        ("failure_count", "2"),
        ("failure_count", True),
        ("permanent_failure", "yes"),
        ("status_code", 200),
        ("status_code", 404.5),
        ("response_delay", -0.1),
        ("response_delay", 1e9),
        ("mode", "count"),
        ("manner", "rude"),
        ("manner", ["well"]),
        ("probability", 1.1),
        ("probability", -0.1),
        ("seed", 0.5),
        ("seed", -1),
        ("retry_after", 1.5),
        ("delay_spread", -1),
    ],
)
def test_a_bad_setting_is_named_and_changes_nothing(
    emulator: OfdEmulator, field: str, value: Any
) -> None:
    assert field_of(emulator.set_failure({field: value})) == field
    assert emulator.health()[1]["failure_mode"] == "disabled"


@pytest.mark.parametrize("manner", list(Manner))
def test_manners(emulator: OfdEmulator, manner: Manner) -> None:
    """What is stored, and what a sender makes of it."""
    emulator.set_failure({"manner": manner.value, "permanent_failure": False})
    sent = message(12)
    said = emulator.answer(sent.to_bytes(), sent.idempotency_key)
    stored = manner in (Manner.WELL, Manner.LOST, Manner.TRUNCATED)
    assert emulator.health()[1]["documents_received"] == int(stored)
    assert said.cut is (manner in (Manner.RESET, Manner.LOST))
    verdict = classify(sent, Answer(said.status_code, said.body))
    wanted = Outcome.ACCEPTED if manner in (Manner.WELL, Manner.LOST) else Outcome.LATER
    assert said.cut or verdict.outcome is wanted
    emulator.set_success()
    again = emulator.answer(sent.to_bytes(), sent.idempotency_key)
    assert again.status_code == (200 if stored else 201)
    assert emulator.health()[1]["documents_received"] == 1


def test_a_rejection_of_what_cannot_be_read(emulator: OfdEmulator) -> None:
    emulator.set_failure({"manner": "rejected"})
    for body_ in (b"", b"[]", b"\xff"):
        assert json.loads(emulator.answer(body_).body)["status"] == "rejected"


def test_a_share_of_the_calls_fails_and_the_seed_says_which(emulator: OfdEmulator) -> None:
    def day(seed: int) -> list[int]:
        emulator.reset()
        emulator.set_failure({"permanent_failure": True, "probability": 0.3, "seed": seed})
        return [emulator.answer(message(n).to_bytes()).status_code for n in range(1, 101)]

    first = day(7)
    assert 15 < first.count(503) < 45
    assert set(first) == {201, 503}
    assert day(7) == first
    assert day(8) != first


def test_only_calls_that_fail_are_counted_off(emulator: OfdEmulator) -> None:
    emulator.set_failure({"failure_count": 5, "probability": 0.5, "seed": 1})
    statuses = [emulator.answer(message(n).to_bytes()).status_code for n in range(1, 41)]
    assert statuses.count(503) == 5
    assert len(statuses) - statuses[::-1].index(503) > 5, "some in between went well"


def test_who_fails_says_when_to_come_again(emulator: OfdEmulator) -> None:
    emulator.set_failure({"failure_count": 1, "status_code": 429, "retry_after": 7})
    first, second = (emulator.answer(message().to_bytes()) for _ in range(2))
    assert (first.status_code, first.retry_after) == (429, 7)
    assert (second.status_code, second.retry_after) == (201, 0)


def test_delays_are_spread(emulator: OfdEmulator) -> None:
    emulator.set_failure({"response_delay": 1, "delay_spread": 2})
    delays = {emulator.answer(message().to_bytes()).delay for _ in range(20)}
    assert len(delays) > 10
    assert all(1 <= delay < 3 for delay in delays)


def test_settings_from_outside_hold_from_the_start() -> None:
    state = OfdState(mode=FailureMode("count"), failures_left=1, response_delay=0.5)
    emulator = OfdEmulator(MemoryOfdStore(state))
    assert emulator.health()[1]["response_delay"] == 0.5
    assert emulator.receive(message().to_bytes())[0] == 503
    assert emulator.receive(message().to_bytes())[0] == 201
