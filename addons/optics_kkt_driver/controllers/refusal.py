"""Answers that are errors, and how the problems of a document are told to a machine."""

import re

from ..kkt.fiscal.document import InvalidDocument
from ..kkt.fiscal.exact import LONGEST_SHOWN

RETRY_AFTER = {"Retry-After": "2"}
NAMES_OF_CALL = {
    "nds": "tax_rate",
    "items_quantity_measure": "measure",
    "origin_country_code": "country",
    "custom_entry_num": "customs_declaration",
    "buyer": "customer",
    "operator_inn": "inn",
    "retail_place": "internet_site",
    "settled_on": "date",
}
"""What a caller knows the fields of our documents by, where the names differ."""


class ApiError(Exception):
    """An answer that is an error. `details` names the field, the state or the rows concerned."""

    def __init__(self, status, code, message, details=None, headers=None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details or {}
        self.headers = headers or {}


def raise_any(problems):
    """Refuse the call if anything is wrong.

    :raises ApiError: 422, with every problem in ``details.problems``
    """
    try:
        problems.raise_any()
    except InvalidDocument as invalid:
        raise refusal(invalid) from invalid


def refusal(invalid):
    """Return the answer to a call that is wrong in the ways that `invalid` tells."""
    told = [
        {
            "field": _path_of_call(each.field),
            "code": each.code,
            "rule": each.rule,
            "value": _shown(each.value),
        }
        for each in invalid.problems
    ]
    words = "; ".join(f"{each['field']}: {each['rule']} (got {each['value']})" for each in told)
    return ApiError(422, "invalid_request", words, {"field": told[0]["field"], "problems": told})


def _shown(value):
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _path_of_call(path):
    """Turn ``items[0].nds`` into ``items[0].tax_rate``: the names that the caller knows."""
    return re.sub(r"[a-z]\w*", lambda name: NAMES_OF_CALL.get(name[0], name[0]), path)
