"""Glasses to order in the cashier's browser: prepaid in percent, settled, signed each time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.harness.pos import PosPage
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

FRAME = "Оправа корригирующая Vogue"
SUNGLASSES = "Очки солнцезащитные Ray-Ban"


def make_sale_order(server: OdooServer, *names: str) -> str:
    """A quotation of the back office, one piece of each; return its number."""
    (partner,) = server.rpc("res.partner", "create", [{"name": "Кузнецов И. И."}])
    lines = [
        [0, 0, {"product_id": server.rpc("product.product", "search", [["name", "=", name]])[0]}]
        for name in names
    ]
    (order,) = server.rpc("sale.order", "create", [{"partner_id": partner, "order_line": lines}])
    name: str = server.rpc("sale.order", "read", [order], ["name"])[0]["name"]
    return name


def signed(server: OdooServer, fd: int) -> tuple[dict[str, Any], list[tuple[int, int, int]]]:
    """The receipt as signed, and code of VAT, 1214 and kopecks of each line."""
    (row,) = server.sql("SELECT signed_json FROM fiscal_document WHERE fd_number = %s", fd)
    receipt = row["signed_json"]
    lines = [(item["nds"], item["paymentType"], item["sum"]) for item in receipt["items"]]
    return receipt, lines


def test_glasses_are_prepaid_and_settled(
    server: OdooServer, till: Till, page: Page, screenshot: Callable[[str], Path]
) -> None:
    order = make_sale_order(server, SUNGLASSES, FRAME)
    pos = PosPage(page, server)
    pos.enter()

    pos.prepay(order, 40)
    screenshot("sale-order-prepayment")
    pos.pay("Наличные")
    pos.validate()
    shown = pos.receipt()
    screenshot("sale-order-prepayment-receipt")
    receipt, lines = signed(server, shown.fd)
    assert lines == [(12, 2, 200000), (6, 2, 260000)]
    assert (receipt["totalSum"], receipt["cashTotalSum"]) == (460000, 460000)
    for words in (SUNGLASSES, FRAME, "Предоплата", "НДС 22/122", "Без НДС", "4 600,00"):
        assert words.lower() in shown.text.lower()
    assert "s=4600.00" in shown.qr
    pos.next_order()

    pos.settle(order)
    screenshot("sale-order-settlement")
    pos.pay("Банковская карта")
    pos.validate()
    shown = pos.receipt()
    screenshot("sale-order-settlement-receipt")
    receipt, lines = signed(server, shown.fd)
    assert lines == [(11, 4, 500000), (6, 4, 650000)]
    assert (receipt["prepaidSum"], receipt["ecashTotalSum"]) == (460000, 690000)
    for words in ("Предоплата (аванс)", "4 600,00", "6 900,00", "11 500,00", "Полный расчёт"):
        assert words in shown.text
    assert "s=11500.00" in shown.qr
    pos.next_order()
    states = server.sql(
        "SELECT DISTINCT o.state FROM pos_order o JOIN pos_order_line l ON l.order_id = o.id"
        " JOIN sale_order s ON s.id = l.sale_order_origin_id WHERE s.name = %s",
        order,
    )
    assert [row["state"] for row in states] == ["paid"]


@pytest.mark.full
def test_all_prepaid_leaves_nothing_to_pay(
    server: OdooServer, till: Till, page: Page, screenshot: Callable[[str], Path]
) -> None:
    order = make_sale_order(server, SUNGLASSES, FRAME)
    pos = PosPage(page, server)
    pos.enter()
    pos.prepay(order, 100)
    pos.pay("Банковская карта")
    pos.validate()
    _receipt, lines = signed(server, pos.receipt().fd)
    assert lines == [(12, 1, 500000), (6, 1, 650000)]
    pos.next_order()

    pos.settle(order)
    page.locator(".product-screen .pay-order-button:visible").click()
    pos.validate()
    shown = pos.receipt()
    screenshot("sale-order-nothing-to-pay")
    receipt, lines = signed(server, shown.fd)
    assert lines == [(11, 4, 500000), (6, 4, 650000)]
    assert (receipt["prepaidSum"], receipt["cashTotalSum"]) == (1150000, 0)
    assert "s=11500.00" in shown.qr
    pos.next_order()
    server.wait_for_sql(
        "SELECT 1 FROM pos_order o JOIN fiscal_document d ON d.pos_order_id = o.id"
        " WHERE d.fd_number = %s AND o.state = 'paid' AND o.amount_total = 0",
        shown.fd,
    )
    # Handed over: it is offered no more.
    pos.open_sale_orders()
    expect(page.locator(".modal .o_list_table")).to_be_visible()
    expect(page.locator(".modal .o_data_row", has_text=order)).to_have_count(0)


def test_a_prepayment_is_given_back(
    server: OdooServer, till: Till, page: Page, screenshot: Callable[[str], Path]
) -> None:
    order = make_sale_order(server, FRAME)
    pos = PosPage(page, server)
    pos.enter()
    pos.prepay(order, 50)
    pos.pay("Банковская карта")
    pos.validate()
    prepaid = pos.receipt()
    pos.next_order()

    (row,) = server.sql(
        "SELECT o.pos_reference FROM pos_order o JOIN fiscal_document d ON d.pos_order_id = o.id"
        " WHERE d.fd_number = %s",
        prepaid.fd,
    )
    pos.take_back(row["pos_reference"])
    pos.choose_method("Банковская карта")
    pos.validate()
    shown = pos.receipt()
    screenshot("sale-order-prepayment-returned")
    receipt, lines = signed(server, shown.fd)
    assert lines == [(6, 2, 325000)]
    assert (receipt["operationType"], receipt["ecashTotalSum"]) == (2, 325000)
    for words in ("Возврат прихода", "Предоплата", "3 250,00"):
        assert words in shown.text
