"""The doors through which cases of public reports go: JSON in, JSON or a refusal's code out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from kkt.device.errors import DeviceError, Refused
from kkt.fiscal import cp866, marking, money, tlv
from kkt.fiscal.correcting import Basis, Wrong, as_signed, correct_error, without_kkt
from kkt.fiscal.document import Buyer, Cashier, InvalidDocument, Item, Receipt
from kkt.fiscal.elements import MalformedTlv
from kkt.fiscal.jsonio import without_none
from kkt.fiscal.lines import LinesDoNotFit, advance_line, fitted, without_discounts
from kkt.fiscal.marked import check_marking_codes
from kkt.fiscal.purchase import Balance, check_prepaid, handover, normal_name
from kkt.fiscal.qr import qr_text
from kkt.fiscal.rates import Rate20Policy, apply_rate_20_policy, rate_differences
from kkt.fiscal.returned import ReturnedLine, returned_lines
from kkt.fiscal.vocabulary import FfdVersion, Nds, OperationType
from kkt.ofd.answers import classify
from kkt.ofd.transport import Answer, TimedOut
from kkt.reconcile import cells
from kkt.reconcile.layout import Layout
from kkt.reconcile.matching import hours_apart
from kkt.reconcile.problems import BadCell, UnreadableReport
from kkt.reconcile.report import read_report
from kkt.virtual import Faults, LostAnswer
from tests.plain.drivers import builders as make
from tests.plain.drivers.test_virtual_conformance import VirtualBench
from tests.plain.drivers.test_virtual_rules import Till
from tests.plain.ofd.messages import message
from tests.plain.reconcile.writing import LAYOUT

from .builders import SUNGLASSES, receipt

Told = Any
Door = Callable[[Told, Path], Any]
DOORS: dict[str, Door] = {}


def door(name: str) -> Callable[[Callable[[Told], Any]], Callable[[Told], Any]]:
    """Make a function of what is told a door of that name."""

    def named(function: Callable[[Told], Any]) -> Callable[[Told], Any]:
        DOORS[name] = lambda told, _folder: function(told)
        return function

    return named


def outcome(name: str, told: Told, folder: Path) -> Any:
    """What comes out of a door; ``{"refused": …}`` with the codes of all that is wrong."""
    try:
        return json.loads(json.dumps(DOORS[name](told, folder)))
    except InvalidDocument as broken:
        return {"refused": " ".join(sorted({each.code for each in broken.problems}))}
    except (marking.MalformedCode, BadCell, UnreadableReport, LinesDoNotFit) as error:
        return {"refused": error.code}
    except tlv.EncodingError as error:
        return {"refused": error.path}
    except MalformedTlv as error:
        return {"refused": error.reason}


# Text -----------------------------------------------------------------------------------------


@door("printable")
def _printable(told: str) -> str:
    return cp866.printable(told)


@door("names")
def _names(told: list[str]) -> list[str]:
    """Different names among these spellings."""
    return sorted(set(map(normal_name, told)))


@door("buyer")
def _buyer(told: Mapping[str, Any]) -> Any:
    buyer = Buyer.from_json(told)
    return buyer and buyer.to_json()


@door("cashier")
def _cashier(told: Mapping[str, Any]) -> Any:
    return Cashier.from_json(told).to_json()


# Marking --------------------------------------------------------------------------------------


@door("marking code")
def _marking_code(told: str) -> Any:
    code = marking.parse(told)
    return {
        "product_code": code.product_code.value,
        "key": code.key,
        "signature": code.signature,
        "text": code.text,
    }


@door("new marked receipt")
def _new_marked_receipt(told: list[str]) -> Any:
    items = [Item.priced("Антисептик", 100, Nds.NDS_22, marking_code=each) for each in told]
    return [each.code for each in check_marking_codes(items, tailless=False)]


@door("gtin")
def _gtin(told: str) -> bool:
    return marking.is_gtin(told)


# Sums -----------------------------------------------------------------------------------------


@door("roubles")
def _roubles(told: str) -> Any:
    try:
        return money.to_kopecks(told)
    except ValueError:
        return {"refused": "no amount"}


@door("spread")
def _spread(told: tuple[int, list[int]]) -> list[int]:
    return money.spread(*told)


@door("discounts")
def _discounts(told: Mapping[str, list[Any]]) -> Any:
    return without_discounts(told["sums"], told["taxes"])


@door("fitted")
def _fitted(told: tuple[list[int], int, int]) -> list[int]:
    return fitted(*told)


@door("split line")
def _split_line(told: tuple[int, str]) -> Any:
    lines = money.split_line(told[0], Decimal(told[1]))
    assert sum(money.line_sum(*each) for each in lines) == told[0]
    return [(price, str(quantity)) for price, quantity in lines]


@door("item")
def _item(told: Mapping[str, Any]) -> Any:
    """What differs from a line of 5000.00."""
    return Item.from_json(_changed(SUNGLASSES.to_json(), told)).to_json()


@door("receipt")
def _receipt(told: Mapping[str, Any]) -> Any:
    """What differs from a receipt of 5000.00 in cash."""
    return Receipt.from_json(_changed(receipt().to_json(), told)).to_json()


@door("signed")
def _signed(told: Mapping[str, Any]) -> Any:
    """The same, as another till has signed it."""
    return as_signed(_changed(receipt().to_json(), told)).to_json()


# VAT ------------------------------------------------------------------------------------------


@door("vat of")
def _vat_of(told: tuple[int, str]) -> int:
    return money.vat_of(told[0], Nds.parse(told[1]))


@door("rate")
def _rate(told: str) -> Any:
    try:
        return int(Nds.parse(told))
    except ValueError:
        return {"refused": "no rate"}


@door("rates on a day")
def _rates_on_a_day(told: tuple[str, list[int]]) -> Any:
    items = [Item.priced("Очки", 12200, Nds(each)) for each in told[1]]
    day, policy = date.fromisoformat(told[0]), Rate20Policy.REPLACE
    lawful, warnings = apply_rate_20_policy(items, OperationType.SALE, day, policy)
    return {
        "rates": [each.nds for each in lawful],
        "vat": [each.vat for each in lawful],
        "warnings": [each.code for each in warnings],
    }


@door("rates that came back")
def _rates_that_came_back(told: tuple[list[int], list[int]]) -> list[str]:
    sent = [Item.priced("Очки", 12200, Nds(each)) for each in told[0]]
    signed = {"items": [{"nds": each} for each in told[1]]}
    return [each.code for each in rate_differences(sent, signed)]


# Purchases, returns, corrections --------------------------------------------------------------


@door("handover")
def _handover(told: Mapping[str, int]) -> Any:
    balance = Balance(prepaid=told.get("prepaid", 0))
    goods = [Item.priced("Очки", told["due"], Nds.NDS_22)]
    paid = {name: told.get(name, 0) for name in ("cash", "ecash")}
    items, payments = handover(goods, balance, **paid, on_credit="on_credit" in told)
    return {"payment_type": items[0].payment_type, **payments.to_json()}


@door("told prepayment")
def _told_prepayment(told: tuple[int, int]) -> None:
    check_prepaid(told[0], Balance(prepaid=told[1]))


@door("gift card")
def _gift_card(told: tuple[int, str]) -> Any:
    return advance_line("Подарочная карта", told[0], Nds.parse(told[1])).to_json()


@door("return")
def _return(told: Mapping[str, Any]) -> Any:
    """Returns of one line, one after the other; quantities of None are all that is left."""
    item = Item.priced("Линза", told["price"], Nds.NDS_22, Decimal(told["sold"]))
    original, earlier = receipt(item), list[ReturnedLine]()
    sums = []
    for each in told["returned"]:
        wanted = None if each is None else [ReturnedLine(1, Decimal(each))]
        lines, items = returned_lines(original, earlier, wanted)
        earlier += lines
        sums.append(sum(item.sum for item in items))
    return sums


@door("correction")
def _correction(told: Mapping[str, Any]) -> Any:
    """A settlement of 5000.00 without a till, or with an error where `fpd` names its receipt."""
    operation = OperationType(told.get("operation", 1))
    basis = Basis(date.fromisoformat(told["day"]), order_number=told.get("order"))
    ffd = FfdVersion.V1_05 if told.get("ffd") == "1.05" else FfdVersion.V1_2
    goods = Item.priced("Очки", 500_000, Nds(told.get("nds", 11)))
    settled = receipt(goods, operation_type=operation)
    if "fpd" not in told:
        return [_shown(without_kkt(settled, basis, ffd).to_json())]
    wrong = Wrong("9960440300000001", 17, told["fpd"], settled)
    return [_shown(each.to_json()) for each in correct_error(wrong, settled, basis, ffd)]


def _shown(document: Mapping[str, Any]) -> dict[str, Any]:
    base = document.get("correctionBase", {})
    return {
        "operation": document["operationType"],
        "day": base.get("correctionDocumentDate"),
        "1192": document.get("propertiesData"),
    }


# Bytes, QR ------------------------------------------------------------------------------------


@door("encode")
def _encode(told: Mapping[str, Any]) -> str:
    return tlv.encode_tags(told).hex(" ").upper()


@door("decode")
def _decode(told: str) -> Any:
    return tlv.decode_tags(bytes.fromhex(told))


@door("qr")
def _qr(told: Mapping[str, Any]) -> str:
    moment = datetime.fromisoformat(told["date_time"])
    operation = OperationType(told["operation_type"])
    return qr_text(**{**told, "date_time": moment, "operation_type": operation})


# Delivery and reports -------------------------------------------------------------------------


@door("operator")
def _operator(told: tuple[int, Any]) -> Any:
    """The answer to FD 12: its status and body. A status of 0 is none in time."""
    status, body = told
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    verdict = classify(message(12), Answer(status, raw) if status else TimedOut("no answer"))
    return [verdict.outcome.value, "duplicate"] if verdict.duplicate else [verdict.outcome.value]


@door("fn of a report")
def _fn_of_a_report(told: object) -> str:
    return cells.fn_from(told)


@door("sum of a report")
def _sum_of_a_report(told: object) -> int | None:
    return cells.sum_from(told, LAYOUT)


@door("day of a report")
def _day_of_a_report(told: tuple[str, bool]) -> str:
    moment = cells.moment_from(told[0], None, Layout({}, month_first=told[1]))
    assert moment is not None
    return moment.isoformat()


@door("report")
def _report(told: Mapping[str, str]) -> Any:
    report = read_report(told["text"].encode(told["encoding"]), LAYOUT)
    return [(row.fn, row.fd, row.total) for row in report.rows] + [
        (broken.field, broken.code) for broken in report.broken
    ]


@door("hours apart")
def _hours_apart(told: tuple[str, str]) -> int:
    there, here = map(datetime.fromisoformat, told)
    return hours_apart(there, here)


# The till -------------------------------------------------------------------------------------


@contextmanager
def _till(folder: Path) -> Iterator[Till]:
    till = Till(folder / "till.sqlite")
    try:
        yield till
    finally:
        till.till.close()


def _shift(told: list[str], folder: Path) -> list[str]:
    """Answers to commands, one after the other: ``wait`` and ``clock`` take hours."""
    answers = []
    with _till(folder) as till:
        for number, step in enumerate(told):
            word, _, value = step.partition(" ")
            if word == "wait":
                till.clock.pass_by(timedelta(hours=float(value)))
            elif word == "clock":
                till.till.set_faults(Faults(clock_offset=float(value) * 3600))
            else:
                answers.append(_answer(till, word, f"k{number}"))
    return answers


def _qr_of_a_sale(told: str, folder: Path) -> str:
    """The code of a sale that is signed in Moscow at a moment."""
    with _till(folder) as till:
        till.clock.moment = datetime.fromisoformat(told)
        till.do(make.opening())
        signed = till.do(make.receipt("k1"))
    return qr_text(
        date_time=datetime.fromisoformat(signed["dateTime"]),
        total_sum=signed["totalSum"],
        fn_number=signed["fiscalDriveNumber"],
        fd_number=signed["fiscalDocumentNumber"],
        fpd=str(signed["fiscalSign"]),
        operation_type=OperationType(signed["operationType"]),
    ).partition("&fn")[0]


def _answer(till: Till, word: str, key: str) -> str:
    documents = {"open": make.opening, "close": make.closing, "x": make.x_report}
    document = documents[word]() if word in documents else make.receipt(key)
    try:
        till.do(document)
    except Refused as refused:
        return refused.code
    return "done"


def _after_a_fault(told: str, folder: Path) -> Any:
    """A sale that meets a fault after one for the same money: what the drive says of it."""
    bench = VirtualBench(folder)
    driver = bench.open()
    driver.register(make.opening(), make.intent(driver, bench.clock.now(), "k0"))
    driver.register(make.receipt("k1"), make.intent(driver, bench.clock.now(), "k1"))
    driver.till.set_faults(_FAULTS[told])
    sale, wish = make.receipt("k2"), make.intent(driver, bench.clock.now(), "k2")
    try:
        driver.register(sale, wish)
    except DeviceError as error:
        told = type(error).__name__
    bench.clock.moment = max(bench.clock.now(), wish.deadline)
    found = driver.lookup(sale, wish)
    on_paper = found.signed.on_paper if found.signed else None
    answer = {"told": told, "found": found.outcome, "on_paper": on_paper}
    answer["signed"] = driver.baseline().last_fd - wish.baseline.last_fd
    driver.close()
    return answer


_FAULTS = {
    "answer lost": Faults(times=1, lost_answer=LostAnswer.AFTER_SIGNING),
    "command lost": Faults(times=1, lost_answer=LostAnswer.BEFORE_SIGNING),
    "refused": Faults(times=1, refuse_code="33"),
    "power cut": Faults(times=1, power_cut=True),
    "paper runs out": Faults(times=1, paper_runs_out=True),
}
DOORS |= {"shift": _shift, "qr of a sale": _qr_of_a_sale, "after a fault": _after_a_fault}


def _changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """With other values; None takes one out."""
    return without_none(**{**document, **changes})
