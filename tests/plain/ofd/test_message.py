from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace

import pytest

from .messages import FN, message


def test_the_body_names_the_document_and_carries_it_whole() -> None:
    sent = message(12)
    told = json.loads(sent.to_bytes())
    assert told["fiscalDriveNumber"] == FN
    assert told["fiscalDocumentNumber"] == 12
    assert told["fiscalSign"] == "2434120341"
    assert (told["device"], told["kind"], told["key"]) == ("POS-001", "receipt", "POS-1/k1")
    assert told["document"] == sent.document
    assert b64decode(told["tlv"]) == sent.tlv != b""


def test_the_key_is_drive_and_number() -> None:
    assert message(12).idempotency_key == f"{FN}:12"


def test_the_body_is_utf8_as_it_is_read() -> None:
    assert "ООО «Оптика»".encode() in message().to_bytes()


@pytest.mark.parametrize("bad", [float("nan"), object()])
def test_what_is_no_json_fails_at_its_origin(bad: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        replace(message(), document={"totalSum": bad}).to_bytes()
