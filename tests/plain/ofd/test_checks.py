"""What the emulator refuses a document for, and that it takes all that our till signs."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kkt.drivers.virtual import VirtualDriver
from kkt.fiscal import elements
from kkt.fiscal.correcting import Basis, without_kkt
from kkt.fiscal.document import DriveClosing, Settlement
from kkt.fiscal.ffd import to_ffd_1_05
from kkt.fiscal.item import Item
from kkt.fiscal.problems import InvalidDocument
from kkt.fiscal.tlv import encode_document
from kkt.fiscal.vocabulary import DocumentCode, FfdVersion, Nds
from kkt.ofd.message import OfdMessage
from kkt.virtual.ofd import MemoryOfdStore, OfdEmulator
from tests.plain.drivers import builders as make
from tests.plain.drivers.specimens import SPECIMENS
from tests.plain.drivers.test_virtual_registration import settings
from tests.plain.fiscal.builders import receipt
from tests.plain.fiscal.golden_files import NAMES, golden_bytes, golden_json

from .messages import FN, item, message


def signed(document: dict[str, Any], kind: str = "", raw: bytes | None = None) -> OfdMessage:
    """The message of a signed document; `raw` are its bytes where they shall not be its own."""
    return OfdMessage(
        device_code="POS-001",
        fn_number=document["fiscalDriveNumber"],
        fd_number=document["fiscalDocumentNumber"],
        fpd=f"{document['fiscalSign']:010d}",
        kind=kind or str(DocumentCode(document["code"]).kind),
        document=document,
        key="k1",
        tlv=encode_document(document) if raw is None else raw,
    )


def refused_field(sent: OfdMessage) -> str:
    """The field for which it is refused; empty when it is accepted."""
    status_code, told = OfdEmulator(MemoryOfdStore()).receive(sent.to_bytes())
    assert status_code in (201, 422), told
    return "" if status_code == 201 else str(told["error"]["details"]["field"])


def specimens(ffd_version: str) -> list[Settlement]:
    """All that a till of the version can be asked to sign."""

    def can_be_asked(document: Settlement) -> bool:
        try:
            to_ffd_1_05(document.kind, document.to_json())
        except InvalidDocument:
            return ffd_version != "1.05"
        return True

    return [each for each in SPECIMENS.values() if can_be_asked(each)]


def whole_life(folder: Path, ffd_version: str) -> list[dict[str, Any]]:
    """Every kind of document that the virtual till signs, in order, and another drive's first."""
    clock = make.FakeClock()
    online = {"ofd_name": "АО «ОФД»", "ofd_inn": "7704211201", "sender_address": "shop@example.ru"}
    driver = VirtualDriver.from_settings(
        settings(folder, clock=clock, ffd_version=ffd_version, **online)
    )
    for document in (
        *(make.opening(), *specimens(ffd_version), make.correction("k2", 500)),
        *(make.settlement_state(), make.closing(), DriveClosing(make.CASHIER)),
    ):
        driver.register(document, make.intent(driver, clock.now()))
    numbers = range(1, driver.status().last_fd + 1)
    documents = [dict(driver.read(number)) for number in numbers]
    driver.replace_drive()
    documents.append(dict(driver.read(1)))
    driver.close()
    return documents


@pytest.mark.parametrize("ffd_version", ["1.2", "1.05"])
def test_all_that_the_virtual_till_signs_is_accepted(tmp_path: Path, ffd_version: str) -> None:
    emulator = OfdEmulator(MemoryOfdStore())
    documents = whole_life(tmp_path, ffd_version)
    for document in documents:
        sent = signed(document)
        assert emulator.receive(sent.to_bytes(), sent.idempotency_key)[0] == 201, document
    kinds = {DocumentCode(document["code"]).kind for document in documents}
    assert kinds == {code.kind for code in DocumentCode} - {None}
    assert emulator.health()[1]["gaps"] == []


