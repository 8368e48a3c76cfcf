"""The dashboards, and what their panels ask of Prometheus."""

from __future__ import annotations

import json
from typing import Any

from scripts.devtools.dashboard_panels import fill_in, variables
from tests.plain.monitoring.deployed import MONITORING

FOLDER = MONITORING / "grafana"


def dashboard(uid: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / f"{uid}.json").read_text(encoding="utf-8"))
    return read


def expressions(uid: str) -> list[str]:
    """The PromQL of each panel of a dashboard, in their order, for all companies and tills."""
    read = dashboard(uid)
    values = variables(read, span=21_600, step=15)
    targets = [target for panel in read["panels"] for target in panel["targets"]]
    return [fill_in(target["expr"], values) for target in targets]
