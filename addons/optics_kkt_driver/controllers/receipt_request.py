"""Read the body of `POST /v1/kkt/receipt` into a receipt, telling every wrong field at once."""

from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from ..kkt.fiscal.document import Buyer, Cashier, InvalidDocument, Item, Payments, Problems, Receipt
from ..kkt.fiscal.money import to_kopecks
from ..kkt.fiscal.rates import Rate20Policy, apply_rate_20_policy
from ..kkt.fiscal.vocabulary import (
    ItemsQuantityMeasure,
    Nds,
    OperationType,
    PaymentType,
    ProductType,
)
from .api import ApiError

FIELDS = {
    "pos_id",
    "type",
    "items",
    "total",
    "payment_method",
    "payments",
    "customer",
    "cashier",
    "reference",
}
ITEM_FIELDS = {"name", "quantity", "price", "tax_rate", "payment_type", "product_type", "measure"}
PAYMENT_FIELDS = {"method", "amount"}
CUSTOMER_FIELDS = {"phone", "email", "name", "inn"}
CASHIER_FIELDS = {"name", "position", "inn"}

OPERATIONS = {
    "sale": OperationType.SALE,
    "refund": OperationType.SALE_RETURN,
    "purchase": OperationType.PURCHASE,
    "purchase_refund": OperationType.PURCHASE_RETURN,
}
PAYMENT_METHODS = {
    "cash": "cash",
    "card": "ecash",
    "sbp": "ecash",
    "prepaid": "prepaid",
    "credit": "credit",
    "other": "provision",
}


class ReceiptRequest(NamedTuple):
    receipt: Receipt
    reference: str
    warnings: list


def read_receipt_request(body, device):
    """Translate the body of a call.

    :raises ApiError: 422, with every problem in ``details.problems``
    """
    problems = Problems()
    _no_unknown(problems, "", body, FIELDS)
    operation = _choice(problems, "type", body.get("type", "sale"), OPERATIONS)
    items = _items(problems, body.get("items"))
    total = _amount(problems, "total", body.get("total"))
    payments = _payments(problems, body, total)
    buyer = problems.attempt("customer", lambda: _buyer(problems, body.get("customer")))
    cashier = problems.attempt("cashier", lambda: _cashier(problems, body.get("cashier"), device))
    reference = _text(problems, "reference", body.get("reference", ""))
    if not problems and total != sum(item.sum for item in items):
        expected = sum(item.sum for item in items)
        problems.add("total", body["total"], f"must be the sum of the items, {expected / 100:.2f}")
    receipt, warnings = None, []
    if not problems:
        receipt, warnings = _receipt(problems, device, operation, items, payments, cashier, buyer)
    _raise_any(problems)
    return ReceiptRequest(receipt, reference, warnings)


def _receipt(problems, device, operation, items, payments, cashier, buyer):
    policy = Rate20Policy(device.company_id.fiscal_rate_20_api)
    lawful = problems.attempt(
        "", lambda: apply_rate_20_policy(items, operation, device._local_date(), policy)
    )
    if lawful is None:
        return None, []
    items, warnings = lawful
    receipt = problems.attempt(
        "",
        lambda: Receipt(
            operation_type=operation,
            applied_taxation_type=device._taxation_type(),
            items=items,
            payments=payments,
            cashier=cashier,
            buyer=buyer,
        ),
    )
    return receipt, [asdict(warning) for warning in warnings]


def _raise_any(problems):
    try:
        problems.raise_any()
    except InvalidDocument as invalid:
        first = invalid.problems[0]
        raise ApiError(
            422,
            "invalid_request",
            str(invalid),
            {
                "field": first.field,
                "problems": [
                    {"field": each.field, "rule": each.rule, "value": str(each.value)}
                    for each in invalid.problems
                ],
            },
        ) from invalid


def _no_unknown(problems, path, data, known):
    for name in data:
        if name not in known:
            problems.add(f"{path}{name}", data[name], "is not a field of this call")


def _choice(problems, path, value, choices):
    """Return what `value` stands for, or None when it is told to be wrong."""
    if isinstance(value, str) and value in choices:
        return choices[value]
    problems.add(path, value, "must be one of " + ", ".join(choices))
    return None