GROUNDS = {"correctionDocumentDate": "2026-03-01T00:00:00"}
REQUIRED = {
    "1.2": {
        1: "user retailPlace kktVersion operator fdKeyResource usageConditionSigns autoMode",
        2: "userInn shiftNumber kktVersion documentKktVersion",
        3: "requestNumber items totalSum retailPlaceAddress operationType dateTime",
        31: "correctionBase correctionType items retailPlace",
        5: "receiptQuantity documentsQuantity shiftSumReports fiscalDriveSumReports fdKeyResource",
        21: "fiscalDriveSumReports fdKeyResource",
        6: "user fiscalDriveSumReports retailPlaceAddress",
        11: "correctionKktReasonCode documentFdVersion",
    },
    "1.05": {
        1: "printInMachineSign bsoSign internetSign user kktRegId",
        2: "kktVersion documentKktVersion",
        3: "items shiftNumber",
        31: "correctionBase requestNumber",
        5: "receiptQuantity documentsQuantity",
        21: "fiscalDocumentFormatVer userInn",
        6: "user",
        11: "offlineMode",
    },
}
"""Some of each document's, by its code."""


@pytest.mark.parametrize("ffd_version", list(REQUIRED))
def test_what_a_format_requires_is_missed(tmp_path: Path, ffd_version: str) -> None:
    by_code = {document["code"]: document for document in whole_life(tmp_path, ffd_version)}
    for code, names in REQUIRED[ffd_version].items():
        for name in names.split():
            less = {key: value for key, value in by_code[code].items() if key != name}
            assert refused_field(signed(less)) == f"document.{name}", code
            raw = encode_document(less)
            assert refused_field(signed(by_code[code], raw=raw)) == f"tlv.{name}", code


def test_what_no_format_requires_may_be_missing(tmp_path: Path) -> None:
    older = next(each for each in whole_life(tmp_path, "1.05") if each["code"] == 3)
    for name in ("retailPlace", "operator", "user"):
        assert refused_field(signed({k: v for k, v in older.items() if k != name})) == ""
    del older["items"][0]["quantity"]
    assert refused_field(signed(older)) == ""
    assert refused_field(message(items=[item(quantity=None)])) == "document.items[0].quantity"


@pytest.mark.parametrize("name", ["appliedTaxationType", "userInn", "correctionType"])
def test_what_the_tables_leave_open_may_be_missing(tmp_path: Path, name: str) -> None:
    """Mark 3 in tables 20 and 27 of FFD 1.05, 58 and 65 of 1.1; 1055 and 1018 also in 96 of 1.2."""
    grounds = {"correctionDocumentNumber": "1", **GROUNDS}
    later = [] if name == "correctionType" else [4]
    for kind in ("receipt", "correction"):
        for version in (2, 3, *later):
            less = {"fiscalDocumentFormatVer": version, "correctionBase": grounds, name: None}
            assert refused_field(message(kind=kind, **less)) == "", (kind, version)
    for older in whole_life(tmp_path, "1.05"):
        if older["code"] in (3, 31) and older.pop(name, None):
            assert refused_field(signed(older)) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("appliedTaxationType", each) for each in (0, 3, 64, True, "1")),
        *(("userInn", each) for each in ("", " ", 7707083893, "7707083893123")),
        *(("correctionType", each) for each in (2, -1, False, "0")),
    ],
)
def test_what_may_be_missing_is_judged_where_it_stands(name: str, value: Any) -> None:
    for version in (2, 3, 4):
        grounds = {"correctionDocumentNumber": "1", **GROUNDS}
        told = {"fiscalDocumentFormatVer": version, "correctionBase": grounds, name: value}
        assert refused_field(message(kind="correction", **told)) == f"document.{name}"


