"""One purchase in several receipts: nothing is settled twice, nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkt.fiscal.document import Item, Payments, Receipt
from kkt.fiscal.lines import advance_line, prepayment_lines
from kkt.fiscal.problems import InvalidDocument
from kkt.fiscal.purchase import (
    Balance,
    balance_of,
    check_settled,
    check_unpaid,
    credit_payment_lines,
    handover,
    is_visible,
    normal_name,
    return_payments,
)
from kkt.fiscal.vocabulary import Nds, OperationType, PaymentType, ProductType, TaxationType

from .builders import CASHIER

GLASSES = (
    Item.priced("Оправа", 400_000, Nds.NDS_NO),
    Item.priced("Линза", 175_000, Nds.NDS_NO, 2),
    Item.priced("Очки солнцезащитные", 500_000, Nds.NDS_22),
)
"""12,500 roubles in all."""


def receipt(
    items: tuple[Item, ...],
    payments: Payments,
    operation: OperationType = OperationType.SALE,
) -> Receipt:
    return Receipt(operation, TaxationType.OSN, items, payments, CASHIER)


ADVANCE = receipt((advance_line("Аванс", 300_000, Nds.NDS_22),), Payments(cash=300_000))
PREPAYMENT = receipt(prepayment_lines(GLASSES, 400_000), Payments(ecash=400_000))


SHOWS_NOTHING = "\u200b\ufe0f\u034f\u180b\U000e0100\u17b4\u115f\u3164\uffa0\u2800\u00a0 "


@pytest.mark.parametrize("character", SHOWS_NOTHING)
def test_what_shows_nothing_makes_no_other_name(character: str) -> None:
    assert normal_name(f"D-1{character}") == "D-1"
    assert not is_visible(character)


def test_what_was_prepaid_is_settled_first() -> None:
    balance = balance_of([ADVANCE, PREPAYMENT])
    assert (balance.prepaid, balance.owed) == (700_000, 0)
    items, payments = handover(GLASSES, balance, cash=0, ecash=550_000)
    assert payments == Payments(ecash=550_000, prepaid=700_000)
    assert {item.payment_type for item in items} == {PaymentType.FULL_PAYMENT}
    after = balance.adding(receipt(items, payments))
    assert after == Balance()


def test_a_prepayment_larger_than_the_goods_stays() -> None:
    items, payments = handover(GLASSES[2:], Balance(prepaid=700_000), cash=0, ecash=0)
    assert payments == Payments(prepaid=500_000)
    assert Balance(prepaid=700_000).adding(receipt(items, payments)) == Balance(prepaid=200_000)


@pytest.mark.parametrize(
    ("prepaid", "cash", "kind", "credit"),
    [
        (700_000, 0, PaymentType.PARTIAL_PAYMENT_AND_CREDIT, 550_000),
        (0, 250_000, PaymentType.PARTIAL_PAYMENT_AND_CREDIT, 1_000_000),
        (0, 0, PaymentType.CREDIT, 1_250_000),
    ],
)
def test_what_is_missing_stays_on_credit(
    prepaid: int, cash: int, kind: PaymentType, credit: int
) -> None:
    items, payments = handover(
        GLASSES, Balance(prepaid=prepaid), cash=cash, ecash=0, on_credit=True
    )
    assert {item.payment_type for item in items} == {kind}
    assert payments.credit == credit
    assert Balance(prepaid=prepaid).adding(receipt(items, payments)).owed == credit


def test_no_credit_without_asking_and_no_overpaying() -> None:
    for cash, words in ((100, "less than the 12500.00"), (1_300_000, "more than the 12500.00")):
        with pytest.raises(InvalidDocument) as told:
            handover(GLASSES, Balance(), cash=cash, ecash=0)
        (problem,) = told.value.problems
        assert problem.field == "payments" and words in problem.rule


def test_a_credit_is_paid_at_the_rates_of_the_handover() -> None:
    items, payments = handover(GLASSES, Balance(), cash=0, ecash=0, on_credit=True)
    old = tuple(replace(item, nds=_of_2025(item.nds), nds_sum=None) for item in items)
    balance = balance_of([receipt(old, payments)])
    first = credit_payment_lines(balance, 1_000_001, "Оплата по заказу")
    assert {item.nds for item in first} == {Nds.NDS_NO, Nds.NDS_20}
    assert all(item.product_type is ProductType.PAYMENT for item in first)
    balance = balance.adding(receipt(first, Payments(ecash=1_000_001)))
    rest = credit_payment_lines(balance, balance.owed, "Оплата по заказу")
    assert balance.adding(receipt(rest, Payments(cash=249_999))) == Balance()


def _of_2025(nds: Nds) -> Nds:
    return Nds.NDS_20 if nds is Nds.NDS_22 else nds


def test_more_than_is_owed_is_refused() -> None:
    for paid in (0, 1):
        with pytest.raises(InvalidDocument) as told:
            credit_payment_lines(Balance(), paid, "Оплата")
        assert told.value.problems[0].field == "total"


def test_a_returned_prepayment_is_gone() -> None:
    back = receipt(PREPAYMENT.items, Payments(ecash=400_000), OperationType.SALE_RETURN)
    assert balance_of([ADVANCE, PREPAYMENT, back]) == Balance(prepaid=300_000)


def test_money_of_a_return_may_stay_as_a_prepayment() -> None:
    items, payments = handover(GLASSES, balance_of([ADVANCE]), cash=950_000, ecash=0)
    sold = receipt(items, payments)
    balance = balance_of([ADVANCE, sold])
    kept = return_payments(items[2:], balance, cash=200_000, ecash=0, kept=300_000)
    back = receipt(items[2:], kept, OperationType.SALE_RETURN)
    assert balance_of([ADVANCE, sold, back]) == Balance(prepaid=300_000)


def test_what_is_owed_is_struck_off_and_not_paid_out() -> None:
    items, payments = handover(GLASSES, Balance(), cash=700_000, ecash=0, on_credit=True)
    balance = balance_of([receipt(items, payments)])
    with pytest.raises(InvalidDocument, match="struck off"):
        return_payments(items[2:], balance, cash=500_000, ecash=0)
    back = receipt(
        items[2:], return_payments(items[2:], balance, cash=0, ecash=0), OperationType.SALE_RETURN
    )
    after = balance.adding(back)
    assert after.owed == 50_000
    last = credit_payment_lines(after, 50_000, "Оплата")
    assert after.adding(receipt(last, Payments(cash=50_000))).owed == 0


def test_a_settled_prepayment_comes_back_with_the_goods_alone() -> None:
    items, payments = handover(GLASSES, balance_of([PREPAYMENT]), cash=850_000, ecash=0)
    balance = balance_of([PREPAYMENT, receipt(items, payments)])
    with pytest.raises(InvalidDocument, match="0.00 is not settled yet"):
        return_payments(PREPAYMENT.items, balance, cash=0, ecash=400_000)


def test_a_returned_prepayment_cannot_stay_as_one() -> None:
    with pytest.raises(InvalidDocument, match="cannot stay"):
        return_payments(PREPAYMENT.items, balance_of([PREPAYMENT]), cash=0, ecash=0, kept=400_000)


def test_a_credits_payment_is_given_back_though_more_is_owed() -> None:
    items, payments = handover(GLASSES, Balance(), cash=0, ecash=0, on_credit=True)
    balance = balance_of([receipt(items, payments)])
    paid = receipt(credit_payment_lines(balance, 500_000, "Оплата"), Payments(cash=500_000))
    owing = balance.adding(paid)
    back = return_payments(paid.items, owing, cash=500_000, ecash=0)
    assert back == Payments(cash=500_000)
    assert owing.adding(receipt(paid.items, back, OperationType.SALE_RETURN)).owed == 1_250_000


def test_a_pending_receipt_uses_up_and_brings_nothing() -> None:
    items, payments = handover(GLASSES, Balance(prepaid=700_000), cash=0, ecash=550_000)
    assert balance_of([ADVANCE, PREPAYMENT], [receipt(items, payments)]).prepaid == 0
    assert balance_of([ADVANCE], [PREPAYMENT]).prepaid == 300_000
    unpaid, payments = handover(GLASSES, Balance(), cash=0, ecash=0, on_credit=True)
    assert balance_of([], [receipt(unpaid, payments)]).owed == 0
    balance = balance_of([receipt(unpaid, payments)])
    paying = receipt(credit_payment_lines(balance, 1_250_000, "Оплата"), Payments(cash=1_250_000))
    assert balance_of([receipt(unpaid, payments)], [paying]).owed == 0


def test_a_purchase_of_ours_moves_nothing() -> None:
    bought = receipt(GLASSES, Payments(cash=1_250_000), OperationType.PURCHASE)
    assert balance_of([bought]) == Balance()


@pytest.mark.parametrize(
    ("told", "total", "code", "more"),
    [
        (700_001, 1_250_000, "prepaid_not_signed", {}),
        (699_999, 1_250_000, "prepaid_left_out", {"least": 700_000}),
        (499_999, 500_000, "prepaid_left_out", {"least": 500_000}),
    ],
)
def test_what_a_counter_takes_off_is_what_is_prepaid(
    told: int, total: int, code: str, more: dict[str, int]
) -> None:
    with pytest.raises(InvalidDocument) as refused:
        check_settled(told, Balance(prepaid=700_000), total)
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == ("payments", code)
    assert problem.params == {"taken": told, "signed": 700_000, **more}


def test_what_a_counter_may_take_off() -> None:
    check_settled(700_000, Balance(prepaid=700_000), 1_250_000)
    check_settled(500_000, Balance(prepaid=700_000), 500_000)
    check_settled(0, Balance(prepaid=-1), 500_000)


@pytest.mark.parametrize("paid", [0, 101])
def test_no_more_is_prepaid_than_is_unpaid(paid: int) -> None:
    check_unpaid(100, 100)
    with pytest.raises(InvalidDocument, match="at most what is left to pay, 1.00") as refused:
        check_unpaid(paid, 100)
    assert refused.value.problems[0].params == {"paid": paid, "unpaid": 100}


def test_counter_provision_is_as_good_as_money() -> None:
    items, payments = handover(GLASSES, Balance(), cash=250_000, ecash=0, provision=1_000_000)
    assert payments == Payments(cash=250_000, provision=1_000_000)
    assert {item.payment_type for item in items} == {PaymentType.FULL_PAYMENT}


# Money --------------------------------------------------------------------------------------------

kopecks = st.integers(1, 10**9)
rates = st.sampled_from([Nds.NDS_NO, Nds.NDS_22, Nds.NDS_10, Nds.NDS_5])
goods = st.lists(
    st.builds(lambda price, nds: Item.priced("Товар", price, nds), kopecks, rates),
    min_size=1,
    max_size=6,
).map(tuple)


@given(goods, st.data())
def test_every_way_to_pay_ends_at_nothing(items: tuple[Item, ...], data: st.DataObject) -> None:
    """Prepaid in parts, handed over partly on credit, paid in parts: not a kopeck is over."""
    whole = sum(item.sum for item in items)
    balance, left = Balance(), whole
    for _ in range(data.draw(st.integers(0, 3))):
        paid = data.draw(st.integers(0, left))
        if paid:
            lines = prepayment_lines(items, paid)
            balance = balance.adding(receipt(lines, Payments(ecash=paid)))
            left -= paid
    now = data.draw(st.integers(0, left))
    lines, payments = handover(items, balance, cash=now, ecash=0, on_credit=True)
    balance = balance.adding(receipt(lines, payments))
    assert (balance.prepaid, balance.owed) == (0, left - now)
    while balance.owed:
        paid = data.draw(st.integers(max(1, balance.owed // 3), balance.owed))
        lines = credit_payment_lines(balance, paid, "Оплата")
        balance = balance.adding(receipt(lines, Payments(cash=paid)))
    assert balance == Balance()
