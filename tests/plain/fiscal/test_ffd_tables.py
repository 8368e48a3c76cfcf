"""Every document that is composed here against the tables of the format, ``ffd_tables.tsv``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kkt.fiscal import tags
from kkt.fiscal.document import Reregistration
from kkt.fiscal.ffd import in_format
from kkt.fiscal.registration import ReregistrationReason
from kkt.fiscal.vocabulary import DocumentKind, FfdVersion
from kkt.virtual.registration import DRIVE_DAYS
from tests.plain.drivers import builders as make
from tests.plain.drivers.specimens import SPECIMENS
from tests.plain.drivers.test_virtual_rules import Till
from tests.plain.ofd.test_checks import whole_life

Document = Mapping[str, Any]


class Row(NamedTuple):
    form: str
    """b on paper and electronic, e electronic only, p on paper only."""
    mark: int
    """1 always, 2 under a condition, 3 may."""


def _tables() -> dict[int, dict[int, Row]]:
    """Rows by table and tag."""
    found: dict[int, dict[int, Row]] = {}
    for line in Path(__file__).with_name("ffd_tables.tsv").read_text().splitlines():
        if line[0].isdigit():
            table, _document, tag, form, mark = line.split("\t")
            found.setdefault(int(table), {})[int(tag)] = Row(form, int(mark))
    return found


TABLES = _tables()
OF_DOCUMENT = {
    "1.05": {1: (15,), 11: (15, 16), 2: (18,), 21: (19,), 3: (20,), 31: (27,), 5: (30,), 6: (31,)},
    "1.2": {
        1: (87,),
        11: (87, 88),
        2: (94,),
        21: (95,),
        3: (96,),
        31: (120,),
        5: (123,),
        6: (124,),
    },
}
"""Tables by the document's code; a report on changed registration adds to that on the first."""
OF_GROUP = {
    "1.05": {1059: TABLES[21], 1084: TABLES[10], 1174: TABLES[29]},
    "1.2": {
        1059: TABLES[97],
        1084: TABLES[10],
        # The transcription has these two rows at the end of the table of 1.1, and none for 1.2.
        1174: {tag: TABLES[65][tag] for tag in (1178, 1179)},
        1256: TABLES[115],
    },
}
"""Rows by tag of a group."""
NEWER = {
    1115: "ЕД-7-20/236@ of 26.03.2025: VAT per rate, with 1119 and 1120",
    1125: "ЕД-7-20/236@ of 26.03.2025: settled on the Internet; it stands where 1108 stood",
}
"""Tags that the transcription does not have yet, by the act that brought them."""

VAT_TOTALS = (1102, 1103, 1104, 1105, 1106, 1107)


def always(group: Document, document: Document) -> bool:
    return True


def never(group: Document, document: Document) -> bool:
    return False


def has(name: str) -> Callable[[Document, Document], bool]:
    return lambda group, document: name in group


def by_email(group: Document, document: Document) -> bool:
    return "@" in group.get("buyerPhoneOrAddress", "")


def something_waits(group: Document, document: Document) -> bool:
    return bool(group["notTransmittedDocumentsQuantity"])


def is_marked(group: Document, document: Document) -> bool:
    return any("labelCodeProcesMode" in item for item in group["items"])


CONDITIONS: dict[int, Callable[[Document, Document], bool]] = {
    # Who is at the till: a person, for none of ours is a machine.
    **dict.fromkeys((1021,), always),
    1036: never,
    # An online till: its operator and the tax service's site; a report for offline ones is none.
    **dict.fromkeys((1017, 1046, 1060), lambda group, _: not group["offlineMode"]),
    1002: never,
    1101: always,
    # Counters of a new drive are empty: a report on its registration has none.
    1157: never,
    1158: never,
    # Where, in documents of 1.05 that have it on paper always.
    **dict.fromkeys((1009, 1187), always),
    1038: always,
    1097: always,
    **dict.fromkeys((1098, 1116), something_waits),
    # The drive of these tests is young, and no operator has told it anything.
    **dict.fromkeys((1050, 1051, 1052, 1053, 1206), never),
    # Marked goods are not notified of: nothing waits there (docs/FISCAL.md, not covered).
    **dict.fromkeys((2104, 2112, 2113), never),
    # Data of the till's maker, for which no document of ours has a reason.
    **dict.fromkeys((*range(1274, 1284),), never),
    1117: lambda group, document: document["code"] in (1, 11) or by_email(group, document),
    # 1125 stands there instead, see NEWER.
    1108: never,
    # No agents, no industry's and no operation's requisites (docs/FISCAL.md, not covered).
    **dict.fromkeys((1005, 1016, 1026, 1044, 1057, 1171, 1260, 1261, 1270), never),
    2107: lambda group, document: "items" in group and is_marked(group, document),
    # Lines.
    **dict.fromkeys((1023, 1030, 1199, 1214, 2108), always),
    1162: never,  # not made from a marking code (docs/FISCAL.md, not covered)
    1163: has("labelCodeProcesMode"),
    1291: never,
    # Grounds of a correction.
    1178: always,
    1179: lambda group, document: document["correctionType"] == 1,
    # The buyer: a name always, papers together with what they are.
    1227: always,
    1228: never,
    1243: never,
    1245: has("buyerDocumentData"),
    1246: has("buyerDocumentCode"),
}
"""When a tag of mark 2 must be there; `group` is what it stands in, `document` the whole."""