def test_1_1_has_rows_of_its_own() -> None:
    version = int(FfdVersion.V1_1)
    assert refused_field(message(fiscalDocumentFormatVer=version, retailPlace=None)) == ""
    nameless = message(fiscalDocumentFormatVer=version, items=[item(name=None)])
    assert refused_field(nameless) == "document.items[0].name"
    assert refused_field(message(items=[item(name=None)])) == ""


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("totalSum", {"totalSum": 499_999, "ecashTotalSum": 499_999}),
        ("totalSum", {"ecashTotalSum": 500_001}),
        ("items[0].sum", {"items": [item(price=499_000)]}),
        ("items[0].sum", {"items": [item(quantity="1.00001")]}),
        ("items[0].price", {"items": [item(price=5000.00)]}),
        ("items[0].price", {"items": [item(price=None)]}),
        ("items[0].sum", {"items": [item(sum=-1)]}),
        ("items[0].quantity", {"items": [item(quantity="0")]}),
        ("items[0].quantity", {"items": [item(quantity="one")]}),
        ("items[0].quantity", {"items": [item(quantity=True)]}),
        ("items[0].quantity", {"items": [item(quantity="1e400000000")]}),
        ("items[0].nds", {"items": [item(nds=13)]}),
        ("items[0].nds", {"items": [item(nds=0)]}),
        ("items[0].nds", {"items": [item(nds="11")]}),
        ("items[0].nds", {"items": [item(nds=True)]}),
        ("items[0].ndsSum", {"items": [item(ndsSum=83_333)]}),
        ("items[0].ndsSum", {"items": [item(nds=6, ndsSum=1)]}),
        ("nds18", {"items": [item(nds=1)], "amountsReceiptNds": None}),
        ("nds18", {"items": [item(nds=1)], "nds18": 90_164, "amountsReceiptNds": None}),
        ("amountsReceiptNds.amountsNds[0].ndsSum", {"items": [item(nds=5)], "nds0": 500_000}),
        ("ndsNo", {"items": [item(nds=6)], "ndsNo": 499_999, "amountsReceiptNds": None}),
        ("nds0", {"nds0": 1}),
        ("nds0", {"nds0": None}),
        ("nds10", {"nds10": 0.5}),
        ("amountsReceiptNds", {"amountsReceiptNds": None}),
        ("amountsReceiptNds", {"amountsReceiptNds": []}),
        ("amountsReceiptNds.amountsNds[0]", {"amountsReceiptNds": {"amountsNds": [5]}}),
        ("amountsReceiptNds.amountsNds", {"amountsReceiptNds": {"amountsNds": {}}}),
        ("amountsReceiptNds.amountsNds", {"amountsReceiptNds": {"amountsNds": None}}),
        *(
            (f"amountsReceiptNds.amountsNds[0].{name}", {"amountsReceiptNds": {"amountsNds": rows}})
            for name, rows in (
                ("ndsSum", [{"nds": 11, "ndsSum": 83_333}]),
                ("ndsSum", [{"nds": 11}]),
                ("nds", [{"nds": 1, "ndsSum": 90_164}]),
                ("nds", [{"ndsSum": 90_164}]),
            )
        ),
        (
            "amountsReceiptNds.amountsNds[1].nds",
            {"amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 90_164}] * 2}},
        ),
        ("items[0].paymentType", {"items": [item(paymentType=9)]}),
        ("items[0].productType", {"items": [item(productType=77)]}),
        ("items[0].itemsQuantityMeasure", {"items": [item(itemsQuantityMeasure=7)]}),
        ("items[0].name", {"items": [item(name="я" * 129)]}),
        ("appliedTaxationType", {"appliedTaxationType": 3}),
        ("operator", {"operator": "я" * 65}),
        ("items", {"items": {}}),
        ("code", {"code": 2}),
        ("code", {"code": 7}),
        ("code", {"code": 8}),
        ("code", {"code": None}),
        ("fiscalDocumentFormatVer", {"fiscalDocumentFormatVer": 1}),
    ],
)
def test_a_broken_receipt_names_its_field(field: str, changes: dict[str, Any]) -> None:
    assert refused_field(message(**changes)) == f"document.{field}"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("userInn", "1234567890123"),
        ("operatorInn", "1234567890123"),
        ("operatorInn", 7707083893),
        ("kktRegId", "0" * 21),
        ("dateTime", "2026-W10-1"),
        ("dateTime", "2026-03-02"),
        ("dateTime", "2026-03-02T09:00"),
        ("dateTime", "2026-03-02T09:00:00+03:00"),
        ("dateTime", "2026-03-02T09:00:00.5"),
        ("dateTime", "2026-02-30T09:00:00"),
        ("dateTime", "1969-12-31T23:59:59"),
        ("dateTime", 1772442000.0),
        ("properties", "x"),
        ("properties", [{"propertyName": "a", "propertyValue": "b"}]),
        ("properties.propertyName", {"propertyName": 5}),
        ("internetPayment", 256),
        ("internetPayment", True),
        ("shiftNumber", 3.0),
        ("prepaidSum", None),
    ],
)
def test_json_alone_is_judged_by_type_and_size(field: str, value: Any) -> None:
    sent = message()
    said = {**sent.document, field.partition(".")[0]: value}
    assert refused_field(replace(sent, document=said, tlv=b"")) == f"document.{field}"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("originCountryCode", "6433"),
        ("paymentType", 4.0),
        ("paymentType", "4"),
        ("itemsQuantityMeasure", False),
        ("exciseDuty", 0.5),
        ("quantity", 0.1 + 0.2),
        ("productCodeNew", "0104600000000008"),
        ("productCodeNew.ean13", {"ean13": 5}),
        ("labeledProdFractionalQuantity", 1),
    ],
)
def test_a_line_of_json_alone_is_too(field: str, value: Any) -> None:
    sent = message(items=[item(**{field.partition(".")[0]: value})])
    assert refused_field(replace(sent, tlv=b"")) == f"document.items[0].{field}"


