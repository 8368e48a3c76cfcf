import logging
import time
from datetime import UTC
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

from odoo import api, models
from odoo.modules.module import get_manifest

from .. import ticker

_logger = logging.getLogger(__name__)

TILL = ("company", "device")
"""Labels of whatever belongs to a till: two companies may have tills of one code."""


class Seen(NamedTuple):
    """Whose metrics are read, in superuser mode."""

    devices: Any
    """``kkt.device``, those out of service too: what they have counted never falls."""
    endpoints: Any
    sites: Any


class KktMetrics(models.AbstractModel):
    """What `GET /metrics` gives: read out of PostgreSQL when it is asked, so that all workers of
    all servers say the same. Counters are counter rows: nobody scans history.

    Names and units keep to the conventions of Prometheus; moments are Unix time, and what is not
    known has no sample. One addon after another adds its parts (:meth:`_parts`).
    """

    _name = "kkt.metrics"
    _description = "Metrics of tills and delivery"

    @api.model
    def _registry(self, seen):
        """Return a registry of ``prometheus_client`` with the metrics of these records."""
        registry = CollectorRegistry()
        registry.register(_Collector(self, seen))
        return registry

    @api.model
    def _parts(self):
        """Return the functions that read a subject each: they take ``Seen`` and yield families."""
        return [
            self._documents,
            self._durations,
            self._delivery,
            self._endpoints,
            self._tills,
            self._shifts,
            self._sites,
            self._server,
        ]

    @api.model
    def _families(self, seen):
        """Return all families, and of each part that failed none."""
        begun, families, success = time.perf_counter(), [], True
        for part in self._parts():
            try:
                with self.env.cr.savepoint(flush=False):
                    families += part(seen)
            except Exception:
                _logger.exception("Metrics: a part could not be read")
                success = False
        families += (
            gauge("optics_scrape_success", "Whether all could be read", [((), success)], ()),
            gauge(
                "optics_scrape_duration_seconds",
                "How long it took to read",
                [((), time.perf_counter() - begun)],
                (),
            ),
        )
        return families

    @api.model
    def _server(self, _seen):
        version = get_manifest("optics_kkt_driver")["version"]
        yield InfoMetricFamily("optics_build", "What runs here", {"version": version})
        last_turn = ticker.last_turn(self.env.cr)
        yield gauge(
            "optics_ticker_alive",
            "Whether some server wakes the jobs that send and ask",
            [((), last_turn is not None)],
            (),
        )
        yield gauge(
            "optics_ticker_timestamp_seconds",
            "When it last looked whether there is work",
            [((), last_turn)],
            (),
        )


class _Collector:
    """What ``prometheus_client`` asks."""

    def __init__(self, metrics, seen):
        self._metrics, self._seen = metrics, seen

    def describe(self):
        """Names are not known before the database was read; each registry has one collector."""
        return []

    def collect(self):
        return self._metrics._families(self._seen)


def gauge(name, documentation, samples, labels=TILL):
    """Return a family of values that rise and fall.

    :param samples: pairs of the labels' values and a number; one of None is left out
    """
    family = GaugeMetricFamily(name, documentation, labels=labels)
    return fill(family, samples)


def fill(family, samples):
    """Return the family with its samples: pairs of the labels' values and a number, or None."""
    for values, number in samples:
        if number is not None:
            family.add_metric([str(value) for value in values], float(number))
    return family


def of_till(device):
    """Return what the labels ``TILL`` say of a till."""
    return device.company_id.name, device.code


def unix_time(moment):
    """Return a moment of Odoo's (naive UTC) as seconds since 1970; None where there is none."""
    return moment.replace(tzinfo=UTC).timestamp() if moment else None