class Fault(NamedTuple):
    what: str
    code: int
    parent: int
    tag: int


def faults(document: Document, ffd_version: str) -> Iterator[Fault]:
    """What the tables do not let a document have, and what it lacks."""
    code = document["code"]
    rows = {
        tag: row for table in OF_DOCUMENT[ffd_version][code] for tag, row in TABLES[table].items()
    }
    yield from _faults(tags.DOCUMENT, document, rows, document)
    if code in (3, 31):
        told = {tags.by_name(tags.DOCUMENT, name) for name in document}
        if not {tag.number for tag in told if tag} & set(VAT_TOTALS):
            yield Fault("lacks", code, tags.DOCUMENT, VAT_TOTALS[0])
    for parent, members in OF_GROUP[ffd_version].items():
        told_groups = document.get(tags.TAGS[parent].name, [])
        for group in told_groups if isinstance(told_groups, list) else [told_groups]:
            yield from _faults(parent, group, members, document)


def _faults(
    parent: int, group: Document, rows: Mapping[int, Row], document: Document
) -> Iterator[Fault]:
    code = document["code"]
    told = {tag.number: tag for name in group if (tag := tags.by_name(parent, name))}
    for tag in told.keys() - rows.keys() - NEWER.keys():
        yield Fault("has", code, parent, tag)
    for tag, row in rows.items():
        if row.form == "p" or tag in VAT_TOTALS or tag in told:
            continue
        if row.mark == 1 or (row.mark == 2 and CONDITIONS[tag](group, document)):
            yield Fault("lacks", code, parent, tag)


@pytest.mark.parametrize("ffd_version", list(OF_DOCUMENT))
def test_each_document_is_as_the_tables_have_it(tmp_path: Path, ffd_version: str) -> None:
    documents = whole_life(tmp_path, ffd_version)
    assert {document["code"] for document in documents} == OF_DOCUMENT[ffd_version].keys()
    found = {fault for document in documents for fault in faults(document, ffd_version)}
    assert sorted(found) == []


def signs(document: Document) -> set[int]:
    return {tag for tag in (1050, 1051, 1052, 1053) if tags.TAGS[tag].name in document}


def test_a_drive_warns_where_the_tables_have_it(tmp_path: Path) -> None:
    """Keys that end soon: in reports on opening and closing, in no other."""
    till = Till(tmp_path / "till.sqlite")
    till.clock.pass_by(timedelta(days=DRIVE_DAYS - 20))
    reports = [till.do(each) for each in (make.opening(), make.settlement_state(), make.closing())]
    assert [signs(report) for report in reports] == [{1050}, set(), {1050}]
    till.till.close()


@pytest.mark.parametrize(
    ("result", "told"), [(None, 0), (0, 0), (15, 0), (3, 0), (1, 1), (7, 1), (12, 0)]
)
def test_2107_tells_of_a_code_that_failed(tmp_path: Path, result: int | None, told: int) -> None:
    till = Till(tmp_path / "till.sqlite")
    till.do(make.opening())
    marked = SPECIMENS["marked"]
    checked = replace(marked.items[0], checking_prod_information_result=result)
    signed = till.do(replace(marked, items=(checked,)))
    assert signed["checkingLabeledProdResult"] == told
    assert "checkingLabeledProdResult" not in till.do(make.receipt("k2"))
    till.till.close()


def test_1117_stands_where_the_buyer_gave_an_email(tmp_path: Path) -> None:
    documents = whole_life(tmp_path, "1.2")
    settled = [each for each in documents if each["code"] in (3, 31)]
    for document in settled:
        by_mail = "@" in document.get("buyerPhoneOrAddress", "")
        assert document.get("sellerAddress") == ("shop@example.ru" if by_mail else None)
    assert any("sellerAddress" in document for document in settled)


def test_1_05_tells_why_it_was_registered_anew_by_1101(tmp_path: Path) -> None:
    report = whole_life(tmp_path, "1.05")[-1]
    assert (report["code"], report["correctionReasonCode"]) == (11, [1])
    told = Reregistration.from_json(report)
    assert told.correction_kkt_reason_code == ReregistrationReason.DRIVE_REPLACED


@pytest.mark.parametrize(
    ("reasons", "codes"),
    [
        (ReregistrationReason.DRIVE_REPLACED | ReregistrationReason.OFD_CHANGED, [1, 2]),
        (ReregistrationReason.PLACE_CHANGED, [3]),
        (ReregistrationReason.USER_NAME_CHANGED | ReregistrationReason.TAXATION_CHANGED, [3, 4]),
    ],
)
def test_reasons_of_1205_by_the_codes_of_1101(
    reasons: ReregistrationReason, codes: list[int]
) -> None:
    older = in_format(
        DocumentKind.REREGISTRATION, {"correctionKktReasonCode": int(reasons)}, FfdVersion.V1_05
    )
    assert older == {"correctionReasonCode": codes}
