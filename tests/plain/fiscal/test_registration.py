"""Registration reports and the numbers that check themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kkt.fiscal.document import (
    Cashier,
    InvalidDocument,
    Registration,
    Reregistration,
    document_from_json,
)
from kkt.fiscal.identity import is_inn, is_kkt_reg_id, is_person_inn, kkt_reg_id
from kkt.fiscal.registration import ReregistrationReason, UsageCondition
from kkt.fiscal.vocabulary import TaxationType

from .builders import CASHIER

LAWFUL: dict[str, Any] = {
    "user": "ООО «Оптика»",
    "user_inn": "7707083893",
    "kkt_reg_id": "0000000001032903",
    "kkt_number": "00106700000001",
    "taxation_types": frozenset({TaxationType.OSN, TaxationType.PATENT}),
    "retail_place": "Касса 1",
    "retail_place_address": "Невский 1",
    "cashier": CASHIER,
    "ofd_name": "ОФД",
    "ofd_inn": "7709364346",
}


def test_survives_json() -> None:
    document = Registration(**LAWFUL, usage_condition_signs=UsageCondition.MARKED_GOODS)
    data = json.loads(json.dumps(document.to_json()))
    assert data["taxationType"] == 33
    assert document_from_json("registration", data) == document


def test_reregistration_survives_json() -> None:
    reason = ReregistrationReason.DRIVE_REPLACED | ReregistrationReason.OTHER
    document = Reregistration(**LAWFUL, correction_kkt_reason_code=reason)
    data = json.loads(json.dumps(document.to_json()))
    assert data["correctionKktReasonCode"] == 0x80000001
    assert document_from_json("reregistration", data) == document


def test_offline_and_automatic() -> None:
    document = Registration(
        **{**LAWFUL, "ofd_name": None, "ofd_inn": None},
        offline_mode=True,
        auto_mode=True,
        machine_number="A1",
    )
    assert document_from_json("registration", document.to_json()) == document


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"user": ""}, "user"),
        ({"kkt_reg_id": "0000000001032904"}, "kkt_reg_id"),
        ({"kkt_reg_id": "1"}, "kkt_reg_id"),
        ({"kkt_number": ""}, "kkt_number"),
        ({"taxation_types": frozenset()}, "taxation_types"),
        ({"taxation_types": frozenset({1, 64})}, "taxation_types"),
        ({"taxation_types": 1}, "taxation_types"),
        ({"retail_place": ""}, "retail_place"),
        ({"retail_place_address": None}, "retail_place_address"),
        ({"cashier": None}, "cashier"),
        ({"ofd_inn": None}, "ofd_inn"),
        ({"ofd_inn": "1"}, "ofd_inn"),
        ({"ofd_name": None}, "ofd_name"),
        ({"auto_mode": True}, "machine_number"),
        ({"machine_number": "A1"}, "machine_number"),
        ({"offline_mode": 1}, "offline_mode"),
        ({"usage_condition_signs": 256}, "usage_condition_signs"),
        ({"seller_address": "a" * 65}, "seller_address"),
        ({"seller_address": "anna@cafó.pl"}, "seller_address"),
        ({"fns_url": "www…ру"}, "fns_url"),
        ({"fns_url": None}, "fns_url"),
        ({"fns_url": ""}, "fns_url"),
    ],
)
def test_rules(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        Registration(**{**LAWFUL, **changes})
    assert [problem.field for problem in caught.value.problems] == [field]


def test_the_owner_is_part_of_the_check() -> None:
    with pytest.raises(InvalidDocument) as caught:
        Registration(**{**LAWFUL, "user_inn": "500100732259"})
    assert [problem.field for problem in caught.value.problems] == ["kkt_reg_id"]


def test_a_reason_is_required() -> None:
    with pytest.raises(InvalidDocument, match="reason"):
        Reregistration(**LAWFUL, correction_kkt_reason_code=ReregistrationReason(0))


def test_all_problems_at_once() -> None:
    data = Registration(**LAWFUL).to_json()
    data.update(operator="", userInn="1", taxationType=64, autoMode="yes")
    with pytest.raises(InvalidDocument) as caught:
        document_from_json("registration", data)
    assert {problem.field for problem in caught.value.problems} == {
        "cashier.operator",
        "user_inn",
        "kkt_reg_id",
        "taxation_types",
        "auto_mode",
    }


def test_padded_numbers_are_read() -> None:
    data = Registration(**LAWFUL).to_json()
    data.update(userInn="7707083893  ", kktRegId="0000000001032903    ", ofdInn="7709364346  ")
    assert document_from_json("registration", data) == Registration(**LAWFUL)


@pytest.mark.parametrize("inn", ["7707083893", "7709364346", "500100732259"])
def test_right_inn(inn: str) -> None:
    assert is_inn(inn)


@pytest.mark.parametrize(
    "inn",
    [
        "",
        "7707083894",
        "770708389",
        "500100732258",
        "500100732269",
        "77070838 3",
        "٧" * 10,
        "0" * 10,
        "0" * 12,
    ],
)
def test_wrong_inn(inn: str) -> None:
    assert not is_inn(inn)


def test_only_persons_have_twelve_digits() -> None:
    assert is_person_inn("500100732259")
    assert not is_person_inn("7707083893")
    assert Cashier("Кассир", None).operator_inn is None


def test_registration_number() -> None:
    # CRC16-CCITT of "0000000001" + "007707083893" + "00000000106700000001", begun with FFFFh
    assert kkt_reg_id("0000000001", "7707083893", "106700000001") == "0000000001032903"
    assert is_kkt_reg_id("0000000001032903", "7707083893", "00106700000001")
    assert not is_kkt_reg_id("0000000001032903", "7707083893", "00106700000002")
    assert not is_kkt_reg_id("000000000103290x", "7707083893", "00106700000001")
