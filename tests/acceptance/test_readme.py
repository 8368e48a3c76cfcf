"""README's "What to click", followed by a newcomer who knows nothing but the words there.

What the README marks (in *italics*, «quotes» or `code`, and addresses) is handed to the step's
method, in this order, and clicked by that very text. So a button renamed on a screen or a word
changed in the README fails here, until both say the same.
"""

from __future__ import annotations

import inspect
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.acceptance.harness.browser import go_to
from tests.acceptance.harness.pos import REGISTERED, PosPage, ShownReceipt
from tests.acceptance.harness.server import OdooServer

README = Path(__file__).resolve().parents[2] / "README.md"
MARKED = re.compile(r"\*([^*]+)\*|«([^»]+)»|`([^`]+)`|(http://\S+[\w/])")


def section(title: str, server: OdooServer) -> str:
    """What stands under a title, with the address of this test's server."""
    (found,) = re.findall(rf"^## {title}$(.*?)^## ", README.read_text(), re.DOTALL | re.MULTILINE)
    text: str = re.sub(r"(?<=//)(localhost|127\.0\.0\.1):8069", rf"\1:{server.port}", found)
    return text


def steps(text: str) -> dict[int, list[str]]:
    """The numbered steps, each with its marked words."""
    numbered = re.findall(r"^(\d+)\. (.*(?:\n   .*)*)", text, re.MULTILINE)
    return {
        int(number): [" ".join(next(filter(None, words)).split()) for words in MARKED.findall(step)]
        for number, step in numbered
    }


def shell_calls(text: str) -> list[str]:
    """The commands of the section's `sh` block."""
    (block,) = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return block.replace("\\\n", " ").splitlines()