def test_reports_of_json_alone_are_too() -> None:
    counted = {"totalReceiptBsoCount": 0}
    for field, changes in (
        ("receiptQuantity", {"receiptQuantity": "x"}),
        ("shiftSumReports", {"shiftSumReports": "x"}),
        ("shiftSumReports.sellOper", {"shiftSumReports": {**counted, "sellOper": 5}}),
        (
            "shiftSumReports.sellOper.totalSum",
            {"shiftSumReports": {**counted, "sellOper": {"totalSum": 1 << 48}}},
        ),
    ):
        sent = message(kind="shift_close", **changes)
        assert refused_field(replace(sent, tlv=b"")) == f"document.{field}"
    grounds = {"correctionDocumentDate": "2026-03-01"}
    sent = message(kind="correction", correctionBase=grounds)
    path = "document.correctionBase.correctionDocumentDate"
    assert refused_field(replace(sent, tlv=b"")) == path


@pytest.mark.parametrize("ffd_version", ["1.2", "1.05"])
def test_all_that_the_virtual_till_signs_is_accepted_as_json(
    tmp_path: Path, ffd_version: str
) -> None:
    for document in whole_life(tmp_path, ffd_version):
        assert refused_field(replace(signed(document), tlv=b"")) == "", document


OLDER = {"fiscalDocumentFormatVer": 2, "correctionBase": {"correctionDocumentNumber": "б/н"}}
"""What a correction of FFD 1.05 has always, and a later one only by order: a number."""
NO_LINES = {"items": None, "nds0": 0, "amountsReceiptNds": None}
IN_ALL = {"totalSum": 100, "ecashTotalSum": 100}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("correctionBase", {"correctionBase": "12-34/567"}),
        ("correctionBase.correctionDocumentDate", {"correctionBase": {}}),
        ("correctionBase.correctionDocumentNumber", {"correctionType": 1}),
        ("correctionType", {"correctionType": 2}),
        ("correctionBase.correctionDocumentNumber", {"fiscalDocumentFormatVer": 2}),
        ("operationType", {**OLDER, "operationType": 2}),
        # Of 100 lines, each a kopeck more, it could be 83 433.
        ("nds18", {**OLDER, **NO_LINES, "nds18": 83_434}),
        ("nds18", {**OLDER, **NO_LINES, **IN_ALL, "nds18": 19}),
        ("ndsNo", {**OLDER, **NO_LINES, "ndsNo": 500_001}),
        ("ndsNo", {**OLDER, **NO_LINES, "nds18": 83_333, "ndsNo": 500_000}),
        ("ndsNo", {**OLDER, **NO_LINES, "nds18": 41_667, "nds10": 22_727, "ndsNo": 5_000}),
        ("nds10", {**OLDER, **NO_LINES, "nds18": 83_333, "nds10": 45_454}),
    ],
)
def test_a_broken_correction_names_its_field(field: str, changes: dict[str, Any]) -> None:
    assert refused_field(message(kind="correction", **changes)) == f"document.{field}"


LATER = "amountsReceiptNds.amountsNds[0].ndsSum"
NO_VAT = {"nds0": None, "amountsReceiptNds": None}
TWICE = {"totalSum": 1_000_000, "ecashTotalSum": 1_000_000, **NO_VAT}
"""Two lines of 5000.00."""


