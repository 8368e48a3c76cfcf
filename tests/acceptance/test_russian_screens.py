"""The screens of the shop in Russian: which words on them are Latin?

Left out: Odoo's own settings (of the settings only our app is read), the menus of filters and
groups of Odoo's models (they offer every column), and what `harness/words.py` leaves unread.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.harness.browser import log_in
from tests.acceptance.harness.pos import REGISTERED, PosPage
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till
from tests.acceptance.harness.words import LatinWords

SUNGLASSES = "Очки солнцезащитные Ray-Ban"
COLLEAGUE = "Петров С. В."

ALLOWED = {
    "Ray-Ban": "a brand",
    "Polaroid": "a brand",
    "Vogue": "a brand",
    "Odoo": "the program's name",
    "PIN": "so on every bank card's terminal",
    "QR": "so the law calls the code on a receipt",
    "API": "so programmers say",
    "JSON": "a format's name",
    "TLV": "a format's name",
    "xlsx": "a format's name",
    "HTTP": "a protocol's name",
    "https": "how an address begins",
    "POST": "so the protocol HTTP calls it",
    "Bearer": "so the protocol HTTP calls a token",
    "Europe": "begins a time zone's name",
    "English": "so this language calls itself in the list of languages",
    "US": "of English (US), the same",
    "Russian": "so Odoo's list of languages begins the name of Russian",
    "POS": "so Odoo's Russian calls its point of sale",
    "PoS": "so Odoo's Russian calls its point of sale",
    "IoT": "of IoT Box, a device of Odoo's",
    "Box": "of IoT Box, a device of Odoo's",
    "ePos": "a protocol of Epson's printers",
    "AVCO": "a method of valuation, by its abbreviation",
    "RUB": "the currency's code",
    "POSS": "begins the number of a session's entry in Odoo",
    "Visa": "a payment system's name",
    "AMEX": "a payment system's name",
    "Peppol": "a network's name",
    "ID": "a number in that network",
    **dict.fromkeys(("OD", "OS", "OU"), "the eyes, on Russian prescriptions too"),
    **dict.fromkeys(("SPH", "CYL", "AXIS", "ADD", "PD"), "so on Russian prescriptions and devices"),
    "Trivex": "a lens's material, by its name",
    "Services": "Odoo's category of goods, a record of the database",
}
"""Names, units and abbreviations that stand in Latin letters in Russian too, and why."""
MOST_ALLOWED = 40


def test_the_allow_list_stays_short() -> None:
    assert len(ALLOWED) <= MOST_ALLOWED


@pytest.fixture
def words() -> Iterator[LatinWords]:
    """Words found by a test, judged at its end: all of them at once."""
    words = LatinWords(ALLOWED)
    yield words
    assert not str(words), f"Latin words on Russian screens:\n{words}"


# --- at the counter -------------------------------------------------------------------------------


class Counter:
    """The cashier's screens, one after the other."""

    def __init__(self, page: Page, server: OdooServer, till: Till, words: LatinWords) -> None:
        self.page, self.server, self.till, self.words = page, server, till, words
        self.pos = PosPage(page, server)
        self.modal = page.locator(".modal")

    def read(self, screen: str, awaited: str | Locator) -> None:
        there = self.page.locator(awaited) if isinstance(awaited, str) else awaited
        expect(there.first).to_be_visible(timeout=REGISTERED)
        self.words.read(self.page, f"POS: {screen}")

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def leave(self, button: str = ".btn-close", below: int = 0) -> None:
        """Close the dialog on top; so many stay below it."""
        self.modal.last.locator(button).last.click()
        expect(self.modal).to_have_count(below)

    def menu(self) -> None:
        self.click(".pos-rightheader button:has(.fa-bars)")

    # --- steps -----------------------------------------------------------------------------------

    def open(self) -> None:
        log_in(self.page, self.server.url, "cashier1")
        self.read("dashboard", ".o_kanban_record")
        (config,) = self.server.sql("SELECT id FROM pos_config WHERE kkt_device_id IS NOT NULL")
        self.page.goto(f"{self.server.url}/pos/ui/{config['id']}")
        self.read("locked", ".open-register-btn")
        self.click(".open-register-btn")
        self.read("PIN", ".screen-login input")
        self.click(".screen-login .select-cashier")
        self.read("cashiers", ".modal button")
        self.leave()
        self.page.locator(".screen-login input").fill("1111")
        self.page.keyboard.press("Enter")
        self.read("opening", ".modal .opening-cash-section")
        self.click(".modal .fa-money")
        self.read("coins and notes", ".modal .total-section")
        self.leave(below=1)
        self.click(".modal:has(.opening-cash-section) .modal-footer .btn-primary")
        expect(self.modal).to_have_count(0, timeout=REGISTERED)

    def products(self) -> None:
        self.read("products", ".product-screen .product-list")
        self.click(".orders-button")
        self.read("no orders", ".ticket-screen .orders")
        self.click(".register-label")
        self.pos.add(SUNGLASSES)
        for key in ("%", "1", "0"):
            self.page.locator(".numpad").get_by_text(key, exact=True).click()
        self.read("discount", ".orderline:has-text('10')")
        for _ in range(2):
            self.click(".numpad button:has(.oi-arrow-left), .numpad button:has-text('⌫')")

    def actions(self) -> None:
        for name, button in (
            ("note of the customer", ".fa-sticky-note"),
            ("price lists", ".fa-th-list"),
            ("product", ".fa-info-circle"),
        ):
            self.click(".product-screen .more-btn")
            self.read("actions", ".control-buttons-modal")
            self.click(f".control-buttons-modal button:has({button})")
            expect(self.page.locator(".control-buttons-modal")).to_have_count(0)
            self.read(name, ".modal")
            self.leave()

    def customers(self) -> None:
        self.click(".product-screen .set-partner")
        self.read("customers", ".partner-list .partner-line")
        expect(self.page.locator(".partner-line", has_text=COLLEAGUE)).to_have_count(0)
        self.click(".partner-line .fa-bars")
        self.read("a customer's menu", ".o-dropdown--menu")
        self.page.keyboard.press("Escape")
        self.click(".modal-header button.btn-primary")
        self.read("a new customer", ".modal .o_form_view")
        self.leave(".o_form_button_cancel", below=1)
        self.leave(".modal-footer .btn-secondary")

    def sale(self) -> None:
        self.page.locator(".product-screen .pay-order-button:visible").click()
        self.read("payment", ".payment-screen")
        self.pos.choose_method("Наличные")
        self.pos.tender("6000")
        self.read("change", ".payment-status-amount")
        self.till.slow_down(print_time=2)
        self.pos.validate()
        self.read("overlay", ".fiscal-overlay")
        self.read("receipt", ".receipt-screen .fiscal-receipt")
        self.till.slow_down()
        self.pos.next_order()

    def orders(self) -> None:
        self.click(".orders-button")
        self.click(".ticket-screen .filter")
        self.read("filters of orders", ".ticket-screen .filter .options, .o-dropdown--menu")
        self.page.keyboard.press("Escape")
        self.click(".register-label")
        self.click(".product-screen .more-btn")
        self.click(".control-buttons-modal button:has(.fa-undo)")
        (order,) = self.server.sql("SELECT pos_reference FROM pos_order WHERE state = 'paid'")
        self.click(f".ticket-screen .order-row:has-text('{order['pos_reference']}')")
        self.read("a paid order", ".ticket-screen .orderline")
        self.click(".ticket-screen .pay-order-button.btn-primary")
        self.read("refund", ".payment-screen")

    def refusals(self) -> None:
        self.pos.choose_method("Банковская карта")
        self.till.set_faults(no_paper=True)
        self.pos.validate()
        self.read("no paper", ".fiscal-refusal")
        self.till.set_faults(silent=True)
        self.click(".fiscal-retry")
        expect(self.page.locator(".fiscal-refusal")).to_have_count(0)
        self.read("silent", ".fiscal-overlay")
        self.read("silent till", ".fiscal-refusal")
        self.till.mend()
        self.read("receipt of a return", ".receipt-screen .fiscal-receipt")
        self.pos.next_order()

    def sale_orders(self) -> None:
        self.pos.open_sale_orders()
        self.read("sale orders", ".modal .o_data_row")
        self.click(".modal .o_data_row td")
        self.read("choice of a sale order", ".modal .selection-item")
        self.page.locator(".modal .selection-item").nth(1).click()
        self.read("down payment", ".modal .popup-input")
        self.leave(".modal-footer .btn-secondary")

    def cash(self) -> None:
        self.menu()
        self.read("menu", ".fiscal-cash-move")
        self.click(".fiscal-cash-move")
        self.read("cash in or out", ".modal .cash-reason")
        self.page.locator(".modal-footer .btn-secondary").last.click()
        self.read("cash moves", ".modal .btn-close")
        self.leave(below=1)
        self.leave(".modal-footer .cancel")
        self.click(".fiscal-badge")
        self.read("the till", ".modal .modal-body")
        self.leave(".modal-footer .btn-primary")
        self.menu()
        self.click(".fiscal-close-register")
        self.read("closing", ".close-pos-popup .cash-input")
        self.click(".close-pos-popup .button.highlight")
        self.read("difference", self.modal.nth(1))
        self.modal.last.locator(".btn-primary").click()
        self.read("closed", ".open-register-btn")


