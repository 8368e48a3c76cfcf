"""Why a report, or one cell of it, cannot be read: codes; the words are with whoever tells them."""

from __future__ import annotations

from typing import Any

UNREADABLE = (
    *("empty", "too_large", "old_excel", "is_html", "nul_bytes", "not_json", "no_list"),
    *("two_lists", "not_workbook", "unpacked_too_large", "no_heading", "heading_only"),
    *("too_many_rows", "other_headings"),
)
"""Codes of :class:`UnreadableReport`."""
BROKEN = (
    *("empty", "not_fn", "spreadsheet_destroyed", "not_whole", "not_sum", "not_date", "not_time"),
    *("unknown_kind", "unknown_operation", "too_many_cells", "open_quote", "too_long", "no_object"),
)
"""Codes of a line that cannot be read."""


class UnreadableReport(ValueError):
    """A file is no report that can be read; `code` is one of :data:`UNREADABLE`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class BadCell(ValueError):
    """A cell does not hold what its column should; `code` is one of :data:`BROKEN`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
