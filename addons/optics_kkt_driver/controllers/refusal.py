"""Answers that are errors, and how the problems of a document are told to a machine."""

import re
from functools import partial

from ..kkt.fiscal.document import InvalidDocument
from ..kkt.fiscal.exact import cut

STATUSES = {
    "ambiguous_till": (422,),
    "bad_json": (400,),
    "buffer_full": (503,),
    "busy": (503,),
    "device_refused": (502,),
    "device_silent": (504,),
    "forbidden": (403,),
    "foreign_origin": (403,),
    "given_up": (409,),
    "http_error": (),
    "idempotency_key_required": (400,),
    "in_progress": (409,),
    "internal_error": (500,),
    "invalid_request": (422,),
    "key_conflict": (409,),
    "method_not_allowed": (405,),
    "not_found": (404,),
    "overloaded": (503,),
    "refused": (409, 422),
    "report_from_future": (409,),
    "stale_report": (409,),
    "sync_running": (409,),
    "too_large": (413,),
    "unauthorized": (401,),
    "unavailable": (503,),
    "unknown": (504,),
    "unknown_database": (404,),
    "unknown_till": (422,),
    "unsupported_media_type": (415,),
}
"""Every code that the API answers, with its statuses; none where the server's own is passed on.

``docs/API.md`` has them all, and a test walks over what the controllers raise.
"""
RETRY_AFTER = {"Retry-After": "2"}
WHEN_DRAINED = {"Retry-After": "30"}
NAMES_OF_CALL = {
    "nds": "tax_rate",
    "items_quantity_measure": "measure",
    "origin_country_code": "country",
    "custom_entry_num": "customs_declaration",
    "buyer": "customer",
    "operator_inn": "inn",
    "retail_place": "internet_site",
    "settled_on": "date",
    "operator": "name",
    "total_sum": "total",
    "sum": "amount",
    "value": "reference",
    # Wherever it is not told which of both the caller gave: none is there.
    "phone_or_address": "email",
}
"""What a caller knows the fields of our documents by, where the names differ."""
INSTEAD = {"payments": "payment_method", "reference": "reason"}
"""What a call may have in the place of a field, which is named then."""


class ApiError(Exception):
    """An answer that is an error. `details` names the field, the state or the rows concerned."""

    def __init__(self, status, code, message, details=None, headers=None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details or {}
        self.headers = headers or {}


def raise_any(problems, body=None):
    """Refuse the call if anything is wrong.

    :param body: of the call, where that decides what a field is called
    :raises ApiError: 422, with the problems in ``details.problems``
    """
    try:
        problems.raise_any()
    except InvalidDocument as invalid:
        raise refusal(invalid, partial(field_of, body=body)) from invalid


def refusal(invalid, name_of=None):
    """Return the answer to a call that is wrong in the ways that `invalid` tells.

    :param name_of: what the caller calls a field of a ``Problem``; :func:`field_of` unless told
    """
    told = [
        {
            "field": cut((name_of or field_of)(each)) or "body",
            "code": each.code,
            "rule": each.rule,
            "value": cut(str(each.value)),
        }
        for each in invalid.problems
    ]
    words = [f"{each['field']}: {each['rule']} (got {each['value']})" for each in told]
    details = {"field": told[0]["field"], "problems": told}
    if invalid.more:
        words.append(f"and {invalid.more} more")
        details["more"] = invalid.more
    return ApiError(422, "invalid_request", "; ".join(words), details)


def field_of(problem, body=None):
    """Return the caller's name of what is wrong; a name of his own stays as he has it."""
    if problem.code == "unknown_field":
        return problem.field
    path = path_of_call(problem.field)
    holder, _dot, name = path.rpartition(".")
    told = (body or {}).get(holder) if holder else body
    other = INSTEAD.get(name)
    if isinstance(told, dict) and name not in told and other in told:
        return path.removesuffix(name) + other
    return path


def path_of_call(path):
    """Turn ``items[0].nds`` into ``items[0].tax_rate``: the names that the caller knows."""
    if (line := re.fullmatch(r"(items\[\d+\]\.)sum", path)) is not None:
        # Its price and quantity are told; a price alone cannot make too much.
        return f"{line[1]}quantity"
    # Our sums by kind of payment are several of the call's payments, or one.
    path = re.sub(r"(?<![^.])payments\.\w+\Z", "payments", path)
    return re.sub(r"[a-z]\w*", lambda name: NAMES_OF_CALL.get(name[0], name[0]), path)
