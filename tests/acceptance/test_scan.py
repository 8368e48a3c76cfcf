"""A delivery is received by scanning its boxes, with a scanner that types like a keyboard."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.harness.browser import log_in
from tests.acceptance.harness.server import OdooServer, Person

KEEPER = "keeper2"
DESIGN = "Линза сканируемая"
WEAK, STRONG, OTHER = (-8, 0), (-16, -8), (-16, -6)
BARCODES = {WEAK: "4600000000015", OTHER: "4600000000039"}
CONTACTS = "4600000000053"
NEW = "4600000000022"
"""Stands on the boxes of the strong lens, and nobody has told the shop."""


@pytest.fixture(scope="module")
def keeper(server: OdooServer) -> str:
    # A busy machine types slower than a scanner does.
    parameter = ("barcode.max_time_between_keys_in_ms", "3000")
    server.rpc("ir.config_parameter", "set_param", *parameter)
    return server.hire(
        KEEPER, "Кладовщик", "stock.group_stock_user", "optics_core.group_optics_workshop"
    )


@pytest.fixture(scope="module")
def design(server: OdooServer) -> int:
    """A lens, of which two powers are ordered and confirmed and a third is in a draft."""
    (supplier,) = server.rpc("res.partner", "create", [{"name": "Поставщик линз"}])
    values = {
        "name": DESIGN,
        "optics_kind": "lens",
        "optics_design": "single_vision",
        "optics_index": 1498,
        "seller_ids": [(0, 0, {"partner_id": supplier, "price": 400})],
    }
    (made,) = server.rpc("product.template", "create", [values])
    ask_for(server, made, [[*WEAK, 0, 1]])
    order(server, made, STRONG, 3)
    ask_for(server, made, [[*OTHER, 0, 1]])
    for (sphere, cylinder), barcode in BARCODES.items():
        (product,) = server.sql(
            "SELECT id FROM product_product WHERE product_tmpl_id = %s AND optics_is_power"
            " AND optics_sphere = %s AND coalesce(optics_cylinder, 0) = %s",
            *(made, sphere, cylinder),
        )
        (template,) = server.rpc("product.template", "read", [made], ["uom_id"])
        row = {"barcode": barcode, "product_id": product["id"], "uom_id": template["uom_id"][0]}
        server.rpc("product.uom", "create", [row])
    return int(made)


def ask_for(server: OdooServer, design: int, wanted: list[list[int]]) -> list[Any]:
    orders: list[Any] = server.rpc(
        "product.template", "optics_matrix_order", [design], False, wanted
    )
    return orders


def order(server: OdooServer, design: int, power: tuple[int, int], count: int) -> str:
    """Order a power and confirm it, with whatever stands in the draft; return the order's name."""
    ((made, name),) = ask_for(server, design, [[*power, 0, count]])
    server.rpc("purchase.order", "button_confirm", [made])
    return str(name)


def order_contact_lenses(server: OdooServer, count: int) -> str:
    """Order contact lenses, which have lots and expiries, and return the order's name."""
    values = {
        "name": "Линзы на месяц",
        "optics_kind": "contact_lens",
        "is_storable": True,
        "tracking": "lot",
        "use_expiration_date": True,
    }
    (product,) = server.rpc("product.product", "create", [values])
    (told,) = server.rpc("product.product", "read", [product], ["uom_id"])
    row = {"barcode": CONTACTS, "product_id": product, "uom_id": told["uom_id"][0]}
    server.rpc("product.uom", "create", [row])
    (supplier,) = server.rpc("res.partner", "create", [{"name": "Поставщик контактных линз"}])
    line = {"product_id": product, "product_qty": count, "price_unit": 900}
    (made,) = server.rpc(
        "purchase.order", "create", [{"partner_id": supplier, "order_line": [(0, 0, line)]}]
    )
    server.rpc("purchase.order", "button_confirm", [made])
    (read,) = server.rpc("purchase.order", "read", [made], ["name"])
    return str(read["name"])


