"""A refraction device's file becomes measurements: dropped on a page, or laid into a folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import JSHandle, Page, expect

from tests.acceptance.harness.browser import log_in
from tests.acceptance.harness.server import OdooServer

OPTICIAN = "optician3"
REFRACTION = (
    "<{eye}><AR><ARMedian><Sphere>{sphere}</Sphere><Cylinder>{cylinder}</Cylinder>"
    "<Axis>{axis}</Axis></ARMedian></AR></{eye}>"
)


def device_file(number: str, person: str = "") -> str:
    """An autorefractor's file, as one of Nidek's writes it."""
    eyes = REFRACTION.format(eye="R", sphere="-6.38", cylinder="-0.64", axis="177")
    eyes += REFRACTION.format(eye="L", sphere="-5.12", cylinder="-0.00", axis="0")
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Data><Company>NIDEK</Company>'
        "<ModelName>ARK-1</ModelName><Date>2026/03/11</Date><Time>16:03:07</Time>"
        f"<Patient><No.>{number}</No.>{person}</Patient><VD>12.00 mm</VD>{eyes}"
        "<PD><PDList No='1'><FarPD>62</FarPD><NearPD>59</NearPD></PDList></PD></Data>"
    )


@pytest.fixture(scope="module")
def folder(server: OdooServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The watched folder of the server, which reads its option when it starts."""
    place = tmp_path_factory.mktemp("devices")
    settings = tmp_path_factory.mktemp("settings") / "odoo.conf"
    told = Path(os.environ["ODOO_RC"]).read_text()
    settings.write_text(f"{told}\noptics_device_folder = {place}\n")
    server.stop()
    server.start("-c", str(settings))
    return place


@pytest.fixture(scope="module")
def optician(server: OdooServer, folder: Path) -> str:
    return server.hire(OPTICIAN, "Оптометрист", "optics_core.group_optics_optician")


def patient(server: OdooServer, name: str) -> int:
    (made,) = server.rpc("res.partner", "create", [{"name": name}])
    return int(made)


def drop(page: Page, name: str, content: str) -> None:
    """Drag a file over the page, and let go of it where it may be dropped."""
    dragged: JSHandle = page.evaluate_handle(
        "([name, text]) => { const dragged = new DataTransfer();"
        " dragged.items.add(new File([text], name, {type: 'text/xml'})); return dragged; }",
        [name, content],
    )
    page.locator(".o_optics_device_files_button").wait_for()
    page.dispatch_event("body", "dragenter", {"dataTransfer": dragged})
    page.dispatch_event(".o-Dropzone.o_optics_device_files", "drop", {"dataTransfer": dragged})


def test_dropped_on_a_patients_page_it_leads_to_a_prescription(
    server: OdooServer, page: Page, optician: str, screenshot: Callable[[str], Path]
) -> None:
    known = patient(server, "Ёлкина Вера")
    log_in(page, server.url, optician)
    page.goto(f"{server.url}/odoo/patients/{known}")
    drop(page, "AR0003.xml", device_file("0003"))
    timeline = page.locator("[name=optics_event_ids] .o_data_row")
    expect(timeline).to_have_count(1)
    expect(timeline).to_contain_text("OD −6,38 −0,64 × 177; OS −5,12; OU PD 62,0/59,0")
    screenshot("device-file-dropped")

    drop(page, "again.xml", device_file("0003"))
    expect(page.locator(".o_notification")).to_have_count(2)
    expect(timeline).to_have_count(1)

    timeline.locator("button[name=action_open]").click()
    page.locator("button[name=action_prescribe]").click()
    for name, shown in {
        **{"od_sphere": "−6,50", "od_cylinder": "−0,75", "od_axis": "177"},
        **{"os_sphere": "−5,00", "pd_far": "62,0"},
    }.items():
        expect(page.locator(f"[name={name}] input")).to_have_value(shown)
    screenshot("device-file-prescription")


def test_an_unreadable_one_is_refused_and_another_persons_is_asked_about(
    server: OdooServer, page: Page, optician: str, screenshot: Callable[[str], Path]
) -> None:
    server.expect_log("Файл не XML")  # Odoo's log has each refusal
    known = patient(server, "Дубов Олег")
    log_in(page, server.url, optician)
    page.goto(f"{server.url}/odoo/patients/{known}")
    drop(page, "AR0004.xml", device_file("0004")[:-30])
    refusal = page.locator(".modal")
    expect(refusal).to_contain_text("AR0004.xml")
    expect(refusal).to_contain_text("Файл не XML или обрезан")
    refusal.locator(".modal-footer button").first.click()

    told = "<LastName>Соколов</LastName><FirstName>Пётр</FirstName>"
    drop(page, "AR0005.xml", device_file("0005", told))
    asked = page.locator(".modal")
    expect(asked.locator("[name=doubts]")).to_contain_text("Соколов Пётр")
    screenshot("device-file-asked")
    asked.locator("button[name=action_assign_anyway]").click()
    expect(asked).to_have_count(0)
    expect(page.locator("[name=optics_event_ids] .o_data_row")).to_have_count(1)


def test_dropped_on_a_draft_it_is_of_its_patient(
    server: OdooServer, page: Page, optician: str
) -> None:
    known = patient(server, "Белов Илья")
    (draft,) = server.rpc("optics.prescription", "create", [{"patient_id": known, "od_sphere": -8}])
    log_in(page, server.url, optician)
    page.goto(f"{server.url}/odoo/prescriptions/{draft}")
    drop(page, "AR0007.xml", device_file("0007"))
    measured = page.locator("[name=patient_measurement_ids] .o_data_row")
    expect(measured).to_contain_text("−6,38 −0,64 × 177")
    (file,) = server.sql("SELECT patient_id FROM optics_device_file WHERE told_number = '0007'")
    assert file["patient_id"] == known


def test_read_from_the_folder_it_waits_and_is_put_to_a_patient(
    server: OdooServer, page: Page, optician: str, folder: Path, screenshot: Callable[[str], Path]
) -> None:
    known = patient(server, "Грачёва Анна")
    laid = folder / "AR0006.xml"
    laid.write_text(device_file("0006", "<LastName>Grachova</LastName>"))
    moment = time.time() - 60
    os.utime(laid, (moment, moment))
    log_in(page, server.url, optician)
    page.goto(f"{server.url}/odoo/device-files")
    page.locator("button[name=action_check_folder]").click()
    expect(page.locator(".o_notification")).to_be_visible()
    deadline = time.monotonic() + 90
    row = page.locator(".o_data_row", has_text="Grachova")
    while not row.count() and time.monotonic() < deadline:
        time.sleep(1)
        page.reload()
        page.locator(".o_list_view").wait_for()
        page.wait_for_timeout(500)
    expect(row).to_contain_text("OD −6,38 −0,64 × 177")
    assert (folder / "done" / "AR0006.xml").exists() and not laid.exists()
    screenshot("device-files")

    row.locator("[name=candidate_id]").click()
    page.locator("[name=candidate_id] input").fill("Грачёва")
    page.locator(".o-autocomplete--dropdown-item", has_text="Грачёва Анна").click()
    page.locator(".o_data_row button[name=action_assign]").click()
    asked = page.locator(".modal")
    expect(asked.locator("[name=doubts]")).to_contain_text("Grachova")
    asked.locator("button[name=action_assign_anyway]").click()
    expect(row).to_have_count(0)
    page.goto(f"{server.url}/odoo/patients/{known}")
    expect(page.locator("[name=optics_event_ids] .o_data_row")).to_contain_text("OD −6,38")
