"""What people at the counter and in the back office look at, on the screens that they have."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.harness.browser import go_to, log_in
from tests.acceptance.harness.pos import REGISTERED, PosPage
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till

SUNGLASSES = "Очки солнцезащитные Ray-Ban"
DESK, TABLET = {"width": 1280, "height": 900}, {"width": 1024, "height": 768}
TELEPHONE = {"width": 390, "height": 844}
NARROW_PAPER = "58mm"

LINES_OF_TEXT = """elements => elements.map(element => {
    const text = document.createRange();
    text.selectNodeContents(element);
    return new Set([...text.getClientRects()].map(place => Math.round(place.bottom))).size;
})"""
CUT_WORDS = """elements => elements.flatMap(element => {
    const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
    const [place, word] = [element.getBoundingClientRect(), document.createRange()];
    return [...text.data.matchAll(/[^\\s-]+/g)].filter(found => {
        word.setStart(text, found.index);
        word.setEnd(text, found.index + found[0].length);
        const [seen, ...more] = word.getClientRects();
        return more.length || seen.left < place.left || seen.right > place.right;
    }).map(found => found[0]);
})"""
"""Words that are broken in two, or reach beyond the element."""


# --- the back office -----------------------------------------------------------------------------


def sell(till: Till, key: str, roubles: int, **body: object) -> None:
    item = {"name": SUNGLASSES, "price": roubles, "tax_rate": 22}
    asked = {"items": [item], "total": roubles, "payment_method": "card", **body}
    till.sell(key, {"pos_id": till.code, **asked})


def document(page: Page, amount: str) -> Locator:
    """The row of the list of documents whose sum begins so."""
    sums = page.locator("td[name=total_sum]", has_text=re.compile(rf"^{amount}"))
    return page.locator(".o_data_row").filter(has=sums)


def day_of_every_end(server: OdooServer, till: Till) -> None:
    """Receipts that were signed, given up and refused."""
    sell(till, "sold", 5000)
    sell(till, "sold-too", 7000)
    back = {"type": "refund", "original": {"key": "sold"}, "payment_method": "card"}
    till.sell("returned", {"pos_id": till.code, "total": 5000, **back})
    sell(till, "prepaid", 4000, stage="prepayment", purchase="З-1")
    till.set_faults(no_paper=True)
    sell(till, "given-up", 3000)
    row = till.wait_for("given-up", "failed")
    server.rpc("fiscal.document", "action_give_up", [row["id"]])
    sell(till, "refused", 2000)
    till.wait_for("refused", "failed")
    till.mend()
    server.rpc("kkt.device", "action_test_connection", [till.id])


def test_the_back_office_tells_of_a_day(server: OdooServer, till: Till, page: Page) -> None:
    """The first of the module: what is summed up is the whole day."""
    day_of_every_end(server, till)
    log_in(page, server.url)
    expect(page.locator(".o_menu_brand")).to_have_text("Фискализация")
    go_to(page, "Документы")
    expect(document(page, "5.000,00")).to_have_count(2)
    expect(page.locator("tfoot [data-tooltip='Оборот']")).to_have_text(re.compile("^11.000,00"))

    page.locator(".o_searchview_input").fill("7000")
    page.locator(".o_searchview_autocomplete a", has_text="Итого").click()
    expect(page.locator(".o_data_row")).to_have_count(1)
    expect(document(page, "7.000,00")).to_have_count(1)

    go_to(page, "Покупки")
    expect(page.locator("th[data-name=prepaid]")).to_have_text("Остаток предоплаты")
    prepaid = page.locator(".o_data_row", has_text="З-1").locator("td[name=prepaid]")
    expect(prepaid).to_have_text(re.compile("^4.000,00"))
    go_to(page, "Смены")
    page.locator(".o_data_row td[name=number]").click()
    expect(page.locator(".o_kkt_counters")).to_contain_text(re.compile("16.000,00"))
    go_to(page, "Кассы")
    expect(page.locator("td[name=health_words]")).to_have_text("Касса готова.")

    till.slow_down(sign_delay=5)
    waiting = till.sell_in_background("waits")
    till.wait_for("waits", "printing")
    go_to(page, "Документы")
    open_without_a_shift(page, "5.000,00", "Печатается")
    open_without_a_shift(page, "3.000,00", "Отменён")
    open_without_a_shift(page, "2.000,00", "Отклонён кассой")
    waiting.join()


def open_without_a_shift(page: Page, amount: str, state: str) -> None:
    """Open a document that is in no shift yet, and go back: its form showed an error once."""
    in_state = page.locator("td[name=state]", has_text=state)
    row = document(page, amount).filter(has=in_state)
    expect(row.locator("td[name=shift_number]")).to_have_text("")
    row.locator("td[name=kind]").click()
    expect(page.locator(".o_form_view .oe_title")).to_be_visible()
    expect(page.locator(".modal")).to_have_count(0)
    page.locator(".o_breadcrumb a").last.click()


def test_documents_are_cards_on_a_telephone(server: OdooServer, till: Till, page: Page) -> None:
    sell(till, "on-a-card", 1234)
    till.wait_for("on-a-card", "delivered")
    page.set_viewport_size(TELEPHONE)
    log_in(page, server.url)
    page.goto(f"{server.url}/odoo/action-optics_kkt_driver.fiscal_document_action")
    card = page.locator(".o_kanban_record", has_text=re.compile("1.234,00"))
    for what in (card.get_by_text(re.compile("1.234,00")), card.get_by_text("Передан в ОФД")):
        expect(what).to_be_visible()
        place = what.bounding_box()
        assert place and place["x"] + place["width"] <= TELEPHONE["width"]


# --- the counter ---------------------------------------------------------------------------------


def test_a_cashier_serves_a_new_customer(server: OdooServer, till: Till, page: Page) -> None:
    pos = PosPage(page, server)
    pos.enter()
    names = page.locator(".product-list .product-name")
    for size in (TELEPHONE, TABLET, DESK):
        page.set_viewport_size(size)
        expect(page.locator(".leftpane")).to_be_visible(visible=size is not TELEPHONE)
        assert names.evaluate_all(CUT_WORDS) == []

    page.locator(".product-screen").get_by_text("Клиент", exact=True).click()
    page.locator(".modal:has(.partner-list)").get_by_text("Создать", exact=True).click()
    form = page.locator(".modal .o_form_view")
    form.locator("[name=name] input").fill("Новикова А. Б.")
    form.locator("[name=phone] input").fill("+7 900 000-00-77")
    page.locator(".modal").get_by_text("Сохранить", exact=True).click()
    expect(page.locator(".modal")).to_have_count(0)
    pos.add(SUNGLASSES)
    expect(page.locator(".product-screen .set-partner")).to_contain_text("Новикова А. Б.")
    pos.pay("Банковская карта")
    pos.validate()
    shown = pos.receipt()
    assert server.sql(
        "SELECT 1 FROM fiscal_document d JOIN pos_order o ON o.id = d.pos_order_id"
        " JOIN res_partner p ON p.id = o.partner_id WHERE (d.fd_number, p.name) = (%s, %s)",
        *(shown.fd, "Новикова А. Б."),
    )

    amounts = page.locator(".fiscal-receipt .ms-auto.font-monospace, .fiscal-item-sum")
    page.set_viewport_size(TABLET)
    assert set(amounts.evaluate_all(LINES_OF_TEXT)) == {1}
    page.locator(".pos-receipt").evaluate(f"paper => paper.style.width = '{NARROW_PAPER}'")
    assert set(amounts.evaluate_all(LINES_OF_TEXT)) == {1}


@pytest.mark.full
def test_closing_over_a_waiting_receipt(server: OdooServer, till: Till, page: Page) -> None:
    pos = PosPage(page, server)
    pos.come_to_pay(SUNGLASSES, "Банковская карта")
    till.set_faults(silent=True)
    pos.validate()
    page.locator(".fiscal-later, .fiscal-overlay-leave").first.click(timeout=REGISTERED)
    page.locator(".pos-rightheader button:has(.fa-bars)").click()
    page.locator(".fiscal-close-register").click()
    page.locator(".modal-footer .button.highlight").click()
    told = page.locator(".modal", has_text="Смена кассы не закрыта")
    expect(told).to_contain_text("не завершены", timeout=REGISTERED)
    expect(page.get_by_text("Отменить заказы")).to_have_count(0)
