"""``make bench``: what our part costs beside what is there anyway. Nothing here asserts a time."""

from __future__ import annotations

import os

from scripts.devtools.templates import build_suite_template
from tests.bench import delivery, encoding, lenses, live, optics, reconciliation, shop

PARTS = {
    "encoding": encoding,
    "live": live,
    "shop": shop,
    "delivery": delivery,
    "optics": optics,
    "lenses": lenses,
    "reconciliation": reconciliation,
}

if __name__ == "__main__":
    build_suite_template()
    for name in os.environ.get("BENCH", ",".join(PARTS)).split(","):
        PARTS[name].run()
