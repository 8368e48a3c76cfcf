"""`monitoring/grafana/`: what Grafana 10 or newer imports, and asks of the metrics that we give."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.plain.monitoring.metrics import unknown
from tests.plain.monitoring.panels import FOLDER, dashboard, expressions

TITLES = {
    "kkt-buffer": "KKT Buffer Status",
    "circuit-breaker": "Circuit Breaker",
    "performance": "Performance",
}
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
#: Grafana's own words for money, rates and days are English: those are given as a Russian ending.
UNITS = {"percentunit", "s", "dthms", "dtdhms", "short", "none"}
ENDINGS = {f"suffix:{words}" for words in ("с", "дн.", "в мин", "₽")}
each_dashboard = pytest.mark.parametrize("uid", TITLES)


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(
        one[at] < other[at] + other[size] and other[at] < one[at] + one[size]
        for at, size in (("x", "w"), ("y", "h"))
    )


def test_there_are_these_dashboards() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == TITLES.keys()


@each_dashboard
def test_a_dashboard_is_known_by_uid_and_title(uid: str) -> None:
    read = dashboard(uid)
    assert (read["uid"], read["title"]) == (uid, TITLES[uid])
    assert read["schemaVersion"] >= 38, "Grafana 10"
    assert "id" not in read, "a number of one Grafana"


@each_dashboard
def test_companies_and_tills_are_chosen_on_top(uid: str) -> None:
    datasource, *queries = dashboard(uid)["templating"]["list"]
    assert (datasource["type"], datasource["query"]) == ("datasource", "prometheus")
    assert [each["name"] for each in queries][:2] == ["company", "device"]
    for each in queries:
        assert each["multi"] and each["includeAll"]
        assert each["datasource"] == DATASOURCE
        (asked,) = re.findall(r"^label_values\((.*), \w+\)$", each["query"]["query"])
        assert unknown(asked) == []


@each_dashboard
def test_each_panel_asks_the_chosen_datasource(uid: str) -> None:
    for panel in dashboard(uid)["panels"]:
        assert panel["datasource"] == DATASOURCE
        assert [each["datasource"] for each in panel["targets"]] == [DATASOURCE] * len(
            panel["targets"]
        )


@each_dashboard
def test_panels_have_a_number_and_a_place_of_their_own(uid: str) -> None:
    panels = dashboard(uid)["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    assert [at for at in places if at["x"] + at["w"] > 24] == []
    pairs = [(one, two) for i, one in enumerate(places) for two in places[:i] if overlap(one, two)]
    assert pairs == []


@each_dashboard
def test_panels_speak_russian_and_say_what_to_do(uid: str) -> None:
    for panel in dashboard(uid)["panels"]:
        assert re.match("[А-ЯЁ]", panel["title"]), panel["title"]
        assert len(re.findall("[а-яё]+", panel["description"])) > 8, panel["title"]
        config = panel["fieldConfig"]
        own = [each for more in config["overrides"] for each in more["properties"]]
        units = {config["defaults"]["unit"], *(e["value"] for e in own if e["id"] == "unit")}
        assert units <= UNITS | ENDINGS, panel["title"]


@each_dashboard
def test_what_is_said_of_a_column_finds_the_column(uid: str) -> None:
    for panel in dashboard(uid)["panels"]:
        for change in panel.get("transformations", []):
            if change["id"] == "organize":
                columns = set(change["options"]["renameByName"].values())
                named = {each["matcher"]["options"] for each in panel["fieldConfig"]["overrides"]}
                assert named <= columns


@each_dashboard
def test_lines_of_one_kind_are_told_apart_by_the_till_first(uid: str) -> None:
    """Long names are cut at their end: the company may go, the till and the operator must not."""
    legends = [
        each["legendFormat"] for panel in dashboard(uid)["panels"] for each in panel["targets"]
    ]
    assert [each for each in legends if re.search(r"company.*(device|ofd)", each)] == []


@each_dashboard
def test_what_is_worst_now_stands_first(uid: str) -> None:
    """Prometheus answers in no order of its own: tills would change places."""
    for panel in dashboard(uid)["panels"]:
        several = [each for each in panel["targets"] if "{{instance}}" not in each["legendFormat"]]
        if panel["type"] in ("bargauge", "stat"):
            assert [each for each in several if not each["expr"].startswith("sort")] == []


@each_dashboard
def test_bands_on_each_other_have_no_line(uid: str) -> None:
    """The line of a band that is zero would lie on the one below, in a colour that is not its."""
    for panel in dashboard(uid)["panels"]:
        custom = panel["fieldConfig"]["defaults"].get("custom", {})
        if custom.get("drawStyle") == "line" and custom["stacking"]["mode"] == "normal":
            assert custom["lineWidth"] == 0, panel["title"]


@pytest.mark.parametrize(
    ("uid", "title", "good", "bad"),
    [
        ("circuit-breaker", "Попытки в минуту по исходам", "accepted", "refused"),
        ("performance", "Восстановлено после обрыва, за час", "printed", "manual"),
    ],
)
def test_an_outcome_keeps_its_colour(uid: str, title: str, good: str, bad: str) -> None:
    """By their order the first would be green, whatever it is."""
    (panel,) = [each for each in dashboard(uid)["panels"] if each["title"] == title]
    colours = {
        override["matcher"]["options"]: each["value"]["fixedColor"]
        for override in panel["fieldConfig"]["overrides"]
        for each in override["properties"]
        if each["id"] == "color"
    }
    assert (colours[good], colours[bad]) == ("green", "red")
    assert len(set(colours.values())) == len(panel["fieldConfig"]["overrides"])


@each_dashboard
def test_dashboards_ask_for_metrics_that_there_are(uid: str) -> None:
    asked = expressions(uid)
    assert [unknown(text) for text in asked] == [[] for _ in asked]


@each_dashboard
def test_prometheus_understands_each_panel(
    uid: str, promtool: Callable[..., str], tmp_path: Path
) -> None:
    rules = [
        {"record": f"panel:target{number}", "expr": text}
        for number, text in enumerate(expressions(uid))
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": uid, "rules": rules}]}))
    promtool("check", "rules", file)
