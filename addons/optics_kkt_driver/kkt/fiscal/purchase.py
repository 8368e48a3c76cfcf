"""One purchase in several receipts: money first, handover, credit, return.

What was prepaid and what is owed follow from the signed receipts of the purchase alone, so that
tag 1215 never says more than the drive has signed. Every function gives lines and payments of the
next receipt; rates of new lines are the caller's (:mod:`.rates`), those of a credit's payment are
copied from the receipt it follows. The lines of a return are in :mod:`.returned`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from .item import Item
from .money import Kopecks, from_kopecks, spread
from .payments import Payments
from .problems import InvalidDocument, Problem, Problems
from .receipt import Settlement
from .vocabulary import Nds, OperationType, PaymentType, ProductType


def normal_name(text: str) -> str:
    """A purchase's name as it is kept and looked up: what looks alike is one name.

    Letters put together from two characters are made one, spaces of all widths plain ones, and
    none stands at either end; characters without a look of their own fall away, unless there are
    no others. Upper and lower case are the caller's.
    """
    return _seen(text) or text.strip()


def is_visible(text: str) -> bool:
    """Tell whether a purchase's name shows anything."""
    return bool(_seen(text))


def _seen(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(map(_as_seen, text))).strip()


_BRAILLE_BLANK = "\u2800"
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
"""Characters that show nothing (Unicode's Default_Ignorable_Code_Point) beside those of Cf."""