def scan(page: Page, barcode: str) -> None:
    """What a scanner does: the digits faster than anybody types, and Enter."""
    page.keyboard.type(barcode, delay=5)
    page.keyboard.press("Enter")


def scanned(page: Page, power: str) -> Locator:
    return page.locator(".o_optics_scan tr", has_text=power).locator(".o_optics_scanned")


def in_matrix(page: Page, server: OdooServer, power: tuple[int, int]) -> Locator:
    if "lens-matrix" not in page.url:
        page.goto(f"{server.url}/odoo/lens-matrix")
        page.locator(".o_optics_design input").fill(DESIGN)
        page.locator(".o-autocomplete--dropdown-item", has_text=DESIGN).first.click()
    return page.locator(f'.o_optics_grid [data-power="{power[0]}/{power[1]}"]')


def test_a_delivery_is_received_by_scanning(
    server: OdooServer, page: Page, keeper: str, design: int, screenshot: Callable[[str], Path]
) -> None:
    log_in(page, server.url, keeper)
    page.goto(f"{server.url}/odoo/scan")
    page.locator(".list-group-item", has_text="Поставщик линз").first.click()
    answer = page.locator(".o_optics_scan_answer")
    expect(answer).to_contain_text("Сканируйте коробку")

    scan(page, BARCODES[WEAK])
    expect(answer).to_contain_text(re.compile(r"Принято: .*−1,00.*, 1 из 1"))
    expect(scanned(page, "(−1,00)")).to_have_text("1")
    scan(page, BARCODES[OTHER])
    expect(answer).to_contain_text(f"Не из этого перемещения: {DESIGN} −2,00 −0,75")
    expect(answer).to_contain_text("Нужно −2,00 −1,00")
    expect(page.locator(".o_optics_scan_total")).to_contain_text("1")
    screenshot("scan-wrong-box")
    scan(page, BARCODES[WEAK])
    expect(answer).to_contain_text("Лишнее")
    expect(answer.locator(".o_optics_scan_extra")).to_be_visible()

    scan(page, NEW)
    expect(answer).to_contain_text(f"Штрихкод {NEW} неизвестен")
    choice = page.locator("#optics_scan_named")
    strong = choice.locator("option", has_text="−2,00 −1,00").get_attribute("value")
    choice.select_option(strong)
    screenshot("scan-unknown")
    choice.press("Tab")
    page.keyboard.press("Enter")
    expect(answer).to_contain_text(re.compile(r"Принято: .*−2,00 −1,00.*, 1 из 3"))

    # By hand a box counts once, not once more as what a scanner typed.
    page.locator("#optics_scan_typed").focus()
    scan(page, NEW)
    expect(scanned(page, "−2,00 −1,00")).to_have_text("2")
    page.wait_for_timeout(500)
    expect(scanned(page, "−2,00 −1,00")).to_have_text("2")
    page.locator(".o_optics_scan_undo").click()
    expect(answer).to_contain_text("Отменено")
    expect(scanned(page, "−2,00 −1,00")).to_have_text("1")
    page.reload()
    expect(scanned(page, "−2,00 −1,00")).to_have_text("1")

    # Two boxes, the second before the first is answered.
    scan(page, NEW)
    scan(page, NEW)
    expect(scanned(page, "−2,00 −1,00")).to_have_text("3")
    screenshot("scan-all")
    page.locator(".o_optics_scan_done").click()
    expect(answer).to_contain_text("Перемещение закрыто")
    expect(in_matrix(page, server, WEAK)).to_have_text("1")
    expect(in_matrix(page, server, STRONG)).to_have_text("3")
    screenshot("scan-matrix")


