"""An optician writes a prescription down by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.acceptance.harness.browser import log_in
from tests.acceptance.harness.server import OdooServer

OPTICIAN = "optician1"
TYPED = {
    "od_sphere": ("-1,25", "−1,25", -10),
    "od_cylinder": ("-75", "−75,00", -600),
    "od_axis": ("90", "90", 90),
    "od_addition": ("+1.5", "+1,50", 12),
    "od_prism_horizontal": ("0,5", "+0,50", 50),
    "od_prism_vertical": ("", "", 0),
    "od_acuity": ("1,0", "1,0", "1,0"),
    "od_pd_monocular": ("31,5", "31,5", 315),
    "os_sphere": ("−125", "−1,25", -10),
    "os_cylinder": ("0,12", "+0,12", 1),
}
"""What is typed into each cell, what it shows then, and what is kept; Enter leads to the next."""


@pytest.fixture(scope="module")
def optician(server: OdooServer) -> str:
    server.hire(OPTICIAN, "Оптометрист", "optics_core.group_optics_optician")
    for name in ("Ёлкина Вера", "Соколов Пётр"):
        server.rpc("res.partner", "create", {"name": name})
    return OPTICIAN


def cell(page: Page, name: str) -> Locator:
    return page.locator(f"[name={name}] input")


def sign_as_asked(page: Page) -> None:
    """Sign; what the dialogue asks is right."""
    page.locator("button[name=action_sign]").click()
    dialogue = page.locator(".modal")
    expect(dialogue.locator(".o_data_row").first).to_be_visible()
    for toggle in dialogue.locator(".o_data_row .o_boolean_toggle").all():
        toggle.click()
    dialogue.locator("button[name=action_sign]").click()
    expect(page.locator("button[name=action_revise]")).to_be_visible()


def test_a_prescription_is_typed_refused_mended_and_signed(
    server: OdooServer, page: Page, optician: str
) -> None:
    server.expect_log("OD CYL: -75,00")  # Odoo's log has each refusal
    log_in(page, server.url, optician)
    page.goto(f"{server.url}/odoo/prescriptions/new")
    cell(page, "patient_id").fill("Ёлкина")
    page.locator(".o-autocomplete--dropdown-item", has_text="Ёлкина Вера").click()
    cell(page, "od_sphere").click()
    for name, (text, _shown, _kept) in TYPED.items():
        expect(cell(page, name)).to_be_focused()
        page.keyboard.press("Control+a")
        page.keyboard.type(text or " ")
        page.keyboard.press("Enter")
    for name, (_text, shown, _kept) in TYPED.items():
        expect(cell(page, name)).to_have_value(shown)
    cell(page, "os_cylinder").press("ArrowUp")
    expect(cell(page, "od_cylinder")).to_be_focused()

    at_cell = page.locator("[name=od_cylinder] [role=alert]")
    expect(at_cell).to_have_text("-75,00 дптр – не от -10,00 до +10,00")

    save = page.locator(".o_form_button_save").first
    save.click()
    refusal = page.locator(".modal")
    expect(refusal).to_contain_text("OD CYL: -75,00 дптр – не от -10,00 до +10,00")
    expect(refusal).to_contain_text("OS AXIS: нужна при цилиндре")
    expect(refusal).to_contain_text("OS CYL: +0,12 дптр – между двумя шагами")
    refusal.locator(".modal-footer button").first.click()
    for name, text in {"od_cylinder": "-0,75", "os_cylinder": "-050", "os_axis": "85"}.items():
        cell(page, name).fill(text)
        page.keyboard.press("Enter")
    expect(at_cell).to_have_count(0)
    save.click()
    sign_as_asked(page)
    (kept,) = server.sql("SELECT * FROM optics_prescription ORDER BY id DESC LIMIT 1")
    mended = {"od_cylinder": -6, "os_cylinder": -4, "os_axis": 85}
    told = {name: value for name, (_text, _shown, value) in TYPED.items()} | mended
    assert {name: kept[name] for name in told} == told
    assert kept["state"] == "signed"


def test_a_slip_is_asked_about_before_it_is_signed(
    server: OdooServer, page: Page, optician: str
) -> None:
    log_in(page, server.url, optician)
    page.goto(f"{server.url}/odoo/prescriptions/new")
    cell(page, "patient_id").fill("Соколов")
    page.locator(".o-autocomplete--dropdown-item", has_text="Соколов Пётр").click()
    for name, text in {"od_sphere": "1,25", "od_cylinder": "-0,5", "od_axis": "90"}.items():
        cell(page, name).fill(text)
        page.keyboard.press("Enter")
    page.get_by_title("Скопировать OD в OS").click()
    expect(cell(page, "os_axis")).to_have_value("90")
    cell(page, "os_sphere").fill("-1,25")
    page.keyboard.press("Enter")
    asked = page.locator("[name=open_questions]")
    expect(asked).to_contain_text("У одного глаза SPH с плюсом, у другого с минусом")
    expect(asked).to_contain_text("Нет межзрачкового расстояния для этого назначения")

    page.locator("button[name=action_sign]").click()
    dialogue = page.locator(".modal")
    expect(dialogue.locator(".o_data_row")).to_have_count(3)
    with page.expect_response("**/web_read"):  # the form is read again behind it
        dialogue.locator("button", has_text="Вернуться к рецепту").click()
    expect(dialogue).to_have_count(0)
    cell(page, "pd_far").fill("63")
    page.keyboard.press("Tab")
    expect(asked).not_to_contain_text("Нет межзрачкового расстояния для этого назначения")
    page.locator("button[name=action_sign]").click()
    expect(dialogue.locator(".o_data_row")).to_have_count(2)
    with page.expect_response("**/web_read"):
        dialogue.locator("button", has_text="Вернуться к рецепту").click()
    expect(dialogue).to_have_count(0)
    sign_as_asked(page)
    answers = server.sql(
        "SELECT code, is_right FROM optics_prescription_question WHERE prescription_id ="
        " (SELECT max(id) FROM optics_prescription) ORDER BY id"
    )
    assert answers == [
        {"code": "spheres_differ", "is_right": True},
        {"code": "anisometropia", "is_right": True},
    ]


def test_it_is_printed(server: OdooServer, page: Page, optician: str, tmp_path: Path) -> None:
    log_in(page, server.url, optician)
    (patient,) = server.rpc("res.partner", "create", [{"name": "Грачёва Анна"}])
    values = {"od_sphere": -20, "os_sphere": -22, "pd_far": 630}
    (made,) = server.rpc("optics.prescription", "create", [{"patient_id": patient, **values}])
    server.rpc("optics.prescription", "action_sign", [made])
    page.goto(f"{server.url}/odoo/prescriptions/{made}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Печать").click()
    assert download.value.suggested_filename == f"Рецепт {made}.pdf"
    download.value.save_as(tmp_path / "prescription.pdf")
    # Of digits the file has the shapes only, so the page's own test reads them.
    words = " ".join(PdfReader(tmp_path / "prescription.pdf").pages[0].extract_text().split())
    assert "Грачёва Анна" in words
    assert "оптическими центрами линз" in words


def test_a_new_patients_first_two_prescriptions(
    server: OdooServer, page: Page, optician: str
) -> None:
    log_in(page, server.url, optician)
    page.goto(f"{server.url}/odoo/patients/new")
    cell(page, "name").or_(page.locator("[name=name] textarea")).fill("Белов Илья Петрович")
    cell(page, "optics_birthdate").or_(page.locator("[name=optics_birthdate] button")).first.click()
    page.keyboard.type("02.03.2015")
    page.keyboard.press("Tab")
    page.locator("button[name=action_optics_prescriptions]").click()
    page.get_by_role("button", name="Новое").click()
    for name, text in {"od_sphere": "-1", "os_sphere": "-1,25", "pd_far": "58"}.items():
        cell(page, name).fill(text)
        page.keyboard.press("Tab")
    page.locator("button[name=action_sign]").click()
    page.locator("button[name=action_revise]").click()
    revision = page.locator("[name=revision]", has_text="2")
    expect(revision).to_be_visible()
    cell(page, "od_sphere").fill("-1,50")
    page.keyboard.press("Tab")
    page.locator("button[name=action_sign]").click()
    expect(page.locator("button[name=action_revise]")).to_be_visible()

    page.goto(f"{server.url}/odoo/patients")
    page.locator(".o_data_row", has_text="Белов").click()
    timeline = page.locator("[name=optics_event_ids] .o_data_row")
    expect(timeline).to_have_count(2)
    expect(timeline.first).to_contain_text("Для дали: OD −1,50; OS −1,25")
    page.goto(f"{server.url}/odoo/prescriptions")
    rows = page.locator(".o_data_row", has_text="Белов")
    expect(rows).to_have_count(2)
    for row in rows.all():
        row.locator("input[type=checkbox]").check()
    page.locator(".o_control_panel").get_by_role("button", name="Действия").click()
    page.get_by_role("menuitem", name="Сравнить").click()
    expect(page.locator(".modal tr", has_text="OD SPH")).to_contain_text("−0,50")


LENS = {
    **{"name": "Линза прозрачная", "optics_kind": "lens", "optics_design": "single_vision"},
    **{"optics_index": 1498, "optics_material": "organic"},
}
RANGE = {"diameter": 600, "strongest_from": -48, "strongest_to": 32, "cylinder_to": 16}
FRAME = {"optics_kind": "frame", "optics_rim": "full", "optics_box_b": 340}
WIDE = {"name": "Оправа широкая", "optics_size": "52□18", "optics_box_ed": 540}
NARROW = {"name": "Оправа узкая", "optics_size": "48□17", "optics_box_ed": 500}


def choose(page: Page, name: str, product: str) -> None:
    cell(page, name).fill(product)
    page.locator(".o-autocomplete--dropdown-item", has_text=product).first.click()


def test_a_lens_is_chosen_that_fits(
    server: OdooServer,
    page: Page,
    optician: str,
    screenshot: Callable[[str], Path],
) -> None:
    server.rpc("product.template", "create", {**LENS, "optics_range_ids": [(0, 0, RANGE)]})
    for frame in (WIDE, NARROW):
        server.rpc("product.template", "create", {**FRAME, **frame})
    (patient,) = server.rpc("res.partner", "create", [{"name": "Синицына Ольга"}])
    values = {"od_sphere": -20, "os_sphere": -22, "pd_far": 620}
    (made,) = server.rpc("optics.prescription", "create", [{"patient_id": patient, **values}])
    log_in(page, server.url, optician)
    page.goto(f"{server.url}/odoo/prescriptions/{made}")
    page.get_by_role("button", name="Подойдёт ли линза?").click()
    expect(cell(page, "od_pd")).to_have_value("31,0")
    choose(page, "frame_id", "Оправа широкая")
    choose(page, "lens_id", "Линза прозрачная")

    # (52 + 18) / 2 − 31 = 4 mm inward; 54 + 2 · 4 + 2 = 64 mm.
    outcome = page.locator("[role=status] [name=outcome]")
    blanks = page.locator(".o_optics_lens_fit tr", has_text="Заготовка").locator("td")
    expect(outcome).to_have_text("Не подходит")
    expect(page.locator("[name=summary]")).to_have_text("OD: Заготовка; OS: Заготовка")
    expect(blanks.first).to_have_text(
        "Не подходит нужно 64,0 мм (считая по эффективному диаметру), наибольшая заготовка этой"
        " силы 60,0 мм"
    )
    screenshot("lens-refused")

    # (48 + 17) / 2 − 31 = 1.5 mm inward; 50 + 2 · 1.5 + 2 = 55 mm.
    choose(page, "frame_id", "Оправа узкая")
    expect(outcome).to_have_text("Подходит")
    expect(blanks.last).to_contain_text("нужно 55,0 мм (считая по эффективному диаметру)")

    page.get_by_role("button", name="Подходящие линзы").click()
    offer = page.locator("[name=offer_ids] .o_data_row", has_text="Линза прозрачная")
    expect(offer.locator("td[name=outcome]")).to_have_text("Подходит")
    screenshot("lens-fits")
    cell(page, "lens_id").fill("")
    page.keyboard.press("Tab")
    expect(outcome).to_have_count(0)
    offer.get_by_role("button", name="Выбрать").click()
    expect(cell(page, "lens_id")).to_have_value("Линза прозрачная")
    expect(outcome).to_have_text("Подходит")

    cell(page, "od_pd").fill("18,9")
    page.keyboard.press("Tab")
    expect(page.locator("[name=od_pd] [role=alert]")).to_have_text("18,9 мм – не от 19,0 до 40,0")
    expect(page.locator("[name=summary]")).to_have_text("OD PD: 18,9 мм – не от 19,0 до 40,0")
    expect(outcome).to_have_count(0)
    page.locator(".o_form_button_cancel").click()
    expect(outcome).to_have_text("Подходит")