class Newcomer:
    """Does what a step says; a parameter of a step's method is one marked word of it."""

    def __init__(self, server: OdooServer, new_page: Callable[[], Page]) -> None:
        self.server, self.new_page = server, new_page
        self.page = new_page()
        self.address = ""
        self.paying: tuple[str, ...] = ()
        self.steps: dict[int, Callable[..., None]] = {
            1: self.sign_in,
            2: self.open_register,
            3: self.sell,
            4: self.prepay_and_settle,
            5: self.close_register,
            6: self.look_around,
            7: self.serve_the_till,
        }

    def follow(self, number: int, words: list[str]) -> None:
        step = self.steps[number]
        roles = list(inspect.signature(step).parameters)
        assert len(words) == len(roles), f"README marks in step {number} {words}, not {roles}"
        step(*words)

    def see(self, words: str) -> Locator:
        """The one place on the screen that says so: with two a newcomer would not know which."""
        place = self.page.get_by_text(words, exact=True).filter(visible=True)
        expect(place).to_have_count(1, timeout=REGISTERED)
        return place

    def click(self, *all_words: str) -> None:
        for words in all_words:
            self.see(words).click()

    # --- the steps -------------------------------------------------------------------------------

    def sign_in(self, address: str, login: str, password: str) -> None:
        self.address = address
        self.page.goto(address)
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password)
        self.page.locator(".oe_login_form button[type=submit]").click()

    def open_register(
        self,
        card: str,
        on_the_card: str,
        on_the_screen: str,
        pin: str,
        other_pin: str,
        other: str,
        other_login: str,
        in_the_dialog: str,
    ) -> None:
        self.page.locator(".o_kanban_record", has_text=card).get_by_text(
            on_the_card, exact=True
        ).click()
        expect(self.page.locator(".open-register-btn")).to_be_visible(timeout=REGISTERED)
        self.click(on_the_screen)
        field = self.page.locator(".screen-login input")
        field.fill(pin)
        field.press("Enter")
        expect(self.page.locator(".opening-cash-section")).to_be_visible(timeout=REGISTERED)
        self.click(in_the_dialog)
        assert self.server.wait_for_sql(
            "SELECT 1 FROM fiscal_document WHERE kind = 'shift_open' AND fpd IS NOT NULL"
        )
        assert self.server.sql(
            "SELECT 1 FROM hr_employee e JOIN res_users u ON u.id = e.user_id"
            " WHERE (e.pin, e.name, u.login) = (%s, %s, %s)",
            *(other_pin, other, other_login),
        )

    def sell(self, product: str, pay: str, method: str, confirm: str, go_on: str) -> None:
        self.paying = (pay, method, confirm, go_on)
        self.click(product)
        shown = self.pay()
        assert product in shown.text
        assert shown.fn in shown.qr

    def prepay_and_settle(
        self,
        menu: str,
        orders: str,
        customer: str,
        prepay: str,
        percent: str,
        apply: str,
        settle: str,
    ) -> None:
        self.choose_order(menu, orders, customer)
        self.click(prepay)
        expect(self.page.locator(".modal .popup-input")).to_be_visible()
        self.click(*percent, apply)
        shown = self.pay()
        assert shown.text.count("Предоплата\n") == 3, "over each of the order's goods"
        prepaid = total(shown)

        self.choose_order(menu, orders, customer)
        self.click(settle)
        shown = self.pay()
        assert f"Предоплата (аванс)\n{prepaid}" in shown.text
        assert "Полный расчёт" in shown.text

    def close_register(self, close: str, in_the_dialog: str) -> None:
        self.page.locator(".pos-rightheader button:has(.fa-bars)").click()
        self.click(close)
        expect(self.page.locator(".modal .closing-notes")).to_be_visible()
        self.click(in_the_dialog)
        expect(self.page.locator(".open-register-btn")).to_be_visible(timeout=REGISTERED)
        assert self.server.sql(
            "SELECT 1 FROM fiscal_document d JOIN pos_session s ON s.id = d.pos_session_id"
            " WHERE d.kind = 'shift_close' AND d.fpd IS NOT NULL AND s.state = 'closed'"
        )

    def look_around(
        self,
        login: str,
        password: str,
        app: str,
        overview: str,
        documents: str,
        history: str,
        shifts: str,
        purchases: str,
        tills: str,
        drives: str,
        emulator: str,
    ) -> None:
        self.page = self.new_page()
        self.sign_in(self.address, login, password)
        expect(self.page.locator(".o_menu_brand")).to_have_text(app)
        expect(self.page.locator(".o_last_breadcrumb_item")).to_have_text(overview)
        expect(self.page.locator(".o_fiscal_till")).to_be_visible()
        self.go_to(documents)
        self.page.locator(".o_data_row td[name=fd_number]").first.click()
        self.click(history)
        expect(self.page.locator("[name=event_ids] .o_data_row").first).to_be_visible()
        for place in (shifts, purchases, tills, drives, emulator):
            self.go_to(place)
        self.go_to(shifts)
        self.page.locator(".o_data_row td[name=number]").first.click()
        expect(self.page.locator(".o_kkt_counters")).to_be_visible()

    def serve_the_till(
        self,
        tills: str,
        till: str,
        cash: str,
        correction: str,
        page: str,
        faults: str,
        open_shift: str,
        report: str,
    ) -> None:
        self.go_to(tills)
        self.click(till)
        self.see(cash)
        self.see(correction)
        self.click(page)
        self.see(faults)
        self.click(open_shift)
        self.page.locator(".o_breadcrumb a", has_text=till).click()
        self.click(report)
        expect(self.page.locator("[name=counters_html]")).to_be_visible(timeout=REGISTERED)

    # --- what several steps have in common -------------------------------------------------------

    def go_to(self, place: str) -> None:
        """Open an entry of the back office's menu, which has something to show."""
        go_to(self.page, place)
        expect(self.page.locator(".o_data_row").first).to_be_visible()

    def choose_order(self, menu: str, orders: str, customer: str) -> None:
        self.page.locator(".product-screen .more-btn").click()
        self.see(menu)
        self.click(orders, customer)

    def pay(self) -> ShownReceipt:
        *paying, go_on = self.paying
        expect(self.page.locator(".order-container .orderline").first).to_be_visible()
        self.click(*paying)
        shown = PosPage(self.page, self.server).receipt()
        self.click(go_on)
        return shown


def total(shown: ShownReceipt) -> str:
    (amount,) = re.findall(r"ИТОГ\n(.+)", shown.text)
    return str(amount)


def answer(call: str) -> dict[str, Any]:
    done = subprocess.run(
        ["bash", "-c", call], capture_output=True, text=True, timeout=120, check=True
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_a_newcomer_follows_the_readme(server: OdooServer, new_page: Callable[[], Page]) -> None:
    text = section("What to click", server)
    newcomer = Newcomer(server, new_page)
    found = steps(text)
    assert list(found) == list(newcomer.steps)
    for number, words in found.items():
        newcomer.follow(number, words)


def test_the_calls_of_the_readme(server: OdooServer) -> None:
    sell, buffer = shell_calls(section("What to click", server))
    sold = answer(sell)
    assert sold["fpd"]
    again = answer(sell)
    assert [again[key] for key in ("fn_number", "fd_number", "fpd")] == [
        sold[key] for key in ("fn_number", "fd_number", "fpd")
    ]
    assert answer(buffer)["pending_count"] <= 1
