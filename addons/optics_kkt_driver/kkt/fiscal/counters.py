"""One shift counted twice: by its till, and by the documents that we know. They must agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from .cash import drawer_change
from .payments import Payments
from .problems import is_integer
from .totals import OperationTotals, ShiftTotals
from .vat import signed_vat_totals
from .vocabulary import DocumentKind, Nds, OperationType


@dataclass(frozen=True, slots=True)
class SignedSettlement:
    """A signed receipt or correction as it counts (:class:`.totals.Counted`): by what it says.

    Also one that others registered, which our rules may not accept.
    """

    kind: DocumentKind
    operation_type: OperationType
    total_sum: int
    payments: Payments
    vat_totals: Mapping[Nds, int]

    @classmethod
    def from_json(cls, kind: DocumentKind, document: Mapping[str, Any]) -> SignedSettlement:
        """Read a signed document, FNS JSON; VAT as far as :func:`.vat.signed_vat_totals` knows it.

        Raises AttributeError, KeyError, TypeError or ValueError where it says no operation, no
        total, or sums that are none.
        """
        total = document["totalSum"]
        if not is_integer(total):
            raise TypeError("a total that is no sum")
        return cls(
            kind=kind,
            operation_type=OperationType(document["operationType"]),
            total_sum=total,
            payments=Payments.from_json(document),
            vat_totals=signed_vat_totals(document),
        )


@dataclass(frozen=True, slots=True)
class CashMoves:
    """Cash in, or cash out, of one shift."""

    count: int = 0
    sum: int = 0
    """Kopecks."""

    def adding(self, kopecks: int) -> CashMoves:
        return CashMoves(self.count + 1, self.sum + kopecks)

    def to_json(self) -> dict[str, int]:
        return {"count": self.count, "sum": self.sum}

    @classmethod
    def from_json(cls, data: Mapping[str, int] | None) -> CashMoves | None:
        return None if data is None else cls(data["count"], data["sum"])


@dataclass(frozen=True, slots=True)
class ShiftCounters:
    """What has been counted of one shift; None where whoever counts does not know."""

    totals: ShiftTotals = ShiftTotals()
    told: bool = True
    """Whether `totals` were told at all: a Z report of FFD 1.05 has no counters."""
    cash_in: CashMoves | None = None
    cash_out: CashMoves | None = None
    drawer: int | None = None
    """Kopecks in the drawer."""

    @classmethod
    def beginning(cls, drawer: int | None) -> ShiftCounters:
        """An empty shift. `drawer` is what lay in it then, None when nobody has told."""
        return cls(cash_in=CashMoves(), cash_out=CashMoves(), drawer=drawer)

    def adding(self, kind: DocumentKind, document: Mapping[str, Any]) -> ShiftCounters:
        """The counters after one more signed document (FNS JSON); other kinds change nothing.

        Nor does one that says no operation or no sum: that must not keep anybody from storing a
        signature, and the till's counters will differ.
        """
        try:
            return self._with(kind, document)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            return self

    def _with(self, kind: DocumentKind, document: Mapping[str, Any]) -> ShiftCounters:
        after = self
        if self.drawer is not None:
            after = replace(after, drawer=self.drawer + drawer_change(kind, document))
        if kind in (DocumentKind.RECEIPT, DocumentKind.CORRECTION):
            settlement = SignedSettlement.from_json(kind, document)
            return replace(after, totals=self.totals.adding(settlement))
        if kind is DocumentKind.CASH_IN and self.cash_in is not None:
            return replace(after, cash_in=self.cash_in.adding(document["sum"]))
        if kind is DocumentKind.CASH_OUT and self.cash_out is not None:
            return replace(after, cash_out=self.cash_out.adding(document["sum"]))
        return after

    def to_json(self) -> dict[str, Any]:
        """Under the names of an X report; what is not known is absent, totals are null then."""
        data: dict[str, Any] = {"shiftSumReports": self.totals.to_json() if self.told else None}
        if self.cash_in is not None:
            data["cashIn"] = self.cash_in.to_json()
        if self.cash_out is not None:
            data["cashOut"] = self.cash_out.to_json()
        if self.drawer is not None:
            data["cashInDrawer"] = self.drawer
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ShiftCounters:
        """Read the counters out of an X or Z report as signed (a Z tells no cash)."""
        totals = data.get("shiftSumReports")
        return cls(
            totals=ShiftTotals.from_json(totals or {}),
            told=totals is not None,
            cash_in=CashMoves.from_json(data.get("cashIn")),
            cash_out=CashMoves.from_json(data.get("cashOut")),
            drawer=data.get("cashInDrawer"),
        )


class CounterName(StrEnum):
    """What a counter counts; all but the counts are kopecks."""

    COUNT = "count"
    TOTAL = "total"
    CASH = "cash"
    ECASH = "ecash"
    PREPAID = "prepaid"
    CREDIT = "credit"
    PROVISION = "provision"
    VAT = "vat"
    CORRECTION_COUNT = "correction_count"
    CORRECTION_TOTAL = "correction_total"
    CASH_IN_COUNT = "cash_in_count"
    CASH_IN_SUM = "cash_in_sum"
    CASH_OUT_COUNT = "cash_out_count"
    CASH_OUT_SUM = "cash_out_sum"
    DRAWER = "drawer"

    @property
    def is_money(self) -> bool:
        return not self.endswith("count")


_SUMS = (
    CounterName.COUNT,
    CounterName.TOTAL,
    CounterName.CASH,
    CounterName.ECASH,
    CounterName.PREPAID,
    CounterName.CREDIT,
    CounterName.PROVISION,
)
"""Attributes of :class:`~.totals.OperationTotals` that each operation has."""


@dataclass(frozen=True, slots=True)
class CounterPair:
    """One counter as the till told it and as our documents give it; None: not told, not known."""

    operation: OperationType | None
    """None: a counter of the whole shift."""
    name: CounterName
    device: int | None
    ours: int | None
    nds: Nds | None = None
    """The rate, for VAT."""

    @property
    def differs(self) -> bool:
        return None not in (self.device, self.ours) and self.device != self.ours

    @property
    def difference(self) -> int:
        """How much more the till has than we; 0 where one of the two is not known."""
        if self.device is None or self.ours is None:
            return 0
        return self.device - self.ours


def side_by_side(device: ShiftCounters, ours: ShiftCounters) -> tuple[CounterPair, ...]:
    """Every counter that either has, in the order in which people read them."""
    pairs = _operations(device.totals, ours.totals)
    if not device.told:
        pairs = (replace(pair, device=None) for pair in pairs)
    return (*pairs, *_cash(device, ours))


def differences(device: ShiftCounters, ours: ShiftCounters) -> tuple[CounterPair, ...]:
    """The counters that disagree."""
    return tuple(pair for pair in side_by_side(device, ours) if pair.differs)


def _operations(device: ShiftTotals, ours: ShiftTotals) -> Iterator[CounterPair]:
    for operation in OperationType:
        if operation in device.operations or operation in ours.operations:
            yield from _operation(operation, device.of(operation), ours.of(operation))
        if operation in device.corrections or operation in ours.corrections:
            told = device.corrections.get(operation, (0, 0))
            counted = ours.corrections.get(operation, (0, 0))
            names = (CounterName.CORRECTION_COUNT, CounterName.CORRECTION_TOTAL)
            for name, theirs, mine in zip(names, told, counted, strict=True):
                yield CounterPair(operation, name, theirs, mine)


def _operation(
    operation: OperationType, device: OperationTotals, ours: OperationTotals
) -> Iterator[CounterPair]:
    for name in _SUMS:
        yield CounterPair(operation, name, getattr(device, name), getattr(ours, name))
    for nds in sorted({*device.vat, *ours.vat}):
        # A till need not tell VAT of a rate, and of the codes 7-12 it cannot: no tag is known.
        told = device.vat.get(nds)
        yield CounterPair(operation, CounterName.VAT, told, ours.vat.get(nds, 0), nds)


def _cash(device: ShiftCounters, ours: ShiftCounters) -> Iterator[CounterPair]:
    moves = (
        (device.cash_in, ours.cash_in, CounterName.CASH_IN_COUNT, CounterName.CASH_IN_SUM),
        (device.cash_out, ours.cash_out, CounterName.CASH_OUT_COUNT, CounterName.CASH_OUT_SUM),
    )
    for told, counted, count, total in moves:
        for name, attribute in ((count, "count"), (total, "sum")):
            yield CounterPair(
                None, name, getattr(told, attribute, None), getattr(counted, attribute, None)
            )
    yield CounterPair(None, CounterName.DRAWER, device.drawer, ours.drawer)
