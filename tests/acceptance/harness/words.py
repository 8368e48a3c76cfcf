"""Latin words on a screen that is Russian: on it, in its fields, and in its tooltips."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from playwright.sync_api import Page

UNREAD = ", ".join(
    (
        *(f".o_field_widget[name={name}]" for name in ("signed_text", "document_text", "tlv")),
        *(f".o_view_sample_data {what}" for what in (".o_data_row", ".o_kanban_record", "table")),
    )
)
"""Documents as they go to the operator (JSON and base64, for administrators), and the pale records
that Odoo invents behind its hint that there are none."""

#: What can be read within an element, but for `unread`. Waits until the page has been the same for
#: a moment: a screen that has come is read, not one that is coming, and none is awaited for ever.
SHOWN = """
async ([selector, unread]) => {
    const busy = ".o_loading_indicator, .o_blockUI, .o_spinner";
    let before;
    for (let turn = 0; turn < 60; turn++) {
        const now = document.body.innerText;
        if (now === before && !document.querySelector(busy)) {
            break;
        }
        before = now;
        await new Promise((resolve) => setTimeout(resolve, 150));
    }
    const shown = [];
    const hidden = document.head.appendChild(document.createElement("style"));
    hidden.textContent = `${unread} { display: none !important }`;
    for (const root of document.querySelectorAll(selector)) {
        shown.push(root.innerText);
        for (const element of root.querySelectorAll("*")) {
            if (!element.checkVisibility({ visibilityProperty: true })) {
                continue;
            }
            for (const name of ["placeholder", "title", "aria-label", "data-tooltip"]) {
                shown.push(element.getAttribute(name));
            }
            if (element.matches("input:not([type=checkbox], [type=radio]), textarea")) {
                shown.push(element.value);
            }
            if (element.dataset.tooltipInfo?.startsWith("{")) {
                shown.push(JSON.parse(element.dataset.tooltipInfo).field?.help);
            }
        }
    }
    hidden.remove();
    return [...new Set(shown.filter(Boolean))];
}
"""

NO_WORDS = re.compile(
    r"\S*(?:@|://)\S*|\S+\.(?:example|com|ru|xlsx|csv|png)\b|/\w\S*"  # addresses, paths, files
    r"|%\(\w+\)s"  # places for numbers, in Odoo's help of sequences
    r"|(?<=\d · )[A-Z2-7]{8}\b"  # the POS's code of an order, by chance without a digit
    r"|[\w-]*\d[\w-]*"  # numbers, codes, dates, hex
    r"|\b[A-Z]{2,4}-[A-Z]{2,4}\b"  # article numbers
    r"|\bodoo\.conf\b(?:: \w+)?|\boptics_kkt\.\w+|\b[A-Z]+(?:_[A-Z]+)+\b"  # where settings stand
)
WORD = re.compile(r"[A-Za-z]{2,}(?:[-'’][A-Za-z]+)*")
AROUND = 30
"""Characters to either side that a failure shows of a word's surroundings."""


class LatinWords:
    """Reads screens and keeps each Latin word that is not among those allowed."""

    def __init__(self, allowed: Mapping[str, str]) -> None:
        self._allowed = allowed
        self._found: dict[str, dict[str, str]] = {}

    def read(self, page: Page, screen: str, within: str = "body") -> None:
        """Read what the page shows now, `screen` by name, or a part of it by CSS selector."""
        for text in page.evaluate(SHOWN, [within, UNREAD]):
            for word, around in latin_words(text):
                if word not in self._allowed:
                    self._found.setdefault(word, {}).setdefault(screen, around)

    def __str__(self) -> str:
        """Each word with the screens that show it."""
        return "\n".join(
            f"{word}\n" + "\n".join(f"    {screen}: {around}" for screen, around in places.items())
            for word, places in sorted(self._found.items())
        )


def latin_words(text: str) -> Iterator[tuple[str, str]]:
    """Each Latin word of a text, and the text around it."""
    plain = NO_WORDS.sub(lambda found: " " * len(found[0]), text)
    for found in WORD.finditer(plain):
        around = text[max(0, found.start() - AROUND) : found.end() + AROUND]
        yield found[0], " ".join(around.split())
