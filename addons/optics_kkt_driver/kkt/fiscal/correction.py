"""The correction receipt: FD code 31."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from .jsonio import code_from_json, date_from_json, date_to_json, json_object, raw, without_none
from .problems import Problems
from .receipt import Settlement
from .vocabulary import CorrectionType, DocumentKind

FNS_CORRECTION_BASE = "\N{CYRILLIC SMALL LETTER ES}orrectionBase"
"""FNS's own JSON spells the name with a Cyrillic letter; it is read, and never written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Settlement):
    """A correction with items, as FFD 1.2 has it (54-FZ art. 4.3 p. 4).

    A settlement made without KKT takes one; an error in a receipt takes two, a reverse one that
    repeats the wrong data and a right one, both with the wrong receipt's FPD in
    `properties_data` (1192). Raises InvalidDocument.
    """

    kind: ClassVar[DocumentKind] = DocumentKind.CORRECTION

    correction_type: CorrectionType
    """Tag 1173."""
    correction_document_date: date
    """Tag 1178: the date of the settlement that is corrected; VAT goes by this date."""
    correction_document_number: str | None = None
    """Tag 1179: the number of the tax office's order, only with `CorrectionType.INSTRUCTION`."""

    def to_json(self) -> dict[str, Any]:
        return {
            "correctionType": int(self.correction_type),
            "correctionBase": without_none(
                correctionDocumentDate=date_to_json(self.correction_document_date),
                correctionDocumentNumber=self.correction_document_number,
            ),
            **Settlement.to_json(self),
        }

    @classmethod
    def _parts_from_json(cls, data: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
        parts = super(Correction, cls)._parts_from_json(data, problems)
        return {**parts, **grounds_from_json(data, problems)}

    @classmethod
    def _check_parts(cls, problems: Problems, parts: dict[str, Any]) -> None:
        super(Correction, cls)._check_parts(problems, parts)
        check_grounds(problems, parts)


def grounds_from_json(data: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Why it is corrected (tags 1173, 1174), by the names of :class:`Correction`'s fields."""
    base = data.get("correctionBase", data.get(FNS_CORRECTION_BASE))
    grounds = problems.attempt("correction_base", lambda: json_object({} if base is None else base))
    grounds = grounds or {}
    return {
        "correction_type": code_from_json(CorrectionType, data.get("correctionType")),
        "correction_document_date": date_from_json(raw(grounds, "correctionDocumentDate")),
        "correction_document_number": raw(grounds, "correctionDocumentNumber"),
    }


def check_grounds(problems: Problems, parts: Mapping[str, Any], *, numbered: bool = False) -> None:
    """Judge what :func:`grounds_from_json` gives; `numbered`: always with 1179, as in FFD 1.05."""
    problems.instance("correction_type", parts["correction_type"], CorrectionType)
    day = parts["correction_document_date"]
    if problems.instance("correction_document_date", day, date):
        no_time = not isinstance(day, datetime)
        problems.check(no_time, "correction_document_date", day, "has_a_time")
    number = parts["correction_document_number"]
    by_order = parts["correction_type"] is CorrectionType.INSTRUCTION
    problems.text("correction_document_number", number, 32, required=by_order or numbered)
    if parts["correction_type"] is CorrectionType.SELF and number is not None and not numbered:
        problems.add("correction_document_number", number, "not_by_order_1179")
