"""A signed document once more on paper: not fiscal, no FD number of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from .base import Document
from .jsonio import json_object, raw
from .party import STAND_IN, Cashier
from .problems import Problems, is_integer
from .vocabulary import DocumentKind


@dataclass(frozen=True, slots=True)
class Copy(Document):
    """A copy of one document. No fiscal format covers it: its JSON is the number it repeats."""

    kind: ClassVar[DocumentKind] = DocumentKind.COPY

    fd_number: int
    """FD of the document that is printed again."""
    cashier: Cashier

    def __post_init__(self) -> None:
        problems = Problems()
        holds = is_integer(self.fd_number) and self.fd_number > 0
        problems.check(holds, "fd_number", self.fd_number, "not_a_document_number")
        problems.instance("cashier", self.cashier, Cashier)
        problems.raise_any()

    def to_json(self) -> dict[str, Any]:
        return {"fiscalDocumentNumber": self.fd_number, **self.cashier.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        problems = Problems()
        data = json_object(data)
        cashier = problems.attempt("cashier", lambda: Cashier.from_json(data))
        number = raw(data, "fiscalDocumentNumber")
        made = problems.attempt("", lambda: cls(number, cashier or STAND_IN))
        return problems.settle(made)
