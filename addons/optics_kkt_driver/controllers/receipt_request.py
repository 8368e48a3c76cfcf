"""Read the body of `POST /v1/kkt/receipt`, telling every wrong field at once.

What the receipt says then is for ``fiscal.purchase`` to compose.
"""

from dataclasses import asdict
from functools import partial

from ..kkt.fiscal.correcting import MOST_FD_NUMBER, check_numbers
from ..kkt.fiscal.cp866 import fitting
from ..kkt.fiscal.document import Payments, Problems
from ..kkt.fiscal.money import Kopecks
from ..kkt.fiscal.problems import is_integer
from ..kkt.fiscal.purchase import is_visible, normal_name
from ..kkt.fiscal.rates import Rate20Policy
from ..kkt.fiscal.returned import ReturnedLine, returned_lines
from ..kkt.fiscal.vocabulary import OperationType
from ..models.fiscal_document import RECEIPT_KINDS, Wanted
from . import request_fields as part
from .refusal import raise_any

FIELDS = {
    *("pos_id", "type", "total", "payment_method", "payments", "customer", "cashier", "reference"),
    *("stage", "purchase", "internet_site"),
}
ORIGINAL_NUMBERS = ("fn_number", "fd_number", "fpd")
ORIGINAL_FIELDS = {"key", *ORIGINAL_NUMBERS}
RETURNED_ITEM_FIELDS = {"line", "quantity"}

OPERATIONS = {
    "sale": OperationType.SALE,
    "refund": OperationType.SALE_RETURN,
    "purchase": OperationType.PURCHASE,
    "purchase_refund": OperationType.PURCHASE_RETURN,
}
ADVANCE_NAME = "Аванс"
CREDIT_PAYMENT_NAME = "Оплата кредита: {purchase}"


def read_receipt_request(body, device):
    """Translate the body of a call.

    A purchase that the receipt belongs to is kept for this transaction: what it has prepaid and
    owes stays true until the receipt is queued.

    :raises ApiError: 422, with the problems in ``details.problems``
    """
    return ReceiptReader(body, device).wanted()


