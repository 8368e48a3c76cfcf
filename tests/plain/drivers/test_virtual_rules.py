"""What the virtual till refuses: every rule with its code, and that nothing was signed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kkt import virtual
from kkt.device import refusals
from kkt.device.errors import Refused
from kkt.fiscal.document import Document, DriveClosing
from kkt.fiscal.vocabulary import DocumentKind, Nds, OperationType
from kkt.virtual import Faults, TillRegistration, VirtualTill
from kkt.virtual.rules import check, check_content
from kkt.virtual.state import DriveState, Queue

from . import builders as make
from .builders import FakeClock

REGISTRATION = TillRegistration(
    seed="test/rules",
    user="ООО «Оптика»",
    user_inn="7707083893",
    retail_address="191186, Санкт-Петербург, Невский пр., 1",
    retail_place="Оптика на Невском",
    ofd_name="АО «ОФД»",
    ofd_inn="7704211201",
)


class Till:
    """The till under test with its clock, and the shortest way to a document."""

    def __init__(self, path: Path) -> None:
        self.clock = FakeClock()
        self.till = VirtualTill.create(path, REGISTRATION, self.clock)

    def do(self, document: Document) -> dict[str, Any]:
        return self.do_json(document.kind, document.to_json())

    def do_json(self, kind: DocumentKind, content: dict[str, Any]) -> dict[str, Any]:
        before = self.clock.now() + timedelta(seconds=1)
        return self.till.execute(kind, content, before=before).stored.document

    def refuses(self, document: Document) -> str:
        return self.refuses_json(document.kind, document.to_json())

    def refuses_json(self, kind: DocumentKind, content: dict[str, Any]) -> str:
        """The code of the refusal; nothing may have changed."""
        before, counters = self.till.baseline(), self.till.status()
        with pytest.raises(Refused) as refused:
            self.do_json(kind, content)
        assert refused.value.message
        assert self.till.baseline() == before
        assert self.till.status() == counters
        return refused.value.code


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path / "till.sqlite")
    yield till
    till.till.close()


@pytest.fixture
def open_(closed: Till) -> Till:
    closed.do(make.opening())
    return closed


# Shift --------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", [make.receipt("k"), make.correction("k", 1), make.closing()])
def test_a_closed_shift_takes_no_settlement_and_no_closing(
    closed: Till, document: Document
) -> None:
    assert closed.refuses(document) == "3D"


def test_a_shift_opens_once(open_: Till) -> None:
    assert open_.refuses(make.opening()) == "3C"


def test_a_shift_lasts_24_hours(open_: Till) -> None:
    open_.clock.pass_by(timedelta(hours=24) - timedelta(seconds=1))
    open_.do(make.receipt("k1"))
    open_.clock.pass_by(timedelta(seconds=1))
    assert open_.refuses(make.receipt("k2")) == "4E"
    assert open_.refuses(make.correction("k3", 1)) == "4E"
    assert open_.refuses(make.cash_in(1)) == "4E"
    open_.do(make.x_report())
    open_.do(make.closing())
    open_.do(make.opening())
    open_.do(make.receipt("k4"))


def test_numbers_go_on_over_shifts(open_: Till) -> None:
    open_.do(make.receipt("k1"))
    open_.do(make.closing())
    assert open_.do(make.opening())["shiftNumber"] == 2
    assert open_.do(make.receipt("k2"))["requestNumber"] == 1
    assert open_.till.baseline().last_fd == 6


# Drive --------------------------------------------------------------------------------------


def test_the_clock_may_not_be_behind_the_last_document(open_: Till) -> None:
    open_.clock.pass_by(timedelta(seconds=-1))
    assert open_.refuses(make.receipt("k1")) == "07"
    assert open_.refuses(make.closing()) == "07"
    open_.clock.pass_by(timedelta(seconds=1))
    open_.do(make.receipt("k1"))


@pytest.mark.parametrize("offset", [300, -300, 0.4])
def test_clocks_may_differ_by_five_minutes(closed: Till, offset: float) -> None:
    closed.clock.pass_by(timedelta(hours=1))
    closed.till.set_faults(Faults(clock_offset=offset))
    signed = closed.do(make.opening())
    local = datetime(2026, 3, 2, 10, 0) + timedelta(seconds=int(offset))
    assert signed["dateTime"] == local.isoformat()


@pytest.mark.parametrize("offset", [301, -301, 86_400])
def test_a_drive_checks_the_tills_clock(closed: Till, offset: float) -> None:
    closed.clock.pass_by(timedelta(hours=1))
    closed.till.set_faults(Faults(clock_offset=offset))
    assert closed.refuses(make.opening()) == "17"
    assert closed.refuses(make.settlement_state()) == "17"
    assert closed.refuses(DriveClosing(make.CASHIER)) == "17"
    with pytest.raises(Refused) as refused:
        closed.till.replace_drive()
    assert refused.value.code == "17"
    assert refused.value.remedy == "Синхронизируйте часы кассы."
    closed.do(make.cash_in(1))
    closed.do(make.x_report())
    closed.do(make.copy(1))


def test_a_shift_can_be_closed_under_a_wrong_clock(open_: Till) -> None:
    open_.till.set_faults(Faults(clock_offset=301))
    assert open_.refuses(make.receipt("k1")) == "17"
    assert open_.refuses(make.correction("k2", 1)) == "17"
    open_.do(make.closing())
    assert open_.refuses(make.opening()) == "17"


def test_the_clock_is_set_to_the_second(open_: Till) -> None:
    open_.clock.pass_by(timedelta(hours=1, microseconds=654_321))
    open_.till.set_faults(Faults(clock_offset=4_000, no_paper=True))
    open_.till.set_clock(datetime(2026, 3, 2, 10, 0))
    assert open_.till.faults() == Faults(clock_offset=0, no_paper=True)
    open_.till.set_clock(datetime(2026, 3, 2, 10, 4, 59))
    assert open_.till.status().clock == datetime(2026, 3, 2, 10, 4, 59)
    open_.clock.pass_by(timedelta(seconds=10))
    assert open_.till.status().clock == datetime(2026, 3, 2, 10, 5, 9)


def test_a_clock_set_back_waits_for_the_last_document(open_: Till) -> None:
    last = open_.till.status().clock
    open_.till.set_clock(last - timedelta(minutes=2))
    assert open_.refuses(make.receipt("k1")) == "07"
    assert open_.refuses(make.closing()) == "07"
    open_.clock.pass_by(timedelta(minutes=2) - timedelta(seconds=1))
    assert open_.refuses(make.receipt("k1")) == "07"
    open_.clock.pass_by(timedelta(seconds=1))
    open_.do(make.receipt("k1"))


def test_a_clock_set_far_back_waits_and_is_wrong_then(open_: Till) -> None:
    open_.till.set_clock(open_.till.status().clock - timedelta(minutes=6))
    assert open_.refuses(make.receipt("k1")) == "07"
    open_.clock.pass_by(timedelta(minutes=6))
    assert open_.refuses(make.receipt("k1")) == "17"
    open_.till.set_clock(open_.till.status().clock + timedelta(minutes=6))
    open_.do(make.receipt("k1"))


def test_a_shift_closed_ahead_of_time_stops_the_drive_until_then(open_: Till) -> None:
    right = open_.till.status().clock
    open_.till.set_clock(right + timedelta(hours=2))
    open_.do(make.closing())
    open_.till.set_clock(right)
    assert open_.refuses(make.opening()) == "07"
    open_.clock.pass_by(timedelta(hours=2))
    open_.do(make.opening())


def test_thirty_days_without_the_operator(open_: Till) -> None:
    first = open_.till.baseline().last_fd
    open_.do(make.closing())
    open_.clock.pass_by(timedelta(days=30) - timedelta(seconds=1))
    open_.do(make.opening())
    open_.clock.pass_by(timedelta(seconds=1))
    assert open_.refuses(make.receipt("k1")) == "14"
    open_.do(make.closing())
    assert open_.refuses(make.opening()) == "14"
    open_.do(make.settlement_state())
    open_.till.acknowledge(first)
    open_.till.acknowledge(first + 1)
    open_.do(make.opening())


def test_the_queue_is_what_the_operator_has_not(open_: Till) -> None:
    since = open_.till.status().undelivered_since
    open_.clock.pass_by(timedelta(minutes=5))
    fd_number = open_.do(make.receipt("k1"))["fiscalDocumentNumber"]
    status = open_.till.status()
    assert (status.undelivered, status.undelivered_since) == (2, since)
    open_.till.acknowledge(fd_number - 1)
    open_.till.acknowledge(fd_number - 1)
    status = open_.till.status()
    assert (status.undelivered, status.undelivered_since) == (1, status.clock)
    open_.till.acknowledge(fd_number)
    status = open_.till.status()
    assert (status.undelivered, status.undelivered_since) == (0, None)


def test_an_expired_drive_closes_its_shift_and_no_more(closed: Till) -> None:
    valid_until = closed.till.status().fn_valid_until
    assert valid_until is not None
    last_evening = valid_until.replace(hour=18, tzinfo=UTC)
    closed.clock.moment = last_evening
    closed.do(make.opening())
    assert "fiscalDriveReplaceRequiredSign" in closed.till.status().warnings
    closed.clock.pass_by(timedelta(hours=8))
    assert closed.refuses(make.receipt("k1")) == "05"
    closed.do(make.closing())
    assert closed.refuses(make.opening()) == "05"
    closed.do(make.settlement_state())


def test_a_full_drive_closes_its_shift_and_no_more(open_: Till) -> None:
    open_.till.set_faults(Faults(drive_full=True))
    assert open_.refuses(make.receipt("k1")) == "12"
    assert open_.refuses(make.settlement_state()) == "12"
    open_.do(make.closing())
    assert open_.refuses(make.opening()) == "12"
    open_.do(DriveClosing(make.CASHIER))


def test_a_drive_keeps_two_places_for_its_end() -> None:
    """At the size of a real drive, where two documents more would fit."""
    nearly = DriveState("9999000000000001", date(2029, 3, 1), capacity=10, last_fd=8)

    def refused(kind: DocumentKind, state: DriveState) -> str:
        content, local = make.opening().to_json(), datetime(2026, 3, 2, 9, 0)
        try:
            check(kind, content, state, Queue(), Faults(), REGISTRATION, local)
        except Refused as error:
            return error.code
        return ""

    assert refused(DocumentKind.SHIFT_OPEN, replace(nearly, last_fd=7)) == ""
    assert refused(DocumentKind.SHIFT_OPEN, nearly) == "12"
    assert refused(DocumentKind.SETTLEMENT_STATE, nearly) == "12"
    assert refused(DocumentKind.SHIFT_CLOSE, replace(nearly, shift_open=True)) == ""
    assert refused(DocumentKind.DRIVE_CLOSE, replace(nearly, last_fd=9)) == ""
    assert refused(DocumentKind.DRIVE_CLOSE, replace(nearly, last_fd=10)) == "12"


def test_the_state_of_settlements_is_reported_at_any_time(open_: Till) -> None:
    open_.do(make.receipt("k1"))
    told = open_.do(make.settlement_state())
    assert told["code"] == 21
    assert told["notTransmittedDocumentsQuantity"] == 2
    assert told["notTransmittedDocumentNumber"] == 2
    open_.do(make.closing())
    assert open_.do(make.settlement_state())["notTransmittedDocumentsQuantity"] == 4


def test_a_closed_archive_signs_nothing(open_: Till) -> None:
    """It needs a closed shift, and no empty queue: what waits is delivered afterwards."""
    assert open_.refuses(DriveClosing(make.CASHIER)) == "3C"
    open_.do(make.receipt("k1", card=700))
    open_.do(make.closing())
    told = open_.do(DriveClosing(make.CASHIER))
    assert told["code"] == 6
    assert open_.till.status().undelivered == 4
    assert told["fiscalDriveSumReports"]["sellOper"]["totalSum"] == 700
    for document in (
        *(make.opening(), make.receipt("k2"), make.correction("k3", 1), make.closing()),
        *(make.settlement_state(), DriveClosing(make.CASHIER), make.cash_in(1), make.x_report()),
    ):
        assert open_.refuses(document) == "02"
    assert open_.do(make.copy(3))["copy"] == open_.till.read(3)
    assert open_.till.status().details["driveClosed"] is True
    for fd_number in range(2, 6):
        open_.till.acknowledge(fd_number)
    assert open_.till.status().undelivered == 0
    open_.till.replace_drive()
    assert open_.till.status().details["driveClosed"] is False
    open_.do(make.opening())
    open_.do(make.receipt("k2"))


def test_warnings_rise_in_time(closed: Till) -> None:
    assert closed.till.status().warnings == ()
    closed.do(make.opening())
    closed.clock.pass_by(timedelta(days=2, seconds=1))
    assert closed.till.status().warnings == ("ofdResponseTimeoutSign",)
    assert closed.do(make.closing())["ofdResponseTimeoutSign"] == 1


# Paper and cover ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        (Faults(no_paper=True), "6B"),
        (Faults(paper_left=0), "6B"),
        (Faults(cover_open=True), "7B"),
    ],
)
@pytest.mark.parametrize(
    "document",
    [
        *(make.receipt("k"), make.correction("k", 1), make.closing(), make.cash_in(1)),
        *(make.copy(1), make.x_report(), make.settlement_state()),
    ],
)
def test_nothing_is_done_that_cannot_be_printed(
    open_: Till, faults: Faults, code: str, document: Document
) -> None:
    open_.till.set_faults(faults)
    assert open_.refuses(document) == code
    open_.till.set_faults(Faults())
    open_.do(document)


def test_an_open_document_stops_the_next(open_: Till) -> None:
    open_.till.cut_power(DocumentKind.RECEIPT)
    assert open_.till.status().open_document
    assert open_.refuses(make.receipt("k1")) == "4A"
    assert open_.refuses(make.copy(1)) == "4A"
    with pytest.raises(Refused) as refused:
        open_.till.replace_drive()
    assert refused.value.code == "4A"
    assert open_.till.cancel_open_document() is True
    assert open_.till.cancel_open_document() is False
    open_.do(make.receipt("k1"))


# Copies -------------------------------------------------------------------------------------


def test_a_copy_repeats_one_document(open_: Till) -> None:
    open_.do(make.receipt("k1", card=700))
    before, status = open_.till.baseline(), open_.till.status()
    copy = open_.do(make.copy(3))
    assert copy == {
        "fiscalDocumentNumber": 3,
        "operator": "Кассир Иванова",
        "operatorInn": "500100732259",
        "dateTime": "2026-03-02T09:00:00",
        "shiftNumber": 1,
        "heading": "КОПИЯ",
        "copy": open_.till.read(3),
    }
    assert (open_.till.baseline(), open_.till.status()) == (before, status)


def test_a_copy_is_made_in_any_shift(open_: Till) -> None:
    open_.clock.pass_by(timedelta(hours=25))
    open_.do(make.copy(2))
    open_.do(make.closing())
    open_.do(make.copy(3))


def test_a_copy_takes_paper(open_: Till) -> None:
    open_.till.set_faults(Faults(paper_left=1))
    open_.do(make.copy(2))
    assert open_.refuses(make.copy(2)) == "6B"


@pytest.mark.parametrize(
    ("number", "code"), [(3, "08"), (99, "08"), (0, "33"), (-1, "33"), ("1", "33"), (None, "33")]
)
def test_a_copy_of_nothing_is_refused(open_: Till, number: Any, code: str) -> None:
    content = {**make.copy(1).to_json(), "fiscalDocumentNumber": number}
    assert open_.refuses_json(DocumentKind.COPY, content) == code


def test_a_copy_that_the_roll_cuts_off_is_continued(open_: Till) -> None:
    open_.till.set_faults(Faults(paper_runs_out=True))
    open_.do(make.copy(2))
    open_.till.set_faults(Faults())
    assert open_.refuses(make.receipt("k1")) == "58"
    assert open_.refuses(make.copy(2)) == "58"
    open_.till.continue_print()
    open_.do(make.receipt("k1"))


def test_the_old_drives_documents_are_gone_with_it(open_: Till) -> None:
    open_.do(make.receipt("k1"))
    open_.do(make.closing())
    open_.till.replace_drive()
    assert open_.refuses(make.copy(3)) == "08"
    with pytest.raises(Refused) as refused:
        open_.till.read(3)
    assert refused.value.code == "08"


# Cash ---------------------------------------------------------------------------------------


def test_no_more_cash_leaves_than_is_there(open_: Till) -> None:
    back = make.receipt("k", card=0, cash=501, operation=OperationType.SALE_RETURN)
    buy = make.receipt("k", card=0, cash=501, operation=OperationType.PURCHASE)
    open_.do(make.cash_in(500))
    for document in (make.cash_out(501), back, buy):
        assert open_.refuses(document) == "46"
    open_.do(make.cash_in(1))
    open_.do(buy)
    assert open_.refuses(make.cash_out(1)) == "46"
    open_.do(make.receipt("k", card=0, cash=501, operation=OperationType.PURCHASE_RETURN))
    open_.do(make.correction("k", 700))
    assert open_.till.status().cash_in_drawer == 501


# The document itself ------------------------------------------------------------------------


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """A good receipt over 300 of cash and 200 of card in two lines, with one thing wrong."""
    content = deepcopy(make.receipt("k", cash=30_000, card=20_000, lines=2).to_json())
    change(content)
    return content


def sets(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content.update(values)


def sets_item(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["items"][0].update(values)


def drops(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda content: content.pop(name)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (sets(operationType=5), "33"),
        (sets(operationType=None), "33"),
        (sets(appliedTaxationType=2), "35"),
        (sets(appliedTaxationType=3), "35"),
        (drops("appliedTaxationType"), "35"),
        (drops("operator"), "33"),
        (sets(operator="  "), "33"),
        (sets(items=[]), "33"),
        (drops("items"), "33"),
        (sets(items=["Очки"]), "33"),
        (sets(totalSum=50_001), "33"),
        (sets(totalSum="50000"), "33"),
        (sets(cashTotalSum=29_999), "45"),
        (sets(cashTotalSum=30_001), "33"),
        (sets(cashTotalSum=0, ecashTotalSum=50_001), "4D"),
        (sets(cashTotalSum=-1), "33"),
        (sets(prepaidSum=1.0), "33"),
        (sets_item(name=""), "33"),
        (sets_item(nds=13), "33"),
        (sets_item(nds=0), "33"),
        (sets_item(nds=None), "33"),
        (sets_item(price=-1), "33"),
        (sets_item(price=49_997), "33"),
        (sets_item(quantity="0"), "33"),
        (sets_item(quantity="-1"), "33"),
        (sets_item(quantity="NaN"), "33"),
        (sets_item(quantity="many"), "33"),
        (sets_item(quantity=None), "33"),
        (sets_item(ndsSum=1), "33"),
        (sets_item(nds=int(Nds.NDS_NO)), "33"),
        (sets(ndsNo=50_000), "33"),
        (drops("amountsReceiptNds"), "33"),
        (sets(amountsReceiptNds=[]), "33"),
        (sets(amountsReceiptNds={"amountsNds": [{"nds": 11}]}), "33"),
        (sets_item(name="я" * 129), "33"),
        (sets_item(unknownRequisite=1), "33"),
    ],
)
def test_a_wrong_document_is_refused(
    open_: Till, change: Callable[[dict[str, Any]], Any], code: str
) -> None:
    assert open_.refuses_json(DocumentKind.RECEIPT, changed(change)) == code


def test_the_good_document_behind_those_is_signed(open_: Till) -> None:
    signed = open_.do_json(DocumentKind.RECEIPT, changed(lambda content: None))
    assert signed["totalSum"] == 50_000


def test_a_receipt_over_nothing_is_refused() -> None:
    content = changed(sets(totalSum=0, cashTotalSum=0, ecashTotalSum=0))
    for item in content["items"]:
        item.update(price=0, sum=0, ndsSum=0)
    with pytest.raises(Refused) as refused:
        check_content(DocumentKind.RECEIPT, content, REGISTRATION)
    assert refused.value.code == "8E"


def test_a_kopeck_of_rounding_is_taken_as_hosts_round() -> None:
    content = changed(lambda content: None)
    content["items"][0]["price"] += 1
    check_content(DocumentKind.RECEIPT, content, REGISTRATION)


def test_a_document_has_its_size(open_: Till) -> None:
    fits = make.receipt("k1", card=1_000_000, lines=300)
    open_.do(fits)
    assert open_.refuses(make.receipt("k2", card=1_000_000, lines=900)) == "10"


@pytest.mark.parametrize("kopecks", [0, -1, "5", None, True])
def test_cash_moves_by_a_sum(open_: Till, kopecks: Any) -> None:
    content = {**make.cash_in(1).to_json(), "sum": kopecks}
    assert open_.refuses_json(DocumentKind.CASH_IN, content) == "33"


def test_what_no_till_does_on_demand(closed: Till) -> None:
    content = make.opening().to_json()
    assert closed.refuses_json(DocumentKind.FOREIGN, content) == "37"
    assert closed.refuses_json(DocumentKind.REGISTRATION, content) == "37"


def test_reading_what_is_not_there(closed: Till) -> None:
    with pytest.raises(Refused) as refused:
        closed.till.read(99)
    assert refused.value.code == "08"


def test_the_docs_list_every_refusal() -> None:
    sources = Path(virtual.__file__).parent.glob("*.py")
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    said = re.findall(r'refusal\(\s*(?:"([0-9A-F]{2})"|([A-Z_]+))', text)
    raised = {code or getattr(refusals, name) for code, name in said} | {"10"}
    page = (Path(__file__).parents[3] / "docs" / "RELIABILITY.md").read_text(encoding="utf-8")
    section = page.partition("## The virtual till")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| ([0-9A-F, ]+) \|", section, re.MULTILINE)
    assert {code for cell in cells for code in cell.split(", ")} == raised


# Local time ---------------------------------------------------------------------------------


def test_documents_carry_the_tills_local_time(tmp_path: Path) -> None:
    clock = FakeClock(datetime(2026, 3, 1, 20, 30, 15, 999_999, tzinfo=UTC))
    far_east = TillRegistration(
        seed="test/east",
        user="ООО «Восток»",
        user_inn="7707083893",
        retail_address="Владивосток",
        retail_place="Оптика",
        timezone="Asia/Vladivostok",
    )
    till = VirtualTill.create(tmp_path / "east.sqlite", far_east, clock)
    assert till.read(1)["dateTime"] == "2026-03-02T06:30:00"
    assert till.status().clock == datetime(2026, 3, 2, 6, 30, 15)
    till.close()
