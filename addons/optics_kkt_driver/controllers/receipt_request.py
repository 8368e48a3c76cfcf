"""Read the body of `POST /v1/kkt/receipt` into a receipt, telling every wrong field at once."""

from dataclasses import asdict, replace
from typing import NamedTuple

from ..kkt.fiscal.document import Payments, Problems, Receipt
from ..kkt.fiscal.lines import advance_line, prepayment_lines
from ..kkt.fiscal.money import from_kopecks
from ..kkt.fiscal.purchase import Balance, credit_payment_lines, handover, return_payments
from ..kkt.fiscal.rates import ProductVat, Rate20Policy, apply_rate_20_policy, supply_rate
from ..kkt.fiscal.returned import ReturnedLine, returned_lines
from ..kkt.fiscal.vocabulary import OperationType, ProductType
from ..models.fiscal_document import RECEIPT_KINDS
from . import request_fields as part
from .registration import Wanted

FIELDS = {
    *("pos_id", "type", "total", "payment_method", "payments", "customer", "cashier", "reference"),
    *("stage", "purchase", "internet_site"),
}
ORIGINAL_FIELDS = {"key", "fn_number", "fd_number", "fpd"}
RETURNED_ITEM_FIELDS = {"line", "quantity"}
STAGES = ("advance", "prepayment", "handover", "credit_payment")

OPERATIONS = {
    "sale": OperationType.SALE,
    "refund": OperationType.SALE_RETURN,
    "purchase": OperationType.PURCHASE,
    "purchase_refund": OperationType.PURCHASE_RETURN,
}
ADVANCE_NAME = "Аванс"
CREDIT_PAYMENT_NAME = "Оплата кредита: {purchase}"


class Parts(NamedTuple):
    """What differs from one kind of receipt to another; None where something was told wrong."""

    items: tuple | None
    payments: object | None
    links: dict


def read_receipt_request(body, device):
    """Translate the body of a call.

    A purchase that the receipt belongs to is kept for this transaction: what it has prepaid and
    owes stays true until the receipt is queued.

    :raises ApiError: 422, with every problem in ``details.problems``
    """
    return ReceiptReader(body, device).wanted()


