"""Reports of several shapes, written out by hand, and any rows in any shape."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kkt.fiscal.vocabulary import DocumentKind, OperationType
from kkt.reconcile import report as module
from kkt.reconcile import workbook
from kkt.reconcile.layout import Field, Layout, guess
from kkt.reconcile.problems import BROKEN, UNREADABLE, UnreadableReport
from kkt.reconcile.report import Broken, Report, Row, headings_of, read_report

from .writing import ANOTHER_FN, FN, HEADINGS, LAYOUT, SUMS, as_csv, as_json, as_xlsx, reports, rows

CABINET = '''ООО «Оптика»;;;;;;
Отчет за период: 01.11.2026 - 30.11.2026;;;;;;

Номер ФН;Номер ФД;ФПД;Дата и время;Тип чека;Итого;НДС 22%
9999078900012345;17;0012345678;05.11.2026 10:31;Приход;1 234,56;222,63
9999078900012345;18;3012345678;05.11.2026 10:32:07;Возврат прихода;-500,00;-90,16
"=""0000078900012345""";"19";'77;2026-11-05T10:33:00+03:00;Приход;"1\u00a0000,00";-
;;;;;;
Итого;;;;;1 734,56;132,47
'''


def read(content: bytes | str, layout: Layout | None = None) -> Report:
    data = content.encode("cp1251") if isinstance(content, str) else content
    guessed = layout or guess(headings_of(data))
    assert isinstance(guessed, Layout)
    return read_report(data, guessed)


def test_a_report_of_a_cabinet() -> None:
    zone = timezone(timedelta(hours=3))
    assert read(CABINET) == Report(
        rows=(
            Row(
                *(5, FN, 17, 123456, 12345678, datetime(2026, 11, 5, 10, 31)),
                *(None, OperationType.SALE, {"nds_22": 22263}),
            ),
            Row(
                *(6, FN, 18, -50000, 3012345678, datetime(2026, 11, 5, 10, 32, 7)),
                *(None, OperationType.SALE_RETURN, {"nds_22": -9016}),
            ),
            Row(
                *(7, ANOTHER_FN, 19, 100000, 77, datetime(2026, 11, 5, 10, 33, tzinfo=zone)),
                *(None, OperationType.SALE, {}),
            ),
        ),
        broken=(),
        skipped=2,
    )


def test_documents_of_fns() -> None:
    document = {
        "fiscalDriveNumber": FN,
        "fiscalDocumentNumber": 17,
        "fiscalSign": 12345678,
        "dateTime": 1793874660,
        "operationType": 1,
        "totalSum": 123456,
        "nds10": 100,
        "items": [{"name": "Оправа", "sum": 123456}],
    }
    expected = Row(
        *(1, FN, 17, 123456, 12345678, datetime(2026, 11, 5, 10, 31)),
        *(DocumentKind.RECEIPT, OperationType.SALE, {"nds_10": 100}),
    )
    for shape in (
        [{"receipt": document}],
        {"from": "x", "documents": [{"document": {"receipt": document}}], "tags": ["a"]},
        [{**document, "code": 3}],
    ):
        assert read(json.dumps(shape).encode()).rows == (expected,)


def test_one_column_for_the_date_and_one_for_the_time() -> None:
    text = f"ФН,ФД,Дата,Время,Сумма\n{FN},1,05.11.26,9:05,10\n{FN},2,05.11.2026,,10.00\n"
    assert [row.date_time for row in read(text).rows] == [
        datetime(2026, 11, 5, 9, 5),
        date(2026, 11, 5),
    ]


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("9,99908E+15;1;1;1;1", "fn", "spreadsheet_destroyed"),
        (";1;1;05.11.2026;1", "fn", "empty"),
        ("12345678901234567;1;1;;1", "fn", "not_fn"),
        ("ФН;1;1;;1", "fn", "not_fn"),
        (f"{FN};;1;;1", "fd", "empty"),
        (f"{FN};0;1;;1", "fd", "not_whole"),
        (f"{FN};1,5;1;;1", "fd", "not_whole"),
        (f"{FN};1;1,23E+09;;1", "fpd", "spreadsheet_destroyed"),
        (f"{FN};1;99999999999;;1", "fpd", "not_whole"),
        (f"{FN};1;1;31.02.2026;1", "date_time", "not_date"),
        (f"{FN};1;1;вчера;1", "date_time", "not_date"),
        (f"{FN};1;1;;1,234", "total", "not_sum"),
        (f"{FN};1;1;;-1.000", "total", "not_sum"),
        (f"{FN};1;1;;1,2,3", "total", "not_sum"),
        (f"{FN};1;1;;1e5", "total", "not_sum"),
        (f"{FN};1;1;;99999999999999999", "total", "not_sum"),
        (f"{FN};1;1;;", "total", "empty"),
        (f"{FN};1;1;;1;лишнее", "", "too_many_cells"),
        (f'{FN};1;"1;;1', "", "open_quote"),
        (f"{FN};1;1;;{'1' * 2000}", "total", "too_long"),
        (f"{FN};1;1;;{'1' * 30000}", "", "too_long"),
    ],
)
def test_a_broken_line_stops_no_other(line: str, field: str, code: str) -> None:
    found = read(f"ФН;ФД;ФПД;Дата;Сумма\n{FN};8;1;;1\n{line}\n{FN};9;1;;1\n")
    assert [row.fd for row in found.rows] == [8, 9]
    (broken,) = found.broken
    assert (broken.line, broken.field, broken.code) == (3, field, code)
    assert code in BROKEN


@pytest.mark.parametrize(
    ("heading", "word", "code"),
    [
        ("Тип документа", "Справка", "unknown_kind"),
        ("Признак расчета", "?", "unknown_operation"),
    ],
)
def test_unknown_words_are_told(heading: str, word: str, code: str) -> None:
    found = read(f"ФН;ФД;Сумма;{heading}\n{FN};1;1;{word}\n")
    assert [each.code for each in found.broken] == [code]


@pytest.mark.parametrize(
    ("words", "kind", "operation"),
    [
        ("Кассовый чек", DocumentKind.RECEIPT, None),
        ("БСО", DocumentKind.RECEIPT, None),
        ("Чек коррекции (приход)", DocumentKind.CORRECTION, OperationType.SALE),
        ("Возврат расхода", None, OperationType.PURCHASE_RETURN),
        ("Отчёт об открытии смены", DocumentKind.SHIFT_OPEN, None),
        ("Отчет о закрытии смены", DocumentKind.SHIFT_CLOSE, None),
        ("Отчет о закрытии фискального накопителя", DocumentKind.DRIVE_CLOSE, None),
        ("Отчет о регистрации", DocumentKind.REGISTRATION, None),
        ("Отчет об изменении параметров регистрации", DocumentKind.REREGISTRATION, None),
        ("Отчет о текущем состоянии расчетов", DocumentKind.SETTLEMENT_STATE, None),
        ("31", DocumentKind.CORRECTION, None),
        ("fiscalReportCorrection", DocumentKind.REREGISTRATION, None),
    ],
)
def test_kinds(words: str, kind: DocumentKind | None, operation: OperationType | None) -> None:
    (row,) = read(f"ФН;ФД;Сумма;Вид документа\n{FN};1;1;{words}\n").rows
    assert (row.kind, row.operation) == (kind, operation)


def test_a_quote_never_closed_eats_nothing() -> None:
    lines = "".join(f"{FN};{fd};1;ООО\n" for fd in range(2, 40))
    found = read(f'ФН;ФД;Сумма;Имя\n{FN};1;1;"ООО\n{lines}')
    assert [row.fd for row in found.rows] == list(range(2, 40))
    assert [(each.line, each.code) for each in found.broken] == [(2, "open_quote")]


def test_a_quoted_field_of_two_lines() -> None:
    found = read(f'ФН;ФД;Имя;Сумма\n{FN};1;"ООО ""Оптика""\nСПб";1\n{FN};2;;1\n')
    assert [(row.line, row.fd) for row in found.rows] == [(2, 1), (4, 2)]


def test_headings_may_be_offered_where_none_is_known() -> None:
    assert headings_of(b"A;B;C;C\n1;2;3;4\n") == ("A", "B", "C", "C (2)")
    layout = Layout({Field.FN: "A", Field.FD: "B", Field.TOTAL: "C (2)"})
    assert read(f"A;B;C;C\n{FN};2;3;4\n", layout).rows[0].total == 400


def zip_of(**parts: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"\xff\xfe", "no_heading"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"<html><table>", "is_html"),
        (b"\xd4\xcd;" + b"a" * 5000 + b"\0", "nul_bytes"),
        (b"[{]", "not_json"),
        (b'{"documents": [{"a": 1}', "not_json"),
        (b'{"a": [', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"a": 1}', "no_list"),
        (b'{"a": [{"x": 1}], "b": [{"x": 1}]}', "two_lists"),
        (b"PK\x03\x04 and nothing", "not_workbook"),
        (zip_of(a="b"), "not_workbook"),
        (b"one line of words", "no_heading"),
        ("ФН;ФД;Сумма\n".encode(), "heading_only"),
        ("ФН;ФД;Итого\n;;\nИтого;;0\n".encode(), None),
        (b"A;B;C\n1;2;3\n", "other_headings"),
        (b"[]", "heading_only"),
        (b"[1, 2]", "other_headings"),
    ],
)
def test_what_is_no_report_is_refused_by_name(data: bytes, code: str | None) -> None:
    layout = Layout({Field.FN: "ФН", Field.FD: "ФД", Field.TOTAL: "Сумма"})
    if code is None:
        layout, code = Layout({**layout.columns, Field.TOTAL: "Итого"}), "heading_only"
    with pytest.raises(UnreadableReport) as refused:
        read_report(data, layout)
    assert refused.value.code == code
    assert code in UNREADABLE


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    content = as_csv([])
    monkeypatch.setattr(module, "MOST_BYTES", len(content) - 1)
    with pytest.raises(UnreadableReport, match="too_large"):
        headings_of(content)
    monkeypatch.undo()
    monkeypatch.setattr(module, "MOST_ROWS", 1)
    with pytest.raises(UnreadableReport, match="too_many_rows"):
        read(f"ФН;ФД;Сумма\n{FN};1;1\n{FN};2;1\n")


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    book = as_xlsx([])
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 1000)
    with pytest.raises(UnreadableReport, match="unpacked_too_large"):
        headings_of(book)


def test_numbers_that_a_spreadsheet_has_spoilt() -> None:
    book = Workbook()
    for line in (
        ["ФН", "ФД", "Сумма"],
        [9999078900012340, 1, 1],
        [9999078900012345, 1, 1],
        [7999078900012340, 1, 1],
        [7999078900012345, 2.0, 0.1 + 0.2],
    ):
        book.active.append(line)
    content = BytesIO()
    book.save(content)
    found = read(content.getvalue())
    assert [each.code for each in found.broken] == ["spreadsheet_destroyed"] * 3
    assert [(row.fn, row.fd, row.total) for row in found.rows] == [("7999078900012345", 2, 30)]


def without_lines(report: Report) -> list[Row]:
    assert not report.broken
    return [replace(row, line=0) for row in report.rows]


@given(
    told=reports,
    columns=st.permutations(list(HEADINGS.items())),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"]),
    separator=st.sampled_from([";", "\t", ","]),
    kopecks=st.booleans(),
    decimal_comma=st.booleans(),
    month_first=st.booleans(),
)
def test_any_rows_in_any_layout(
    told: list[Row],
    columns: list[tuple[Field, str]],
    encoding: str,
    separator: str,
    kopecks: bool,
    decimal_comma: bool,
    month_first: bool,
) -> None:
    layout = Layout(dict(columns), kopecks, decimal_comma, month_first)
    report = read_report(as_csv(told, layout, encoding, separator), layout)
    assert without_lines(report) == told


@given(reports)
def test_any_rows_of_fns(told: list[Row]) -> None:
    assert without_lines(read(as_json(told))) == told


@given(told=reports, kopecks=st.booleans())
def test_any_rows_of_a_workbook(told: list[Row], kopecks: bool) -> None:
    layout = replace(LAYOUT, kopecks=kopecks)
    assert without_lines(read(as_xlsx(told, layout), layout)) == told


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode), st.booleans())
def test_nothing_but_a_refusal_comes_of_rubbish(data: bytes, below: bool) -> None:
    content = as_csv([]) + data if below else data
    try:
        found: Any = read_report(content, LAYOUT)
    except UnreadableReport as refused:
        assert refused.code in UNREADABLE
    else:
        assert all(each.code in BROKEN for each in found.broken if isinstance(each, Broken))


BOOK = as_xlsx([Row(0, FN, 1, 1, 1, datetime(2026, 11, 5, 12), sums=dict.fromkeys(SUMS, 1))])


@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.binary(max_size=20)), min_size=1))
def test_a_damaged_workbook_is_read_or_refused(
    damages: list[tuple[int, bytes]],
) -> None:
    data = bytearray(BOOK)
    for at, damage in damages:
        data[at : at + 1] = damage
    try:
        read_report(bytes(data), LAYOUT)
    except UnreadableReport as refused:
        assert refused.code in UNREADABLE


@given(rows())
def test_a_row_names_its_document(row: Row) -> None:
    assert row.key == (row.fn, row.fd)