class ReceiptReader:
    def __init__(self, body, device):
        self._body = body
        self._device = device
        self._policy = Rate20Policy(device.company_id.fiscal_rate_20_api)
        self._problems = Problems()
        self._operation = part.choice(self._problems, "type", body.get("type", "sale"), OPERATIONS)
        self._total = part.amount(self._problems, "total", body.get("total"))
        self._purchase_name = self._read_purchase_name()

    def wanted(self):
        problems, body, device = self._problems, self._body, self._device
        composed = self._read_composed()
        buyer = part.buyer(problems, body.get("customer"))
        cashier = part.cashier(problems, body.get("cashier"), device)
        reference = part.exact_text(problems, "reference", body.get("reference", ""))
        site = body.get("internet_site")
        receipt = None
        if not problems:
            internet = {"internet_payment": site is not None, "retail_place": site}
            receipt = problems.attempt(
                "", lambda: composed.receipt(cashier, buyer=buyer, **internet)
            )
        raise_any(problems, body)
        warnings = [asdict(warning) for warning in composed.warnings]
        return Wanted(receipt, reference, warnings, composed.columns, device.auto_open_shift)

    def _read_purchase_name(self):
        name = self._body.get("purchase")
        if name is None:
            return ""
        seen = normal_name(name) if isinstance(name, str) else name
        name = part.short_text(self._problems, "purchase", seen, 64)
        if not is_visible(name) and not self._problems.has("purchase"):
            self._problems.add("purchase", name, "empty")
        return name

    def _compose(self, compose):
        """Return what the purchase that the call names makes of it; None where it is told wrong.

        :param compose: takes a ``fiscal.purchase``, empty where the call names none
        """
        if self._problems:
            return None
        purchase = self._purchases()
        if self._purchase_name:
            purchase = purchase._of(self._device.company_id, self._purchase_name)
        return self._problems.attempt("", lambda: compose(purchase))

    def _purchases(self):
        return self._device.env["fiscal.purchase"].sudo()

    # Kinds of receipts --------------------------------------------------------------------------

    def _read_composed(self):
        """Return what the receipt says (``Composed``); None where something is told wrong."""
        if "original" in self._body:
            return self._return_of_original()
        if self._body.get("stage") is None:
            return self._as_told()
        name = self._body["stage"]
        stage = part.choice(self._problems, "stage", name, self.STAGES)
        if stage is None:
            return None
        if self._operation and self._operation is not OperationType.SALE:
            self._problems.add("stage", name, "stage_of_no_sale")
        if self._body.get("purchase") is None and name != "advance":
            self._problems.add("purchase", None, "purchase_required", stage=name)
        return stage(self)

    def _as_told(self):
        """Read lines and payments that the caller has composed."""
        part.no_unknown(self._problems, "", self._body, FIELDS | {"items"})
        return self._composed_by_caller()

    def _composed_by_caller(self, original=None):
        items = part.items(self._problems, self._body.get("items"))
        paid = part.payments(self._problems, self._body, self._total)
        self._check_total(items)
        return self._compose(
            lambda purchase: purchase._compose_as_told(
                self._device, self._policy, self._operation, items, paid, original
            )
        )

    def _as_advance(self):
        """Read money before it is known what for (gift card)."""
        part.no_unknown(self._problems, "", self._body, FIELDS | {"name", "tax_rate"})
        name = part.short_text(self._problems, "name", self._body.get("name", ADVANCE_NAME))
        nds = None
        if "tax_rate" in self._body:
            nds = part.rate(self._problems, "tax_rate", self._body["tax_rate"])
        paid = self._money()
        return self._compose(
            lambda purchase: purchase._compose_advance(
                self._device, self._policy, name, nds, paid, self._total
            )
        )

    def _as_prepayment(self):
        """Read money for the goods in `items`: `total` is spread over them."""
        part.no_unknown(self._problems, "", self._body, FIELDS | {"items"})
        items = part.items(self._problems, self._body.get("items"))
        paid = self._money()
        return self._compose(
            lambda purchase: purchase._compose_prepayment(
                self._device, self._policy, items, paid, [(self._total, range(len(items)))]
            )
        )

    def _as_handover(self):
        """Read goods that leave, and the money for what is not prepaid."""
        part.no_unknown(self._problems, "", self._body, FIELDS | {"items", "on_credit"})
        items = part.items(self._problems, self._body.get("items"))
        on_credit = part.flag(self._problems, "on_credit", self._body.get("on_credit", False))
        paid = self._money()
        self._check_total(items)
        return self._compose(
            lambda purchase: purchase._compose_handover(
                self._device, self._policy, items, paid, on_credit=on_credit
            )
        )

    def _as_credit_payment(self):
        """Read the payment for goods that left on credit."""
        part.no_unknown(self._problems, "", self._body, FIELDS | {"name"})
        default = fitting(CREDIT_PAYMENT_NAME.format(purchase=self._purchase_name), 128)
        name = part.short_text(self._problems, "name", self._body.get("name", default))
        paid = self._money()
        return self._compose(
            lambda purchase: purchase._compose_credit_payment(self._device, name, paid, self._total)
        )

    STAGES = {
        "advance": _as_advance,
        "prepayment": _as_prepayment,
        "handover": _as_handover,
        "credit_payment": _as_credit_payment,
    }

    def _return_of_original(self):
        """Read a return: names, prices and codes are those of the original."""
        problems = self._problems
        part.no_unknown(problems, "", self._body, FIELDS | {"items", "original"})
        if "stage" in self._body:
            problems.add("stage", self._body["stage"], "stage_of_return")
        if self._operation and not self._operation.is_return:
            problems.add("type", self._body.get("type", "sale"), "original_of_sale")
        told, original = find_original(problems, self._body["original"], self._device)
        if problems:
            return None
        if not original:
            # Sold elsewhere: we know only its FN, FD and FPD.
            problems.attempt("original", lambda: check_numbers(**told))
            return self._composed_by_caller(
                {
                    "original_fn": told["fn_number"],
                    "original_fd": told["fd_number"],
                    "original_fpd": told["fpd"],
                }
            )
        return self._return_of(original)

    def _return_of(self, original):
        wanted = self._wanted_lines()
        paid = part.payments(self._problems, self._body, self._total)
        part.only_money(self._problems, paid, "prepaid")
        signed = original._value().operation_type
        if self._operation is not signed.returned:
            told = self._body.get("type")
            self._problems.add("type", told, "another_operation", operation=signed)
        if self._problems:
            return None
        take = partial(returned_lines, wanted=wanted)
        return self._problems.attempt(
            "",
            lambda: self._purchases()._compose_return(
                self._device, original, take, paid, self._total
            ),
        )

    # Parts --------------------------------------------------------------------------------------

    def _wanted_lines(self):
        """Return what the call takes back; None for all that is left."""
        data = self._body.get("items")
        if data is None:
            return None
        if not isinstance(data, list):
            self._problems.add("items", data, "not_original_lines")
            return None
        wanted = []
        for index, each in enumerate(data):
            path = f"items[{index}]"
            line = part.json_part(self._problems, path, each, RETURNED_ITEM_FIELDS)
            count = part.quantity(self._problems, f"{path}.quantity", line.get("quantity", 1))
            number = line.get("line")
            if type(number) is not int:
                self._problems.add(f"{path}.line", number, "not_a_line_number")
            elif count is not None:
                wanted.append(ReturnedLine(number, count))
        return wanted

    def _money(self):
        """Return the money that changes hands; none may, where all is prepaid or on credit."""
        if "payments" not in self._body and "payment_method" not in self._body:
            return Payments()
        paid = part.payments(self._problems, self._body, self._total)
        part.only_money(self._problems, paid)
        return paid

    def _check_total(self, items):
        if not self._problems and self._total != (expected := sum(item.sum for item in items)):
            total = Kopecks(expected)
            self._problems.add("total", self._body["total"], "not_the_items", total=total)


