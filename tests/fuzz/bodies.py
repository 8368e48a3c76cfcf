"""Valid calls of each route, from ``docs/API.md``; ``{call}`` stands for the call's own name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = Any

GOLDEN = Path(__file__).parents[1] / "plain" / "fiscal" / "golden" / "02_sale_by_card.json"
TILL = "POS-001"
INN = "7707083893"
MARK = "0104603988030128215"
TAIL = "\u001d91EE06\u001d92" + "A" * 44

FRAME = {"name": "Оправа Vogue", "price": 100, "quantity": 2, "tax_rate": 22}
FULL_ITEM = {
    **FRAME,
    **{"payment_type": 4, "product_type": 1, "measure": 0},
    **{"country": "380", "customs_declaration": "10702020/060521/0001234"},
}
MARKED = {
    **{"name": "Линзы", "price": "100.00", "tax_rate": "10", "product_type": 33},
    "marking_code": MARK + "{call}" + TAIL,
}
CASHIER = {"name": "Иванова А. П.", "position": "Кассир", "inn": "500100732259"}
SALE = {"pos_id": TILL, "items": [FRAME], "total": 200, "payment_method": "card"}
ADVANCE = {
    **{"pos_id": TILL, "stage": "advance", "purchase": "{call}", "total": "150.50"},
    "payment_method": "cash",
}
HANDED_OVER = {
    **{"pos_id": TILL, "stage": "handover", "purchase": "{call}", "items": [FRAME]},
    **{"total": 200, "on_credit": True},
}
FOREIGN = {"fn_number": "9999078900001111", "fd_number": 5, "fpd": "1234567890"}
SETTLED = {**SALE, "date": "2026-11-02"}
WRONG = {"type": "sale", "items": [FRAME], "total": 200, "payment_method": "cash"}
REPORT = {
    "number": 7,
    "time": "2026-11-30T07:20:00Z",
    "version": "19.0.10.0.0",
    **{"status": "healthy", "circuit_breaker": "CLOSED", "network_status": "ONLINE"},
    **{"percent_full": 1.5, "pending": 1, "dead": 0, "oldest_pending_at": "2026-11-30T07:19:00Z"},
    "tills": [{"code": "POS-001", "health": "ready", "online": True, "undelivered": 1}],
}


@dataclass(frozen=True, slots=True)
class Example:
    """A call that is accepted as it stands, after the receipts in `before` were signed."""

    body: Json = None
    before: tuple[Json, ...] = ()
    path: Mapping[str, str] = field(default_factory=dict)
    """What stands in the path, by its name in the call."""
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """One call of ``docs/API.md``."""

    method: str
    path: str
    """With ``{name}`` where the example's `path` has that name."""
    examples: tuple[Example, ...] = (Example(),)
    keyed: bool = False
    """It takes ``X-Idempotency-Key`` and makes one document of each."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def _examples(*bodies: Json) -> tuple[Example, ...]:
    return tuple(Example(body) for body in bodies)


RECEIPTS = (
    *_examples(
        SALE,
        {**SALE, "type": "sale", "cashier": CASHIER, "reference": "Заказ {call}"},
        {
            **{**SALE, "items": [FULL_ITEM, FRAME], "total": "400.00"},
            **{"customer": {"email": "anna@example.ru"}, "internet_site": "optika.example"},
        },
        {
            **{"pos_id": TILL, "items": [FRAME, MARKED], "total": 300.0},
            "payments": [{"method": "cash", "amount": 100}, {"method": "sbp", "amount": "200.00"}],
            "customer": {"phone": "+79001234567", "name": "ООО Ромашка", "inn": INN},
        },
        {**SALE, "type": "purchase"},
        ADVANCE,
        {**ADVANCE, "name": "Аванс за очки", "tax_rate": "22/122"},
        {**SALE, "stage": "prepayment", "purchase": "{call}", "total": 50},
        {**SALE, "stage": "handover", "purchase": "{call}", "on_credit": False},
        HANDED_OVER,
        {**SALE, "type": "refund", "original": FOREIGN},
        {**SALE, "type": "refund"},
    ),
    Example(
        {
            **{"pos_id": TILL, "stage": "credit_payment", "purchase": "{call}"},
            **{"name": "Оплата кредита", "total": 70, "payment_method": "card"},
        },
        before=(HANDED_OVER,),
    ),
    Example(
        {
            **{"pos_id": TILL, "type": "refund", "original": {"key": "{call}-before-0"}},
            **{"items": [{"line": 1, "quantity": "0.5"}], "total": 50, "payment_method": "card"},
        },
        before=(SALE,),
    ),
)
CORRECTIONS = (
    *_examples(
        {**SETTLED, "basis": "self", "reason": "не пробит чек"},
        {**SETTLED, "basis": "order", "order_number": "12/3", "cashier": CASHIER},
        {
            **{**SETTLED, "customer": {"email": "anna@example.ru"}},
            **{"internet_site": "optika.example", "items": [FULL_ITEM]},
        },
        {**SETTLED, "original": FOREIGN, "wrong": WRONG},
    ),
    Example({**SETTLED, "original": {"key": "{call}-before-0"}}, before=({**SALE, "total": 200},)),
)
KEY_OF_A_SALE = {"key": "{call}-before-0"}
PURCHASE = {"name": "{call}"}


def _message() -> Json:
    """What our own delivery posts to the OFD."""
    document = json.loads(GOLDEN.read_text(encoding="utf-8"))
    numbers = {name: document[name] for name in ("fiscalDriveNumber", "fiscalDocumentNumber")}
    sign = f"{int(document['fiscalSign']):010d}"
    named = {"device": TILL, "key": "{call}", "kind": "receipt", "tlv": ""}
    return {**named, **numbers, "fiscalSign": sign, "document": document}


API = (
    Route("POST", "/v1/kkt/receipt", RECEIPTS, keyed=True),
    Route("POST", "/v1/kkt/correction", CORRECTIONS, keyed=True),
    Route(
        *("POST", "/v1/kkt/x_report"),
        _examples({"pos_id": TILL}, {"pos_id": TILL, "cashier": CASHIER}),
        keyed=True,
    ),
    Route(
        *("POST", "/v1/kkt/z_report"),
        (
            Example({"pos_id": TILL}, before=(SALE,)),
            Example({"pos_id": TILL, "cashier": CASHIER}, before=(SALE,)),
        ),
        keyed=True,
    ),
    Route(
        *("POST", "/v1/kkt/cash_in"),
        _examples(
            {"pos_id": TILL, "amount": 1000, "reason": "размен"},
            {"pos_id": TILL, "amount": "10.50", "cashier": CASHIER},
        ),
        keyed=True,
    ),
    Route(
        *("POST", "/v1/kkt/cash_out"),
        _examples({"pos_id": TILL, "amount": 1, "reason": "инкассация"}),
        keyed=True,
    ),
    Route("GET", "/v1/kkt/receipt/{key}", (Example(path=KEY_OF_A_SALE, before=(SALE,)),)),
    Route("GET", "/v1/kkt/receipt", (Example(query=KEY_OF_A_SALE, before=(SALE,)),)),
    Route(
        *("GET", "/v1/kkt/purchase/{name}"),
        (Example(path=PURCHASE, query={"pos_id": TILL}, before=(ADVANCE,)),),
    ),
    Route(
        *("GET", "/v1/kkt/purchase"),
        (Example(query={**PURCHASE, "pos_id": TILL}, before=(ADVANCE,)),),
    ),
    Route("GET", "/v1/kkt/buffer/status", (Example(), Example(query={"pos_id": TILL}))),
    Route("POST", "/v1/kkt/buffer/sync", (Example(), Example(query={"pos_id": TILL}))),
    Route("GET", "/v1/health"),
    Route("GET", "/api/v1/health"),
    Route("GET", "/metrics"),
    Route("POST", "/api/v1/kkt/heartbeat", _examples(REPORT)),
)
EMULATOR = (
    Route("POST", "/ofd/v1/receipts", _examples(_message())),
    Route("GET", "/ofd/v1/receipts"),
    Route("GET", "/ofd/v1/health"),
    Route(
        *("POST", "/ofd/v1/admin/set-failure"),
        _examples(
            {"failure_count": 1, "status_code": 503, "retry_after": 1, "probability": 0.5},
            {"permanent_failure": True, "seed": 7, "manner": "well"},
            {"response_delay": 0, "delay_spread": 0.25},
        ),
    ),
    Route("POST", "/ofd/v1/admin/set-success"),
    Route("POST", "/ofd/v1/admin/reset"),
)
ROUTES = (*API, *EMULATOR)


def filled(value: Json, call: str) -> Json:
    """A part of an example with the call's own name in it."""
    if isinstance(value, str):
        return value.replace("{call}", call)
    if isinstance(value, Mapping):
        return {name: filled(each, call) for name, each in value.items()}
    return [filled(each, call) for each in value] if isinstance(value, list) else value


def names_in(value: Json) -> set[str]:
    """All names of fields in a body."""
    if isinstance(value, Mapping):
        return set(value).union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


HEADERS = frozenset({"X-Idempotency-Key", "Content-Type", "Idempotency-Key"})


def names_of(route: Route) -> frozenset[str]:
    """What an answer of this route may name: its fields, the arguments, the headers, the body."""
    told = names_in([[each.body, dict(each.path), dict(each.query)] for each in route.examples])
    return frozenset(told | HEADERS | {"body"})
