"""Codes and words of the law's enumerations."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kkt.fiscal.vocabulary import (
    ItemsQuantityMeasure,
    Nds,
    OperationType,
    PaymentType,
    ProductType,
    TaxationType,
)

RATES = {  # code: (percent, calculated form, words on the receipt)
    1: (20, 3, "НДС 20%"),
    2: (10, 4, "НДС 10%"),
    3: (20, 3, "НДС 20/120"),
    4: (10, 4, "НДС 10/110"),
    5: (0, 5, "НДС 0%"),
    6: (0, 6, "без НДС"),
    7: (5, 9, "НДС 5%"),
    8: (7, 10, "НДС 7%"),
    9: (5, 9, "НДС 5/105"),
    10: (7, 10, "НДС 7/107"),
    11: (22, 12, "НДС 22%"),
    12: (22, 12, "НДС 22/122"),
}


def test_all_twelve_rates() -> None:
    assert {int(nds): (nds.rate, int(nds.calculated), nds.label) for nds in Nds} == RATES


def test_a_rate_is_read_as_programs_tell_it() -> None:
    assert {nds.short: Nds.parse(nds.short) for nds in Nds} == {
        **{"22": 11, "22/122": 12, "20": 1, "20/120": 3, "10": 2, "10/110": 4},
        **{"7": 8, "7/107": 10, "5": 7, "5/105": 9, "0": 5, "none": 6},
    }


def test_plain_undoes_calculated() -> None:
    assert {nds.calculated.plain for nds in Nds} == {nds for nds in Nds if not nds.is_calculated}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *((20, 1), ("20", 1), ("20%", 1), (20.0, 1), (Decimal("20.00"), 1), (" 20 % ", 1)),
        *((10, 2), ("20/120", 3), ("10/110", 4), (0, 5), ("0%", 5)),
        *(("none", 6), ("None", 6), ("без НДС", 6), ("no", 6)),
        *((5, 7), (7, 8), ("5/105", 9), ("7/107", 10), (22, 11), ("22/122", 12)),
    ],
)
def test_rates_as_people_write_them(written: str | int | float | Decimal, code: int) -> None:
    assert Nds.parse(written) == code


@pytest.mark.parametrize(
    "written", [18, 11, 21, -20, 22.5, True, "", "22/120", "20/100", "0/100", "vat22", "nan"]
)
def test_unknown_rates_are_refused(written: str | int | float) -> None:
    with pytest.raises(ValueError, match="unknown VAT rate"):
        Nds.parse(written)


def test_no_rate_is_not_no_vat() -> None:
    with pytest.raises(ValueError, match="unknown VAT rate None"):
        Nds.parse(None)  # type: ignore[arg-type]


def test_returns() -> None:
    assert OperationType.SALE.returned is OperationType.SALE_RETURN
    assert OperationType.PURCHASE_RETURN.returned is OperationType.PURCHASE
    assert [each for each in OperationType if each.is_return] == [2, 4]


def test_payment_types() -> None:
    assert [each for each in PaymentType if each.is_prepayment] == [1, 2, 3]
    assert [each for each in PaymentType if each.is_handover] == [4, 5, 6]


def test_taxation_types_are_single_bits() -> None:
    assert [int(each) for each in TaxationType] == [1 << bit for bit in range(6)]


def test_every_member_has_words() -> None:
    for kind in (OperationType, TaxationType, PaymentType, ItemsQuantityMeasure, Nds):
        labels = [each.label for each in kind]
        assert all(labels)
        assert len(set(labels)) == len(labels)


def test_marked_kinds() -> None:
    assert [each for each in ProductType if each.needs_product_code] == [31, 33]
