"""The document that is open on the till: it grows command by command. Pure.

What is signed in the end has the names and values of the tax service's JSON, as the virtual till
takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...drivers.codes import refusal
from ...drivers.shtrih import commands as c
from ...fiscal import elements, marking
from ...fiscal.elements import Element, MalformedTlv
from ...fiscal.jsonio import quantity_to_json
from ...fiscal.money import line_sum, vat_of
from ...fiscal.payments import Payments
from ...fiscal.tlv import decode_tags
from ...fiscal.vat import vat_totals_to_json
from ...fiscal.vocabulary import DocumentKind, FfdVersion, Nds, OperationType, PaymentType
from .rates import rate_of, rate_of_row

RECEIPT_TYPES = (
    *(OperationType.SALE, OperationType.PURCHASE),
    *(OperationType.SALE_RETURN, OperationType.PURCHASE_RETURN),
)
"""In the order of 8Dh, and of the old commands from 80h on."""
CORRECTION = 0x80
"""Added to the type in 8Dh: a correction receipt with items."""
_ITEM = 1059
_MILLIONTH = Decimal(1_000_000)
_THOUSANDTH = Decimal(1000)


@dataclass(slots=True)
class Line:
    """One item, tag 1059."""

    name: str
    price: int
    quantity: Decimal
    sum: int
    nds: Nds
    nds_sum: int | None
    """None: the till computes it."""
    payment_type: int
    product_type: int
    tlv: bytes = b""
    marking_code: str = ""

    def to_json(self, ffd: FfdVersion) -> dict[str, Any]:
        computed = vat_of(self.sum, self.nds) if self.nds_sum is None else self.nds_sum
        item: dict[str, Any] = {
            "name": self.name,
            "price": self.price,
            "quantity": quantity_to_json(self.quantity),
            "sum": self.sum,
            "nds": int(self.nds),
            **({"ndsSum": computed} if self.nds.rate else {}),
            "paymentType": self.payment_type,
            "productType": self.product_type,
        }
        if ffd is FfdVersion.V1_2:
            item["itemsQuantityMeasure"] = 0
        if self.marking_code:
            item["productCodeNew"] = marking.parse(self.marking_code).product_code.to_json()
            item["labelCodeProcesMode"] = 0
        return item | _item_tags(self.tlv)


@dataclass(slots=True)
class OpenDocument:
    """A receipt, a correction, or a report whose requisites are being told."""

    kind: DocumentKind
    operation: OperationType = OperationType.SALE
    lines: list[Line] = field(default_factory=list)
    tlv: bytes = b""

    @property
    def total(self) -> int:
        return sum(line.sum for line in self.lines)

    @property
    def receipt_type(self) -> int:
        """As 8Dh and the till's mode number it."""
        return RECEIPT_TYPES.index(self.operation)

    def add(self, code: bytes, asked: Mapping[str, Any]) -> None:
        """Take the request of one command; what is refused leaves no trace. Raises Refused."""
        _ADDING[code](self, asked)

    def content(
        self,
        payments: Payments,
        taxation_type: int,
        taxes: Mapping[Nds, int] | None,
        ffd: FfdVersion,
    ) -> dict[str, Any]:
        """Of a receipt or a correction with items.

        :param taxes: as the host tells them; None: the till adds up those of the lines
        """
        items = [line.to_json(ffd) for line in self.lines]
        return {
            "operationType": int(self.operation),
            "appliedTaxationType": taxation_type,
            "items": items,
            "totalSum": self.total,
            **payments.to_json(),
            **vat_totals_to_json(_computed(items) if taxes is None else dict(taxes)),
            **self.tags(),
        }

    def tags(self) -> dict[str, Any]:
        """What FF0Ch has told, FNS's names."""
        return decode_tags(self.tlv)

    # Parts ---------------------------------------------------------------------------------------

    def _add_operation(self, asked: Mapping[str, Any]) -> None:
        """FF46h."""
        if asked["operation_type"] != self.operation:
            raise refusal("33", "признак расчёта (1054) не тот, с которым открыт чек")
        quantity = Decimal(asked["quantity"]) / _MILLIONTH
        exact = line_sum(asked["price"], quantity)
        told = asked["sum"]
        if told is not None and abs(told - exact) > 1:
            raise refusal("33", "стоимость не равна цене на количество")
        self.lines.append(
            Line(
                name=asked["name"].removeprefix("//"),
                price=asked["price"],
                quantity=quantity,
                sum=exact if told is None else told,
                nds=rate_of(asked["rate"]),
                nds_sum=asked["tax"],
                payment_type=asked["payment_type"],
                product_type=asked["product_type"],
            )
        )

    def _add_old_operation(self, asked: Mapping[str, Any]) -> None:
        """80h to 83h: quantity in thousandths, taxes by row, goods paid in full."""
        self.lines.append(_old_line(asked))

    def _storno(self, asked: Mapping[str, Any]) -> None:
        """84h takes one line out again. Raises Refused (5Eh) when there is no such line."""
        gone = _old_line(asked)
        for index, line in enumerate(self.lines):
            if (line.price, line.quantity, line.nds) == (gone.price, gone.quantity, gone.nds):
                del self.lines[index]
                return
        raise refusal("5E", "нет такой строки в чеке")

    def _add_item_tlv(self, asked: Mapping[str, Any]) -> None:
        """FF4Dh."""
        line = self._last_line()
        _checked(lambda: _item_tags(line.tlv + asked["tlv"]))
        line.tlv += asked["tlv"]

    def _add_document_tlv(self, asked: Mapping[str, Any]) -> None:
        """FF0Ch."""
        _checked(lambda: decode_tags(self.tlv + asked["tlv"]))
        self.tlv += asked["tlv"]

    def _bind(self, asked: Mapping[str, Any]) -> None:
        """FF67h."""
        self._last_line().marking_code = text_of_code(asked["code"])

    def _last_line(self) -> Line:
        if not self.lines:
            raise refusal("33", "в чеке ещё нет строк")
        return self.lines[-1]


