"""The parts of a machine's request: each is read or told to be wrong by name, none is dropped.

Functions that take `problems` (``kkt.fiscal.Problems``) add what they find there and return None,
or an empty stand-in, so that a caller learns everything at once.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import date
from decimal import Decimal

from ..kkt.fiscal.cp866 import is_exact
from ..kkt.fiscal.document import Buyer, Cashier, Item, Payments, Problems
from ..kkt.fiscal.exact import TooLarge, is_handy
from ..kkt.fiscal.item import MAX_QUANTITY, MAX_QUANTITY_DECIMALS
from ..kkt.fiscal.jsonio import code_from_json
from ..kkt.fiscal.money import Kopecks, to_kopecks
from ..kkt.fiscal.problems import MOST_KOPECKS, has_control_characters
from ..kkt.fiscal.vocabulary import ItemsQuantityMeasure, Nds, PaymentType, ProductType

ITEM_FIELDS = {
    *("name", "quantity", "price", "tax_rate", "payment_type", "product_type", "measure"),
    *("country", "customs_declaration", "marking_code"),
}
PAYMENT_FIELDS = {"method", "amount"}
CONTACTS = {"email": "not_an_email", "phone": "not_a_phone"}
"""The names under which a call tells tag 1008, and the rule of each."""
CUSTOMER_FIELDS = {*CONTACTS, "name", "inn"}
CASHIER_FIELDS = {"name", "position", "inn"}
LONGEST_CASHIER = 64
"""Of position and name together, and so of each (tag 1021)."""

PAYMENT_METHODS = {
    "cash": "cash",
    "card": "ecash",
    "sbp": "ecash",
    "prepaid": "prepaid",
    "credit": "credit",
    "other": "provision",
}

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
"""A number that is told as text; Python would also read ``1_0``, ``١٠`` and ``" 1 "``."""
_RATE = re.compile(r"none|[0-9]{1,2}(?:\.0+)?|[0-9]{1,2}/[0-9]{3}")
"""A VAT rate that is told as text; ``Nds.parse`` would also read what people write."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def no_unknown(problems, path, data, known):
    for name in data:
        if name not in known:
            problems.add(f"{path}{name}", data[name], "unknown_field")


def choice(problems, path, value, choices):
    """Return what `value` stands for, or None when it is told to be wrong."""
    if isinstance(value, str) and value in choices:
        return choices[value]
    problems.add(path, value, "unknown_choice", choices=tuple(choices))
    return None


def flag(problems, path, value):
    if not isinstance(value, bool):
        problems.add(path, value, "not_a_flag")
    return value is True


def json_part(problems, path, data, known):
    """Return `data` if it is an object of known fields, else an empty one."""
    if not isinstance(data, dict):
        problems.add(path, data, "not_an_object")
        return {}
    no_unknown(problems, f"{path}.", data, known)
    return data


def short_text(problems, path, value, longest=128):
    """Return a text as it is stored; empty when it is told to be wrong.

    A letter put together from two characters is made one, as in what is printed, and counts so.
    """
    text = unicodedata.normalize("NFC", value) if isinstance(value, str) else None
    if text is None or len(text) > longest:
        problems.add(path, value, "too_long_text", longest=longest)
    elif has_control_characters(text):
        problems.add(path, value, "control_characters")
    else:
        return text
    return ""


def exact_text(problems, path, value):
    """Return a text that programs read in the document: the till must store it as it is."""
    text = short_text(problems, path, value)
    if not is_exact(text):
        problems.add(path, value, "not_stored_as_it_is")
    return text


def amount(problems, path, value):
    """Read roubles as kopecks; None when it is told to be wrong."""
    kopecks = _kopecks(value)
    if kopecks is None or kopecks < 0:
        problems.add(path, value, "not_an_amount")
    elif kopecks > MOST_KOPECKS:
        limits = {"least": Kopecks(0), "most": Kopecks(MOST_KOPECKS)}
        problems.add(path, value, "amount_too_large", **limits)
    else:
        return kopecks
    return None


def _kopecks(value):
    if not _is_number(value):
        return None
    try:
        return to_kopecks(value)
    except TooLarge:
        return -1 if str(value).strip().startswith("-") else MOST_KOPECKS + 1
    except ValueError:
        return None


