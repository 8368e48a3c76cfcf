"""Print the figures of both seeds."""

from __future__ import annotations

from .measure import JUDGING, TUNING, show

if __name__ == "__main__":
    for seed in (TUNING, JUDGING):
        show(seed)