def vat_of_22(kopecks: int) -> dict[str, Any]:
    return {"nds0": 0, "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": kopecks}]}}


@pytest.mark.parametrize("code", range(1, 13))
def test_each_rate_of_2026_is_known(code: int) -> None:
    rates = {1: 20, 2: 10, 3: 20, 4: 10, 5: 0, 6: 0, 7: 5, 8: 7, 9: 5, 10: 7, 11: 22, 12: 22}
    own = {1: "nds18", 2: "nds10", 3: "nds18118", 4: "nds10110", 5: "nds0", 6: "ndsNo"}
    rate = rates[code]
    vat = round(500_000 * rate / (100 + rate)) if rate else 500_000
    total: dict[str, Any] = (
        {"amountsReceiptNds": None, "nds0": None, own[code]: vat}
        if code in own
        else {"amountsReceiptNds": {"amountsNds": [{"nds": code, "ndsSum": vat}]}}
    )
    assert refused_field(message(items=[item(nds=code)], **total)) == ""


def test_a_kopeck_a_line_may_be_rounded() -> None:
    three = [item(price=33_333, sum=33_333)] * 3
    told: dict[str, Any] = {"items": three, "totalSum": 99_999, "ecashTotalSum": 99_999}

    def vat(kopecks: int) -> dict[str, Any]:
        return {"amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": kopecks}]}}

    # 22/122 of 999.99 is 180.326; each line's is 60.11, which makes 180.33.
    assert [refused_field(message(**told, **vat(each))) for each in (18_030, 18_035)] == ["", ""]
    path = "document.amountsReceiptNds.amountsNds[0].ndsSum"
    assert refused_field(message(**told, **vat(18_029))) == path


def test_a_kopeck_away_is_counted_from_what_a_till_rounds() -> None:
    """22/122 of 100.01 is 18.0346: a till rounds it to 18.03, and 18.02 is a kopeck away."""
    vat = {"amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 1_802}]}}
    told: dict[str, Any] = {"totalSum": 10_001, "ecashTotalSum": 10_001, **vat}
    for kopecks, field in ((1_802, ""), (1_805, "document.items[0].ndsSum")):
        line = item(price=10_001, sum=10_001, ndsSum=kopecks)
        assert refused_field(message(items=[line], **told)) == field


def test_only_a_correction_repeats_vat_that_is_none_of_its_line() -> None:
    def told(kind: str, kopecks: int, in_all: int) -> str:
        vat = {"amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": in_all}]}}
        return refused_field(message(kind=kind, items=[item(ndsSum=kopecks)], **vat))

    path, total = "document.items[0].ndsSum", "document.amountsReceiptNds.amountsNds[0].ndsSum"
    assert [told("correction", each, each) for each in (0, 1, 500_000)] == ["", "", ""]
    assert told("correction", 500_001, 500_001) == path
    assert told("receipt", 0, 0) == told("receipt", 1, 1) == path
    # The totals are its lines' or its rate's.
    assert told("correction", 0, 90_164) == ""
    assert told("correction", 0, 45_082) == total


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("items[0].ndsSum", {"items": [item(nds=None, ndsSum=500_001)]}),
        ("nds18", {"items": [item(nds=None)], **NO_VAT, "nds18": 83_335}),
        ("ndsNo", {"items": [item(nds=None)], **NO_VAT, "nds18": 83_334, "ndsNo": 500_000}),
        ("ndsNo", {"items": [item(nds=6), item(nds=None)], **TWICE, "ndsNo": 499_999}),
        ("ndsNo", {"items": [item(nds=6), item(nds=None)], **TWICE, "ndsNo": 1_000_001}),
        (LATER, {"items": [item(), item(nds=None)], **TWICE, **vat_of_22(90_162)}),
        (LATER, {"items": [item(), item(nds=None)], **TWICE, **vat_of_22(180_331)}),
        (LATER, {"items": [item(), item(nds=None)], **TWICE, **vat_of_22(1 << 40)}),
        ("amountsReceiptNds", {"items": [item(), item(nds=None)], **TWICE, "nds0": 0}),
    ],
)
def test_lines_without_a_rate_do_not_hide_the_others(field: str, changes: dict[str, Any]) -> None:
    for version in (2, 4):
        told = message(fiscalDocumentFormatVer=version, **changes)
        assert refused_field(told) == f"document.{field}"