def test_what_is_missing_is_asked_about_by_odoo(
    server: OdooServer, page: Page, keeper: str, design: int, screenshot: Callable[[str], Path]
) -> None:
    name = order(server, design, OTHER, 1)
    log_in(page, server.url, keeper)
    page.goto(f"{server.url}/odoo/scan")
    page.locator(".list-group-item", has_text=name).click()
    expect(scanned(page, "−2,00 −0,75")).to_have_text("0")
    scan(page, BARCODES[OTHER])
    expect(scanned(page, "−2,00 −0,75")).to_have_text("1")
    page.locator(".o_optics_scan_done").click()
    asked = page.locator(".modal")
    expect(asked).to_be_visible()
    screenshot("scan-backorder")
    # The window is Odoo's: a box that is scanned into it counts nothing.
    scan(page, BARCODES[OTHER])
    asked.locator("button[name=process]").click()
    expect(page.locator(".o_optics_scan_answer")).to_contain_text("Перемещение закрыто")
    expect(scanned(page, "−2,00 −0,75")).to_have_text("1")


def test_a_lot_is_read_from_the_code_or_asked_for(
    server: OdooServer, page: Page, keeper: str, screenshot: Callable[[str], Path]
) -> None:
    name = order_contact_lenses(server, 3)
    until = date.today() + timedelta(days=400)
    log_in(page, server.url, keeper)
    page.goto(f"{server.url}/odoo/scan")
    page.locator(".list-group-item", has_text=name).click()
    answer = page.locator(".o_optics_scan_answer")
    expect(answer).to_contain_text("Сканируйте коробку")
    page.keyboard.type(f"]d2010{CONTACTS}10A1", delay=5)
    page.keyboard.press("Control+]")  # FNC1, as a scanner types it
    scan(page, f"17{until:%y%m%d}")
    expect(answer).to_contain_text("Принято: Линзы на месяц, 1 из 3")

    scan(page, CONTACTS)
    expect(answer).to_contain_text("Какая партия?")
    expect(page.locator("#optics_scan_lot")).to_be_focused()
    page.keyboard.type("B2")
    page.locator("#optics_scan_expiry").fill(str(until))
    screenshot("scan-lot")
    page.keyboard.press("Enter")
    expect(answer).to_contain_text("Принято: Линзы на месяц, 2 из 3")
    scan(page, f"]d2010{CONTACTS}1726010110C3")
    expect(answer).to_contain_text("Срок партии C3 истёк")
    lots = page.locator("[data-product] .small")
    expect(lots).to_have_count(2)
    expect(lots.first).to_contain_text(f"A1, до {until:%d.%m.%Y}: 1")
    screenshot("scan-lots")
    page.locator(".o_optics_scan_done").click()
    page.locator(".modal button[name=process]").click()
    expect(answer).to_contain_text("Перемещение закрыто")
    made = server.sql(
        "SELECT lot.name, expiration_date::date AS until FROM stock_lot AS lot"
        " JOIN product_uom ON product_uom.product_id = lot.product_id WHERE barcode = %s"
        " ORDER BY lot.name",
        CONTACTS,
    )
    assert [(row["name"], row["until"]) for row in made] == [("A1", until), ("B2", until)]


def test_three_people_scan_one_transfer(server: OdooServer, keeper: str, design: int) -> None:
    """Fifteen boxes where ten are asked: ten are counted, and no more."""
    name = order(server, design, WEAK, 10)
    (transfer,) = server.sql("SELECT id FROM stock_picking WHERE origin = %s", name)
    people = [Person(server, keeper) for _ in range(3)]

    def scan_five(person: Person) -> list[str]:
        answers = [
            person.rpc("stock.picking", "optics_scan", [transfer["id"]], BARCODES[WEAK])
            for _ in range(5)
        ]
        return [each["answer"]["kind"] for each in answers]

    with ThreadPoolExecutor(len(people)) as pool:
        kinds = Counter(kind for each in pool.map(scan_five, people) for kind in each)
    assert kinds == {"accepted": 10, "over": 5}
    (counted,) = server.sql(
        "SELECT sum(quantity) AS sum FROM optics_scan WHERE picking_id = %s", transfer["id"]
    )
    assert counted["sum"] == 10
