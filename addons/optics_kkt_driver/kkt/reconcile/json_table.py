"""The documents of a JSON text, one after another: none is held that is not being read."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from ..fiscal.exact import json_fraction
from ..fiscal.vocabulary import Nds
from .problems import UnreadableReport

WRAPPERS = (
    *("receipt", "bso", "receiptCorrection", "bsoCorrection", "openShift", "closeShift"),
    *("fiscalReport", "fiscalReportCorrection", "currentStateReport", "closeArchive"),
)
"""FNS's names of documents, under which they may be wrapped."""
OUTER_WRAPPERS = ("document", "ticket")
KIND_OF_WRAPPER = "kind"
"""Under this name stands which of :data:`WRAPPERS` it was."""
_DECODER = json.JSONDecoder(parse_float=json_fraction)
_SPACE = re.compile(r"[ \t\n\r]*")


def documents(text: str) -> Iterator[Any]:
    """The elements of the list, or of the one list of objects in an object.

    Raises UnreadableReport where the text ends or breaks; what came before cannot be the whole.
    """
    at = _skip(text, 0)
    if text[at : at + 1] == "[":
        at = yield from _elements(text, at)
    elif text[at : at + 1] == "{":
        at = yield from _of_object(text, at)
    else:
        raise UnreadableReport("not_json")
    if _skip(text, at) != len(text):
        raise UnreadableReport("not_json")


def _of_object(text: str, at: int) -> Generator[Any, None, int]:
    found = False
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        name, at = _decoded(text, at)
        at = _skip(text, at)
        if not isinstance(name, str) or text[at : at + 1] != ":":
            raise UnreadableReport("not_json")
        at = _skip(text, at + 1)
        if _is_list_of_objects(text, at):
            if found:
                raise UnreadableReport("two_lists")
            found = True
            at = yield from _elements(text, at)
        else:
            _value, at = _decoded(text, at)
        at = _after_comma(text, at, "}")
    if not found:
        raise UnreadableReport("no_list")
    return at + 1


def _is_list_of_objects(text: str, at: int) -> bool:
    return text[at : at + 1] == "[" and text.startswith("{", _skip(text, at + 1))


def _elements(text: str, at: int) -> Generator[Any, None, int]:
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        value, at = _decoded(text, at)
        yield value
        at = _after_comma(text, at, "]")
    return at + 1


def _after_comma(text: str, at: int, end: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] == ",":
        return _skip(text, at + 1)
    if text[at : at + 1] != end:
        raise UnreadableReport("not_json")
    return at


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _decoded(text: str, at: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        raise UnreadableReport("not_json") from None


def unwrapped(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document out of its wrappers, with its kind and its sums of VAT by rate beside the rest."""
    for name in OUTER_WRAPPERS:
        if isinstance(inner := document.get(name), Mapping):
            document = inner
    for name in WRAPPERS:
        if isinstance(inner := document.get(name), Mapping):
            document = {KIND_OF_WRAPPER: name, **inner}
            break
    amounts = document.get("amountsReceiptNds")
    listed = amounts.get("amountsNds") if isinstance(amounts, Mapping) else None
    return {**document, **_rates(listed)} if isinstance(listed, list) else document


def _rates(amounts: list[Any]) -> dict[str, Any]:
    """FNS names of the rates that have no tag of their own: ``nds22``, ``nds22122`` …"""
    told = {}
    for each in amounts:
        try:
            nds = Nds(each["nds"])
            told[f"nds{nds.rate}{100 + nds.rate if nds.is_calculated else ''}"] = each["ndsSum"]
        except (KeyError, TypeError, ValueError):
            continue
    return told