_ADDING: Mapping[bytes, Callable[[OpenDocument, Mapping[str, Any]], None]] = {
    c.OPERATION.code: OpenDocument._add_operation,
    c.SALE.code: OpenDocument._add_old_operation,
    c.PURCHASE.code: OpenDocument._add_old_operation,
    c.SALE_RETURN.code: OpenDocument._add_old_operation,
    c.PURCHASE_RETURN.code: OpenDocument._add_old_operation,
    c.STORNO.code: OpenDocument._storno,
    c.ITEM_TLV.code: OpenDocument._add_item_tlv,
    c.DOCUMENT_TLV.code: OpenDocument._add_document_tlv,
    c.BIND_CODE.code: OpenDocument._bind,
}


def text_of_code(raw: bytes) -> str:
    """A marking code as text. Raises Refused (33h) for one that is no GS1 code."""
    text = raw.decode("ascii", "replace")
    try:
        marking.parse(text)
    except marking.MalformedCode as error:
        raise refusal("33", f"код маркировки: {error}") from error
    return text


def _old_line(asked: Mapping[str, Any]) -> Line:
    quantity = Decimal(asked["quantity"]) / _THOUSANDTH
    return Line(
        name=asked["text"].strip() or f"ОТДЕЛ {asked['department']}",
        price=asked["price"],
        quantity=quantity,
        sum=line_sum(asked["price"], quantity),
        nds=rate_of_row(asked["taxes"][0]),
        nds_sum=None,
        payment_type=int(PaymentType.FULL_PAYMENT),
        product_type=1,
    )


def _item_tags(tlv: bytes) -> dict[str, Any]:
    """The tags of a line. Raises MalformedTlv."""
    found: dict[str, Any] = decode_tags(elements.join([Element(_ITEM, tlv)]))["items"][0]
    return found


def _checked(read: Callable[[], object]) -> None:
    try:
        read()
    except MalformedTlv as error:
        raise refusal("09", str(error)) from error


def _computed(items: list[dict[str, Any]]) -> dict[Nds, int]:
    totals: dict[Nds, int] = {}
    for item in items:
        nds = Nds(item["nds"])
        part = item["ndsSum"] if nds.rate else item["sum"]
        totals[nds] = totals.get(nds, 0) + part
    return dict(sorted(totals.items()))
