"""What is asked of the marking codes of a new receipt, beyond each of them being one.

Documents that are read, returns of our receipts and corrections repeat earlier ones: nothing here
is asked of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import marking
from .item import Item
from .marking import ProductCode
from .problems import Problems
from .rates import FiscalWarning
from .rules import rule_text

_LACKING_TAIL = "gs1_lacking_tail"


def check_marking_codes(items: Sequence[Item], *, tailless: bool) -> tuple[FiscalWarning, ...]:
    """Refuse the same code twice, and codes without a crypto tail.

    With `tailless` the latter are warned about instead. Raises InvalidDocument, codes
    ``marking_code_twice`` with ``line`` (number of the first one, from 1) and ``gs1_lacking_tail``.
    """
    problems = Problems()
    warnings = []
    lines: dict[ProductCode, int] = {}
    for index, item in enumerate(items):
        path, code = f"items[{index}].marking_code", item.product_code
        if code is not None and code.is_marked:
            first = lines.setdefault(code, index)
            told = {"line": first + 1}
            problems.check(first == index, path, item.marking_code, "marking_code_twice", **told)
        if item.marking_code is None or _has_tail(item.marking_code):
            continue
        if tailless:
            warnings.append(FiscalWarning(_LACKING_TAIL, path, rule_text(_LACKING_TAIL, {})))
        else:
            problems.add(path, item.marking_code, _LACKING_TAIL)
    problems.raise_any()
    return tuple(warnings)


def _has_tail(code: str) -> bool:
    try:
        return marking.parse(code).signature is not None
    except marking.MalformedCode:
        # Only a code that came with its product code was not read before: it is no GS1 code.
        return True
