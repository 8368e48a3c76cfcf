from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

from odoo import api, models

from ..kkt.flow.gate import Breaker
from ..kkt.flow.states import IN_HAND, SETTLED, State
from .fiscal_document_delivery import OWED
from .kkt_histogram import METRICS
from .kkt_metrics import TILL, fill, gauge, of_till, unix_time

OUTCOMES = (State.PRINTED, State.QUEUED, State.MANUAL)
"""What becomes of an interrupted document."""


class KktMetrics(models.AbstractModel):
    """How far documents are, how long they took, how their delivery goes."""

    # One file a concern.
    _inherit = "kkt.metrics"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _documents(self, seen):
        moves = self._moves(seen.devices)
        yield gauge(
            "optics_fiscal_documents",
            "Documents by state; of those that have no FD, such as cash in, only the unfinished",
            self._by_state(seen.devices, moves),
            (*TILL, "state"),
        )
        yield fill(
            CounterMetricFamily(
                "optics_fiscal_transitions",
                "Documents that have gone from a state into another",
                labels=(*TILL, "kind", "from", "to"),
            ),
            (((*of_till(device), *move), count) for device, *move, count in moves),
        )
        outcomes = {(device, state): 0 for device in seen.devices for state in OUTCOMES}
        for device, _kind, origin, state, count in moves:
            if origin == State.UNKNOWN:
                outcomes[device, state] += count
        yield fill(
            CounterMetricFamily(
                "optics_fiscal_recoveries",
                "Interrupted documents by what was found: queued is not signed, manual undecided",
                labels=(*TILL, "outcome"),
            ),
            (((*of_till(device), state), count) for (device, state), count in outcomes.items()),
        )

    @api.model
    def _moves(self, devices):
        """Return till, kind, origin, state and how many documents have gone so."""
        rows = self.env["kkt.counter"].sudo().search([("device_id", "in", devices.ids)])
        return [(row.device_id, row.kind, row.origin, row.state, row.value) for row in rows]

    @api.model
    def _by_state(self, devices, moves):
        """Yield how many documents are in each state: those at rest by their counters alone."""
        counts = {(device, state): 0 for device in devices for state in State}
        for device, _kind, _origin, state, count in moves:
            if state in SETTLED:
                counts[device, state] += count
        documents = self.env["fiscal.document"].sudo()
        ours = [("device_id", "in", devices.ids)]
        for domain in ([("state", "in", IN_HAND)], OWED):
            for device, state, count in documents._read_group(
                [*ours, *domain], ["device_id", "state"], ["__count"]
            ):
                counts[device, state] = count
        for (device, state), count in counts.items():
            yield (*of_till(device), state), count

    @api.model
    def _durations(self, seen):
        texts = {
            "registration": "From journaling a document to storing the till's signature",
            "delivery": "From a signature to the OFD's acknowledgement",
        }
        for metric, _label in METRICS:
            family = HistogramMetricFamily(
                f"optics_fiscal_{metric}_duration_seconds", texts[metric], labels=TILL
            )
            told = self.env["kkt.histogram"]._distributions(seen.devices, metric)
            for device, distribution in told.items():
                family.add_metric(
                    of_till(device), list(distribution["buckets"].items()), distribution["sum"]
                )
            yield family

    @api.model
    def _delivery(self, seen):
        documents = self.env["fiscal.document"].sudo()
        ours = [("device_id", "in", seen.devices.ids)]
        reasons = [reason for reason, _label in documents._fields["dead_reason"].selection]
        dead = {(device, reason): 0 for device in seen.devices for reason in reasons}
        for device, reason, count in documents._read_group(
            [*ours, ("state", "=", State.DEAD)], ["device_id", "dead_reason"], ["__count"]
        ):
            dead[device, reason] = count
        yield gauge(
            "optics_fiscal_dead_letters",
            "Documents that the OFD has not accepted and nobody sends any more",
            (((*of_till(device), reason), count) for (device, reason), count in dead.items()),
            (*TILL, "reason"),
        )
        yield gauge(
            "optics_fiscal_oldest_undelivered_timestamp_seconds",
            "When the oldest document was signed that the OFD has not acknowledged",
            ((of_till(device), unix_time(device.waiting_since)) for device in seen.devices),
        )
        yield gauge(
            "optics_fiscal_buffer_documents",
            "Signed documents that the OFD has not acknowledged",
            ((of_till(device), device.undelivered_count) for device in seen.devices),
        )
        yield gauge(
            "optics_fiscal_buffer_capacity_documents",
            "How many of them there may be",
            ((of_till(device), device._buffer_limit()) for device in seen.devices),
        )
        yield fill(
            CounterMetricFamily(
                "optics_ofd_attempts",
                "Attempts to deliver a document by how they ended",
                labels=(*TILL, "outcome"),
            ),
            (
                ((*of_till(device), outcome), count)
                for device, outcome, count in self.env["kkt.attempt"]._ended(seen.devices)
            ),
        )

    @api.model
    def _endpoints(self, seen):
        labels = ("company", "ofd")
        ways = [((ofd.company_id.name, ofd.name), ofd, ofd._breaker()) for ofd in seen.endpoints]
        yield gauge(
            "optics_ofd_breaker_state",
            "Which state the circuit breaker of an endpoint is in",
            (
                ((*way, state.value.replace("-", "_")), breaker.state == state.value)
                for way, _ofd, breaker in ways
                for state in Breaker
            ),
            (*labels, "state"),
        )
        yield gauge(
            "optics_ofd_failures",
            "Calls in a row that have failed",
            ((way, breaker.failures) for way, _ofd, breaker in ways),
            labels,
        )
        yield gauge(
            "optics_ofd_paused",
            "Whether nothing is sent: a person has stopped it, or the OFD does not let us in",
            ((way, ofd._is_paused()) for way, ofd, _breaker in ways),
            labels,
        )
        yield gauge(
            "optics_ofd_online",
            "Whether the endpoint answers the heartbeat",
            ((way, breaker._is_there()) for way, _ofd, breaker in ways),
            labels,
        )
