"""Draws a dashboard as one SVG, the way Grafana lays it out: 24 columns, rows of 38 pixels.

What is drawn is what was answered; a panel without an answer says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from scripts.devtools.dashboard_lines import state_timeline, time_series
from scripts.devtools.dashboard_panels import Answers, Field, all_series, field, table
from scripts.devtools.dashboard_shapes import (
    BACK,
    FAINT,
    FONT,
    GREY,
    LETTER,
    PAPER,
    Box,
    Window,
    clock_time,
    fitting,
    ink_on,
    line,
    rectangle,
    text,
)

WIDTH = 1360
COLUMN, ROW, GAP = WIDTH / 24, 38, 8
HEAD = 44
TITLE = 30
LINK = "#3274D9"
NO_DATA = "no data"
COLOURED = "color-background"


def draw(
    dashboard: Mapping[str, Any], answers: Mapping[int, Answers], window: Window
) -> tuple[str, int]:
    """The SVG of a dashboard, to stand in an HTML page, and its height.

    :param answers: of each panel by its number, the series of each query by its letter
    """
    panels = dashboard["panels"]
    rows = max(each["gridPos"]["y"] + each["gridPos"]["h"] for each in panels)
    height = HEAD + rows * ROW + GAP
    shown = [rectangle(Box(0, 0, WIDTH, height), BACK), text(GAP * 2, 28, dashboard["title"], 18)]
    moments = "–".join(clock_time(at) for at in (window.start, window.end))
    shown.append(text(WIDTH - GAP * 2, 28, f"{moments} UTC", 13, GREY, "end"))
    shown += [_panel(each, answers[each["id"]], window) for each in panels]
    return (
        f'<svg width="{WIDTH}" height="{height}" font-family="{FONT}">{"".join(shown)}</svg>'
    ), height


def _panel(panel: Mapping[str, Any], answers: Answers, window: Window) -> str:
    at = panel["gridPos"]
    place = Box(at["x"] * COLUMN, HEAD + at["y"] * ROW, at["w"] * COLUMN, at["h"] * ROW)
    frame = place.inside(GAP / 2, 0, GAP / 2, GAP)
    title = fitting(panel["title"], frame.width - 20, 13)
    head = rectangle(frame, PAPER, FAINT) + text(frame.x + 10, frame.y + 20, title, 13)
    inner = frame.inside(10, TITLE, 10, 10)
    if not any(answers.values()) and "noValue" not in panel["fieldConfig"]["defaults"]:
        middle = inner.y + inner.height / 2
        return head + text(inner.x + inner.width / 2, middle, NO_DATA, 14, GREY, "middle")
    return head + "".join(_KINDS[panel["type"]](panel, answers, inner, window))


# Values now -----------------------------------------------------------------------------------


def _stat(panel: Mapping[str, Any], answers: Answers, box: Box, _window: Window) -> Iterator[str]:
    """Each value on its colour; its name beside it where there are several."""
    series = all_series(answers)
    if not series:
        nothing = field(panel, "")
        yield from _tile(box, nothing.colour(-math.inf), "", nothing.config["noValue"])
    for number, each in enumerate(series):
        high = box.height / len(series)
        place = Box(box.x, box.y + number * high, box.width, high - 4)
        how = field(panel, each.name)
        name = how.title if len(series) > 1 else ""
        yield from _tile(place, how.colour(each.last), name, how.words(each.last))


def _tile(box: Box, colour: str, name: str, words: str) -> Iterator[str]:
    ink, middle = ink_on(colour), box.y + box.height / 2
    size = min(36, box.height * 0.5, box.width / (LETTER * max(1, len(words))) * 0.9)
    yield rectangle(box, colour)
    if not name:
        yield text(box.x + box.width / 2, middle + size / 3, words, size, ink, "middle")
        return
    size = min(size, 24)
    room = box.width - 30 - len(words) * size * LETTER
    yield text(box.x + 10, middle + 5, fitting(name, room, 14), 14, ink)
    yield text(box.x + box.width - 10, middle + size / 3, words, size, ink, "end")


def _bar_gauge(
    panel: Mapping[str, Any], answers: Answers, box: Box, _window: Window
) -> Iterator[str]:
    """Names, bars and values; without a greatest value the greatest of them fills its bar."""
    series = all_series(answers)
    fields = [field(panel, each.name) for each in series]
    greatest = max((each.last for each in series if not math.isnan(each.last)), default=1.0)
    high = min(40.0, box.height / max(1, len(series)))
    left = min(0.45 * box.width, 20 + max(len(each.title) for each in fields) * 12 * LETTER)
    for number, (how, each) in enumerate(zip(fields, series, strict=True)):
        top = box.y + number * high
        bar = Box(box.x + left, top + 3, box.width - left - 90, high - 8)
        low, full = how.config.get("min", 0), how.config.get("max", greatest)
        part = (each.last - low) / ((full - low) or 1) if each.last == each.last else 0
        colour = how.colour(each.last)
        yield text(box.x, top + high / 2 + 4, fitting(how.title, left - 6))
        yield rectangle(bar, FAINT)
        yield rectangle(replace(bar, width=bar.width * min(1, max(0, part))), colour)
        yield text(box.x + box.width, top + high / 2 + 5, how.words(each.last), 15, colour, "end")


def _table(panel: Mapping[str, Any], answers: Answers, box: Box, _window: Window) -> Iterator[str]:
    """A row for each set of labels; a cell that nothing was answered for is empty."""
    columns, rows = table(panel, answers)
    wide, high = box.width / len(columns), 34
    for place, how in enumerate(columns):
        left = box.x + place * wide
        yield text(left + 6, box.y + 14, fitting(how.title, wide - 8, 11), 11, LINK)
        for number, row in enumerate(rows):
            cell = Box(left, box.y + 24 + number * high, wide - 2, high - 2)
            yield from _cell(how, row[place], cell)
    yield line(box.x, box.y + 22, box.x + box.width, box.y + 22, FAINT)


def _cell(how: Field, value: str | float | None, box: Box) -> Iterator[str]:
    if value is None:
        return
    words, colour = value if isinstance(value, str) else how.words(value), "none"
    if not isinstance(value, str) and how.config["custom"]["cellOptions"]["type"] == COLOURED:
        colour = how.colour(value)
    yield rectangle(box, colour)
    room = fitting(words, box.width - 8)
    yield text(box.x + 6, box.y + box.height / 2 + 4, room, 12, ink_on(colour))


_KINDS: dict[str, Callable[[Mapping[str, Any], Answers, Box, Window], Iterator[str]]] = {
    "bargauge": _bar_gauge,
    "stat": _stat,
    "state-timeline": state_timeline,
    "table": _table,
    "timeseries": time_series,
}
