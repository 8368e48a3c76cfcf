"""A frame and a lens are written down, and the lens's stock by power is filled and reordered."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.harness.browser import log_in
from tests.acceptance.harness.server import OdooServer

KEEPER = "keeper1"
GROUPS = (
    "product.group_product_manager",
    "stock.group_stock_manager",
    "optics_core.group_optics_workshop",
)


@pytest.fixture(scope="module")
def keeper(server: OdooServer) -> str:
    return server.hire(KEEPER, "Кладовщик", *GROUPS)


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[name={name}] input")


def save(page: Page) -> None:
    with page.expect_response("**/web_save"):
        page.locator(".o_form_button_save").first.click()


def test_a_frame_is_written_down(server: OdooServer, page: Page, keeper: str) -> None:
    server.expect_log("широкая")  # Odoo's log has each refusal
    log_in(page, server.url, keeper)
    page.goto(f"{server.url}/odoo/action-optics_core.optics_frame_action/new")
    page.locator(".oe_title [name=name] textarea").fill("Оправа Пулково 7")
    page.locator("a[name=optics]").click()
    page.locator("[name=optics_rim] select, [name=optics_rim] input").first.click()
    choose(page, "optics_rim", "Ободковая")
    field(page, "optics_size").fill("широкая")
    field(page, "optics_box_b").fill("35")
    save(page)
    refusal = page.locator(".modal")
    expect(refusal).to_contain_text("Размер: широкая — не размер оправы: пишите 52□18–140")
    refusal.locator(".modal-footer button").first.click()
    field(page, "optics_size").fill("52-18-140")
    save(page)
    expect(field(page, "optics_size")).to_have_value("52□18–140")
    (kept,) = server.sql(
        "SELECT optics_eye_size, optics_bridge, optics_temple, optics_box_b, optics_rim"
        " FROM product_product p JOIN product_template t ON t.id = product_tmpl_id"
        " WHERE t.name->>'en_US' = 'Оправа Пулково 7'"
    )
    assert tuple(kept.values()) == (520, 180, 1400, 350, "full")


def choose(page: Page, name: str, words: str) -> None:
    """Choose of a selection, which Odoo shows as a list or as a menu of its own."""
    native = page.locator(f"[name={name}] select")
    if native.count():
        native.select_option(label=words)
    else:
        page.locator(".o_select_menu_item, .dropdown-item", has_text=words).first.click()


def test_a_lens_is_written_down_filled_from_a_spreadsheet_and_reordered(
    server: OdooServer, page: Page, keeper: str, tmp_path: Path
) -> None:
    server.expect_log("много")
    log_in(page, server.url, keeper)
    page.goto(f"{server.url}/odoo/action-optics_core.optics_lens_action/new")
    page.locator(".oe_title [name=name] textarea").fill("Линза Нева 1.5")
    page.locator("a[name=optics]").click()
    page.locator("[name=optics_design] select, [name=optics_design] input").first.click()
    choose(page, "optics_design", "Однофокальная")
    field(page, "optics_index").fill("1,498")
    page.locator("[name=optics_range_ids] .o_field_x2many_list_row_add a").click()
    row = page.locator("[name=optics_range_ids] .o_selected_row")
    powers = {"strongest_from": "-6", "strongest_to": "+4", "cylinder_to": "2"}
    for name, text in {"diameter": "70", **powers}.items():
        row.locator(f"[name={name}] input").fill(text)
    save(page)
    (lens,) = server.sql(
        "SELECT t.id, r.diameter, strongest_from, strongest_to, cylinder_to"
        " FROM product_template t JOIN optics_lens_range r ON product_tmpl_id = t.id"
        " WHERE name->>'en_US' = 'Линза Нева 1.5'"
    )
    assert tuple(lens.values())[1:] == (700, -48, 32, 16)
    supplier = server.rpc("res.partner", "create", {"name": "Оптовик"})
    server.rpc(
        "product.supplierinfo",
        "create",
        {"partner_id": supplier, "product_tmpl_id": lens["id"], "price": 300},
    )

    page.locator("button[name=action_optics_matrix]").click()
    grid = page.locator(".o_optics_grid")
    expect(grid.locator("[data-power='-48/-2']")).to_have_class("o_optics_not_made")
    take_in(page, workbook(tmp_path / "bad.xlsx", {"В наличии": [["", "0"], ["-1,00", "много"]]}))
    refusal = page.locator(".modal", has_text="не целое число")
    expect(refusal).to_contain_text("В наличии, B2: «много» — не целое число от 0 до 9999")
    refusal.locator(".modal-footer button").first.click()
    expect(refusal).to_have_count(0)
    page.locator(".modal .btn-close").click()
    expect(page.locator(".modal")).to_have_count(0)
    sheets = {
        "В наличии": [["SPH", "0,00", "-0,50"], ["-1,00", 3, 1], ["-1,25", 0, 2]],
        "Минимум": [["SPH", "0,00", "-0,50"], ["-1,00", 2, 4], ["-1,25", 2, None]],
    }
    take_in(page, workbook(tmp_path / "lenses.xlsx", sheets))
    expect(page.locator(".o_notification")).to_contain_text(
        "Изменено остатков: 3, минимумов: 3, штрихкодов: 0"
    )
    expect_cell(grid, "[data-power='-8/0']", "3/2")
    expect_cell(grid, "[data-power='-8/-4']", "1/4")
    expect(grid.locator("td.table-danger")).to_have_count(2)

    page.locator(".o_optics_order_short").click()
    expect_cell(grid, "[data-power='-8/-4']", "1+3/4")
    expect(grid.locator("td.table-danger")).to_have_count(0)
    grid.locator("[data-power='-8/-4']").click()
    dialogue = page.locator(".modal")
    expect(dialogue.locator(".modal-title")).to_have_text("−1,00 −0,50")
    dialogue.locator("#optics_order").fill("5")
    dialogue.get_by_role("button", name="Заказать").click()
    expect_cell(grid, "[data-power='-8/-4']", "1+8/4")
    ordered = server.sql(
        "SELECT optics_sphere, optics_cylinder, sum(product_qty)::int AS count"
        " FROM purchase_order_line l JOIN product_product p ON p.id = product_id"
        " JOIN purchase_order o ON o.id = order_id"
        " WHERE o.partner_id = %s AND o.state = 'draft' GROUP BY 1, 2 ORDER BY 1, 2",
        supplier,
    )
    assert [tuple(row.values()) for row in ordered] == [(-10, 0, 2), (-8, -4, 8)]

    with page.expect_download() as download:
        page.get_by_role("link", name="Выгрузить").click()
    book = load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    assert book.sheetnames == ["В наличии", "Минимум", "Штрихкоды"]
    assert [list(row) for row in book["Минимум"].values] == [
        ["SPH \\ CYL", "0,00", "-0,50"],
        ["-1,00", 2, 4],
        ["-1,25", 2, None],
    ]


def expect_cell(grid: Locator, power: str, words: str) -> None:
    """Expect "3/2" of a cell, whatever stands between count, what is coming, and minimum."""
    parts = r"\s*".join(re.escape(part) for part in re.split(r"(?=[+/])", words))
    expect(grid.locator(power)).to_have_text(re.compile(rf"^\s*{parts}\s*$"))


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def take_in(page: Page, file: Path) -> None:
    page.locator(".o_optics_lens_matrix").get_by_role("button", name="Загрузить").click()
    dialogue = page.locator(".modal")
    dialogue.locator("[name=file] input[type=file]").set_input_files(file)
    expect(dialogue.locator("[name=file] .o_input").first).to_have_value(file.name)
    dialogue.locator("button[name=action_take_in]").click()
