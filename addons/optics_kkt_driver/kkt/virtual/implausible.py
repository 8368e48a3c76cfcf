"""How the emulator's checks say what is wrong, and where."""

from __future__ import annotations

from ..fiscal.exact import cut


class Implausible(Exception):
    """`field` (path of JSON names) does not hold what it must, the `rule`."""

    def __init__(self, field: str, rule: str) -> None:
        self.field = cut(field)
        self.rule = rule
        super().__init__(f"{self.field}: {rule}")
