"""The metrics of `GET /metrics`, and what a PromQL expression names of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

TILL = ("company", "device")
OFD = ("company", "ofd")
#: Each metric's labels beside `job` and `instance`, which every sample has.
METRICS: dict[str, tuple[str, ...]] = {
    "optics_fiscal_documents": (*TILL, "state"),
    "optics_fiscal_transitions_total": (*TILL, "kind", "from", "to"),
    "optics_fiscal_recoveries_total": (*TILL, "outcome"),
    "optics_fiscal_dead_letters": (*TILL, "reason"),
    "optics_fiscal_oldest_undelivered_timestamp_seconds": TILL,
    "optics_fiscal_buffer_documents": TILL,
    "optics_fiscal_buffer_capacity_documents": TILL,
    "optics_fiscal_registration_duration_seconds_bucket": (*TILL, "le"),
    "optics_fiscal_registration_duration_seconds_sum": TILL,
    "optics_fiscal_registration_duration_seconds_count": TILL,
    "optics_fiscal_delivery_duration_seconds_bucket": (*TILL, "le"),
    "optics_fiscal_delivery_duration_seconds_sum": TILL,
    "optics_fiscal_delivery_duration_seconds_count": TILL,
    "optics_ofd_attempts_total": (*TILL, "outcome"),
    "optics_ofd_breaker_state": (*OFD, "state"),
    "optics_ofd_failures": OFD,
    "optics_ofd_paused": OFD,
    "optics_ofd_online": OFD,
    "optics_kkt_online": TILL,
    "optics_kkt_heartbeat_timestamp_seconds": TILL,
    "optics_kkt_seen_timestamp_seconds": TILL,
    "optics_kkt_shift_open": TILL,
    "optics_kkt_shift_opened_timestamp_seconds": TILL,
    "optics_kkt_drive_valid_until_timestamp_seconds": TILL,
    "optics_kkt_clock_difference_seconds": TILL,
    "optics_kkt_cash_difference_rubles": TILL,
    "optics_kkt_troubles": TILL,
    "optics_pos_sessions_open": TILL,
    "optics_site_heard_timestamp_seconds": ("company", "site"),
    "optics_site_silent": ("company", "site"),
    "optics_ticker_alive": (),
    "optics_ticker_timestamp_seconds": (),
    "optics_scrape_success": (),
    "optics_scrape_duration_seconds": (),
    "optics_build_info": ("version",),
    # Prometheus's own
    "up": (),
}
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
#: `by (…)` and its like hold labels, `{…}` matchers, `[…]` a duration.
NO_METRICS = re.compile(r"\b(by|without|on|ignoring|group_left)\s*\([^)]*\)|\{[^}]*\}|\[[^]]*\]")
NAME = re.compile(r"(?<![\w:$.])[a-zA-Z_][\w:]*(?!\w|\s*\()")
OPERATORS = {"and", "or", "unless", "bool", "offset"}


def names(expression: str) -> set[str]:
    """The metrics of a PromQL expression, ours or not."""
    bare = NO_METRICS.sub(" ", STRING.sub('""', expression))
    return set(NAME.findall(bare)) - OPERATORS


def matchers(expression: str) -> Iterator[tuple[str, str]]:
    """Each label that is matched, with the metric that it is asked of."""
    for metric, inside in re.findall(r"([\w:]+)\{([^}]*)\}", STRING.sub('""', expression)):
        for label in re.findall(r"(\w+)\s*[=!]", inside):
            yield metric, label


def unknown(expression: str, recorded: frozenset[str] = frozenset()) -> list[str]:
    """The metrics and labels of an expression that nobody gives."""
    found = [name for name in sorted(names(expression)) if name not in METRICS.keys() | recorded]
    found += [
        f"{metric}{{{label}}}"
        for metric, label in matchers(expression)
        if label not in (*METRICS.get(metric, ()), "job", "instance")
    ]
    return found
