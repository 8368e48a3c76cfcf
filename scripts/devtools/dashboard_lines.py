"""The panels of the dashboards that show values over time: lines, bands, bars and states."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from scripts.devtools.dashboard_panels import COLOURS, Answers, Field, Series, all_series, field
from scripts.devtools.dashboard_shapes import (
    FAINT,
    GREY,
    LETTER,
    Box,
    Window,
    clock_time,
    fitting,
    ink_on,
    line,
    rectangle,
    text,
)

MOMENT = 60
"""Width of a moment under an axis."""
#: Each point of a band: the moment, and what is below and above it.
Band = list[tuple[float, float, float]]


@dataclass(frozen=True)
class Axes:
    """Where a moment and a value lie."""

    box: Box
    window: Window
    low: float
    high: float

    def x(self, moment: float) -> float:
        part = (moment - self.window.start) / (self.window.end - self.window.start)
        return self.box.x + part * self.box.width

    def y(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return self.box.y + self.box.height * (1 - part)


def time_series(
    panel: Mapping[str, Any], answers: Answers, box: Box, window: Window
) -> Iterator[str]:
    series = all_series(answers)
    fields = [field(panel, each.name) for each in series]
    stacked = panel["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "normal"
    lines = list(_stacked(series)) if stacked else [_from_nothing(each) for each in series]
    axes = _axes(panel, lines, box.inside(70, 6, MOMENT / 2, 46), window)
    yield from _grid(axes, field(panel, ""))
    for index, how in enumerate(fields):
        yield _line(axes, how, index, lines[index])
    yield from _thresholds(axes, field(panel, ""))
    yield from _legend(fields, box)


def _from_nothing(series: Series) -> Band:
    return [(at, 0.0, value) for at, value in series.points]


def _stacked(series: Sequence[Series]) -> Iterator[Band]:
    """Each series as moments with what is below and above its band."""
    below: dict[float, float] = {}
    for each in series:
        band = []
        for at, value in each.points:
            base = below.get(at, 0.0)
            band.append((at, base, base + value))
            below[at] = base if math.isnan(value) else base + value
        yield band


def _axes(
    panel: Mapping[str, Any],
    lines: Sequence[Band],
    box: Box,
    window: Window,
) -> Axes:
    defaults = panel["fieldConfig"]["defaults"]
    values = [top for band in lines for _at, _base, top in band if not math.isnan(top)]
    low = defaults.get("min", min(values, default=0.0))
    high = defaults.get("max", max(values, default=1.0))
    tick = tick_of(high - low, defaults.get("decimals"))
    if "max" not in defaults:
        high = low + tick * max(1, math.ceil((high - low) * 1.02 / tick))
        high = max(high, defaults["custom"].get("axisSoftMax", high))
    return Axes(box, window, low, high)


def tick_of(span: float, decimals: int | None = None) -> float:
    """A round distance of lines, of which three to six lie within this span.

    :param decimals: so many can be told of a value: the distance is no smaller
    """
    least = 0.0 if decimals is None else 10.0**-decimals
    if span <= 0:
        return max(1.0, least)
    power = 10.0 ** math.floor(math.log10(span / 4))
    return max(least, next(power * each for each in (1, 2, 5, 10) if span / (power * each) <= 5))


def _grid(axes: Axes, how: Field) -> Iterator[str]:
    box, tick = axes.box, tick_of(axes.high - axes.low, how.config.get("decimals"))
    for number in range(int((axes.high - axes.low) / tick + 1.001)):
        value = axes.low + number * tick
        yield line(box.x, axes.y(value), box.x + box.width, axes.y(value), FAINT)
        yield text(box.x - 8, axes.y(value) + 4, how.words(value), 11, GREY, "end")
    parts = max(2, int(box.width / 120))
    for number in range(parts + 1):
        at = axes.window.start + (axes.window.end - axes.window.start) * number / parts
        yield line(axes.x(at), box.y, axes.x(at), box.y + box.height, FAINT)
        words = clock_time(at)
        yield text(axes.x(at), box.y + box.height + 16, words, 11, GREY, "middle")


def _line(axes: Axes, how: Field, index: int, band: Band) -> str:
    custom, colour = how.config["custom"], how.colour(math.nan, index)
    opacity = custom["fillOpacity"] / 100
    if custom["drawStyle"] == "bars":
        wide = axes.box.width * axes.window.step / (axes.window.end - axes.window.start)
        bars = (
            Box(axes.x(at) - wide / 2, axes.y(top), wide, axes.y(base) - axes.y(top))
            for at, base, top in band
            if top > base
        )
        filled = "".join(rectangle(each, colour, round_by=0) for each in bars)
        return f'<g fill-opacity="{opacity}">{filled}</g>'
    pieces = [list(each) for gap, each in groupby(band, lambda p: math.isnan(p[2])) if not gap]
    style = f'stroke="{colour}" stroke-width="{1.8 * custom["lineWidth"]}"'
    return "".join(_piece(axes, piece, colour, opacity, style) for piece in pieces)


def _piece(axes: Axes, piece: Band, colour: str, opacity: float, style: str) -> str:
    """A band between two gaps, and the line above it."""

    def path(points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{axes.x(at):.1f},{axes.y(value):.1f}" for at, value in points)

    upper = [(at, top) for at, _base, top in piece]
    under = [(at, base) for at, base, _top in reversed(piece)]
    return (
        f'<polygon points="{path(upper + under)}" fill="{colour}" fill-opacity="{opacity}"/>'
        f'<polyline points="{path(upper)}" fill="none" {style}/>'
    )


def _thresholds(axes: Axes, how: Field) -> Iterator[str]:
    if how.config["custom"]["thresholdsStyle"]["mode"] != "dashed":
        return
    for each in how.config["thresholds"]["steps"][1:]:
        if axes.low <= each["value"] <= axes.high:
            y = axes.y(each["value"])
            colour = COLOURS[each["color"]]
            yield line(axes.box.x, y, axes.box.x + axes.box.width, y, colour, "6 4")


def _legend(fields: Sequence[Field], box: Box) -> Iterator[str]:
    x, y = box.x, box.y + box.height
    for index, how in enumerate(fields):
        words = fitting(how.title, box.width / 2)
        yield rectangle(Box(x, y - 6, 14, 4), how.colour(math.nan, index))
        yield text(x + 19, y, words)
        x += 40 + len(words) * 12 * LETTER


def state_timeline(
    panel: Mapping[str, Any], answers: Answers, box: Box, window: Window
) -> Iterator[str]:
    """A row for each series; a state lasts until the next one, or until nothing is known."""
    series = all_series(answers)
    left = min(0.3 * box.width, 20 + max(len(each.name) for each in series) * 12 * LETTER)
    axes = Axes(box.inside(left, 0, MOMENT / 2, 22), window, 0, 1)
    high = axes.box.height / len(series)
    for number, each in enumerate(series):
        how = field(panel, each.name)
        top = axes.box.y + number * high + 0.1 * high
        yield text(box.x, top + 0.4 * high + 4, fitting(how.title, left - 14))
        for start, end, value in states(each, window):
            wide = axes.x(end) - axes.x(start)
            place = Box(axes.x(start), top, wide, 0.8 * high)
            colour = how.colour(value)
            yield rectangle(place, colour, round_by=0)
            words = fitting(how.words(value), wide - 8)
            if len(words) > 2:
                yield text(place.x + 6, top + 0.4 * high + 4, words, 12, ink_on(colour))
    for part in range(5):
        at = window.start + (window.end - window.start) * part / 4
        words = clock_time(at)
        yield text(axes.x(at), box.y + box.height, words, 11, GREY, "middle")


def states(series: Series, window: Window) -> Iterator[tuple[float, float, float]]:
    """Start, end and value of each state; a point that is missing ends one."""
    for value, points in groupby(series.points, lambda point: point[1]):
        moments = [at for at, _value in points]
        if not math.isnan(value):
            yield moments[0], min(moments[-1] + window.step, window.end), value
