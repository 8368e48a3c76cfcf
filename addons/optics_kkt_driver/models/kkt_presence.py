from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..kkt.flow.presence import Presence, Seen, after_beat

PRESENCES = [
    (Presence.UNKNOWN.value, "Not known yet"),
    (Presence.ONLINE.value, "Answers"),
    (Presence.OFFLINE.value, "Does not answer"),
]

BEATS_FOR = timedelta(minutes=5)
"""What beats have told is worth this long: the job may be switched off, or a queue be stuck."""


class KktPresence(models.AbstractModel):
    """Whether somebody on a wire is there, by the beats of the heartbeat (``lane/heartbeat.py``).

    It colours screens. What stops a sale is asked at the sale.
    """

    _name = "kkt.presence"
    _description = "Presence"

    presence = fields.Selection(
        PRESENCES, required=True, readonly=True, default=Presence.UNKNOWN.value
    )
    presence_since = fields.Datetime(readonly=True)
    good_beats = fields.Integer(required=True, readonly=True, default=0, aggregator=None)
    bad_beats = fields.Integer(required=True, readonly=True, default=0, aggregator=None)
    beat_at = fields.Datetime(string="Last heartbeat", readonly=True)

    def _is_there(self):
        """Whether it answers; None where the beats do not tell, or told too long ago."""
        is_stale = not self.beat_at or fields.Datetime.now() - self.beat_at > BEATS_FOR
        if is_stale or self.presence == Presence.UNKNOWN:
            return None
        return self.presence == Presence.ONLINE

    def _beat(self, answered):
        """Count one beat, and tell whoever watches when it changes something."""
        self.ensure_one()
        self.env.cr.execute(
            SQL("SELECT 1 FROM %s WHERE id = %s FOR UPDATE", SQL.identifier(self._table), self.id)
        )
        self.invalidate_recordset()
        now = fields.Datetime.now()
        since = self.presence_since or None
        was = Seen(Presence(self.presence), since, self.good_beats, self.bad_beats)
        seen = after_beat(was, now, answered=answered)
        self.write(
            {
                "presence": seen.presence.value,
                "presence_since": seen.since,
                "good_beats": seen.good,
                "bad_beats": seen.bad,
                "beat_at": now,
            }
        )
        if seen.presence is not was.presence:
            self._presence_changed(was.presence)

    def _presence_changed(self, was):
        """Called in the step that changes it.

        :param was: ``kkt.flow.presence.Presence``
        """
        raise NotImplementedError
