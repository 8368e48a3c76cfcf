"""The cashier's screen, by CSS selectors alone: the same in every language."""

from __future__ import annotations

import io
from dataclasses import dataclass

import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.acceptance.harness.browser import log_in
from tests.acceptance.harness.server import OdooServer

REGISTERED = 60_000
"""Milliseconds that a sale may take on a loaded machine, device and recovery included."""


@dataclass(frozen=True)
class ShownReceipt:
    """What the receipt screen shows of a signed sale."""

    fn: str
    fd: int
    fpd: str
    text: str
    qr: str
    """Decoded from the picture on the screen, not from the page's data."""


class PosPage:
    """One tab with the point of sale «Касса 1»."""

    def __init__(self, page: Page, server: OdooServer) -> None:
        self.page = page
        self._server = server

    # --- session ---------------------------------------------------------------------------------

    def enter(self, login: str = "cashier1", pin: str = "1111", counted: str = "") -> None:
        """Sign in, open «Касса 1» and unlock it with the cashier's PIN."""
        log_in(self.page, self._server.url, login)
        self.open(pin, counted)

    def open(self, pin: str = "1111", counted: str = "") -> None:
        """Go to the point of sale; open the register if it is closed.

        `counted` is how many roubles lie in the drawer then; what stands there, when empty.
        """
        (config,) = self._server.sql("SELECT id FROM pos_config WHERE kkt_device_id IS NOT NULL")
        self.page.goto(f"{self._server.url}/pos/ui/{config['id']}")
        self.unlock(pin)
        opening = self.page.locator(".modal:has(.opening-cash-section) .modal-footer .btn-primary")
        products = self.page.locator(".product-screen .product-list")
        expect(opening.or_(products).first).to_be_visible(timeout=REGISTERED)
        if opening.count():
            if counted:
                self.page.locator(".opening-cash-section input").first.fill(counted)
            opening.click()
            expect(opening).to_have_count(0, timeout=REGISTERED)
        expect(products).to_be_visible()

    def unlock(self, pin: str) -> None:
        """Pass the login screen, if it is shown."""
        closed = self.page.locator(".open-register-btn")
        screen = self.page.locator(".product-screen").or_(closed).first
        expect(screen).to_be_visible(timeout=REGISTERED)
        if closed.count():
            closed.click()
            field = self.page.locator(".screen-login input")
            field.fill(pin)
            field.press("Enter")

    def close_session(self) -> None:
        """Close the register; the shift is closed with it. Ends where it can be opened again."""
        self.page.locator(".pos-rightheader button:has(.fa-bars)").click()
        self.page.locator(".fiscal-close-register").click()
        self.page.locator(".modal-footer .button.highlight").click()
        expect(self.page.locator(".open-register-btn")).to_be_visible(timeout=REGISTERED)

    # --- cash ------------------------------------------------------------------------------------

    def move_cash(self, direction: str, roubles: str, reason: str) -> None:
        """Put cash `in` or take it `out` by the menu, and wait until the till has registered it."""
        self.page.locator(".pos-rightheader button:has(.fa-bars)").click()
        self.page.locator(".fiscal-cash-move").click()
        first_or_second = {"in": 0, "out": 1}[direction]
        self.page.locator(".modal .input-type").nth(first_or_second).click()
        self.fill_cash_move(roubles, reason)

    def fill_cash_move(self, roubles: str, reason: str) -> None:
        """Fill the popup that is open and wait until the till has registered the cash."""
        popup = self.page.locator(".modal:has(.cash-reason)")
        popup.locator(".input-amount input").fill(roubles)
        popup.locator(".cash-reason").fill(reason)
        popup.locator(".modal-footer .confirm").click()
        expect(popup).to_have_count(0, timeout=REGISTERED)

    # --- sale ------------------------------------------------------------------------------------

    def add(self, product: str) -> None:
        self.page.locator("article.product", has_text=product).first.click()
        expect(self.page.locator(".order-container .orderline").first).to_be_visible()

    def settle(self, sale_order: str) -> None:
        """Bring a sale order's goods, and take off what was prepaid."""
        self._choose_sale_order(sale_order, choice=0)
        expect(self.page.locator(".order-container .orderline").first).to_be_visible()

    def prepay(self, sale_order: str, percent: int) -> None:
        """Put a down payment of so many percent of a sale order into the order."""
        self._choose_sale_order(sale_order, choice=1)
        popup = self.page.locator(".modal:has(.popup-input)")
        for digit in str(percent):
            popup.locator(".numpad").get_by_text(digit, exact=True).click()
        popup.locator(".modal-footer .btn-primary").click()
        expect(self.page.locator(".order-container .orderline").first).to_be_visible()

    def open_sale_orders(self) -> None:
        self.page.locator(".product-screen .more-btn").click()
        self.page.locator(".control-buttons-modal button:has(.fa-link)").click()

    def _choose_sale_order(self, sale_order: str, choice: int) -> None:
        """«Quotation/Order», then settle (0), down payment in percent (1) or in roubles (2)."""
        self.open_sale_orders()
        self.page.locator(".modal .o_data_row", has_text=sale_order).locator("td").first.click()
        self.page.locator(".modal .selection-item").nth(choice).click()

    def take_back(self, order: str) -> None:
        """Take the only line of a signed order back; `order` is how the list names it."""
        self.page.locator(".product-screen .more-btn").click()
        self.page.locator(".control-buttons-modal button:has(.fa-undo)").click()
        self.page.locator(".ticket-screen .order-row", has_text=order).first.click()
        self.page.locator(".ticket-screen .pay-order-button.btn-primary").click()
        expect(self.page.locator(".payment-screen")).to_be_visible()

    def open_order(self, order: str) -> None:
        """Open an order from the list that is shown; `order` is how the list names it."""
        self.page.locator(".ticket-screen .order-row", has_text=order).first.click()
        self.page.locator(".ticket-screen .load-order-button:visible").click()

    def come_to_pay(self, product: str, method: str) -> None:
        """Enter, and stop before the validation of a sale."""
        self.enter()
        self.add(product)
        self.pay(method)

    def pay(self, method: str) -> None:
        """Go to the payment screen and take the whole sum; `method` is a method's name."""
        self.page.locator(".product-screen .pay-order-button:visible").click()
        self.choose_method(method)

    def choose_method(self, method: str) -> None:
        self.page.locator(".paymentmethods .paymentmethod", has_text=method).first.click()

    def tender(self, roubles: str) -> None:
        """Type how much the customer gives, on the payment screen."""
        for digit in roubles:
            self.page.locator(".payment-screen .numpad").get_by_text(digit, exact=True).click()
            # Odoo takes digits that come as fast as a scanner's for a barcode, and drops them.
            self.page.wait_for_timeout(300)

    def validate(self) -> None:
        self.page.locator(".payment-screen .validation-button.next:visible").click()

    def receipt(self) -> ShownReceipt:
        """Wait for the signed receipt and read it from the screen."""
        shown = self.page.locator(".receipt-screen .fiscal-receipt")
        expect(shown).to_be_visible(timeout=REGISTERED)
        return ShownReceipt(
            fn=shown.locator(".fiscal-fn").inner_text(),
            fd=int(shown.locator(".fiscal-fd").inner_text()),
            fpd=shown.locator(".fiscal-fpd").inner_text(),
            text=shown.inner_text(),
            qr=self._decode_qr(),
        )

    def _decode_qr(self) -> str:
        picture = self.page.locator(".receipt-screen .fiscal-qr img")
        picture.scroll_into_view_if_needed()
        image = Image.open(io.BytesIO(picture.screenshot())).convert("L")
        found = zxingcpp.read_barcodes(image.resize((image.width * 3, image.height * 3)))
        assert len(found) == 1, f"{len(found)} codes in the QR picture"
        text: str = found[0].text
        return text

    def next_order(self) -> None:
        self.page.locator(
            ".receipt-screen .validation-button, .receipt-screen .button.next"
        ).first.click()
        expect(self.page.locator(".product-screen .product-list")).to_be_visible()

    def sell(self, product: str, method: str) -> ShownReceipt:
        self.add(product)
        self.pay(method)
        self.validate()
        return self.receipt()
