"""A virtual till that is registered with FFD 1.05: what it signs, refuses and cannot tell."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kkt.device.contract import Intent, LookupOutcome, Signed
from kkt.device.errors import NoAnswer, Refused
from kkt.drivers.virtual import VirtualDriver
from kkt.fiscal.document import Correction, Document
from kkt.fiscal.ffd import to_ffd_1_05
from kkt.fiscal.vocabulary import DocumentKind, OperationType
from kkt.virtual import Faults, LostAnswer, VirtualTill

from . import builders as make
from .builders import FakeClock
from .specimens import SPECIMENS, corrected
from .test_virtual_registration import settings
from .test_virtual_rules import REGISTRATION


class Counter:
    """A driver on a till with an open shift; of FFD 1.05 unless told otherwise."""

    def __init__(self, folder: Path, ffd_version: str = "1.05") -> None:
        self.clock = FakeClock()
        self.path = folder / "till.sqlite"
        told = settings(folder, clock=self.clock, ffd_version=ffd_version)
        self.driver = VirtualDriver.from_settings(told)
        self.sell(make.opening())

    def intent(self, key: str = "k1") -> Intent:
        return make.intent(self.driver, self.clock.now(), key)

    def sell(self, document: Document, key: str = "k1") -> Signed:
        return self.driver.register(document, self.intent(key))

    def lose(self, document: Document, how: LostAnswer) -> Intent:
        """Register it in vain; its deadline has passed then."""
        wish = self.intent()
        self.driver.till.set_faults(Faults(times=1, lost_answer=how))
        with pytest.raises(NoAnswer):
            self.driver.register(document, wish)
        return wish

    def execute(self, content: dict[str, Any]) -> dict[str, Any]:
        """A correction as another host may send it, past our driver."""
        before = self.clock.now() + timedelta(seconds=1)
        till = self.driver.till
        return till.execute(DocumentKind.CORRECTION, content, before=before).stored.document


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    counter = Counter(tmp_path)
    yield counter
    counter.driver.close()


def test_the_registration_tells_the_version(counter: Counter) -> None:
    report = counter.driver.read(1)
    versions = ("fiscalDocumentFormatVer", "documentKktVersion", "documentFdVersion")
    assert [report[name] for name in versions] == [2, 2, 2]
    assert report["serviceSign"] == 0 and "usageConditionSigns" not in report
    assert counter.driver.status().ffd_version == "1.05"


def test_a_till_is_of_1_2_unless_told() -> None:
    assert (REGISTRATION.ffd_version, REGISTRATION.ffd) == ("1.2", 4)
    with pytest.raises(Refused) as refused:
        replace(REGISTRATION, ffd_version="1.1")
    assert refused.value.code == "33"


def test_every_document_is_of_1_05(counter: Counter) -> None:
    for document in (
        *(make.receipt("k1"), make.correction("k2", 500)),
        *(make.settlement_state(), make.closing()),
    ):
        assert counter.sell(document).document["fiscalDocumentFormatVer"] == 2
    counter.driver.replace_drive()
    assert counter.driver.status().ffd_version == "1.05"
    assert counter.driver.read(1)["fiscalDocumentFormatVer"] == 2


def test_a_receipt_says_it_in_the_older_words(counter: Counter) -> None:
    signed = counter.sell(SPECIMENS["buyer_organisation"]).document
    assert (signed["buyer"], signed["buyerInn"]) == ("ООО Альфа", "7707083893")
    assert signed["items"][0]["unit"] == "шт."
    assert "itemsQuantityMeasure" not in signed["items"][0]
    assert signed["properties"]["propertyValue"] == "POS/0002 k1"


def totals(folder: Path, ffd_version: str) -> dict[str, Any]:
    """Counters of a shift with corrections, as a till of the version tells them."""
    folder.mkdir()
    counter = Counter(folder, ffd_version)
    for document in (
        make.receipt("k1", card=700, cash=300),
        make.correction("k2", 30_000),
        corrected(),
        corrected(OperationType.PURCHASE),
    ):
        counter.sell(document)
    report = counter.sell(make.x_report()).document["shiftSumReports"]
    closed = counter.sell(make.closing()).document
    counter.driver.close()
    if ffd_version == "1.2":
        assert closed["shiftSumReports"] == closed["fiscalDriveSumReports"] == report
    else:
        assert not {"shiftSumReports", "fiscalDriveSumReports"} & closed.keys()
    return dict(report)


def test_counters_count_corrections_that_have_no_items(tmp_path: Path) -> None:
    told = totals(tmp_path / "older", "1.05")
    assert told == totals(tmp_path / "newer", "1.2")
    assert told["sellOper"]["totalSum"] == 1_000 + 30_000 + 1_350_000
    assert told["sellOper"]["taxFreeSum"] == 30_000 + 850_000
    assert told["receiptCorrection"]["receiptCorrectionCount"] == 3


# Corrections --------------------------------------------------------------------------------

UNKNOWN_TO_1_05 = [name for name in SPECIMENS if name.startswith("correction_re")] + [
    "correction_right",
    "correction_of_a_purchase_return",
]


@pytest.mark.parametrize("name", UNKNOWN_TO_1_05)
def test_what_1_05_cannot_correct_is_refused_before_anything_is_sent(
    counter: Counter, name: str
) -> None:
    correction, wish = SPECIMENS[name], counter.intent()
    faults = Faults(times=1, lost_answer=LostAnswer.AFTER_SIGNING)
    counter.driver.till.set_faults(faults)
    with pytest.raises(Refused) as refused:
        counter.driver.register(correction, wish)
    assert refused.value.code == "37"
    assert "ФФД 1.05" in refused.value.message and "возврата" in refused.value.remedy
    assert counter.driver.till.faults() == faults
    assert counter.driver.baseline() == wish.baseline
    assert counter.driver.lookup(correction, wish).outcome is LookupOutcome.NOT_SIGNED


def test_a_lost_correction_is_for_a_person_to_find(counter: Counter) -> None:
    wish = counter.lose(corrected(), LostAnswer.AFTER_SIGNING)
    found = counter.driver.lookup(corrected(), wish)
    assert found.outcome is LookupOutcome.UNKNOWN and found.why
    assert found.candidates == (wish.baseline.last_fd + 1,)


def test_a_correction_that_never_arrived_may_be_sent_again(counter: Counter) -> None:
    wish = counter.lose(corrected(), LostAnswer.BEFORE_SIGNING)
    counter.sell(make.correction("k9", 30_000))
    counter.sell(make.receipt("k9", card=1_350_000))
    assert counter.driver.lookup(corrected(), wish).outcome is LookupOutcome.NOT_SIGNED


def test_the_same_correction_from_another_host_decides_nothing(counter: Counter) -> None:
    """Ours may be the other one, or neither: both are offered, none is printed again."""
    wish = counter.lose(corrected(), LostAnswer.BEFORE_SIGNING)
    counter.sell(corrected())
    counter.sell(corrected())
    found = counter.driver.lookup(corrected(), wish)
    assert found.outcome is LookupOutcome.UNKNOWN
    assert found.candidates == (wish.baseline.last_fd + 1, wish.baseline.last_fd + 2)


def test_a_lost_receipt_is_known_by_its_tag(counter: Counter) -> None:
    sale = make.receipt("k1")
    wish = counter.lose(sale, LostAnswer.AFTER_SIGNING)
    counter.sell(make.receipt("k2"), "k2")
    found = counter.driver.lookup(sale, wish)
    assert found.outcome is LookupOutcome.SIGNED
    assert found.signed is not None and found.signed.fd_number == wish.baseline.last_fd + 1


def test_a_late_correction_is_executed_in_the_till_s_format(counter: Counter) -> None:
    counter.driver.till.set_faults(Faults(times=1, execute_late=1.0))
    with pytest.raises(NoAnswer):
        counter.sell(corrected())
    signed = counter.driver.read(counter.driver.baseline().last_fd)
    assert (signed["code"], signed["fiscalDocumentFormatVer"]) == (31, 2)
    assert "items" not in signed


# The till itself ----------------------------------------------------------------------------


def older(correction: Correction, **changes: Any) -> dict[str, Any]:
    return {**to_ffd_1_05(correction.kind, correction.to_json()), **changes}


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda content: {key: value for key, value in content.items() if key != name}


def sets(**values: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda content: {**content, **values}


def test_the_good_correction_behind_those_is_signed(counter: Counter) -> None:
    assert counter.execute(older(corrected()))["totalSum"] == 1_350_000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (sets(items=[]), "37"),
        (sets(properties={"propertyName": "a", "propertyValue": "b"}), "37"),
        (sets(operationType=2), "37"),
        (sets(propertiesData="2434120341"), "37"),
        (sets(internetPayment=1), "37"),
        (sets(operationType=5), "33"),
        (sets(totalSum="1350000"), "33"),
        (sets(totalSum=1_350_001), "45"),
        (sets(totalSum=1_349_999), "4D"),
        (sets(ndsNo=1_350_001), "33"),
        (sets(ndsNo="0"), "33"),
        (sets(amountsReceiptNds={"amountsNds": [{"nds": 13, "ndsSum": 1}]}), "33"),
        (sets(amountsReceiptNds=[]), "33"),
        (without("correctionBase"), "33"),
        (without("correctionType"), "33"),
        (sets(appliedTaxationType=2), "35"),
    ],
)
def test_a_wrong_correction_is_refused(
    counter: Counter, change: Callable[[dict[str, Any]], dict[str, Any]], code: str
) -> None:
    before = counter.driver.baseline()
    with pytest.raises(Refused) as refused:
        counter.execute(change(older(corrected())))
    assert refused.value.code == code
    assert counter.driver.baseline() == before


def test_a_till_takes_no_requisite_of_1_2(counter: Counter) -> None:
    sale = make.receipt("k1")
    before = counter.clock.now() + timedelta(seconds=1)
    with pytest.raises(Refused) as refused:
        counter.driver.till.execute(sale.kind, sale.to_json(), before=before)
    assert (refused.value.code, "1.05" in refused.value.message) == ("37", True)


# Memory files -------------------------------------------------------------------------------


def test_a_till_made_before_versions_is_of_1_2(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    VirtualTill.create(path, REGISTRATION, FakeClock()).close()
    file = sqlite3.connect(path, isolation_level=None)
    (text,) = file.execute("SELECT registration FROM till").fetchone()
    told = json.loads(text)
    del told["ffd_version"]
    file.execute("UPDATE till SET registration = ?", (json.dumps(told),))
    file.close()
    till = VirtualTill(path, FakeClock())
    assert till.registration == REGISTRATION
    assert till.status().ffd_version == "1.2"
    till.close()


def test_a_till_keeps_the_version_it_was_registered_with(counter: Counter) -> None:
    newer = settings(counter.path.parent, clock=counter.clock, ffd_version="1.2")
    again = VirtualDriver.from_settings(newer)
    assert again.status().ffd_version == "1.05"
    signed = again.register(make.receipt("k1"), make.intent(again, counter.clock.now()))
    assert signed.document["fiscalDocumentFormatVer"] == 2
    again.close()
