from odoo import api, fields, models
from odoo.tools import SQL

from ..fields import Int8

OUTCOMES = [
    ("accepted", "Accepted"),
    ("duplicate", "The OFD had it already"),
    ("later", "No answer, or try again later"),
    ("endpoint", "The OFD does not let us in"),
    ("refused", "Refused for good"),
]
"""Of ``kkt.ofd.answers.Outcome``, an acknowledgement that was lost before told apart."""


class KktAttempt(models.Model):
    """How many attempts to deliver a till's documents have ever ended so: no scan of history."""

    _name = "kkt.attempt"
    _description = "Attempts of delivery"
    _log_access = False
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device", required=True, readonly=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    value = Int8(required=True, readonly=True, default=0)

    _one_row = models.UniqueIndex("(device_id, outcome)")

    @api.model
    def _count(self, device, verdict, count=1):
        """Count attempts that have ended alike.

        :param verdict: ``kkt.ofd.answers.Verdict``
        """
        self.env.cr.execute(
            SQL(
                """INSERT INTO kkt_attempt (device_id, company_id, outcome, value)
                VALUES (%s, %s, %s, %s)
                ON CONFLICT (device_id, outcome)
                DO UPDATE SET value = kkt_attempt.value + excluded.value""",
                device.id,
                device.company_id.id,
                "duplicate" if verdict.duplicate else str(verdict.outcome),
                count,
            )
        )

    @api.model
    def _ended(self, devices):
        """Return till, outcome and how many attempts, nought where there was none."""
        counts = {(device, outcome): 0 for device in devices for outcome, _label in OUTCOMES}
        for row in self.sudo().search([("device_id", "in", devices.ids)]):
            counts[row.device_id, row.outcome] = row.value
        return [(*key, count) for key, count in counts.items()]
