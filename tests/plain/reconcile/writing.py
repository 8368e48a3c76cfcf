"""Reports as operators write them, made of rows; none of it is an operator's own."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

from hypothesis import strategies as st
from openpyxl import Workbook

from kkt.fiscal.money import from_kopecks
from kkt.fiscal.vocabulary import DocumentKind, OperationType
from kkt.reconcile.layout import Field, Layout
from kkt.reconcile.report import Row

FN = "9999078900012345"
ANOTHER_FN = "0000078900012345"
KIND_WORDS = {
    DocumentKind.RECEIPT: "Кассовый чек",
    DocumentKind.CORRECTION: "Кассовый чек коррекции",
    DocumentKind.SHIFT_OPEN: "Отчет об открытии смены",
    DocumentKind.SHIFT_CLOSE: "Отчёт о закрытии смены",
}
HEADINGS = {
    Field.FN: "Заводской номер ФН",
    Field.FD: "№ ФД",
    Field.FPD: "ФПД",
    Field.DATE_TIME: "Дата и время",
    Field.KIND: "Тип документа",
    Field.OPERATION: "Признак расчёта",
    Field.TOTAL: "Сумма, руб.",
    Field.CASH: "Наличными",
    Field.ECASH: "Безналичными",
    Field.NDS_22: "НДС 22%",
    Field.NDS_10_110: "НДС 10/110",
    Field.NDS_NO: "Без НДС",
}
LAYOUT = Layout(HEADINGS)
SUMS = (Field.CASH, Field.ECASH, Field.NDS_22, Field.NDS_10_110, Field.NDS_NO)

kopecks = st.integers(min_value=0, max_value=10**11)
moments = st.datetimes(datetime(2020, 1, 1, 0, 1), datetime(2035, 1, 1)).map(
    lambda moment: moment.replace(second=0 if moment.minute else 1, microsecond=0)
)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    return Row(
        line=0,
        fn=draw(st.sampled_from([FN, ANOTHER_FN])),
        fd=draw(st.integers(1, 10**6)),
        total=draw(kopecks),
        fpd=draw(st.integers(1, (1 << 32) - 1)),
        date_time=draw(moments),
        kind=draw(st.sampled_from(list(KIND_WORDS))),
        operation=draw(st.sampled_from(OperationType)),
        sums={str(name): draw(kopecks) for name in SUMS},
    )


reports = st.lists(rows(), min_size=1, max_size=12, unique_by=lambda row: row.key)


def cell(row: Row, field: Field, layout: Layout) -> str:
    """The text of a cell as a cabinet writes it."""
    if field in SUMS or field is Field.TOTAL:
        value = row.total if field is Field.TOTAL else row.sums.get(field)
        return "" if value is None else _sum(value, layout)
    if field is Field.KIND:
        return KIND_WORDS[row.kind] if row.kind else ""
    if field is Field.OPERATION:
        return row.operation.label if row.operation else ""
    if field is Field.DATE_TIME:
        form = "%m/%d/%Y %H:%M:%S" if layout.month_first else "%d.%m.%Y %H:%M:%S"
        return row.date_time.strftime(form) if row.date_time else ""
    value = getattr(row, field)
    return "" if value is None else str(value)


def _sum(value: int, layout: Layout) -> str:
    if layout.kopecks:
        return str(value)
    text = f"{from_kopecks(value):,}"
    if layout.decimal_comma:
        return text.replace(",", "\u00a0").replace(".", ",")
    return text


def as_csv(
    told: list[Row], layout: Layout = LAYOUT, encoding: str = "cp1251", separator: str = ";"
) -> bytes:
    text = StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(layout.columns.values())
    for row in told:
        writer.writerow([cell(row, field, layout) for field in layout.columns])
    return text.getvalue().encode(encoding)


def as_xlsx(told: list[Row], layout: Layout = LAYOUT) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Отчет")
    sheet.append(["Отчет за период"])
    sheet.append(list(layout.columns.values()))
    for row in told:
        sheet.append([_native(row, field, layout) for field in layout.columns])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _native(row: Row, field: Field, layout: Layout) -> Any:
    if field is Field.DATE_TIME:
        return row.date_time
    if field in SUMS or field is Field.TOTAL:
        value = row.total if field is Field.TOTAL else row.sums[field]
        return value if layout.kopecks or value is None else value / 100
    return cell(row, field, layout)


def as_json(told: list[Row]) -> bytes:
    """Documents as FNS names them, each in the wrapper of its kind."""
    wrappers = {
        DocumentKind.RECEIPT: "receipt",
        DocumentKind.CORRECTION: "receiptCorrection",
        DocumentKind.SHIFT_OPEN: "openShift",
        DocumentKind.SHIFT_CLOSE: "closeShift",
    }
    documents = [
        {wrappers[row.kind or DocumentKind.RECEIPT]: {**_fns(row), "items": [{"sum": 1}]}}
        for row in told
    ]
    return json.dumps({"count": len(told), "documents": documents}).encode()


def _fns(row: Row) -> dict[str, Any]:
    return {
        "fiscalDriveNumber": row.fn,
        "fiscalDocumentNumber": row.fd,
        "fiscalSign": row.fpd,
        "dateTime": int(row.date_time.replace(tzinfo=UTC).timestamp())
        if isinstance(row.date_time, datetime)
        else None,
        "operationType": row.operation,
        "totalSum": row.total,
        "cashTotalSum": row.sums["cash"],
        "ecashTotalSum": row.sums["ecash"],
        "nds10110": row.sums["nds_10_110"],
        "ndsNo": row.sums["nds_no"],
        "amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": row.sums["nds_22"]}]},
    }
