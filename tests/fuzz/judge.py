"""Whether an answer is one that ``docs/API.md`` lets this call have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.fuzz.bodies import EMULATOR, names_of
from tests.fuzz.mutate import Call
from tests.fuzz.wire import Answer

DOCS = Path(__file__).parents[2] / "docs" / "API.md"
CUT = "…"
OF_EMULATOR = {"bad_json": {400}, "conflict": {409}, "invalid": {422}, "too_large": {413}}
NAMING = {
    *("invalid_request", "bad_json", "idempotency_key_required", "unsupported_media_type"),
    *("unknown_till", "invalid", "report_from_future", "stale_report"),
}
"""Codes of answers that name a field."""
UNTOLD = re.compile("[\0\ud800-\udfff]")
"""A name of these cannot be quoted: its holder is named."""
NO_JSON = re.compile(rb"NaN|Infinity")
NO_NUMBER = re.compile(rb"\d{4301}")
"""More digits than Python reads; the emulator's own reader has no more to say of them."""
PROMISED = {("device_refused", 502)}
"""Of 500 and above, from a till that answers: what it says no to."""

ITEM = r"(wrong\.)?items(\[\d+\].*)?"
PAID = r"(wrong\.)?(payments(\[\d+\].*)?|payment_method)"
NUMBERS = "fiscal(DriveNumber|DocumentNumber|Sign)"
RELATIONS: tuple[tuple[str, str, str], ...] = (
    (ITEM, r"(wrong\.)?total", "the total is the sum of the items"),
    (ITEM + r"|(wrong\.)?total", PAID, "payments are the total"),
    (
        r"(wrong\.)?items\[\d+\]\.(payment_type|product_type)",
        r"(wrong\.)?items\[\d+\]\.(payment_type|product_type|tax_rate|marking_code)",
        "1214 decides on 1212 and on the kind of rate, 1212 on the code",
    ),
    (PAID, PAID, "one of payments and payment_method tells how it is paid"),
    ("[Ss]tage", "items|total|on_credit|name|tax_rate|purchase", "another stage has other fields"),
    ("[Ss]tage", PAID, "only a stage does without payments"),
    ("[Oo]riginal", r"items(\[\d+\]\..*)?", "lines of a return are numbers of lines"),
    (r"original\.\w+", r"original\.\w+", "it is named by its key, or by three numbers"),
    ("[Oo]riginal|[Ww]rong", "original|wrong", "a wrong receipt is told with its numbers"),
    ("[Bb]asis", "order_number", "only a correction by order has one"),
    ("[Pp]urchase", f"total|{PAID}", "what is owed depends on the purchase"),
    ("[Oo]n_credit", PAID, "without credit all is paid"),
    ("[Dd]ate", r"items\[\d+\]\.tax_rate", "rates are those of the date"),
    ("[Tt]ype", "original|stage", "sales have stages, returns originals"),
    ("[Ii]nternet_site|[Cc]ustomer.*", r"internet_site|customer\..*", "1125 needs a contact"),
    (r"cashier\..*", r"cashier\.name", "the tag 1021 holds position and name"),
    (f"{NUMBERS}|Idempotency-Key", f"document\\.{NUMBERS}|Idempotency-Key", "both name it"),
    ("kind", r"document\.code", "the kind is by the code"),
    ("document.*", "document.*", "sums, and what a document must have, agree among each other"),
)
"""Where a change in one place is told of another: pattern of the place, of the field, why."""


def faults(call: Call, answer: Answer) -> list[str]:
    """What is wrong with an answer, in words; nothing when all is well."""
    if not answer.status:
        return ["no answer"]
    if call.route.path == "/metrics" and answer.status == 200:
        return []
    told = read(answer)
    if told is None:
        return [f"{answer.status} is no JSON: {answer.content_type} {answer.body[:80]!r}"]
    if answer.status < 400:
        return list(_of_warnings(call, told))
    error = told.get("error")
    shape = {"code": str, "message": str, "details": dict}
    if not isinstance(error, dict) or {name: type(error[name]) for name in error} != shape:
        return [f"{answer.status} has not the shape of an error: {answer.body[:200]!r}"]
    return [*_of_code(call, answer.status, error["code"]), *_of_fields(call, error)]


def read(answer: Answer) -> dict[str, Any] | None:
    """The answer's JSON object; None when it is none."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def fields(error: dict[str, Any]) -> list[str]:
    """Every field that an error names, each once."""
    details = error["details"]
    told = [details["field"]] if "field" in details else []
    return list(dict.fromkeys([*told, *(each["field"] for each in details.get("problems", ()))]))


def is_related(field: str, place: str) -> bool:
    """Whether a field is this place, a part of it or a whole that it is part of."""
    if place == "body" or field == place:
        return True
    if field == "body":
        return bool(UNTOLD.search(place)) or not place
    if field.endswith(CUT):
        return place.startswith(field[:-1])
    return _is_within(field, place) or _is_within(place, field)


def is_told_of(field: str, place: str) -> bool:
    """Whether a change in this place may be told of this field."""
    return is_related(field, place) or any(
        re.fullmatch(changed, place) and re.fullmatch(named, field)
        for changed, named, _why in RELATIONS
    )


def _is_within(part: str, whole: str) -> bool:
    return bool(whole) and part.startswith((f"{whole}.", f"{whole}["))


def _documented() -> dict[str, set[int]]:
    codes: dict[str, set[int]] = {}
    for row in re.findall(r"(?m)^\| (\d{3}(?:, \d{3})*) \| ([^|]*) \|", DOCS.read_text("utf-8")):
        for code in re.findall(r"`(\w+)`", row[1]):
            codes.setdefault(code, set()).update(map(int, row[0].split(", ")))
    return codes


DOCUMENTED = _documented()


def _of_code(call: Call, status: int, code: str) -> Iterator[str]:
    known = DOCUMENTED.get(code, set())
    if call.route in EMULATOR:
        known = known | OF_EMULATOR.get(code, set())
    if status not in known and (code != "http_error" or status >= 500):
        yield f"{status} {code} is not documented"
    if status >= 500 and (code, status) not in PROMISED:
        yield f"{status} {code}"


def _of_fields(call: Call, error: dict[str, Any]) -> Iterator[str]:
    told = fields(error)
    if error["code"] in NAMING and not told:
        yield f"{error['code']} names no field"
    if error["code"] == "bad_json" and _is_no_json(call):
        return
    for field in told:
        if not any(is_told_of(field, place) for place in call.changed):
            yield f"{field!r} is named, changed was {sorted(call.changed)}"
        yield from _of_names(call, field)


def _is_no_json(call: Call) -> bool:
    too_long = call.route in EMULATOR and NO_NUMBER.search(call.body)
    return bool(too_long or NO_JSON.search(call.body))


def _of_warnings(call: Call, told: dict[str, Any]) -> Iterator[str]:
    for warning in told.get("warnings") or ():
        yield from _of_names(call, warning["field"])


def _of_names(call: Call, field: str) -> Iterator[str]:
    """No name but those of the call and those that the caller has invented."""
    if not field:
        yield "a field without a name"
    told = field.removesuffix(CUT)
    if any(place.startswith(told) or _is_within(told, place) for place in call.changed):
        return
    for name in re.sub(r"\[\d+\]", "", field).split("."):
        if name and name not in names_of(call.route):
            yield f"{field!r} has the name {name!r}, which is none of the call"
