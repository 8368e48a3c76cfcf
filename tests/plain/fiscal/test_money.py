"""No kopeck is lost: sums, VAT, and divisions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.fiscal.money import from_kopecks, line_sum, split_line, spread, to_kopecks, vat_of
from kkt.fiscal.vocabulary import Nds

from .builders import prices, quantities

sums = st.integers(min_value=0, max_value=10**12)


@pytest.mark.parametrize(
    ("amount", "kopecks"),
    [("5000.00", 500000), ("0.01", 1), (12, 1200), (Decimal("1E+2"), 10000), ("-3.5", -350)],
)
def test_to_kopecks(amount: Decimal | str | int, kopecks: int) -> None:
    assert to_kopecks(amount) == kopecks


@pytest.mark.parametrize("amount", ["0.001", "1,5", "", "NaN", "Infinity", Decimal("0.005")])
def test_to_kopecks_refuses(amount: Decimal | str) -> None:
    with pytest.raises(ValueError):
        to_kopecks(amount)


@pytest.mark.parametrize("amount", [1.0, True, None, b"1"])
def test_to_kopecks_takes_no_floats(amount: object) -> None:
    with pytest.raises(TypeError):
        to_kopecks(amount)  # type: ignore[arg-type]


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_kopecks_and_back(kopecks: int) -> None:
    roubles = from_kopecks(kopecks)
    assert to_kopecks(roubles) == kopecks
    assert roubles.as_tuple().exponent == -2


@given(prices, quantities)
def test_line_sum_is_rounded_half_up(price: int, quantity: Decimal) -> None:
    exact = (Decimal(price) * quantity).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert line_sum(price, quantity) == exact


@pytest.mark.parametrize(
    ("total", "nds", "vat"),
    [
        (500000, Nds.NDS_22, 90164),
        (500000, Nds.NDS_22_122, 90164),
        (500000, Nds.NDS_20, 83333),
        (500000, Nds.NDS_5, 23810),
        (500000, Nds.NDS_NO, 0),
        (500000, Nds.NDS_0, 0),
        (6, Nds.NDS_20, 1),
        (3, Nds.NDS_20, 1),  # exactly half a kopeck goes up
        (2, Nds.NDS_20, 0),
    ],
)
def test_vat(total: int, nds: Nds, vat: int) -> None:
    assert vat_of(total, nds) == vat


@given(sums, st.sampled_from(Nds))
def test_vat_is_within_half_a_kopeck(total: int, nds: Nds) -> None:
    exact = Decimal(total) * nds.rate / (100 + nds.rate)
    assert abs(vat_of(total, nds) - exact) <= Decimal("0.5")


@given(sums, st.lists(sums, min_size=1, max_size=20).filter(any))
def test_spread_adds_up(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        share = total * weight // sum(weights)
        assert share <= part <= share + 1
        assert weight or part == 0


@given(st.lists(sums, min_size=1, max_size=20).filter(any), st.data())
def test_a_discount_never_exceeds_its_line(weights: list[int], data: st.DataObject) -> None:
    discount = data.draw(st.integers(min_value=0, max_value=sum(weights)))
    parts = spread(discount, weights)
    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


def test_spread_of_thirds() -> None:
    assert spread(100, [1, 1, 1]) == [34, 33, 33]
    assert spread(-100, [1, 1, 1]) == [-34, -33, -33]
    assert spread(0, []) == []


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1, 5]])
def test_spread_over_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError):
        spread(1, weights)


def test_split_line_into_thirds() -> None:
    assert split_line(10000, Decimal(3)) == [(3333, Decimal(2)), (3334, Decimal(1))]
    assert split_line(10000, Decimal(4)) == [(2500, Decimal(4))]


@given(sums, quantities)
def test_split_line_loses_nothing(total: int, quantity: Decimal) -> None:
    lines = split_line(total, quantity)
    assert len(lines) <= 2
    assert sum(line_sum(price, part) for price, part in lines) == total
    assert sum(part for _, part in lines) == quantity
    assert all(price >= 0 and part > 0 for price, part in lines)


@pytest.mark.parametrize(
    ("total", "quantity"), [(-1, Decimal(1)), (1, Decimal(0)), (1, Decimal(-2))]
)
def test_split_line_refuses(total: int, quantity: Decimal) -> None:
    with pytest.raises(ValueError):
        split_line(total, quantity)
