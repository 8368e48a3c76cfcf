"""A signed receipt as people read it. Plain Python.

Words are Russian whatever the cashier's language is: the receipt is the buyer's and the tax
service's (requisites: 54-FZ art. 4.7; order ЕД-7-20/662@, table of printed forms).
"""

from datetime import datetime
from decimal import Decimal

from odoo.addons.optics_kkt_driver.kkt.fiscal.correcting import as_signed
from odoo.addons.optics_kkt_driver.kkt.fiscal.money import from_kopecks

TITLE = "Кассовый чек"
PAYMENTS = (
    ("cash", "Наличными"),
    ("ecash", "Безналичными"),
    ("prepaid", "Предоплата (аванс)"),
    ("credit", "В кредит"),
    ("provision", "Иная форма оплаты"),
)
DEFAULT_FNS_URL = "www.nalog.gov.ru"


def receipt_print(signed, fpd, qr_text):
    """Lay a signed receipt out for screen and paper.

    :param signed: the signed document, FNS JSON names
    :param str fpd: the fiscal sign, 10 digits
    :param str qr_text: content of the QR code
    :return: plain JSON: ``title``, ``operation``, ``user``, ``items``, ``total``, ``taxes``,
        ``payments`` and ``requisites`` (pairs of label and text), ``fn``, ``fd``, ``fpd``, ``qr``
    """
    # A till may sign a rounded total, or another rate: what is printed is what it has signed.
    receipt = as_signed(signed)
    return {
        "title": TITLE,
        "operation": receipt.operation_type.label,
        "user": signed["user"],
        "user_inn": signed["userInn"],
        "items": [_item(item) for item in receipt.items],
        "total": _money(receipt.total_sum),
        "taxes": [[_tax_label(nds), _money(amount)] for nds, amount in receipt.vat_totals.items()],
        "payments": [
            [label, _money(amount)]
            for name, label in PAYMENTS
            if (amount := getattr(receipt.payments, name))
        ],
        "requisites": _requisites(signed, receipt),
        "fn": signed["fiscalDriveNumber"],
        "fd": signed["fiscalDocumentNumber"],
        "fpd": fpd,
        "qr": qr_text,
    }


def _item(item):
    return {
        "name": item.name,
        "quantity": f"{_number(item.quantity)} {item.items_quantity_measure.label}",
        "price": _money(item.price),
        "sum": _money(item.sum),
        "nds": item.nds.label,
        "payment_type": item.payment_type.label,
    }


def _tax_label(nds):
    return f"Сумма {nds.label}"


def _requisites(signed, receipt):
    """Pairs of label and text, in the order of the printed form; what is not there is left out."""
    pairs = (
        ("Расчёт провёл(а)", signed.get("operator")),
        ("ИНН кассира", signed.get("operatorInn")),
        ("Адрес", signed.get("retailPlaceAddress")),
        ("Место расчётов", signed.get("retailPlace")),
        ("Смена", signed.get("shiftNumber")),
        ("Чек", signed.get("requestNumber")),
        ("Дата и время", _moment(signed["dateTime"])),
        ("СНО", receipt.applied_taxation_type.label),
        ("Сайт ФНС", signed.get("fnsUrl") or DEFAULT_FNS_URL),
        ("РН ККТ", signed.get("kktRegId")),
    )
    return [[label, str(text)] for label, text in pairs if text]


def _moment(text):
    return f"{datetime.fromisoformat(text):%d.%m.%Y %H:%M}"


def _money(kopecks):
    """Roubles as a Russian receipt has them: thin groups, comma, two decimals."""
    return f"{from_kopecks(kopecks):,.2f}".replace(",", " ").replace(".", ",")


def _number(quantity):
    plain = f"{Decimal(quantity):f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain).replace(".", ",")
