"""`monitoring/`: the alerts do what their tests say, and each has tests."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.plain.monitoring.deployed import MONITORING, with_a_key
from tests.plain.monitoring.metrics import names, unknown

RULES = MONITORING / "rules" / "optics.yml"
TESTS = MONITORING / "rules" / "optics_test.yml"


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


ALL: list[dict[str, Any]] = [rule for group in read(RULES)["groups"] for rule in group["rules"]]
ALERTS = [rule for rule in ALL if "alert" in rule]
RECORDED = frozenset(rule["record"] for rule in ALL if "record" in rule)
EXPECTED = [each for test in read(TESTS)["tests"] for each in test["alert_rule_test"]]

each_alert = pytest.mark.parametrize(
    "rule", ALERTS, ids=[f"{rule['alert']}-{rule['labels']['severity']}" for rule in ALERTS]
)


def test_prometheus_takes_the_configuration(promtool: Callable[..., str]) -> None:
    promtool("check", "config", MONITORING / "prometheus.yml")


def test_prometheus_takes_it_with_a_key(promtool: Callable[..., str], tmp_path: Path) -> None:
    config = with_a_key(tmp_path)
    (scrape,) = read(config)["scrape_configs"]
    assert scrape["authorization"] == {"credentials_file": "token"}
    promtool("check", "config", config)


def test_alerts_fire_when_they_should_and_not_before(promtool: Callable[..., str]) -> None:
    promtool("check", "rules", "--lint-fatal", RULES)
    promtool("test", "rules", TESTS)


@pytest.mark.parametrize(
    ("border", "moved"),
    [(">= 0.8 <", "> 0.8 <"), ("> 23 * 3600", ">= 23 * 3600"), ("< 30 * 86400", "<= 30 * 86400")],
)
def test_the_tests_notice_a_border_that_moved(
    border: str, moved: str, promtool: Callable[..., str], tmp_path: Path
) -> None:
    text = RULES.read_text(encoding="utf-8")
    assert text.count(border) == 1
    (tmp_path / RULES.name).write_text(text.replace(border, moved), "utf-8")
    shutil.copy(TESTS, tmp_path)
    with pytest.raises(AssertionError, match="FAILED"):
        promtool("test", "rules", tmp_path / TESTS.name)


def test_names_are_found_in_expressions() -> None:
    assert names(
        'sum by (le) (rate(a_total{x="b"}[5m])) > 2 * 86400 or abs(c) unless on (d) e'
    ) == {
        "a_total",
        "c",
        "e",
    }
    assert unknown('optics_kkt_onlin == 0 and up{shop="a"} == 1') == [
        "optics_kkt_onlin",
        "up{shop}",
    ]


def test_rules_ask_for_metrics_that_there_are() -> None:
    assert [unknown(rule["expr"], RECORDED) for rule in ALL] == [[] for _ in ALL]


@each_alert
def test_an_alert_has_a_test_that_fires_it_and_one_that_does_not(rule: dict[str, Any]) -> None:
    severity = rule["labels"]["severity"]
    fires = [
        severity in [alert["exp_labels"]["severity"] for alert in each["exp_alerts"]]
        for each in EXPECTED
        if each["alertname"] == rule["alert"]
    ]
    assert set(fires) == {True, False}


@each_alert
def test_an_alert_says_in_russian_what_to_do(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"([A-Z][a-z]+)+", rule["alert"])
    assert rule["labels"].keys() == {"severity"}
    assert rule["labels"]["severity"] in {"critical", "warning"}
    said = rule["annotations"]
    assert said.keys() == {"summary", "summary_ru", "what_to_do_ru"}
    assert not re.search("[а-яё]", said["summary"])
    for key in ("summary_ru", "what_to_do_ru"):
        assert re.match(r"(\{\{.*?\}\}[ ():]*)*[«А-ЯЁа-яё]", said[key]), said[key]