@pytest.mark.parametrize(
    "changes",
    [
        {"items": [item(nds=None)]},
        {"items": [item(nds=None, ndsSum=90_164)]},
        {"items": [item(nds=None)], **NO_VAT, "nds18": 83_334},
        {"items": [item(nds=None)], **NO_VAT, "nds18": 41_667, "ndsNo": 250_000},
        {"items": [item(nds=None)], **NO_VAT, "nds0": 0},
        *(
            {"items": [item(nds=6), item(nds=None)], **TWICE, "ndsNo": turnover}
            for turnover in (500_000, 1_000_000)
        ),
        *(
            {"items": [item(), item(nds=None)], **TWICE, "nds0": 0, **vat_of_22(kopecks)}
            for kopecks in (90_163, 90_164, 180_328, 180_329)
        ),
    ],
)
def test_lines_without_a_rate_may_be_of_any(changes: dict[str, Any]) -> None:
    for version in (2, 4):
        assert refused_field(message(fiscalDocumentFormatVer=version, **changes)) == ""


def test_a_correction_of_many_lines_that_1_05_does_not_show(tmp_path: Path) -> None:
    """22 lines of 1.03 have 19 kopecks of VAT each; 22/122 of 22.66 would be 4.09, not 4.18."""
    line = Item.priced("Салфетка", 103, Nds.NDS_22)
    settled = receipt(*[line] * 22)
    clock = make.FakeClock()
    driver = VirtualDriver.from_settings(settings(tmp_path, clock=clock, ffd_version="1.05"))
    driver.register(make.opening(), make.intent(driver, clock.now()))
    correction = without_kkt(settled, Basis(date(2026, 2, 3)), FfdVersion.V1_05)
    driver.register(correction, make.intent(driver, clock.now()))
    told = dict(driver.read(driver.status().last_fd))
    driver.close()
    assert "items" not in told and told["totalSum"] == 2_266
    assert told["amountsReceiptNds"] == {"amountsNds": [{"nds": 11, "ndsSum": 418}]}
    assert refused_field(signed(told)) == ""


# JSON and bytes -----------------------------------------------------------------------------


def differs(change: Callable[[dict[str, Any]], None]) -> str:
    """The field named when the bytes say what `change` makes of the JSON's document."""
    sent = message()
    other = deepcopy(dict(sent.document))
    change(other)
    return refused_field(replace(sent, tlv=encode_document(other)))


def test_what_json_and_bytes_both_say_must_be_the_same() -> None:
    first = "document.items[0]"
    assert differs(lambda other: None) == ""
    assert differs(lambda other: other.update(user="ООО Другая")) == "document.user"
    assert differs(lambda other: other.update(code=4)) == "document.code"
    assert differs(lambda other: other.update(fiscalSign=1)) == "document.fiscalSign"
    assert differs(lambda other: other.update(dateTime="2026-03-02T09:00:01")) == (
        "document.dateTime"
    )
    assert differs(lambda other: other["items"][0].update(price=1)) == f"{first}.price"
    assert differs(lambda other: other["items"][0].update(quantity="1.5")) == f"{first}.quantity"
    assert differs(lambda other: other["items"].append(item())) == "document.items"
    assert differs(lambda other: other["amountsReceiptNds"]["amountsNds"][0].update(nds=12)) == (
        "document.amountsReceiptNds.amountsNds[0].nds"
    )


def only_in_bytes(**changes: Any) -> str:
    """The field named when the bytes alone say these names of the document."""
    sent = message()
    said = {name: value for name, value in sent.document.items() if name not in changes}
    return refused_field(replace(sent, document=said, tlv=encode_document({**said, **changes})))


def test_what_only_the_bytes_say_is_judged_too() -> None:
    assert only_in_bytes(cashTotalSum=0) == ""
    assert only_in_bytes(cashTotalSum=7) == "tlv.totalSum"
    nameless = item(nds=None)
    sent = message(items=[nameless])
    for code, field in ((11, ""), (99, "tlv.items[0].nds")):
        raw = encode_document({**sent.document, "items": [{**nameless, "nds": code}]})
        assert refused_field(replace(sent, tlv=raw)) == field


