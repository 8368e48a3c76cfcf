"""`docs/FISCAL.md` says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from kkt.fiscal.cp866 import REPLACEMENTS
from kkt.fiscal.tags import TAGS

TEXT = (Path(__file__).parents[3] / "docs" / "FISCAL.md").read_text(encoding="utf-8")


def test_the_table_of_replacements_is_the_code_s() -> None:
    told = {}
    for cells, replacement in re.findall(r"^\| (.+U\+.+) \| `(.+)` \|$", TEXT, re.MULTILINE):
        for character, number in re.findall(r"`(.)` U\+([0-9A-F]{4})", cells):
            assert ord(character) == int(number, 16)
            told[character] = replacement
    assert told == REPLACEMENTS


def test_every_name_beside_its_tag_is_the_table_s() -> None:
    by_number = {str(tag.number): tag.name for tag in TAGS.values()}
    section = TEXT.partition("## 2.")[2].partition("## 3.")[0]
    checked = 0
    for row in section.splitlines():
        cells = [cell.strip() for cell in row.split("|")]
        if len(cells) < 4 or "⊃" in cells[1] or "…" in cells[2] or "{" in cells[2]:
            continue
        numbers = re.findall(r"[0-9]{4}", cells[1])
        for number, name in zip(numbers, re.findall(r"`(\w+)`", cells[2]), strict=True):
            assert by_number[number] == name
            checked += 1
    assert checked > 30
