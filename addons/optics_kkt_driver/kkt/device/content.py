"""What of a document is really sent to a till: its content in the till's own format."""

from __future__ import annotations

from typing import Any

from ..fiscal.document import Document
from ..fiscal.ffd import in_format
from ..fiscal.problems import InvalidDocument
from ..fiscal.vocabulary import FfdVersion
from .refusals import refusal


def content_for(document: Document, ffd: FfdVersion) -> dict[str, Any]:
    """The document (FNS JSON) as the format `ffd` has it.

    Raises :class:`~.errors.Refused` (37h) for a correction that FFD 1.05 does not know.
    """
    try:
        return in_format(document.kind, document.to_json(), ffd)
    except InvalidDocument as error:
        detail = f"ФФД {ffd.label} исправляет чеком коррекции только приход и расход без ККТ"
        remedy = "Ошибку в чеке исправьте чеком возврата и новым верным чеком."
        raise refusal("37", detail, remedy) from error
