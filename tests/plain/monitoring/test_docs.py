"""`docs/MONITORING.md` names every metric and every alert, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tests.plain.monitoring.deployed import MONITORING
from tests.plain.monitoring.metrics import METRICS

TEXT = (Path(__file__).parents[3] / "docs" / "MONITORING.md").read_text(encoding="utf-8")
PARTS_OF_HISTOGRAMS = re.compile("_(bucket|sum|count)$")


def rows(title: str) -> list[list[str]]:
    """The rows of the table under a title, each as its cells, without the head."""
    (section,) = re.findall(rf"^## {title}$(.*?)(?=^## )", TEXT, re.DOTALL | re.MULTILINE)
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [line.strip("|").split("|") for line in lines[2:]]


def test_each_metric_is_explained_with_its_labels() -> None:
    told = {
        name: set(re.findall(r"`(\w+)`", labels)) - {"company"}
        for names, labels, _meaning in rows("What the server gives")
        for name in re.findall(r"`(\w+)`", names)
    }
    given = {
        PARTS_OF_HISTOGRAMS.sub("", name): set(labels) - {"company", "le"}
        for name, labels in METRICS.items()
        if name != "up"
    }
    assert told == given


def test_each_alert_is_explained_with_its_severity() -> None:
    told = {
        (name, severity.strip())
        for names, severities, *_more in rows("Alerts")
        for name in re.findall(r"`(\w+)`", names)
        for severity in severities.split(",")
    }
    groups: list[dict[str, Any]] = yaml.safe_load(
        (MONITORING / "rules" / "optics.yml").read_text(encoding="utf-8")
    )["groups"]
    rules = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    assert told == {(rule["alert"], rule["labels"]["severity"]) for rule in rules}