def _as_seen(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cf" or _IGNORABLE.match(character):
        return ""
    return " " if kind == "Zs" or character == _BRAILLE_BLANK else character


@dataclass(frozen=True, slots=True)
class Balance:
    """Where a purchase stands, in kopecks."""

    prepaid: int = 0
    """Paid before the goods and not settled yet: what 1215 of the next handover may say."""
    owed_by_rate: Mapping[Nds, int] = field(default_factory=dict)
    """Left on credit (1216) and not paid yet, by the rate of the goods; no zeros.

    A rate is below zero when more was struck off in a return than its goods had left owed.
    """

    @property
    def owed(self) -> int:
        return sum(self.owed_by_rate.values())

    def adding(self, settlement: Settlement) -> Balance:
        """The balance after one more signed receipt or correction; purchases do not move it."""
        sign = _SIGNS.get(settlement.operation_type, 0)
        before_goods = sum(item.sum for item in settlement.items if item.payment_type.is_prepayment)
        owed = dict(self.owed_by_rate)
        for nds, part in _credit_by_rate(settlement).items():
            owed[nds] = owed.get(nds, 0) + sign * part
        return Balance(
            prepaid=self.prepaid + sign * (before_goods - settlement.payments.prepaid),
            owed_by_rate={nds: part for nds, part in sorted(owed.items()) if part},
        )

    def reserving(self, settlement: Settlement) -> Balance:
        """The balance while it is not known whether `settlement` will be signed.

        What it would use up is gone already, what it would bring is not there yet.
        """
        after = self.adding(settlement)
        rates = {*self.owed_by_rate, *after.owed_by_rate}
        least = {
            nds: min(self.owed_by_rate.get(nds, 0), after.owed_by_rate.get(nds, 0))
            for nds in sorted(rates)
        }
        return Balance(
            prepaid=min(self.prepaid, after.prepaid),
            owed_by_rate={nds: part for nds, part in least.items() if part},
        )


_SIGNS = {OperationType.SALE: 1, OperationType.SALE_RETURN: -1}


def balance_of(signed: Iterable[Settlement], pending: Iterable[Settlement] = ()) -> Balance:
    """Where a purchase stands by its signed receipts; `pending` ones may still be signed."""
    balance = Balance()
    for settlement in signed:
        balance = balance.adding(settlement)
    for settlement in pending:
        balance = balance.reserving(settlement)
    return balance


def check_prepaid(told: int, balance: Balance) -> None:
    """Let 1215 that somebody tells be no more than what is prepaid. Raises InvalidDocument.

    The problem's code is ``prepaid_not_signed``, with ``taken`` and ``signed`` in kopecks.
    """
    signed = max(balance.prepaid, 0)
    if told > signed:
        _refuse("payments", told, "prepaid_not_signed", taken=told, signed=signed)


def check_settled(told: int, balance: Balance, total: int) -> None:
    """Let 1215 of goods for `total`, which somebody tells, be what is prepaid and no other sum.

    The problem's code is that of :func:`check_prepaid`, or ``prepaid_left_out`` with the same
    parameters and ``least``. Raises InvalidDocument.
    """
    check_prepaid(told, balance)
    signed = max(balance.prepaid, 0)
    least = min(signed, total)
    if told < least:
        _refuse("payments", told, "prepaid_left_out", least=least, taken=told, signed=signed)


def check_unpaid(paid: int, unpaid: int) -> None:
    """Let no more be prepaid than what the goods still cost. Raises InvalidDocument.

    The problem's code is ``more_than_unpaid``, with ``paid`` and ``unpaid`` in kopecks.
    """
    if not 0 < paid <= unpaid:
        _refuse("total", paid, "more_than_unpaid", paid=paid, unpaid=unpaid)


def handover(
    items: Sequence[Item],
    balance: Balance,
    *,
    cash: int,
    ecash: int,
    provision: int = 0,
    on_credit: bool = False,
) -> tuple[tuple[Item, ...], Payments]:
    """Lines and payments with which goods leave: 1214 = 4, or 5 and 6 with money still owed.

    `items` have the rates of the day; `cash` and `ecash` are the money paid now, change taken off,
    and `provision` (1217) is as good as money. What was prepaid comes first (1215); what is then
    missing stays on credit (1216) where `on_credit` allows it. Raises InvalidDocument.
    """
    total = sum(item.sum for item in items)
    prepaid = min(max(balance.prepaid, 0), total)
    paid = cash + ecash + provision
    missing = total - prepaid - paid
    if missing < 0:
        _refuse("payments", paid, "more_than_due", due=total - prepaid)
    if missing > 0 and not on_credit:
        _refuse("payments", paid, "less_than_due", due=total - prepaid)
    payment_type = _handover_type(total, missing)
    lines = tuple(replace(item, payment_type=payment_type) for item in items)
    payments = Payments(
        cash=cash, ecash=ecash, prepaid=prepaid, credit=missing, provision=provision
    )
    return lines, payments


def credit_payment_lines(balance: Balance, paid: int, name: str) -> tuple[Item, ...]:
    """Lines of a payment for goods that left on credit: 1214 = 7, 1212 = 10.

    One line for each rate of the goods, in the code that the handover had (АБ-4-20/11248@: what
    left at 20 % is paid at 20 %). Raises InvalidDocument when more is paid than is owed.
    """
    if not 0 < paid <= balance.owed:
        _refuse("total", paid, "more_than_owed", owed=balance.owed)
    rates = [nds for nds, part in balance.owed_by_rate.items() if part > 0]
    parts = spread(paid, [balance.owed_by_rate[nds] for nds in rates])
    return tuple(
        Item.priced(
            name,
            part,
            nds,
            payment_type=PaymentType.CREDIT_PAYMENT,
            product_type=ProductType.PAYMENT,
        )
        for nds, part in zip(rates, parts, strict=True)
        if part
    )


def return_payments(
    items: Sequence[Item], balance: Balance, *, cash: int, ecash: int, kept: int = 0
) -> Payments:
    """Payments of a return: money really paid out (1031, 1081), whatever the sale was paid with.

    `kept` stays with the shop as a prepayment (1215). What the buyer still owes is not paid out
    but struck off. Raises InvalidDocument, also for a prepayment that a handover has settled: that
    money comes back with the goods. Codes, with their parameters in kopecks:
    ``prepayment_settled`` (``total``, ``left``), ``prepayment_kept``, ``not_what_is_due``
    (``due``), ``not_what_is_left_of_credit`` (``due``, ``total``, ``credit``).
    """
    total = sum(item.sum for item in items)
    before_goods = sum(item.sum for item in items if item.payment_type.is_prepayment)
    credit = _struck_off(items, balance)
    given = cash + ecash + kept
    problems = Problems()
    if before_goods > (left := max(balance.prepaid, 0)):
        told = {"total": Kopecks(before_goods), "left": Kopecks(left)}
        problems.add("items", from_kopecks(before_goods), "prepayment_settled", **told)
    if before_goods and kept:
        problems.add("payments", from_kopecks(kept), "prepayment_kept")
    if given != (due := total - credit):
        code = "not_what_is_left_of_credit" if credit else "not_what_is_due"
        told = {"due": Kopecks(due), "total": Kopecks(total), "credit": Kopecks(credit)}
        problems.add("payments", from_kopecks(given), code, **told)
    problems.raise_any()
    return Payments(cash=cash, ecash=ecash, prepaid=kept, credit=credit)


def _struck_off(items: Sequence[Item], balance: Balance) -> int:
    """Kopecks of a return that are not paid out because the buyer owes them (1216).

    Goods alone are struck off; money that came before or after them was really paid.
    """
    goods = sum(item.sum for item in items if item.payment_type.is_handover)
    return min(max(balance.owed, 0), goods)


def _refuse(field: str, told: int, code: str, **sums: int) -> NoReturn:
    params = {name: Kopecks(each) for name, each in sums.items()}
    raise InvalidDocument([Problem(field, from_kopecks(told), code, **params)])


def _handover_type(total: int, credit: int) -> PaymentType:
    if not credit:
        return PaymentType.FULL_PAYMENT
    return PaymentType.CREDIT if credit == total else PaymentType.PARTIAL_PAYMENT_AND_CREDIT


def _credit_by_rate(settlement: Settlement) -> dict[Nds, int]:
    """What a receipt leaves owed, by rate; less than zero where it pays for an earlier one."""
    by_rate: dict[Nds, int] = {}
    shares = _credit_of_lines(settlement.items, settlement.payments.credit)
    for item, share in zip(settlement.items, shares, strict=True):
        paid = item.sum if item.payment_type is PaymentType.CREDIT_PAYMENT else 0
        by_rate[item.nds] = by_rate.get(item.nds, 0) + share - paid
    return by_rate


def _credit_of_lines(items: Sequence[Item], credit: int) -> list[int]:
    """How much of 1216 each line has.

    Lines that leave unpaid (6) have all of theirs, those paid in part (5) share the rest. A return
    repeats lines of its sale and strikes off another sum: there all lines share.
    """
    unpaid = [item.sum if item.payment_type is PaymentType.CREDIT else 0 for item in items]
    partly = [
        item.sum if item.payment_type is PaymentType.PARTIAL_PAYMENT_AND_CREDIT else 0
        for item in items
    ]
    left = credit - sum(unpaid)
    if left == 0:
        return unpaid
    if 0 < left <= sum(partly):
        return [whole + part for whole, part in zip(unpaid, spread(left, partly), strict=True)]
    return spread(credit, [item.sum for item in items])
