"""``make bench``: what our part costs beside what is there anyway. Nothing here asserts a time."""

from __future__ import annotations

from scripts.devtools.templates import build_suite_template
from tests.bench import encoding, shop

if __name__ == "__main__":
    encoding.run()
    build_suite_template()
    shop.run()
