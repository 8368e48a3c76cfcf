"""What the pictures of the dashboards say is what was answered: names, units, colours, gaps."""

from __future__ import annotations

import math
from typing import Any

import pytest

from scripts.devtools.dashboard_drawing import NO_DATA, draw
from scripts.devtools.dashboard_lines import states, tick_of
from scripts.devtools.dashboard_panels import (
    COLOURS,
    PALETTE,
    Answers,
    Series,
    field,
    fill_in,
    legend,
    table,
    variables,
)
from scripts.devtools.dashboard_shapes import Window
from scripts.devtools.dashboard_units import shown
from tests.plain.monitoring.panels import dashboard
from tests.plain.monitoring.test_dashboards import each_dashboard

WINDOW = Window(start=1_000_000, end=1_000_010, step=5)


def panel(uid: str, title: str) -> dict[str, Any]:
    (found,) = [each for each in dashboard(uid)["panels"] if each["title"] == title]
    return dict(found)


def series(value: float, name: str = "", **labels: str) -> Series:
    return Series(name, labels, ((WINDOW.end, value),))


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "words"),
    [
        (0.8, "percentunit", None, "80%"),
        (0.8571, "percentunit", None, "85.7%"),
        (0, "s", None, "0 s"),
        (0.25, "s", None, "250 ms"),
        (90, "s", None, "1.5 mins"),
        (-7200, "s", None, "-2 hours"),
        (3661.4, "dthms", None, "01:01:01"),
        (90_000, "dthms", None, "25:00:00"),
        (59, "dtdhms", None, "00:00:59"),
        (2 * 86_400 + 61, "dtdhms", None, "2 d 00:01:01"),
        (12_345, "short", None, "12.3 K"),
        (2.4, "short", 0, "2"),
        (-0.2, "short", 0, "0"),
        (-1.5, "suffix:₽", 2, "-1.50 ₽"),
        (0.125, "suffix:с", None, "0.125 с"),
        (0.25, "suffix:с", None, "0.25 с"),
        (math.nan, "percentunit", None, "NaN"),
        (math.inf, "suffix:с", None, "NaN"),
    ],
)
def test_a_value_is_told_in_its_unit(
    value: float, unit: str, decimals: int | None, words: str
) -> None:
    assert shown(value, unit, decimals) == words


def test_an_unknown_unit_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="furlong"):
        shown(1, "furlong")


def test_a_legend_has_labels_in_its_places() -> None:
    labels = {"company": "Оптика", "device": "POS-001"}
    assert legend("{{company}}: {{ device }}", labels) == "Оптика: POS-001"
    assert legend("{{instance}}", labels) == ""


@each_dashboard
def test_variables_are_filled_in_as_everything(uid: str) -> None:
    read = dashboard(uid)
    values = variables(read, span=600, step=5)
    texts = [each["expr"] for panel in read["panels"] for each in panel["targets"]]
    assert [each for each in texts if "$" in fill_in(each, values)] == []
    assert fill_in('a{company=~"$company"}[${__range}]', values) == 'a{company=~".*"}[600s]'
    assert fill_in("$__rate_interval", values) == "60s"
    assert fill_in("$__rate_interval", variables(read, span=86_400, step=120)) == "135s"


def test_a_variable_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyError, match="shop"):
        fill_in("$shop", {})


def test_colours_are_those_of_thresholds_mappings_and_overrides() -> None:
    fill = field(panel("kkt-buffer", "Заполнение буфера касс"), "x")
    assert [fill.colour(value) for value in (0, 0.8, 0.95, 1)] == [
        COLOURS[name] for name in ("green", "yellow", "orange", "red")
    ]
    breaker = field(panel("circuit-breaker", "Предохранитель ОФД"), "x")
    assert (breaker.words(2), breaker.colour(2)) == ("Ждёт после неудач", COLOURS["red"])
    attempts = panel("circuit-breaker", "Попытки в минуту по исходам")
    refused = field(attempts, "refused")
    assert (refused.title, refused.colour(1, 3)) == ("Отказ", COLOURS["red"])
    assert field(attempts, "other").colour(1, 3) == PALETTE[3]


def test_a_ticker_that_is_not_there_is_red() -> None:
    """No answer at all would have the colour of the lowest threshold, which is green."""
    shown_ticker = panel("performance", "Тикер: последний ход")
    (target,) = shown_ticker["targets"]
    assert target["expr"].endswith("or -absent(optics_ticker_timestamp_seconds)")
    ticker = field(shown_ticker, "")
    assert (ticker.words(-1), ticker.colour(-1)) == ("Нет", COLOURS["red"])
    assert (ticker.words(5), ticker.colour(5)) == ("00:00:05", COLOURS["green"])


def test_a_table_has_a_row_for_each_till() -> None:
    tills = [{"company": "Оптика", "device": code} for code in ("POS-001", "POS-002")]
    answers = {
        "A": [series(number, **till) for number, till in enumerate(tills)],
        "C": [series(60, **tills[1])],
    }
    columns, rows = table(panel("kkt-buffer", "Кассы"), answers)
    assert [each.name for each in columns] == ["Компания", "Касса", "Связь", "Смена открыта"]
    assert rows == [["Оптика", "POS-001", 0, None], ["Оптика", "POS-002", 1, 60]]


def test_a_state_ends_where_nothing_is_known() -> None:
    moments = range(0, 40, 5)
    values = (0, 0, math.nan, 0, 1, 1, math.nan, math.nan)
    line = Series("", {}, tuple(zip(moments, values, strict=True)))
    assert list(states(line, Window(0, 35, 5))) == [(0, 10, 0), (15, 20, 0), (20, 30, 1)]


def test_lines_of_a_grid_are_round_and_few() -> None:
    assert [tick_of(span) for span in (0, 0.9, 1, 7, 50, 3600)] == [1, 0.2, 0.2, 2, 10, 1000]
    assert tick_of(1, decimals=0) == 1, "a half would be told as one"


@each_dashboard
def test_each_panel_without_an_answer_says_so(uid: str) -> None:
    read = dashboard(uid)
    nothing: dict[int, Answers] = {each["id"]: {"A": []} for each in read["panels"]}
    picture, _height = draw(read, nothing, WINDOW)
    silent = [each["fieldConfig"]["defaults"].get("noValue") for each in read["panels"]]
    assert picture.count(NO_DATA) == silent.count(None)
    assert all(words in picture for words in silent if words)


def test_names_cannot_break_the_picture() -> None:
    read = dashboard("kkt-buffer")
    answers: dict[int, Answers] = {each["id"]: {"A": []} for each in read["panels"]}
    answers[1] = {"A": [series(0.5, "<ООО>")]}
    picture, _height = draw(read, answers, WINDOW)
    assert "&lt;ООО&gt;" in picture
