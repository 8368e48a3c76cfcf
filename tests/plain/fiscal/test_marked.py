"""Marking codes of a new receipt: each once, each with its crypto tail."""

from __future__ import annotations

import pytest

from kkt.fiscal.document import InvalidDocument, Item, ProductCode, ProductCodeKind
from kkt.fiscal.marked import check_marking_codes
from kkt.fiscal.vocabulary import Nds

from .builders import SUNGLASSES

TAILLESS = "010460000000000821ABC123"
SHORT = f"{TAILLESS}\x1d93dGVz"
LONG = "010460000000000821XYZ\x1d91EE05\x1d92" + "x" * 44


def item(code: str | None, product_code: ProductCode | None = None) -> Item:
    return Item.priced("Антисептик", 100, Nds.NDS_22, marking_code=code, product_code=product_code)


@pytest.mark.parametrize("tailless", [False, True])
def test_whole_codes_are_taken(tailless: bool) -> None:
    items = [item(SHORT), SUNGLASSES, item(LONG), SUNGLASSES]
    assert check_marking_codes(items, tailless=tailless) == ()


@pytest.mark.parametrize("code", [TAILLESS, f"{TAILLESS}\x1d91EE05", f"{TAILLESS}\x1d10LOT"])
def test_a_code_without_a_tail_is_refused(code: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        check_marking_codes([SUNGLASSES, item(code)], tailless=False)
    (problem,) = caught.value.problems
    assert (problem.field, problem.code) == ("items[1].marking_code", "gs1_lacking_tail")


def test_a_code_without_a_tail_is_warned_about_where_that_is_wanted() -> None:
    (warning,) = check_marking_codes([SUNGLASSES, item(TAILLESS)], tailless=True)
    assert (warning.field, warning.code) == ("items[1].marking_code", "gs1_lacking_tail")
    assert "no crypto tail" in warning.text


@pytest.mark.parametrize("again", [SHORT, SHORT.replace("\x1d", "|"), "]d2" + SHORT, TAILLESS])
def test_the_same_code_twice_names_the_second_line(again: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        check_marking_codes([SUNGLASSES, item(SHORT), item(LONG), item(again)], tailless=True)
    (problem,) = caught.value.problems
    assert (problem.field, problem.code) == ("items[3].marking_code", "marking_code_twice")
    assert "line 2 already" in problem.rule


def test_goods_that_are_not_marked_may_be_alike() -> None:
    code = ProductCode(ProductCodeKind.EAN13, "4600000000008")
    assert check_marking_codes([item(None, code)] * 2, tailless=False) == ()


def test_codes_of_other_systems_are_not_judged() -> None:
    code = ProductCode(ProductCodeKind.EGAIS3, "12345678901234")
    assert check_marking_codes([item("12345678901234", code)], tailless=False) == ()
