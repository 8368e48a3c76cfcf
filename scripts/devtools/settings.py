"""Where things are, what our addons are called, and how trouble is told to the developer."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEV_DIR = ROOT / ".dev"
ADDONS = ROOT / "addons"
DATA_DIR = DEV_DIR / "data"
LOG_DIR = DEV_DIR / "log"

SERIES = "19.0"
SUITE = ("optics_core", "optics_kkt_driver", "optics_ofd_mock", "optics_pos_ru54fz")


class Problem(Exception):
    """What went wrong, and what to do about it (one line each)."""

    def __init__(self, problem: str, *remedies: str) -> None:
        super().__init__(problem)
        self.remedies = remedies
