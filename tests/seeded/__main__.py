"""Print the figures of the tuning seed and of the judging ones."""

from __future__ import annotations

from .measure import JUDGING, TUNING, show

if __name__ == "__main__":
    for seeds in ((TUNING,), JUDGING):
        show(*seeds)
