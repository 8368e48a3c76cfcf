from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL, groupby

from ..fields import Int8

METRICS = [("registration", "Registration"), ("delivery", "Delivery")]
BUCKETS = {
    # From journaling the intent to storing the signature: a real till prints for seconds.
    "registration": (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    # From signing to the OFD's acknowledgement: seconds on a good day, days on a bad one.
    "delivery": (1, 5, 15, 60, 300, 1800, 3600, 21600, 86400, 604800),
}
"""Upper bounds in seconds, inclusive; the last bucket, ``+Inf``, takes the rest."""
INFINITE = "+Inf"


class KktHistogram(models.Model):
    """How long documents of a till took, counted by buckets, so that nobody scans history.

    A row counts what fell between the next lower bound and its own; :meth:`_distributions` adds up.
    """

    _name = "kkt.histogram"
    _description = "Till histogram"
    _log_access = False
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device", required=True, readonly=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    metric = fields.Selection(METRICS, required=True, readonly=True)
    bound = fields.Char(
        string="Up to", required=True, readonly=True, help="Seconds, or +Inf, as Prometheus has it"
    )
    count = Int8(required=True, readonly=True, default=0)
    seconds = fields.Float(
        required=True, readonly=True, default=0.0, digits=0, help="Sum of what fell into the bucket"
    )

    _one_row = models.UniqueIndex("(device_id, metric, bound)")

    @api.model
    def _observe(self, device, metric, taken):
        """Count documents of `device`.

        :param taken: seconds that each of them took
        """
        for bound, seconds in groupby(taken, partial(self._bound, metric)):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO kkt_histogram
                           (device_id, company_id, metric, bound, count, seconds)
                    VALUES (%s, %s, %s, %s, %s, %s)
                    ON CONFLICT (device_id, metric, bound) DO UPDATE
                    SET count = kkt_histogram.count + excluded.count,
                        seconds = kkt_histogram.seconds + excluded.seconds""",
                    device.id,
                    device.company_id.id,
                    metric,
                    bound,
                    len(seconds),
                    sum(seconds),
                )
            )

    @api.model
    def _bound(self, metric, seconds):
        return next((f"{bound:g}" for bound in BUCKETS[metric] if seconds <= bound), INFINITE)

    @api.model
    def _distributions(self, devices, metric):
        """Return the metric by till, cumulated as Prometheus wants it.

        :return dict: of each till ``buckets`` (bound → how many took no longer) and ``sum``
            (seconds)
        """
        found = self.sudo().search([("device_id", "in", devices.ids), ("metric", "=", metric)])
        counted = {device: {} for device in devices}
        for row in found:
            counted[row.device_id][row.bound] = row
        return {device: self._cumulated(metric, rows) for device, rows in counted.items()}

    @api.model
    def _cumulated(self, metric, rows):
        """Add up the rows of one till, given by their bounds."""
        buckets, total = {}, 0
        for bound in (*(f"{bound:g}" for bound in BUCKETS[metric]), INFINITE):
            total += rows[bound].count if bound in rows else 0
            buckets[bound] = total
        return {"buckets": buckets, "sum": sum(row.seconds for row in rows.values())}