def find_original(problems, data, device):
    """Return what a call says of an earlier receipt, and our row of it.

    The row is empty when the receipt is none of ours, None when something is told to be wrong.
    """
    told = part.json_part(problems, "original", data, ORIGINAL_FIELDS)
    documents = device.env["fiscal.document"].sudo()
    company = [("company_id", "=", device.company_id.id), ("kind", "in", RECEIPT_KINDS)]
    if "key" in told:
        for name in ORIGINAL_NUMBERS:
            absent = told.get(name) is None
            problems.check(absent, f"original.{name}", told.get(name), "original_named_twice")
        if not isinstance(told["key"], str):
            problems.add("original.key", told["key"], "not_text")
            return told, None
        callers = [("key_origin", "=", "api"), ("idempotency_key", "=", told["key"])]
        found = documents.search([*company, *callers])
        problems.check(found.is_signed, "original.key", told["key"], "original_not_signed")
        return told, None if problems.has("original") else found
    for name in ORIGINAL_NUMBERS:
        _check_number(problems, f"original.{name}", told.get(name), name)
    if problems.has("original"):
        return told, None
    fd_number = told["fd_number"]
    numbers = [("fn_number", "=", told["fn_number"]), ("fd_number", "=", told["fd_number"])]
    found = documents.search([*company, *numbers])
    if found and found.fpd != told["fpd"].zfill(10):
        problems.add("original.fpd", told["fpd"], "another_sign", fd_number=fd_number)
        return told, None
    return told, found


def _check_number(problems, path, value, name):
    """Tell of a number by which no row can be looked up; what its digits must be is asked later."""
    if value in (None, ""):
        problems.add(path, value, "original_unnamed")
    elif name == "fd_number":
        holds = is_integer(value) and 0 < value <= MOST_FD_NUMBER
        problems.check(holds, path, value, "not_from_one", most=MOST_FD_NUMBER)
    else:
        problems.check(isinstance(value, str), path, value, "not_text")