def _is_number(value):
    """Whether JSON tells a number, as one or as text."""
    if isinstance(value, str):
        return bool(_NUMBER.fullmatch(value))
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def day(problems, path, value):
    """Read a day as `YYYY-MM-DD`; None when it is told to be wrong."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):  # there is no such day
            return date.fromisoformat(value)
    problems.add(path, value, "not_a_day")
    return None


def quantity(problems, path, value):
    """Read a quantity that can be computed with; whether there can be such is for the item."""
    if not _is_number(value):
        problems.add(path, value, "not_a_number")
        return None
    number = Decimal(value)
    if not number.is_finite() or number.adjusted() >= len(str(MAX_QUANTITY)):
        problems.add(path, value, "wrong_quantity", limit=MAX_QUANTITY)
    elif not is_handy(number):
        problems.add(path, value, "too_many_decimals", most=MAX_QUANTITY_DECIMALS)
    else:
        return number
    return None


def rate(problems, path, value):
    """Read a VAT rate, which a caller always tells: no VAT is a rate too."""
    if value is None:
        problems.add(path, value, "required")
        return None
    with suppress(ValueError):
        return Nds.parse(_rate_as_text(value))
    problems.add(path, value, "unknown_rate", rates=tuple(each.short for each in Nds))
    return None


def _rate_as_text(value):
    """Return percents, or a word, as the call tells them; raises ValueError where it may not."""
    if isinstance(value, str):
        is_told, text = _RATE.fullmatch(value), value
    else:
        is_told = _is_number(value) and is_handy(number := Decimal(value))
        text = f"{number:f}" if is_told else ""
    if not is_told:
        raise ValueError("no VAT rate of a call")
    return text


def items(problems, data):
    """Return the lines that could be read, as a tuple of ``Item``."""
    if not isinstance(data, list) or not data:
        problems.add("items", data, "no_listed_items")
        return ()
    read = [
        problems.attempt("", lambda each=each, path=f"items[{index}]": _item(problems, path, each))
        for index, each in enumerate(data)
    ]
    return tuple(item for item in read if item is not None)


def _item(problems, path, data):
    data = json_part(problems, path, data, ITEM_FIELDS)
    price = amount(problems, f"{path}.price", data.get("price"))
    count = quantity(problems, f"{path}.quantity", data.get("quantity", 1))
    nds = rate(problems, f"{path}.tax_rate", data.get("tax_rate"))
    if None in (price, count, nds):
        return None
    return problems.attempt(
        path,
        lambda: Item.priced(
            data.get("name", ""),
            price,
            nds,
            count,
            payment_type=code_from_json(PaymentType, data.get("payment_type", 4)),
            product_type=code_from_json(ProductType, data.get("product_type", 1)),
            items_quantity_measure=code_from_json(ItemsQuantityMeasure, data.get("measure", 0)),
            origin_country_code=data.get("country"),
            custom_entry_num=data.get("customs_declaration"),
            marking_code=data.get("marking_code"),
        ),
    )


def payments(problems, body, total):
    """Return ``payment_method`` or ``payments`` of a call as ``Payments``."""
    sums = dict.fromkeys(PAYMENT_METHODS.values(), 0)
    if "payments" in body and "payment_method" in body:
        problems.add("payments", body["payments"], "payments_told_twice")
    elif "payments" in body:
        for path, method, paid in _payment_parts(problems, body["payments"]):
            if method := choice(problems, f"{path}.method", method, PAYMENT_METHODS):
                sums[method] += amount(problems, f"{path}.amount", paid) or 0
    elif method := choice(problems, "payment_method", body.get("payment_method"), PAYMENT_METHODS):
        sums[method] = total or 0
    return problems.attempt("payments", lambda: Payments(**sums))


def _payment_parts(problems, data):
    if not isinstance(data, list):
        problems.add("payments", data, "not_payments")
        return
    for index, each in enumerate(data):
        path = f"payments[{index}]"
        part = json_part(problems, path, each, PAYMENT_FIELDS)
        yield path, part.get("method"), part.get("amount")


def only_money(problems, paid, *others):
    """Tell of payments that are no money and none of `others`: the server computes those itself."""
    for name in ("prepaid", "credit", "provision"):
        if paid and name not in others and getattr(paid, name):
            problems.add("payments", name, "payment_computed")


def buyer(problems, data):
    if data is None:
        return None
    data = json_part(problems, "customer", data, CUSTOMER_FIELDS)
    contacts = [name for name in CONTACTS if data.get(name) is not None]
    if len(contacts) > 1:
        problems.add("customer.phone", data["phone"], "two_contacts")
    name = contacts[0] if contacts else "email"
    contact = data.get(name)
    told = Problems()
    buyer = told.attempt(
        "customer",
        lambda: Buyer(phone_or_address=contact, name=data.get("name"), inn=data.get("inn")),
    )
    if buyer and contact is not None and ("@" in contact) != (name == "email"):
        told.add(f"customer.{name}", contact, CONTACTS[name])
    problems.take(told, {"customer.phone_or_address": f"customer.{name}"})
    return buyer


def cashier(problems, data, device):
    """Return who stands on the document: the call's cashier, else the caller's user."""
    if data is None:
        return problems.attempt("cashier", device.env.user._fiscal_cashier)
    data = json_part(problems, "cashier", data, CASHIER_FIELDS)
    words = {name: data.get(name) for name in ("position", "name") if data.get(name) != ""}
    problems.text("cashier.position", words.get("position"), LONGEST_CASHIER)
    problems.text("cashier.name", words.get("name"), LONGEST_CASHIER, required=True)
    if problems.has("cashier"):
        return None
    joined = Problems()
    cashier = joined.attempt(
        "cashier", lambda: Cashier(" ".join(filter(None, words.values())), data.get("inn"))
    )
    longer = max(words, key=lambda name: len(words[name] or ""))
    problems.take(joined, {"cashier.operator": f"cashier.{longer}"})
    return cashier
