"""Read the body of `POST /v1/kkt/correction`, telling every wrong field at once."""

from ..kkt.fiscal.correcting import Basis, Wrong
from ..kkt.fiscal.document import Problems, Receipt, Settlement
from ..kkt.fiscal.money import Kopecks
from ..kkt.fiscal.receipt import is_rounded
from ..kkt.fiscal.vocabulary import CorrectionType
from . import request_fields as part
from .receipt_request import OPERATIONS, find_original
from .refusal import raise_any

SETTLEMENT_FIELDS = {"type", "items", "total", "payment_method", "payments", "internet_site"}
FIELDS = SETTLEMENT_FIELDS | {
    *("pos_id", "cashier", "customer", "date", "basis", "order_number", "original", "wrong"),
    "reason",
}
BASES = {"self": CorrectionType.SELF, "order": CorrectionType.INSTRUCTION}


def read_correction_request(body, device):
    """Return the arguments of ``fiscal.document._correct`` that a call asks for.

    :raises ApiError: 422, with the problems in ``details.problems``
    """
    problems = Problems()
    part.no_unknown(problems, "", body, FIELDS)
    cashier = part.cashier(problems, body.get("cashier"), device)
    buyer = part.buyer(problems, body.get("customer"))
    reason = part.short_text(problems, "reason", body.get("reason", ""))
    basis = _basis(problems, body)
    right = _settlement(problems, body, device, cashier, buyer)
    wrong = _wrong(problems, body, device, cashier)
    raise_any(problems, body)
    return {"basis": basis, "right": right, "wrong": wrong, "reference": reason}


def _basis(problems, body):
    kind = part.choice(problems, "basis", body.get("basis", "self"), BASES)
    settled_on = part.day(problems, "date", body.get("date"))
    if None in (kind, settled_on):
        return None
    return problems.attempt("", lambda: Basis(settled_on, kind, body.get("order_number")))


def _settlement(problems, body, device, cashier, buyer, value_class=Receipt):
    """Return lines and payments of a body as a value; its rates are judged by the correction.

    :param value_class: ``Receipt``, or ``Settlement`` of what may be wrong
    """
    operation = part.choice(problems, "type", body.get("type", "sale"), OPERATIONS)
    total = part.amount(problems, "total", body.get("total"))
    items = part.items(problems, body.get("items"))
    payments = part.payments(problems, body, total)
    if problems:
        return None
    expected = sum(item.sum for item in items)
    may_differ = value_class is Settlement and is_rounded(total, expected)
    if total != expected and not may_differ:
        problems.add("total", body["total"], "not_the_items", total=Kopecks(expected))
        return None
    site = body.get("internet_site")
    return problems.attempt(
        "",
        lambda: value_class(
            operation,
            device._taxation_type(),
            items,
            payments,
            cashier,
            buyer,
            internet_payment=site is not None,
            retail_place=site,
            stated_total=None if total == expected else total,
        ),
    )


def _wrong(problems, body, device, cashier):
    """Return the receipt with the error; None when the settlement had no receipt."""
    if "original" not in body:
        if "wrong" in body:
            problems.add("original", None, "original_required")
        return None
    told, original = find_original(problems, body["original"], device)
    if original is None:
        return None
    if original:
        if "wrong" in body:
            problems.add("wrong", body["wrong"], "original_known")
        return problems.attempt("original", original._as_wrong)
    settlement = problems.attempt("wrong", lambda: _signed_wrong(body, device, cashier))
    if settlement is None:
        return None
    return problems.attempt(
        "original",
        lambda: Wrong(told["fn_number"], told["fd_number"], told["fpd"], settlement),
    )


def _signed_wrong(body, device, cashier):
    """Return what somebody else's wrong receipt says. Raises InvalidDocument, paths within it."""
    problems = Problems()
    data = body.get("wrong")
    if isinstance(data, dict):
        part.no_unknown(problems, "", data, SETTLEMENT_FIELDS)
        settlement = _settlement(problems, data, device, cashier, None, Settlement)
    else:
        problems.add("", data, "not_a_wrong_receipt")
    problems.raise_any()
    return settlement
