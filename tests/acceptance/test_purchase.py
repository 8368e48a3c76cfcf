"""Glasses to order over the HTTP API of a real server: in money and in tags, to the kopeck.

What is asserted is read from the till's drive, not from the answers.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from tests.acceptance.harness.till import Till

FRAME = {"name": "Оправа", "price": "4000.00", "tax_rate": "none"}
LENSES = {"name": "Линза", "price": "1750.00", "quantity": 2, "tax_rate": "none"}
SUNGLASSES = {"name": "Очки солнцезащитные", "price": "5000.00", "tax_rate": 22}
ORDER = [FRAME, LENSES, SUNGLASSES]
"""Glasses to order for 7,500 without VAT and sunglasses for 5,000: 12,500 in all."""


def sell(till: Till, key: str, **body: Any) -> requests.Response:
    return till.sell(key, {"pos_id": "POS-001", **body})


def signed(till: Till, key: str, **body: Any) -> dict[str, Any]:
    """Sell, and return the receipt as it lies on the drive."""
    answer = sell(till, key, **body)
    assert answer.status_code == 201, answer.text
    (receipt,) = [
        each
        for each in till.signed_receipts()
        if each["fiscalDocumentNumber"] == answer.json()["fd_number"]
    ]
    return receipt


def lines(receipt: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("name", "sum", "nds", "paymentType", "productType")
    return [tuple(item[name] for name in names) for item in receipt["items"]]


def money(receipt: dict[str, Any]) -> dict[str, int]:
    """The payments that are not zero."""
    names = ("cashTotalSum", "ecashTotalSum", "prepaidSum", "creditSum", "provisionSum")
    return {name: receipt[name] for name in names if receipt[name]}


def hand_over(purchase: str, paid: int) -> dict[str, Any]:
    return {
        "stage": "handover",
        "purchase": purchase,
        "items": ORDER,
        "total": 12500,
        "payments": [{"method": "card", "amount": paid}],
    }


def test_glasses_in_four_receipts(till: Till) -> None:
    purchase = "Заказ 1"
    advance = signed(
        till, "1 advance", stage="advance", purchase=purchase, total=3000, payment_method="cash"
    )
    assert lines(advance) == [("Аванс", 300000, 12, 3, 10)]
    assert money(advance) == {"cashTotalSum": 300000}
    # 3,000.00 × 22 / 122
    assert advance["amountsReceiptNds"]["amountsNds"] == [{"nds": 12, "ndsSum": 54098}]

    prepayment = signed(
        till,
        "2 prepayment",
        stage="prepayment",
        purchase=purchase,
        items=ORDER,
        total=4000,
        payment_method="card",
    )
    assert lines(prepayment) == [
        ("Оправа", 128000, 6, 2, 1),
        ("Линза", 112000, 6, 2, 1),
        ("Очки солнцезащитные", 160000, 12, 2, 1),
    ]
    assert money(prepayment) == {"ecashTotalSum": 400000}
    assert prepayment["ndsNo"] == 240000
    # 1,600.00 × 22 / 122
    assert prepayment["amountsReceiptNds"]["amountsNds"] == [{"nds": 12, "ndsSum": 28852}]

    handover = signed(till, "3 handover", **hand_over(purchase, 5500))
    assert lines(handover) == [
        ("Оправа", 400000, 6, 4, 1),
        ("Линза", 350000, 6, 4, 1),
        ("Очки солнцезащитные", 500000, 11, 4, 1),
    ]
    assert handover["totalSum"] == 1250000
    assert money(handover) == {"ecashTotalSum": 550000, "prepaidSum": 700000}
    assert handover["ndsNo"] == 750000
    # 5,000.00 × 22 / 122
    assert handover["amountsReceiptNds"]["amountsNds"] == [{"nds": 11, "ndsSum": 90164}]

    returned = signed(
        till,
        "4 return",
        type="refund",
        original={"key": "3 handover"},
        items=[{"line": 3}],
        total=5000,
        payment_method="card",
    )
    assert returned["operationType"] == 2
    assert lines(returned) == [("Очки солнцезащитные", 500000, 11, 4, 1)]
    assert money(returned) == {"ecashTotalSum": 500000}, "money is paid out, whatever was prepaid"
    assert "propertiesData" not in returned

    assert till.row("4 return")["original_fpd"] == f"{handover['fiscalSign']:010d}"
    for key in ("1 advance", "2 prepayment", "3 handover", "4 return"):
        till.wait_for(key, "delivered")


def test_a_refused_handover_holds_what_was_prepaid(till: Till) -> None:
    """It may still be printed: nobody else settles the same money meanwhile."""
    prepay(till, "held")
    till.set_faults(no_paper=True)
    answer = sell(till, "held handover", **hand_over("held", 8500))
    assert (answer.status_code, answer.json()["error"]["details"]["code"]) == (502, "6B")
    till.mend()
    other = sell(till, "held other", **hand_over("held", 8500))
    assert other.status_code == 422
    assert other.json()["error"]["details"]["field"] == "payments"
    assert sell(till, "held handover", **hand_over("held", 8500)).status_code == 201


def test_a_refused_prepayment_counts_as_one_that_may_come(till: Till) -> None:
    order = {"stage": "prepayment", "purchase": "early", "items": ORDER, "payment_method": "card"}
    till.set_faults(no_paper=True)
    assert sell(till, "early 1", **order, total=12000).status_code == 502
    till.mend()
    other = sell(till, "early 2", **order, total=501)
    assert other.status_code == 422, "12,500 in all may not be prepaid with 12,501"
    assert other.json()["error"]["details"]["field"] == "total"
    assert sell(till, "early 1", **order, total=12000).status_code == 201


def test_a_given_up_handover_lets_the_money_go(till: Till) -> None:
    prepay(till, "freed")
    till.set_faults(no_paper=True)
    assert sell(till, "freed handover", **hand_over("freed", 8500)).status_code == 502
    till.mend()
    row = till.row("freed handover")["id"]
    till.server.rpc("fiscal.document", "action_give_up", [row])
    assert till.row("freed handover")["state"] == "cancelled"
    other = signed(till, "freed other", **hand_over("freed", 8500))
    assert other["prepaidSum"] == 400000


def test_what_was_prepaid_is_settled_once_by_whoever_comes_first(till: Till) -> None:
    """Ten handovers at the same instant, each under a key of its own."""
    prepay(till, "race")
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(
                lambda number: sell(till, f"race {number}", **hand_over("race", 8500)), range(10)
            )
        )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] + [422] * 9, [answer.text for answer in answers]
    settled = [receipt for receipt in till.signed_receipts() if _is_of(receipt, till, "race")]
    assert [receipt["prepaidSum"] for receipt in settled] == [400000]


def test_a_line_is_returned_once_by_whoever_comes_first(till: Till) -> None:
    sold = signed(till, "sold", items=ORDER, total=12500, payment_method="card")
    back = {"type": "refund", "original": {"key": "sold"}, "total": 12500, "payment_method": "card"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda number: sell(till, f"back {number}", **back), range(10)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] + [422] * 9, [answer.text for answer in answers]
    returns = [receipt for receipt in till.signed_receipts() if receipt["operationType"] == 2]
    assert [each["totalSum"] for each in returns].count(sold["totalSum"]) == 1


def prepay(till: Till, purchase: str) -> None:
    signed(
        till,
        f"{purchase} prepayment",
        stage="prepayment",
        purchase=purchase,
        items=ORDER,
        total=4000,
        payment_method="card",
    )


def _is_of(receipt: dict[str, Any], till: Till, prefix: str) -> bool:
    rows = till.server.sql(
        "SELECT fd_number FROM fiscal_document WHERE idempotency_key LIKE %s"
        " AND fd_number > 0 AND idempotency_key NOT LIKE '%%prepayment'",
        f"{prefix} %",
    )
    return receipt["fiscalDocumentNumber"] in {row["fd_number"] for row in rows}
