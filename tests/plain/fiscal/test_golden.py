"""The codec against documents written out by hand, to the byte."""

from __future__ import annotations

import pytest

from kkt.fiscal import tlv
from kkt.fiscal.document import Correction, DocumentKind, Receipt, Registration, document_from_json
from kkt.fiscal.vocabulary import Nds

from .golden_files import NAMES, golden_bytes, golden_json


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_decodes(name: str) -> None:
    assert tlv.decode_document(golden_bytes(name)) == golden_json(name)


@pytest.mark.parametrize("name", NAMES)
def test_encodes_to_the_byte(name: str) -> None:
    assert tlv.encode_document(golden_json(name)) == golden_bytes(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_shorter_piece_is_malformed(name: str) -> None:
    raw = golden_bytes(name)
    for length in range(len(raw)):
        with pytest.raises(tlv.MalformedTlv):
            tlv.decode_document(raw[:length])


RECEIPTS = [name for name in NAMES if golden_json(name)["code"] == 3]


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_signed_receipt_is_read_and_says_the_same(name: str) -> None:
    signed = golden_json(name)
    document = document_from_json(DocumentKind.RECEIPT, signed)
    assert isinstance(document, Receipt)
    written = document.to_json()
    told_by_1_05 = {"itemsQuantityMeasure", "buyerInformation", "unit"}
    if signed["fiscalDocumentFormatVer"] == 2:
        signed["items"] = [_without(item, told_by_1_05) for item in signed["items"]]
        written["items"] = [_without(item, told_by_1_05) for item in written["items"]]
    assert {key: signed.get(key) for key in written if key not in told_by_1_05} == _without(
        written, told_by_1_05
    )


def _without(data: dict[str, object], names: set[str]) -> dict[str, object]:
    return {name: value for name, value in data.items() if name not in names}


def test_vat_totals_of_the_mixed_sale() -> None:
    document = document_from_json("receipt", golden_json("03_sale_mixed"))
    assert isinstance(document, Receipt)
    assert document.vat_totals == {Nds.NDS_NO: 1096912, Nds.NDS_22: 90164}


def test_correction_is_read() -> None:
    signed = golden_json("10_correction_by_order")
    document = document_from_json("correction", signed)
    assert isinstance(document, Correction)
    written = document.to_json()
    assert {name: signed[name] for name in written} == written


def test_registration_is_read() -> None:
    signed = golden_json("12_registration")
    document = document_from_json("registration", signed)
    assert isinstance(document, Registration)
    written = document.to_json()
    assert {name: signed[name] for name in written} == written
