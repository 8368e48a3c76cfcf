"""What Grafana makes of a panel's JSON: the query that it asks, names, colours and words of values.

Source: Grafana's documentation, "Panels and visualizations" and "Dashboard variables".
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.devtools.dashboard_units import shown

SCRAPE_INTERVAL = 15
"""Seconds between two scrapes, as Grafana takes it of a data source that says nothing else."""
#: Grafana's classic palette, by which it tells lines apart.
PALETTE = ("#7EB26D", "#EAB839", "#6ED0E0", "#EF843C", "#E24D42", "#1F78C1", "#BA43A9", "#705DA0")
#: The named colours of its light theme.
COLOURS = {
    "green": "#56A64B",
    "yellow": "#F2CC0C",
    "orange": "#FF780A",
    "red": "#E02F44",
    "blue": "#3274D9",
    "transparent": "none",
}
_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True)
class Series:
    """One line of an answer: its name in the panel, and pairs of seconds since 1970 and a value."""

    name: str
    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]

    @property
    def last(self) -> float:
        """The last value that there is; NaN if none."""
        values = (value for _at, value in reversed(self.points) if not math.isnan(value))
        return next(values, math.nan)


@dataclass(frozen=True)
class Field:
    """How one series or column is shown: the panel's defaults with the overrides of its name."""

    name: str
    config: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The name that is shown."""
        title: str = self.config.get("displayName") or self.name
        return title

    def words(self, value: float) -> str:
        """The text of a mapping, else the value with its unit."""
        mapped = self._mapped(value)
        if "text" in mapped:
            return str(mapped["text"])
        return shown(value, self.config["unit"], self.config.get("decimals"))

    def colour(self, value: float, index: int = 0) -> str:
        """Of a mapping, one that is fixed, one of the palette by `index`, or of the thresholds."""
        rule = self.config["color"]
        if "color" in (mapped := self._mapped(value)):
            return COLOURS[mapped["color"]]
        if rule["mode"] == "fixed":
            return COLOURS[rule["fixedColor"]]
        if rule["mode"] == "palette-classic":
            return PALETTE[index % len(PALETTE)]
        return COLOURS[self.step(value)["color"]]

    def step(self, value: float) -> Mapping[str, Any]:
        """The threshold that a value has reached; the first holds below all others, and for NaN."""
        first, *more = self.config["thresholds"]["steps"]
        reached: Mapping[str, Any] = first
        for each in more:
            if value >= each["value"]:
                reached = each
        return reached

    def _mapped(self, value: float) -> Mapping[str, Any]:
        for mapping in self.config["mappings"]:
            options: Mapping[str, Any] = mapping["options"]
            if mapping["type"] == "value" and f"{value:g}" in options:
                found: Mapping[str, Any] = options[f"{value:g}"]
                return found
        return {}


#: The series that answer each query of a panel, by the query's letter.
Answers = Mapping[str, list[Series]]


def all_series(answers: Answers) -> list[Series]:
    """Those of all queries, in their order."""
    return [each for series in answers.values() for each in series]


def field(panel: Mapping[str, Any], name: str) -> Field:
    """The field of this name in a panel."""
    config = dict(panel["fieldConfig"]["defaults"])
    custom = dict(config.get("custom", {}))
    for override in panel["fieldConfig"]["overrides"]:
        if override["matcher"] == {"id": "byName", "options": name}:
            for each in override["properties"]:
                prefix, _, rest = each["id"].partition(".")
                if prefix == "custom":
                    custom[rest] = each["value"]
                else:
                    config[each["id"]] = each["value"]
    return Field(name, {**config, "custom": custom})


def variables(dashboard: Mapping[str, Any], span: int, step: int) -> dict[str, str]:
    """What a dashboard's variables hold while everything is chosen.

    :param span: seconds that are shown
    :param step: seconds between two points
    """
    chosen = {
        each["name"]: each["allValue"]
        for each in dashboard["templating"]["list"]
        if each["includeAll"]
    }
    rate = max(4 * SCRAPE_INTERVAL, step + SCRAPE_INTERVAL)
    return {**chosen, "__rate_interval": f"{rate}s", "__range": f"{span}s"}


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """A query with its variables filled in.

    :raises KeyError: a variable that the dashboard has not
    """
    return re.sub(r"\$(\w+|\{\w+\})", lambda found: values[found[1].strip("{}")], text)


def legend(template: str, labels: Mapping[str, str]) -> str:
    """The name of a series: a label that it has not is empty."""
    return _LABEL.sub(lambda found: labels.get(found[1], ""), template)


def table(
    panel: Mapping[str, Any], answers: Answers
) -> tuple[list[Field], list[list[str | float | None]]]:
    """Columns and rows of a table whose answers are merged and then put in order.

    :param answers: the series of each query, by its letter; a row is one set of labels
    """
    (options,) = (e["options"] for e in panel["transformations"] if e["id"] == "organize")
    rows: dict[tuple[tuple[str, str], ...], dict[str, str | float]] = {}
    for letter, series in answers.items():
        for each in series:
            key = tuple(sorted(each.labels.items()))
            rows.setdefault(key, dict(each.labels))[f"Value #{letter}"] = each.last
    hidden = {name for name, hide in options["excludeByName"].items() if hide}
    order: Mapping[str, int] = options["indexByName"]
    present = {name for row in rows.values() for name in row} - hidden
    names = sorted(present, key=lambda name: order.get(name, len(order)))
    columns = [field(panel, options["renameByName"].get(name, name)) for name in names]
    return columns, [[row.get(name) for name in names] for row in rows.values()]
