"""The two doors of the shop: the same things done by a machine's calls and by people's hands."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod

from playwright.sync_api import expect

from tests.acceptance.harness.browser import Windows, go_to, log_in
from tests.acceptance.harness.pos import PosPage
from tests.acceptance.harness.till import Till

SUNGLASSES = "Очки солнцезащитные Ray-Ban"
DEAD = [["state", "=", "dead"]]


class Door(ABC):
    """How a sale is made, and how it is sent once more."""

    @abstractmethod
    def sell(self) -> int:
        """Sell sunglasses by card; return the FD number of the signed receipt."""

    @abstractmethod
    def send_again(self) -> None:
        """Have all that the OFD has not accepted sent once more."""


class ApiDoor(Door):
    """By HTTP."""

    def __init__(self, till: Till) -> None:
        self._till = till

    def sell(self) -> int:
        answer = self._till.sell(str(uuid.uuid4()))
        assert answer.status_code == 201, answer.text
        number: int = answer.json()["fd_number"]
        return number

    def send_again(self) -> None:
        server = self._till.server
        server.rpc(
            "fiscal.document", "action_resend", server.rpc("fiscal.document", "search", DEAD)
        )


class PosDoor(Door):
    """By Chromium: the cashier's window stays open from sale to sale."""

    def __init__(self, till: Till, windows: Windows) -> None:
        self._till, self._windows = till, windows
        self._pos = PosPage(windows.open(), till.server)
        self._pos.enter()

    def be_ready(self) -> None:
        """Go back to the products, if a test that failed has left something else on the screen."""
        if not self._pos.page.locator(".product-screen .product-list").count():
            self._pos.open()

    def sell(self) -> int:
        number = self._pos.sell(SUNGLASSES, "Банковская карта").fd
        self._pos.next_order()
        return number

    def send_again(self) -> None:
        """By the button over the list *Not accepted*."""
        page = self._windows.open()
        log_in(page, self._till.server.url)
        go_to(page, "Не приняты")
        # The column is this list's alone: it is not the list of all documents that is still there.
        expect(page.locator("td[name=dead_reason]").first).to_be_visible()
        page.locator("thead .o_list_record_selector input").check()
        page.locator(".o_control_panel button[name=action_resend]").click()
        expect(page.locator(".o_data_row")).to_have_count(0)
        page.context.close()