@pytest.mark.full
def test_the_counter(server: OdooServer, till: Till, page: Page, words: LatinWords) -> None:
    counter = Counter(page, server, till, words)
    counter.open()
    counter.products()
    counter.actions()
    counter.customers()
    counter.sale()
    counter.orders()
    counter.refusals()
    counter.sale_orders()
    counter.cash()


# --- in the back office ---------------------------------------------------------------------------


class BackOffice:
    """Whatever the menus of an app lead to, in each of its views."""

    def __init__(self, page: Page, server: OdooServer, words: LatinWords) -> None:
        self.page, self.server, self.words = page, server, words
        log_in(page, server.url)

    def read_app(self, menu: str) -> None:
        """Read what each entry of an app leads to; `menu` is the XML id of its root."""
        menus = self.server.rpc(
            "ir.ui.menu", "load_web_menus", [], False, context={"lang": "ru_RU"}
        )
        (root,) = (entry for entry in menus.values() if entry.get("xmlid") == menu)
        self.page.goto(f"{self.server.url}/odoo/action-{root['actionID']}")
        self._read(root["name"], ".o_menu_sections")
        for entry in entries_below(menus, root):
            self._read_entry(f"{root['name']} → {entry['name']}", entry)

    def read_till(self, till: Till) -> None:
        """Read what the buttons on a till's page open."""
        (correction,) = self.server.sql(
            "SELECT res_id FROM ir_model_data WHERE name = 'fiscal_correction_action'"
        )
        for button in (*BUTTONS, str(correction["res_id"])):
            self.page.goto(f"{self.server.url}/odoo/kkt.device/{till.id}")
            self.page.locator(".o_notebook .nav-link[name=maintenance]").click()
            self.page.locator(f"button[name='{button}']:visible").first.click()
            self._read(f"till, {button}", ".modal .modal-body, .o_notification")

    def _read_entry(self, name: str, entry: dict[str, Any]) -> None:
        self._open(entry["actionID"])
        if entry["actionModel"] != "ir.actions.act_window":
            self._read(name, ".o_action_manager > *, .modal")
            return
        (action,) = self.server.rpc(
            "ir.actions.act_window", "read", [entry["actionID"]], ["view_mode", "res_model"]
        )
        if action["res_model"] == "res.config.settings":
            self._read_settings(name)
            return
        kinds = action["view_mode"].split(",")
        for kind in kinds:
            if kind != "form":
                self._read_view(f"{name}, {kind}", kind, action["res_model"])
        if "form" in kinds:
            self._read_form(name, entry["actionID"], action["res_model"])

    def _open(self, action: int, record: str = "") -> None:
        self.page.goto(f"{self.server.url}/odoo/action-{action}{record}")

    def _read_view(self, name: str, kind: str, model: str) -> None:
        view = self.page.locator(f".o_{kind}_view")
        switch = self.page.locator(f".o_cp_switch_buttons .o_switch_view.o_{kind}")
        expect(view.or_(switch).first).to_be_visible(timeout=REGISTERED)
        if not view.count():
            switch.click()
        expect(view.first).to_be_visible(timeout=REGISTERED)
        menu = self.page.locator(".o_searchview_dropdown_toggler")
        if menu.count() and model.startswith(OURS):
            menu.click()
        self._read(name, f".o_{kind}_view")

    def _read_form(self, name: str, action: int, model: str) -> None:
        records = self.server.rpc(model, "search", [], limit=1)
        if not records:
            return
        self._open(action, f"/{records[0]}")
        self._read(f"{name}, form", ".o_form_view")
        for tab in self.page.locator(".o_notebook .nav-link:visible").all():
            tab.click()
            self._read(f"{name}, form, {tab.inner_text()}", ".o_notebook .tab-pane.active")

    def _read_settings(self, name: str) -> None:
        expect(self.page.locator(".o_setting_container")).to_be_visible(timeout=REGISTERED)
        for block in SETTINGS_OF_OURS:
            self.words.read(self.page, name, within=block)

    def _read(self, screen: str, awaited: str) -> None:
        expect(self.page.locator(awaited).first).to_be_visible(timeout=REGISTERED)
        self.words.read(self.page, screen)


