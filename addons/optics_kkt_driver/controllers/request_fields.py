"""The parts of a machine's request: each is read or told to be wrong by name, none is dropped.

Functions that take `problems` (``kkt.fiscal.Problems``) add what they find there and return None,
or an empty stand-in, so that a caller learns everything at once.
"""

import re
from decimal import Decimal, InvalidOperation

from ..kkt.fiscal.document import Buyer, Cashier, InvalidDocument, Item, Payments
from ..kkt.fiscal.money import to_kopecks
from ..kkt.fiscal.vocabulary import ItemsQuantityMeasure, Nds, PaymentType, ProductType
from .api import ApiError

ITEM_FIELDS = {
    *("name", "quantity", "price", "tax_rate", "payment_type", "product_type", "measure"),
    *("country", "customs_declaration", "marking_code"),
}
PAYMENT_FIELDS = {"method", "amount"}
CUSTOMER_FIELDS = {"phone", "email", "name", "inn"}
CASHIER_FIELDS = {"name", "position", "inn"}

PAYMENT_METHODS = {
    "cash": "cash",
    "card": "ecash",
    "sbp": "ecash",
    "prepaid": "prepaid",
    "credit": "credit",
    "other": "provision",
}
NAMES_OF_CALL = {
    "nds": "tax_rate",
    "items_quantity_measure": "measure",
    "origin_country_code": "country",
    "custom_entry_num": "customs_declaration",
    "buyer": "customer",
    "operator_inn": "inn",
    "retail_place": "internet_site",
    "settled_on": "date",
}
"""What a caller knows the fields of our documents by, where the names differ."""


def raise_any(problems):
    """Refuse the call if anything is wrong.

    :raises ApiError: 422, with every problem in ``details.problems``
    """
    try:
        problems.raise_any()
    except InvalidDocument as invalid:
        raise refusal(invalid) from invalid


def refusal(invalid):
    """Return the answer to a call that is wrong in the ways that `invalid` tells."""
    told = [
        {
            "field": _path_of_call(each.field),
            "code": each.code,
            "rule": each.rule,
            "value": str(each.value),
        }
        for each in invalid.problems
    ]
    words = "; ".join(f"{each['field']}: {each['rule']} (got {each['value']})" for each in told)
    return ApiError(422, "invalid_request", words, {"field": told[0]["field"], "problems": told})


def _path_of_call(path):
    """Turn ``items[0].nds`` into ``items[0].tax_rate``: the names that the caller knows."""
    return re.sub(r"[a-z]\w*", lambda name: NAMES_OF_CALL.get(name[0], name[0]), path)


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
    if not isinstance(value, str) or len(value) > longest:
        problems.add(path, value, "too_long_text", longest=longest)
        return ""
    return value


def amount(problems, path, value):
    """Read roubles as kopecks; None when it is told to be wrong."""
    if isinstance(value, (int, Decimal, str)) and not isinstance(value, bool):
        try:
            kopecks = to_kopecks(value if isinstance(value, str) else Decimal(value))
        except ValueError:
            kopecks = -1
        if kopecks >= 0:
            return kopecks
    problems.add(path, value, "not_an_amount")
    return None


def quantity(problems, path, value):
    try:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
            raise InvalidOperation
        return Decimal(value)
    except InvalidOperation:
        problems.add(path, value, "not_a_number")
        return None


def rate(problems, path, value):
    """Read a VAT rate, which a caller always tells: no VAT is a rate too."""
    if value is None:
        problems.add(path, value, "required")
        return None
    try:
        return Nds.parse(value)
    except ValueError:
        problems.add(path, value, "unknown_rate", rates=tuple(each.label for each in Nds))
        return None


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
            payment_type=_code(PaymentType, data.get("payment_type", 4)),
            product_type=_code(ProductType, data.get("product_type", 1)),
            items_quantity_measure=_code(ItemsQuantityMeasure, data.get("measure", 0)),
            origin_country_code=data.get("country"),
            custom_entry_num=data.get("customs_declaration"),
            marking_code=data.get("marking_code"),
        ),
    )


def _code(enum, value):
    """Return the member with this code, or the value itself, which the item refuses by name."""
    try:
        return enum(value)
    except ValueError:
        return value


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
    if data.get("email") and data.get("phone"):
        problems.add("customer.phone", data["phone"], "two_contacts")
    return problems.attempt(
        "customer",
        lambda: Buyer(
            phone_or_address=data.get("email") or data.get("phone"),
            name=data.get("name"),
            inn=data.get("inn"),
        ),
    )


def cashier(problems, data, device):
    """Return who stands on the document: the call's cashier, else the caller's user."""
    if data is None:
        return problems.attempt("cashier", device.env.user._fiscal_cashier)
    data = json_part(problems, "cashier", data, CASHIER_FIELDS)
    words = [data.get("position"), data.get("name")]
    return problems.attempt(
        "cashier",
        lambda: Cashier(" ".join(str(word) for word in words if word), data.get("inn")),
    )
