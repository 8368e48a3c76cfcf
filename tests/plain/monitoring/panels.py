"""The dashboards, and what their panels ask of Prometheus."""

from __future__ import annotations

import json
from typing import Any

from tests.plain.monitoring.deployed import MONITORING

FOLDER = MONITORING / "grafana"
#: What Grafana puts in before it asks: all companies, tills and endpoints.
FILLED_IN = {
    "$__rate_interval": "1m",
    "$__range": "6h",
    "$company": ".*",
    "$device": ".*",
    "$ofd": ".*",
}


def dashboard(uid: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{uid}.json").read_text(encoding="utf-8"))
    return read


def expressions(uid: str) -> list[str]:
    """The PromQL of each panel of a dashboard, in their order."""
    found = []
    for panel in dashboard(uid)["panels"]:
        for target in panel["targets"]:
            text = target["expr"]
            for variable, value in FILLED_IN.items():
                text = text.replace(variable, value)
            found.append(text)
    return found
