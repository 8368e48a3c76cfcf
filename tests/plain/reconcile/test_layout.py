"""Which heading holds what, in the words of operators and of FNS's JSON."""

from __future__ import annotations

import pytest

from kkt.reconcile.layout import NEEDED, Field, Layout, Missing, guess

from .writing import HEADINGS

BASE = ("ФН", "ФД", "Сумма")


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        *((each, Field.FN) for each in ("ФН", "Номер ФН", "Заводской номер ФН", "№ ФН", "fn")),
        *((each, Field.FN) for each in ("fiscalDriveNumber", "fiscal_drive_number")),
        *((each, Field.FD) for each in ("ФД", "Номер ФД", "№ ФД", "ФД №")),
        ("fiscalDocumentNumber", Field.FD),
        *((each, Field.FPD) for each in ("ФПД", "ФП", "ФПС", "fiscalSign")),
        *((each, Field.DATE_TIME) for each in ("Дата", "Дата и время", "Дата/время", "dateTime")),
        ("Время", Field.TIME),
        *((each, Field.KIND) for each in ("Тип документа", "Вид документа", "code")),
        *((each, Field.OPERATION) for each in ("Тип чека", "Признак расчета")),
        *((each, Field.OPERATION) for each in ("Признак расчёта", "Приход/Возврат прихода")),
        ("operationType", Field.OPERATION),
        *((each, Field.TOTAL) for each in ("Сумма", "Итого", "Сумма чека", "ИТОГО, руб.")),
        *((each, Field.TOTAL) for each in ("Сумма (в руб.)", "totalSum", "total_sum")),
        *((each, Field.CASH) for each in ("Наличными", "Наличные", "cashTotalSum")),
        *((each, Field.ECASH) for each in ("Безналичными", "Электронными", "ecashTotalSum")),
        *((each, Field.NDS_20) for each in ("НДС 20%", "Сумма НДС 20%", "nds20", "nds18")),
        *((each, Field.NDS_20_120) for each in ("НДС 20/120", "nds18118", "nds_20_120")),
        *((each, Field.NDS_22) for each in ("НДС 22%", "В т. ч. НДС (22%), руб.")),
        *((each, Field.NDS_10) for each in ("НДС 10%", "nds10")),
        *((each, Field.NDS_NO) for each in ("Без НДС", "Сумма без НДС", "ndsNo")),
        *((each, Field.NDS_SUM) for each in ("НДС", "Сумма НДС", "ndsSum")),
        ("НДС 0%", Field.NDS_0),
    ],
)
def test_words_of_operators(heading: str, field: Field) -> None:
    others = [each for each, of in zip(BASE, NEEDED, strict=True) if of is not field]
    layout = guess([*others, heading])
    assert isinstance(layout, Layout)
    assert layout.columns[field] == heading


@pytest.mark.parametrize("heading", ["Ставка НДС", "Кассир", "ИНН", "НДС 13%", "", "Номер смены"])
def test_other_words_are_no_field(heading: str) -> None:
    layout = guess([*BASE, heading])
    assert isinstance(layout, Layout)
    assert set(layout.columns) == set(NEEDED)


def test_what_is_missing_is_named() -> None:
    assert guess(["ФН", "Дата"]) == Missing(
        (Field.FD, Field.TOTAL), {Field.FN: "ФН", Field.DATE_TIME: "Дата"}
    )


def test_the_first_of_two_headings_counts() -> None:
    layout = guess(["ФН", "ФД", "Сумма чека", "Итого"])
    assert isinstance(layout, Layout)
    assert layout.columns[Field.TOTAL] == "Сумма чека"


def test_kopecks_are_known_by_names() -> None:
    for headings, kopecks in (
        (("fiscalDriveNumber", "fiscalDocumentNumber", "totalSum"), True),
        (("ФН", "ФД", "Сумма, коп."), True),
        (BASE, False),
    ):
        layout = guess(headings)
        assert isinstance(layout, Layout)
        assert layout.kopecks is kopecks


def test_headings_of_the_tests_are_guessed() -> None:
    assert guess(HEADINGS.values()) == Layout(HEADINGS)
