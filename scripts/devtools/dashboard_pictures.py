"""Pictures of the dashboards, drawn from what a running Prometheus answers to their queries.

    python -m scripts.devtools.dashboard_pictures ADDRESS [--range=SECONDS] [--step=SECONDS]
        [--until=SECONDS] [--folder=docs/img]

asks the Prometheus at ADDRESS (``http://127.0.0.1:9091``) what each panel of
``monitoring/grafana/*.json`` would ask it, for all companies and tills, and writes one picture for
each dashboard. Needs a program ``chromium`` on the PATH. It draws as Grafana lays out, so that
units, names, colours and empty panels can be judged; it is no Grafana.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from scripts.devtools.dashboard_drawing import WIDTH, draw
from scripts.devtools.dashboard_panels import Answers, Series, fill_in, legend, variables
from scripts.devtools.dashboard_shapes import Window
from scripts.devtools.settings import ROOT
from tests.acceptance.harness.browser import chromium
from tests.acceptance.harness.prometheus import Prometheus

DASHBOARDS = ROOT / "monitoring" / "grafana"
PICTURES = ROOT / "docs" / "img"


def ask(
    prometheus: Prometheus, panel: Mapping[str, Any], values: Mapping[str, str], window: Window
) -> Answers:
    """The series that answer each query of a panel, by the query's letter.

    :param values: of the dashboard's variables
    :raises requests.HTTPError: Prometheus does not understand a query
    """
    answers: dict[str, list[Series]] = {}
    for target in panel["targets"]:
        query = fill_in(target["expr"], values)
        moments: dict[str, str] = {"time": str(window.end)}
        if target["range"]:
            moments = {name: str(getattr(window, name)) for name in ("start", "end", "step")}
        path = "query_range" if target["range"] else "query"
        found = prometheus.ask(path, query=query, **moments)["result"]
        answers[target["refId"]] = [_series(each, target["legendFormat"], window) for each in found]
    return answers


def _series(found: Mapping[str, Any], template: str, window: Window) -> Series:
    """An answer's line. Over time it has a point for each step, NaN where nothing was known."""
    labels = found["metric"]
    if "value" in found:
        points = {float(at): float(value) for at, value in [found["value"]]}
    else:
        steps = round((window.end - window.start) / window.step)
        known = {round(float(at), 3): float(value) for at, value in found["values"]}
        moments = (round(window.start + number * window.step, 3) for number in range(steps + 1))
        points = {at: known.get(at, math.nan) for at in moments}
    return Series(legend(template, labels), labels, tuple(points.items()))


def pictures(address: str, window: Window, folder: Path = PICTURES) -> list[Path]:
    """Draw each dashboard as it was at the end of a time; returns the files.

    :param address: of the Prometheus
    :raises requests.RequestException: it does not answer, or does not understand a query
    """
    prometheus = Prometheus(address)
    written = []
    for file in sorted(DASHBOARDS.glob("*.json")):
        dashboard = json.loads(file.read_text(encoding="utf-8"))
        values = variables(dashboard, window.end - window.start, window.step)
        answers = {
            panel["id"]: ask(prometheus, panel, values, window) for panel in dashboard["panels"]
        }
        picture, height = draw(dashboard, answers, window)
        written.append(folder / f"{file.stem}.png")
        _save(picture, height, written[-1])
    return written


def _save(picture: str, height: int, file: Path) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": height})
        page.set_content(f'<meta charset="utf-8"><body style="margin:0">{picture}')
        page.screenshot(path=file)


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the dashboards from a running Prometheus.")
    parser.add_argument("address", help="of the Prometheus, http://127.0.0.1:9091")
    parser.add_argument("--range", type=int, default=21_600, help="seconds that are shown")
    parser.add_argument("--step", type=int, default=60, help="seconds between two points")
    parser.add_argument("--until", type=int, help="the last second that is shown, since 1970")
    parser.add_argument("--folder", type=Path, default=PICTURES)
    chosen = parser.parse_args()
    end = chosen.until or int(time.time())
    window = Window(end - chosen.range, end, chosen.step)
    try:
        for file in pictures(chosen.address, window, chosen.folder):
            print(file)
    except requests.ConnectionError:
        raise SystemExit(
            f"\nError: no Prometheus answers at {chosen.address}.\n  Start one: make monitoring"
        ) from None


if __name__ == "__main__":
    main()