def _object(problems, path, data, known):
    """Return `data` if it is an object of known fields, else an empty one."""
    if not isinstance(data, dict):
        problems.add(path, data, "must be an object")
        return {}
    _no_unknown(problems, f"{path}.", data, known)
    return data


def _text(problems, path, value):
    if not isinstance(value, str) or len(value) > 128:
        problems.add(path, value, "must be a text of at most 128 characters")
        return ""
    return value


def _amount(problems, path, value):
    """Read roubles as kopecks; None when it is told to be wrong."""
    if isinstance(value, (int, Decimal, str)) and not isinstance(value, bool):
        try:
            kopecks = to_kopecks(value if isinstance(value, str) else Decimal(value))
        except ValueError:
            kopecks = -1
        if kopecks >= 0:
            return kopecks
    problems.add(path, value, "must be an amount in roubles, not negative, at most two decimals")
    return None


def _items(problems, data):
    if not isinstance(data, list) or not data:
        problems.add("items", data, "must be a list of at least one item")
        return ()
    items = [
        problems.attempt("", lambda each=each, path=f"items[{index}]": _item(problems, path, each))
        for index, each in enumerate(data)
    ]
    return tuple(item for item in items if item is not None)


def _item(problems, path, data):
    data = _object(problems, path, data, ITEM_FIELDS)
    price = _amount(problems, f"{path}.price", data.get("price"))
    quantity = _quantity(problems, f"{path}.quantity", data.get("quantity", 1))
    nds = _rate(problems, f"{path}.tax_rate", data.get("tax_rate"))
    if None in (price, quantity, nds):
        return None
    return problems.attempt(
        path,
        lambda: Item.priced(
            data.get("name", ""),
            price,
            nds,
            quantity,
            payment_type=_code(PaymentType, data.get("payment_type", 4)),
            product_type=_code(ProductType, data.get("product_type", 1)),
            items_quantity_measure=_code(ItemsQuantityMeasure, data.get("measure", 0)),
        ),
    )


def _quantity(problems, path, value):
    try:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
            raise InvalidOperation
        return Decimal(value)
    except InvalidOperation:
        problems.add(path, value, "must be a number")
        return None


def _rate(problems, path, value):
    try:
        return Nds.parse(value)
    except ValueError:
        rates = ", ".join(f"{each.label}" for each in Nds)
        problems.add(path, value, f"is not a known VAT rate ({rates})")
        return None


def _code(enum, value):
    """Return the member with this code, or the value itself, which the item refuses by name."""
    try:
        return enum(value)
    except ValueError:
        return value


def _payments(problems, body, total):
    sums = dict.fromkeys(PAYMENT_METHODS.values(), 0)
    if "payments" in body and "payment_method" in body:
        problems.add("payments", body["payments"], "payment_method is given as well: one of both")
    elif "payments" in body:
        for path, method, amount in _payment_parts(problems, body["payments"]):
            if method := _choice(problems, f"{path}.method", method, PAYMENT_METHODS):
                sums[method] += _amount(problems, f"{path}.amount", amount) or 0
    elif method := _choice(problems, "payment_method", body.get("payment_method"), PAYMENT_METHODS):
        sums[method] = total or 0
    return problems.attempt("payments", lambda: Payments(**sums))


def _payment_parts(problems, data):
    if not isinstance(data, list) or not data:
        problems.add("payments", data, "must be a list of at least one payment")
        return
    for index, each in enumerate(data):
        path = f"payments[{index}]"
        part = _object(problems, path, each, PAYMENT_FIELDS)
        yield path, part.get("method"), part.get("amount")


def _buyer(problems, data):
    if data is None:
        return None
    data = _object(problems, "customer", data, CUSTOMER_FIELDS)
    return Buyer(
        phone_or_address=data.get("email") or data.get("phone"),
        name=data.get("name"),
        inn=data.get("inn"),
    )


def _cashier(problems, data, device):
    if data is None:
        return device.env.user._fiscal_cashier()
    data = _object(problems, "cashier", data, CASHIER_FIELDS)
    words = [data.get("position"), data.get("name")]
    return Cashier(" ".join(str(word) for word in words if word), data.get("inn"))
