"""Debian's real programs, found as the scripts find them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCATE = 'source scripts/settings.sh; locate_prometheus && echo "$PROMETHEUS" && echo "$PROMTOOL"'


@pytest.fixture(scope="session")
def programs() -> tuple[str, str]:
    """The paths of prometheus and promtool."""
    found = subprocess.run(["bash", "-c", LOCATE], cwd=ROOT, capture_output=True, text=True)
    if found.returncode:
        pytest.fail("There is no Prometheus here; bring it: bash scripts/fetch_prometheus.sh")
    prometheus, promtool = found.stdout.splitlines()
    return prometheus, promtool


@pytest.fixture(scope="session")
def promtool(programs: tuple[str, str]) -> Callable[..., str]:
    """Run promtool; a non-zero exit fails the test with what it said."""

    def run(*arguments: str | Path) -> str:
        done = subprocess.run([programs[1], *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
