from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL

from ..fields import Int8
from .fiscal_document import KINDS, STATES


class KktCounter(models.Model):
    """How many documents of a till have ever gone from a state into another: no scan of history."""

    _name = "kkt.counter"
    _description = "Till counter"
    _log_access = False
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device", required=True, readonly=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    origin = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        help="Where they came from: out of Unknown, each state is an outcome of recovery",
    )
    state = fields.Selection(STATES, required=True, readonly=True)
    value = Int8(required=True, readonly=True, default=0)

    _one_row = models.UniqueIndex("(device_id, kind, origin, state)")

    @api.model
    def _bump(self, came_from, state):
        """Count documents that have come into `state`.

        :param came_from: the state of each before, by document
        """
        moves = Counter(
            (document.device_id, document.kind, origin) for document, origin in came_from.items()
        )
        for (device, kind, origin), count in moves.items():
            self.env.cr.execute(
                SQL(
                    """INSERT INTO kkt_counter (device_id, company_id, kind, origin, state, value)
                    VALUES (%s, %s, %s, %s, %s, %s)
                    ON CONFLICT (device_id, kind, origin, state)
                    DO UPDATE SET value = kkt_counter.value + excluded.value""",
                    device.id,
                    device.company_id.id,
                    kind,
                    origin,
                    state,
                    count,
                )
            )

    @api.model
    def _total(self, devices, kinds, state, origin=None):
        """How many documents came into `state`, from wherever or from `origin` alone."""
        self.env.cr.execute(
            SQL(
                """SELECT coalesce(sum(value), 0)::int8 FROM kkt_counter
                WHERE device_id IN %s AND kind IN %s AND state = %s AND %s""",
                tuple(devices.ids) or (0,),
                tuple(kinds),
                state,
                SQL("origin = %s", origin) if origin else SQL("true"),
            )
        )
        return self.env.cr.fetchone()[0]
