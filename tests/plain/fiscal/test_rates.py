"""The rate follows the date of supply."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from kkt.fiscal.document import InvalidDocument, Item
from kkt.fiscal.rates import (
    FiscalWarning,
    NoRegime,
    ProductVat,
    Rate20Policy,
    SellerRegime,
    SellerVat,
    apply_rate_20_policy,
    corrected_rates,
    general_rate,
    lawful_vat,
    line_rate,
    rate_differences,
    rates_of,
    regime_on,
    regime_warnings,
    supply_rate,
)
from kkt.fiscal.vocabulary import Nds, OperationType, PaymentType, TaxationType

from .builders import FRAME, SUNGLASSES, receipt

LAST, FIRST = date(2025, 12, 31), date(2026, 1, 1)
OSN = [SellerRegime(date(2019, 1, 1), TaxationType.OSN, SellerVat.GENERAL)]


def test_the_general_rate_turns_with_the_year() -> None:
    assert (general_rate(LAST), general_rate(FIRST)) == (Nds.NDS_20, Nds.NDS_22)


@pytest.mark.parametrize(
    ("product", "seller", "rate_2025", "rate_2026"),
    [
        (ProductVat.GENERAL, SellerVat.GENERAL, 1, 11),
        (ProductVat.REDUCED, SellerVat.GENERAL, 2, 2),
        (ProductVat.ZERO, SellerVat.GENERAL, 5, 5),
        (ProductVat.EXEMPT, SellerVat.GENERAL, 6, 6),
        (ProductVat.GENERAL, SellerVat.FIVE, 7, 7),
        (ProductVat.REDUCED, SellerVat.FIVE, 7, 7),
        (ProductVat.ZERO, SellerVat.FIVE, 5, 5),
        (ProductVat.EXEMPT, SellerVat.FIVE, 6, 6),
        (ProductVat.GENERAL, SellerVat.SEVEN, 8, 8),
        (ProductVat.REDUCED, SellerVat.SEVEN, 8, 8),
        (ProductVat.EXEMPT, SellerVat.SEVEN, 6, 6),
        *((product, SellerVat.EXEMPT, 6, 6) for product in ProductVat),
    ],
)
def test_rates_of_supplies(
    product: ProductVat, seller: SellerVat, rate_2025: int, rate_2026: int
) -> None:
    assert supply_rate(product, seller, LAST) == rate_2025
    assert supply_rate(product, seller, FIRST) == rate_2026


@pytest.mark.parametrize(
    ("payment_type", "day", "code"),
    [
        (PaymentType.FULL_PREPAYMENT, LAST, 3),
        (PaymentType.PREPAYMENT, FIRST, 12),
        (PaymentType.ADVANCE, FIRST, 12),
        (PaymentType.FULL_PAYMENT, LAST, 1),
        (PaymentType.FULL_PAYMENT, FIRST, 11),
        (PaymentType.PARTIAL_PAYMENT_AND_CREDIT, FIRST, 11),
        (PaymentType.CREDIT, LAST, 1),
    ],
)
def test_rates_of_lines(payment_type: PaymentType, day: date, code: int) -> None:
    assert line_rate(ProductVat.GENERAL, payment_type, day, OSN) == code
    assert line_rate(ProductVat.EXEMPT, payment_type, day, OSN) == Nds.NDS_NO


def test_payment_of_credit_has_the_rate_of_the_handover() -> None:
    with pytest.raises(ValueError, match="handover"):
        line_rate(ProductVat.GENERAL, PaymentType.CREDIT_PAYMENT, FIRST, OSN)


def test_a_regime_changes_on_its_day_in_any_order_of_records() -> None:
    july = SellerRegime(date(2026, 7, 1), TaxationType.USN_INCOME, SellerVat.FIVE)
    january = SellerRegime(date(2026, 1, 1), TaxationType.USN_INCOME, SellerVat.EXEMPT)
    records = [july, january]
    assert regime_on(records, date(2026, 6, 30)) is january
    assert regime_on(records, date(2026, 7, 1)) is july
    assert line_rate(ProductVat.GENERAL, PaymentType.ADVANCE, date(2026, 8, 1), records) == 9
    with pytest.raises(NoRegime, match="2025-12-31"):
        regime_on(records, LAST)


def line(nds: Nds, payment_type: PaymentType = PaymentType.FULL_PAYMENT) -> Item:
    return dataclasses.replace(SUNGLASSES, nds=nds, nds_sum=None, payment_type=payment_type)


@pytest.mark.parametrize(
    ("nds", "payment_type", "successor"),
    [
        (Nds.NDS_20, PaymentType.FULL_PAYMENT, Nds.NDS_22),
        (Nds.NDS_20, PaymentType.CREDIT, Nds.NDS_22),
        (Nds.NDS_20, PaymentType.PARTIAL_PAYMENT_AND_CREDIT, Nds.NDS_22),
        (Nds.NDS_20_120, PaymentType.PREPAYMENT, Nds.NDS_22_122),
        (Nds.NDS_20_120, PaymentType.FULL_PREPAYMENT, Nds.NDS_22_122),
    ],
)
def test_20_is_replaced_in_2026(nds: Nds, payment_type: PaymentType, successor: Nds) -> None:
    items = [FRAME, line(nds, payment_type)]
    lawful, warnings = apply_rate_20_policy(items, OperationType.SALE, FIRST, Rate20Policy.REPLACE)
    assert lawful[0] is FRAME
    assert (lawful[1].nds, lawful[1].vat) == (successor, 90164)
    assert (lawful[1].price, lawful[1].sum) == (500000, 500000)
    assert warnings == (
        FiscalWarning(
            "rate_20_replaced",
            "items[1].nds",
            f"{nds.label} replaced by {successor.label}: supplied on 01.01.2026",
        ),
    )


@pytest.mark.parametrize("policy", Rate20Policy)
@pytest.mark.parametrize(
    ("operation", "nds", "payment_type", "day"),
    [
        (OperationType.SALE, Nds.NDS_20, PaymentType.FULL_PAYMENT, LAST),
        (OperationType.SALE_RETURN, Nds.NDS_20, PaymentType.FULL_PAYMENT, FIRST),
        (OperationType.PURCHASE_RETURN, Nds.NDS_20, PaymentType.FULL_PAYMENT, FIRST),
        (OperationType.SALE, Nds.NDS_20, PaymentType.CREDIT_PAYMENT, FIRST),
        (OperationType.SALE, Nds.NDS_10, PaymentType.FULL_PAYMENT, FIRST),
        (OperationType.SALE, Nds.NDS_22, PaymentType.FULL_PAYMENT, FIRST),
    ],
)
def test_what_is_never_touched(
    policy: Rate20Policy,
    operation: OperationType,
    nds: Nds,
    payment_type: PaymentType,
    day: date,
) -> None:
    items = (line(nds, payment_type),)
    assert apply_rate_20_policy(items, operation, day, policy) == (items, ())


def test_20_is_refused_where_odoo_taxes() -> None:
    items = [line(Nds.NDS_20), FRAME, line(Nds.NDS_20_120, PaymentType.PREPAYMENT)]
    with pytest.raises(InvalidDocument) as caught:
        apply_rate_20_policy(items, OperationType.SALE, FIRST, Rate20Policy.REFUSE)
    assert [problem.field for problem in caught.value.problems] == ["items[0].nds", "items[2].nds"]
    outdated = caught.value.problems[0]
    assert outdated.code == "rate_outdated"
    assert outdated.params["new_rate"] is Nds.NDS_22


def test_rates_read_back_are_compared_line_by_line() -> None:
    sent = (line(Nds.NDS_20), FRAME)
    signed = receipt(*sent).to_json()
    assert rate_differences(sent, signed) == ()
    assert rate_differences(sent, {"correctionType": 0}) == ()  # FFD 1.05 signs no lines
    signed["items"][0]["nds"] = 11
    assert rate_differences(sent, signed) == (
        FiscalWarning("rate_differs", "items[0].nds", "sent with code 1, signed with 11"),
    )
    signed["items"].pop()
    assert rate_differences(sent, signed) == (
        FiscalWarning("lines_differ", "items", "2 lines were sent, 1 were signed"),
    )


@pytest.mark.parametrize(
    ("seller", "codes_2025", "codes_2026"),
    [
        (SellerVat.GENERAL, {1, 2, 3, 4, 5, 6}, {11, 2, 12, 4, 5, 6}),
        (SellerVat.FIVE, {7, 9, 5, 6}, {7, 9, 5, 6}),
        (SellerVat.SEVEN, {8, 10, 5, 6}, {8, 10, 5, 6}),
        (SellerVat.EXEMPT, {6}, {6}),
    ],
)
def test_rates_that_a_seller_may_write(
    seller: SellerVat, codes_2025: set[int], codes_2026: set[int]
) -> None:
    assert rates_of(seller, LAST) == codes_2025
    assert rates_of(seller, FIRST) == codes_2026


def test_a_rate_that_is_none_of_the_sellers_is_told() -> None:
    items = [line(Nds.NDS_22), FRAME, line(Nds.NDS_20)]
    assert regime_warnings(items[:2], OperationType.SALE, FIRST, SellerVat.GENERAL) == ()
    (warning,) = regime_warnings(items, OperationType.SALE, FIRST, SellerVat.GENERAL)
    assert (warning.code, warning.field) == ("rate_not_of_regime", "items[2].nds")
    warnings = regime_warnings(items, OperationType.SALE, FIRST, SellerVat.EXEMPT)
    assert [each.field for each in warnings] == ["items[0].nds", "items[2].nds"]
    assert "НК art. 173 p. 5" in warnings[0].text


def test_what_repeats_an_earlier_document_is_not_judged_by_the_regime() -> None:
    exempt = SellerVat.EXEMPT
    assert regime_warnings([line(Nds.NDS_20)], OperationType.SALE_RETURN, FIRST, exempt) == ()
    credit = [line(Nds.NDS_20, PaymentType.CREDIT_PAYMENT)]
    assert regime_warnings(credit, OperationType.SALE, FIRST, exempt) == ()


@pytest.mark.parametrize(
    ("taxation_type", "since", "lawful"),
    [
        (TaxationType.OSN, FIRST, {SellerVat.GENERAL, SellerVat.EXEMPT}),
        (TaxationType.ESHN, FIRST, {SellerVat.GENERAL, SellerVat.EXEMPT}),
        (TaxationType.USN_INCOME, date(2025, 1, 1), set(SellerVat)),
        (TaxationType.USN_INCOME_OUTCOME, date(2024, 12, 31), {SellerVat.EXEMPT}),
        (TaxationType.PATENT, FIRST, {SellerVat.EXEMPT}),
        (TaxationType.ENVD, FIRST, set()),
    ],
)
def test_lawful_regimes(taxation_type: TaxationType, since: date, lawful: set[SellerVat]) -> None:
    assert set(lawful_vat(taxation_type, since)) == lawful
    for vat in SellerVat:
        if vat in lawful:
            assert SellerRegime(since, taxation_type, vat).vat is vat
        else:
            with pytest.raises(InvalidDocument) as caught:
                SellerRegime(since, taxation_type, vat)
            assert [problem.field for problem in caught.value.problems] == [
                "vat" if lawful else "taxation_type"
            ]


def test_the_general_rate_of_a_corrected_settlement_is_that_of_its_date() -> None:
    items = [line(Nds.NDS_20), FRAME, line(Nds.NDS_22_122, PaymentType.ADVANCE)]
    assert corrected_rates(items, OperationType.SALE, LAST) == {2: Nds.NDS_20_120}
    assert corrected_rates(items, OperationType.SALE, FIRST) == {0: Nds.NDS_22}
    assert corrected_rates(items, OperationType.SALE_RETURN, FIRST) == {}
    assert corrected_rates(items, OperationType.SALE_RETURN, LAST) == {2: Nds.NDS_20_120}
