"""Every row of the table in kkt/ofd/answers.py, and what must not be believed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kkt.ofd.answers import REASON_LIMIT, Outcome, classify
from kkt.ofd.transport import (
    Answer,
    Broken,
    ConnectFailed,
    EndpointUnusable,
    TimedOut,
    TransportError,
)

from .messages import acknowledgement, message

ERROR = {"error": {"code": "invalid", "message": "нет реквизита", "details": {"field": "userInn"}}}


def answer(status_code: int, body: Any = b"", retry_after: float | None = None) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status_code, raw, retry_after)


@pytest.mark.parametrize("status_code", [200, 201, 202])
def test_an_acknowledgement_names_our_document(status_code: int) -> None:
    verdict = classify(message(), answer(status_code, acknowledgement()))
    assert verdict.outcome is Outcome.ACCEPTED
    assert not verdict.duplicate


@pytest.mark.parametrize("status_code", [200, 409])
def test_a_duplicate_is_delivered(status_code: int) -> None:
    verdict = classify(message(), answer(status_code, acknowledgement(duplicate=True)))
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.duplicate


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Pay for your Internet</html>",
        b'{"fiscalDriveNumber": "99990789',
        b"[]",
        b"null",
        b"[" * 100_000,
        b"\xff\xfe",
        {},
        {"status": "accepted"},
        acknowledgement(fd_number=11),
        {**acknowledgement(), "fiscalDriveNumber": "9999078900004313"},
        {**acknowledgement(), "fiscalDocumentNumber": 12.0},
        {**acknowledgement(), "fiscalDocumentNumber": "12"},
    ],
)
def test_no_success_is_believed_without_our_numbers(body: Any) -> None:
    assert classify(message(12), answer(200, body)).outcome is Outcome.LATER


def test_a_number_is_no_flag() -> None:
    body = {**acknowledgement(fd_number=1), "fiscalDocumentNumber": True}
    assert classify(message(1), answer(200, body)).outcome is Outcome.LATER


NUMBERS = {"fiscalDriveNumber": message().fn_number, "fiscalDocumentNumber": message().fd_number}


@pytest.mark.parametrize("status_code", [200, 409])
@pytest.mark.parametrize(
    "said",
    [
        message().to_json(),
        {},
        {"status": "rejected"},
        {"status": "rejected", "id": "A-17"},
        {"status": None, "id": "A-17"},
        {"status": ["accepted"]},
        {"id": ""},
        {"id": None},
        {"id": True},
        {"id": 0},
        {"id": ["A-17"]},
        {"id": message().idempotency_key},
        {"id": message().key},
        {"id": message().fpd},
        {"id": message().fd_number},
    ],
)
def test_only_the_operators_own_word_is_an_acceptance(
    status_code: int, said: dict[str, Any]
) -> None:
    """As it was: our request sent back to us, and "rejected" under 200, counted as delivered."""
    body = {**said, **NUMBERS, "duplicate": True}
    verdict = classify(message(), answer(status_code, body))
    assert verdict.outcome is (Outcome.LATER if status_code == 200 else Outcome.REFUSED)


@pytest.mark.parametrize("said", [{"status": "accepted"}, {"id": "A-17"}, {"id": 17_000_000}])
def test_an_operators_own_word_is_believed(said: dict[str, Any]) -> None:
    assert classify(message(), answer(200, {**said, **NUMBERS})).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("status_code", [100, 302, 303, 307, 408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_later(status_code: int) -> None:
    verdict = classify(message(), answer(status_code, ERROR, retry_after=17.0))
    assert verdict.outcome is Outcome.LATER
    assert verdict.retry_after == 17.0


@pytest.mark.parametrize("failure", [ConnectFailed("dns"), TimedOut("10 s"), Broken("cut")])
def test_no_answer_is_tried_later(failure: TransportError) -> None:
    verdict = classify(message(), failure)
    assert verdict.outcome is Outcome.LATER
    assert str(failure) in verdict.reason


def test_settings_that_cannot_be_used_are_the_endpoints_fault() -> None:
    verdict = classify(message(), EndpointUnusable("no host", "of whatever they said"))
    assert verdict.outcome is Outcome.ENDPOINT
    assert (verdict.reason, verdict.answer) == (
        "EndpointUnusable: no host",
        "of whatever they said",
    )


@pytest.mark.parametrize("status_code", [301, 308, 401, 403])
def test_the_endpoints_fault_is_not_the_documents(status_code: int) -> None:
    assert classify(message(), answer(status_code)).outcome is Outcome.ENDPOINT


@pytest.mark.parametrize("status_code", [400, 404, 405, 409, 410, 413, 415, 422, 451])
def test_a_refusal_keeps_the_operators_words(status_code: int) -> None:
    verdict = classify(message(), answer(status_code, ERROR, retry_after=17.0))
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.reason == f"HTTP {status_code}"
    assert verdict.answer == "нет реквизита (userInn)"
    assert verdict.retry_after is None


def test_a_conflict_is_no_duplicate_for_another_document() -> None:
    body = acknowledgement(fd_number=99, duplicate=True)
    assert classify(message(12), answer(409, body)).outcome is Outcome.REFUSED


def test_reasons_are_one_bounded_line() -> None:
    verdict = classify(message(), answer(422, "слово\x00\n\t ".encode() * 10_000))
    assert verdict.reason == "HTTP 422"
    assert len(verdict.answer) <= REASON_LIMIT
    assert verdict.answer.startswith("слово слово")
    assert verdict.answer.isprintable()