class ReceiptReader:
    def __init__(self, body, device):
        self._body = body
        self._device = device
        self._problems = Problems()
        self._warnings = []
        self._taxation_type = device._taxation_type()
        self._operation = part.choice(self._problems, "type", body.get("type", "sale"), OPERATIONS)
        self._total = part.amount(self._problems, "total", body.get("total"))
        self._purchase = self._read_purchase()

    def wanted(self):
        problems, body = self._problems, self._body
        parts = self._read_parts()
        buyer = part.buyer(problems, body.get("customer"))
        cashier = part.cashier(problems, body.get("cashier"), self._device)
        reference = part.short_text(problems, "reference", body.get("reference", ""))
        receipt = None
        if not problems:
            receipt = self._receipt(parts, cashier, buyer)
        part.raise_any(problems)
        links = {"purchase_id": self._purchase.id, **parts.links}
        warnings = [asdict(warning) for warning in self._warnings]
        return Wanted(receipt, reference, warnings, links, self._device.auto_open_shift)

    def _read_purchase(self):
        """Return the purchase that the call names, kept for us; empty when it names none."""
        purchases = self._device.env["fiscal.purchase"].sudo()
        name = self._body.get("purchase")
        if name is None:
            return purchases
        if not part.short_text(self._problems, "purchase", name, 64).strip():
            if not self._problems.tell_of("purchase"):
                self._problems.add("purchase", name, "must not be empty")
            return purchases
        purchase = purchases._of(self._device.company_id, name)
        purchase._take_turn()
        return purchase

    def _balance(self):
        return self._purchase._balance() if self._purchase else Balance()

    # Kinds of receipts --------------------------------------------------------------------------

    def _read_parts(self):
        if "original" in self._body:
            return self._return_of_original()
        stage = self._body.get("stage")
        if stage is None:
            return self._as_composed()
        if stage not in STAGES:
            self._problems.add("stage", stage, "must be one of " + ", ".join(STAGES))
            return Parts(None, None, {})
        if self._operation and self._operation is not OperationType.SALE:
            rule = "goes with sales; a return names its original"
            self._problems.add("stage", stage, rule)
        if not self._purchase and stage != "advance" and not self._problems.tell_of("purchase"):
            self._problems.add("purchase", None, f"is required with the stage {stage}")
        return getattr(self, f"_as_{stage}")()

    def _as_composed(self):
        """Take lines and payments as the caller has composed them."""
        part.no_unknown(self._problems, "", self._body, FIELDS | {"items"})
        items = self._new_items()
        paid = part.payments(self._problems, self._body, self._total)
        self._check_total(items)
        if self._purchase and paid:
            balance = self._balance()
            rule = f"at most what is prepaid, {from_kopecks(max(balance.prepaid, 0))}"
            holds = self._operation is not OperationType.SALE or paid.prepaid <= balance.prepaid
            self._problems.check(
                not paid.prepaid or holds, "payments", from_kopecks(paid.prepaid), rule
            )
        return Parts(items, paid, {})

    def _as_advance(self):
        """Read money before it is known what for (gift card): 1214 = 3, no goods."""
        part.no_unknown(self._problems, "", self._body, FIELDS | {"name", "tax_rate"})
        name = part.short_text(self._problems, "name", self._body.get("name", ADVANCE_NAME))
        nds = self._advance_rate()
        paid = self._money()
        if self._problems:
            return Parts(None, None, {})
        line = self._problems.attempt("", lambda: advance_line(name, self._total, nds))
        return Parts(line and self._lawful((line,)), paid, {})

    def _as_prepayment(self):
        """Read money for the goods in `items`: `total` is spread over them, 1214 = 1 or 2."""
        part.no_unknown(self._problems, "", self._body, FIELDS | {"items"})
        items = self._new_items()
        paid = self._money()
        if self._problems:
            return Parts(None, None, {})
        left = sum(item.sum for item in items) - max(self._purchase._most_prepaid(), 0)
        if not 0 < self._total <= left:
            rule = f"must be more than zero and at most what is left to pay, {from_kopecks(left)}"
            self._problems.add("total", from_kopecks(self._total), rule)
            return Parts(None, None, {})
        lines = prepayment_lines(items, self._total)
        if self._device.company_id.fiscal_prepayment_product_type == "payment":
            lines = tuple(replace(line, product_type=ProductType.PAYMENT) for line in lines)
        return Parts(lines, paid, {})

    def _as_handover(self):
        """Read goods that leave: the prepaid part is settled, the rest paid or left on credit."""
        part.no_unknown(self._problems, "", self._body, FIELDS | {"items", "on_credit"})
        items = self._new_items()
        on_credit = part.flag(self._problems, "on_credit", self._body.get("on_credit", False))
        paid = self._money()
        self._check_total(items)
        if self._problems:
            return Parts(None, None, {})
        settled = self._problems.attempt(
            "",
            lambda: handover(
                items, self._balance(), cash=paid.cash, ecash=paid.ecash, on_credit=on_credit
            ),
        )
        return Parts(*(settled or (None, None)), {})

    def _as_credit_payment(self):
        """Read the payment for goods that left on credit: 1214 = 7, rates of the handover."""
        part.no_unknown(self._problems, "", self._body, FIELDS | {"name"})
        default = CREDIT_PAYMENT_NAME.format(purchase=self._purchase.name)
        name = part.short_text(self._problems, "name", self._body.get("name", default))
        paid = self._money()
        if self._problems:
            return Parts(None, None, {})
        lines = self._problems.attempt(
            "", lambda: credit_payment_lines(self._balance(), self._total, name)
        )
        return Parts(lines, paid, {})

    def _return_of_original(self):
        """Read a return: names, prices and codes are those of the original."""
        problems = self._problems
        part.no_unknown(problems, "", self._body, FIELDS | {"items", "original"})
        if "stage" in self._body:
            problems.add("stage", self._body["stage"], "a return names its original only")
        if self._operation and not self._operation.is_return:
            problems.add("type", self._body.get("type", "sale"), "a sale has no original")
        told, original = find_original(problems, self._body["original"], self._device)
        if problems:
            return Parts(None, None, {})
        if not original:
            return self._as_composed_return(told)
        return self._return_of(original)

    def _as_composed_return(self, told):
        """Read a return of what was sold elsewhere: we know only its FN, FD and FPD."""
        items = self._new_items()
        paid = part.payments(self._problems, self._body, self._total)
        self._check_total(items)
        links = {
            "original_fn": told["fn_number"],
            "original_fd": told["fd_number"],
            "original_fpd": told["fpd"],
        }
        return Parts(items, paid, links)

    def _return_of(self, original):
        self._purchase = original._purchase()
        self._purchase._take_turn()
        value = original._value()
        self._taxation_type = value.applied_taxation_type
        wanted = self._wanted_lines()
        paid = part.payments(self._problems, self._body, self._total)
        part.only_money(self._problems, paid, "prepaid")
        if original._is_taken_back():
            rule = "is taken back by a correction: return what the correction has set right"
            self._problems.add("original", original.idempotency_key, rule)
        if self._operation is not value.operation_type.returned:
            rule = f"does not return a document of kind {value.operation_type.label}"
            self._problems.add("type", self._body.get("type"), rule)
        if self._problems:
            return Parts(None, None, {})
        taken = self._problems.attempt(
            "", lambda: returned_lines(value, original._returned_lines(), wanted)
        )
        if not taken:
            return Parts(None, None, {})
        lines, items = taken
        self._check_total(items)
        payments = self._problems.attempt("", lambda: self._paid_out(items, paid))
        links = {
            **original._original_values(),
            "original_lines": [[line.number, str(line.quantity)] for line in lines],
        }
        return Parts(items, payments, links)

    def _paid_out(self, items, paid):
        sale = self._operation is OperationType.SALE_RETURN
        # What we paid to a seller before his goods came is in no balance of a buyer.
        balance = self._balance() if sale else Balance(prepaid=self._total)
        return return_payments(items, balance, cash=paid.cash, ecash=paid.ecash, kept=paid.prepaid)

    # Parts --------------------------------------------------------------------------------------

    def _wanted_lines(self):
        """Return what the call takes back; None for all that is left."""
        data = self._body.get("items")
        if data is None:
            return None
        if not isinstance(data, list):
            self._problems.add("items", data, "must be a list of lines of the original")
            return None
        wanted = []
        for index, each in enumerate(data):
            path = f"items[{index}]"
            line = part.json_part(self._problems, path, each, RETURNED_ITEM_FIELDS)
            count = part.quantity(self._problems, f"{path}.quantity", line.get("quantity", 1))
            number = line.get("line")
            if type(number) is not int:
                rule = "must be the number of a line of the original, from 1"
                self._problems.add(f"{path}.line", number, rule)
            elif count is not None:
                wanted.append(ReturnedLine(number, count))
        return wanted

    def _new_items(self):
        items = part.items(self._problems, self._body.get("items"))
        return self._lawful(items) if not self._problems else items

    def _lawful(self, items):
        """Return the items with the rates of today's supply; what was changed is a warning."""
        device = self._device
        policy = Rate20Policy(device.company_id.fiscal_rate_20_api)
        lawful = self._problems.attempt(
            "",
            lambda: apply_rate_20_policy(items, self._operation, device._local_date(), policy),
        )
        if lawful is None:
            return items
        items, warnings = lawful
        self._warnings += warnings
        self._warnings += device.company_id._fiscal_regime_warnings(
            device._taxation_type(), items, self._operation, device._local_date()
        )
        return items

    def _advance_rate(self):
        """Return the rate of an advance: the call's, else that of the seller's regime today."""
        if "tax_rate" in self._body:
            return part.rate(self._problems, "tax_rate", self._body["tax_rate"])
        day, company = self._device._local_date(), self._device.company_id
        seller = company._fiscal_seller_vat(self._device._taxation_type(), day)
        return supply_rate(ProductVat.GENERAL, seller, day)

    def _money(self):
        """Return the money that changes hands; none may, where all is prepaid or on credit."""
        if "payments" not in self._body and "payment_method" not in self._body:
            return Payments()
        paid = part.payments(self._problems, self._body, self._total)
        part.only_money(self._problems, paid)
        return paid

    def _check_total(self, items):
        if not self._problems and self._total != (expected := sum(item.sum for item in items)):
            rule = f"must be the sum of the items, {from_kopecks(expected)}"
            self._problems.add("total", self._body["total"], rule)

    def _receipt(self, parts, cashier, buyer):
        site = self._body.get("internet_site")
        company = self._device.company_id
        mends = parts.links.get("original_fpd") if company.fiscal_return_1192 else None
        return self._problems.attempt(
            "",
            lambda: Receipt(
                operation_type=self._operation,
                applied_taxation_type=self._taxation_type,
                items=parts.items,
                payments=parts.payments,
                cashier=cashier,
                buyer=buyer,
                properties_data=mends,
                internet_payment=site is not None,
                retail_place=site,
            ),
        )


def find_original(problems, data, device):
    """Return what a call says of an earlier receipt, and our row of it.

    The row is empty when the receipt is none of ours, None when something is told to be wrong.
    """
    told = part.json_part(problems, "original", data, ORIGINAL_FIELDS)
    documents = device.env["fiscal.document"].sudo()
    company = [("company_id", "=", device.company_id.id), ("kind", "in", RECEIPT_KINDS)]
    if "key" in told:
        found = documents.search([*company, ("idempotency_key", "=", told["key"])])
        if found.is_signed:
            return told, found
        problems.add("original.key", told["key"], "is no key of a signed receipt")
        return told, None
    for name, kind in (("fn_number", str), ("fd_number", int), ("fpd", str)):
        value = told.get(name)
        holds = isinstance(value, kind) and not isinstance(value, bool) and bool(value)
        rule = "is required, unless the original is named by its key"
        problems.check(holds, f"original.{name}", value, rule)
    if problems:
        return told, None
    numbers = [("fn_number", "=", told["fn_number"]), ("fd_number", "=", told["fd_number"])]
    return told, documents.search([*company, *numbers])