BUTTONS = (
    *("action_cash_move", "action_close_shift", "action_continue_print", "action_copy_last"),
    *("action_cancel_open_document", "action_set_clock", "action_fn_status"),
    *("action_read_document", "action_replace_drive", "action_virtual_faults"),
)
"""Of a till's page: those that open something or say something."""
OURS = ("fiscal.", "kkt.", "ofd.")
"""Models whose menus of filters and groups are read too: those of Odoo's offer every column."""
SETTINGS_OF_OURS = (".app_settings_block[data-key=optics_kkt_driver]",)


def entries_below(menus: dict[str, Any], menu: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Those that lead somewhere."""
    for child in menu["children"]:
        entry = menus[str(child)]
        if entry["actionID"]:
            yield entry
        yield from entries_below(menus, entry)


@pytest.mark.full
def test_the_back_office_of_ours(
    server: OdooServer, till: Till, page: Page, words: LatinWords
) -> None:
    till.sell_until_signed("1")
    back_office = BackOffice(page, server, words)
    back_office.read_app("optics_kkt_driver.menu_fiscal_root")
    back_office.read_till(till)


@pytest.mark.full
def test_the_back_office_of_the_point_of_sale(
    server: OdooServer, till: Till, page: Page, words: LatinWords
) -> None:
    till.sell_until_signed("1")
    BackOffice(page, server, words).read_app("point_of_sale.menu_point_root")


@pytest.mark.full
def test_the_records_of_the_optician(page: Page, server: OdooServer, words: LatinWords) -> None:
    # A call without a language is in English, and so is what the chatter keeps of it.
    russian = {"lang": "ru_RU"}
    patient = server.rpc("res.partner", "create", {"name": "Ёлкина Вера"}, context=russian)
    eyes = {"od_sphere": -10, "od_cylinder": -6, "od_axis": 90, "os_sphere": -12}
    server.rpc("optics.prescription", "create", {"patient_id": patient, **eyes})
    BackOffice(page, server, words).read_app("optics_core.menu_optics_root")