def test_bytes_that_are_longer_than_their_tag_are_refused() -> None:
    body = elements.first(message().tlv)[0].value
    long = elements.join([elements.Element(1021, b"a" * 65)])
    raw = elements.join([elements.Element(3, body + long)])
    assert refused_field(replace(message(), tlv=raw)) == "tlv.tag1021"


def test_what_only_one_of_them_says_is_not_compared() -> None:
    assert differs(lambda other: other.pop("cashTotalSum")) == ""
    assert differs(lambda other: other.pop("ecashTotalSum")) == "tlv.totalSum", "judged alone"
    assert differs(lambda other: other.update(operator="Иванова")) == ""
    assert differs(lambda other: other.update(tag9999="00ff")) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"userInn": "7707083893  "},
        {"fiscalSign": "2434120341"},
        {"dateTime": 1772442000},
        {"items": [item(quantity=1.0)]},
        {"items": [item(quantity="1.000")]},
        {"user": 'ООО "Оптика"'},
    ],
)
def test_another_form_of_the_same_is_the_same(changes: dict[str, Any]) -> None:
    assert refused_field(replace(message(**changes), tlv=message().tlv)) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("dateTime", 1772442001), ("dateTime", 10**9), ("retailPlace", 5), ("properties", "text")],
)
def test_a_value_that_no_bytes_can_have_differs(name: str, value: Any) -> None:
    written = message(properties={"propertyName": "Документ", "propertyValue": "1"})
    said = {**written.document, name: value}
    assert refused_field(replace(written, document=said)) == f"document.{name}"


@pytest.mark.parametrize("raw", [b"\x03", b"\x03\x00", b"\x03\x00\x01\x00", b"\x08\x00\x00\x00"])
def test_bytes_that_are_no_document_are_refused(raw: bytes) -> None:
    assert refused_field(replace(message(), tlv=raw)) == "tlv"


def test_without_bytes_the_json_is_judged_alone() -> None:
    assert refused_field(replace(message(), tlv=b"")) == ""


def test_a_document_that_nobody_asked_for_is_judged_by_its_code() -> None:
    assert refused_field(replace(message(), kind="foreign")) == ""
    assert refused_field(replace(message(items=None), kind="foreign")) == "document.items"


SIGNED = [name for name in NAMES if DocumentCode(golden_json(name)["code"]).kind]
LACKING = {
    "11_shift_close": "document.fiscalDriveSumReports",
    "12_registration": "document.fdKeyResource",
}
"""Written out for what they have; the tables of FFD 1.2 require this too."""


@pytest.mark.parametrize("name", SIGNED)
def test_documents_written_out_by_hand(name: str) -> None:
    """No code of ours has made them, neither the JSON nor the bytes."""
    sent = signed(golden_json(name), raw=golden_bytes(name))
    assert refused_field(sent) == LACKING.get(name, "")


# Continuity ---------------------------------------------------------------------------------


def gaps(emulator: OfdEmulator) -> list[tuple[int, int]]:
    told = emulator.health()[1]["gaps"]
    assert emulator.list_receipts()[1]["gaps"] == told
    assert {gap["fiscalDriveNumber"] for gap in told} <= {FN}
    return [(gap["first"], gap["last"]) for gap in told]


def test_a_gap_is_noted_until_it_closes() -> None:
    emulator = OfdEmulator(MemoryOfdStore())
    seen = []
    for number in (12, 14, 20, 13, 12):
        assert emulator.receive(message(number).to_bytes())[0] in (200, 201)
        seen.append(gaps(emulator))
    assert seen == [[], [(13, 13)], [(13, 13), (15, 19)], [(15, 19)], [(15, 19)]]
    emulator.receive(message(17).to_bytes())
    assert gaps(emulator) == [(15, 16), (18, 19)]
    emulator.reset()
    assert gaps(emulator) == []


def test_drives_have_gaps_of_their_own() -> None:
    emulator = OfdEmulator(MemoryOfdStore())
    other = "9999078900004313"
    for number, drive in ((2, FN), (5, other), (4, FN), (6, other)):
        sent = replace(message(number, fiscalDriveNumber=drive), fn_number=drive)
        assert emulator.receive(sent.to_bytes())[0] == 201
    assert gaps(emulator) == [(3, 3)]
