"""``make bench``: what our part costs beside what is there anyway. Nothing here asserts a time."""

from __future__ import annotations

import database
from tests.bench import drivers, encoding, shop

if __name__ == "__main__":
    encoding.run()
    drivers.run()
    database.build_suite_template()
    shop.run()
