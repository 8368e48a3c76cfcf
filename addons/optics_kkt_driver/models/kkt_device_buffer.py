from odoo import api, fields, models
from odoo.tools import format_datetime

from ..exceptions import BufferFull
from ..kkt.fiscal.vocabulary import DocumentKind, OperationType
from .fiscal_document_delivery import OWED

TOLD_AT = (80, 90, 100)
"""Per cent of the buffer's limit at which people are called, once each."""
HYSTERESIS = 10
"""Per cent that the buffer must drain below a level before that level is told anew."""


class KktDevice(models.Model):
    """What a till has signed and the OFD has not acknowledged: how much, and how much may be."""

    # One file a concern.
    _inherit = "kkt.device"  # pylint: disable=consider-merging-classes-inherited

    undelivered_count = fields.Integer(string="Undelivered", compute="_compute_undelivered_count")
    buffer_size = fields.Integer(
        string="Undelivered documents, at most",
        tracking=True,
        help="Of this till; zero: as many as the company's settings say",
    )
    buffer_level = fields.Integer(
        readonly=True, copy=False, aggregator=None, help="Per cent that people were called at"
    )

    _buffer_size_positive = models.Constraint(
        "CHECK (buffer_size >= 0)", "The limit of undelivered documents cannot be negative."
    )

    def _compute_undelivered_count(self):
        counts = dict(
            self.env["fiscal.document"]
            .sudo()
            ._read_group([("device_id", "in", self.ids), *OWED], ["device_id"], ["__count"])
        )
        for device in self:
            device.undelivered_count = counts.get(device, 0)

    def _buffer_limit(self):
        """Return how many signed documents of this till may wait for the OFD."""
        self.ensure_one()
        return (
            self.buffer_size
            or self.company_id.sudo().fiscal_buffer_size
            or self.env["res.config.settings"]._fiscal_setting("buffer_max_size")
        )

    def _owed_now(self):
        """Count anew what waits: a field would be what it was when this transaction first asked."""
        return self.env["fiscal.document"].sudo().search_count([("device_id", "=", self.id), *OWED])

    def _oldest_undelivered(self):
        owed = [("device_id", "in", self.ids), *OWED]
        return self.env["fiscal.document"].sudo().search(owed, order="date_time, id", limit=1)

    def _check_room(self, document):
        """Keep a new sale from being signed while too much waits for the OFD already.

        Whoever has sold must be able to give back and to correct, whatever waits.

        :param document: ``kkt.fiscal.Document``
        :raises BufferFull: with the words for whoever stands at the till
        """
        is_sale = (
            document.kind == DocumentKind.RECEIPT and document.operation_type == OperationType.SALE
        )
        if is_sale and (words := self._buffer_full()):
            raise BufferFull(words)

    def _buffer_full(self):
        """Say why this till may not sell now; empty when it may."""
        count = self._owed_now()
        if count < self._buffer_limit():
            return ""
        return self.env._(
            "%(count)s documents of the till wait for the OFD, the oldest since %(since)s; no more"
            " may wait. Selling goes on by itself when the OFD takes them. Call the administrator.",
            count=count,
            since=self._oldest_since(),
        )

    def _buffer_warning(self):
        """Say that this till comes near to its limit; empty when it does not."""
        count = self._owed_now()
        percent = 100 * count // self._buffer_limit()
        if percent < TOLD_AT[0]:
            return ""
        return self.env._(
            "The buffer of the till is %(percent)s %% full: %(count)s documents wait for the OFD,"
            " the oldest since %(since)s. At 100 %% sales stop.",
            percent=percent,
            count=count,
            since=self._oldest_since(),
        )

    def _oldest_since(self):
        oldest = self._oldest_undelivered()
        return format_datetime(self.env, oldest.date_time, tz=self.timezone, dt_format="short")

    @api.model
    def _cron_watch_buffers(self):
        """Call people, once each, when a till's buffer fills to one level after the other."""
        owing = self.env["fiscal.document"].sudo()._read_group(list(OWED), ["device_id"])
        told = self.sudo().search([("buffer_level", ">", 0)])
        devices = told.union(*(device for (device,) in owing))
        devices._each_whatever_comes(
            "optics_kkt_driver.cron_watch_buffers", lambda device: device._tell_of_buffer()
        )

    def _tell_of_buffer(self):
        percent = 100 * self._owed_now() // self._buffer_limit()
        level = max((level for level in TOLD_AT if level <= percent), default=0)
        if level > self.buffer_level:
            self.buffer_level = level

            def say(env):
                summary = env._("%s: documents wait for the OFD", self.code)
                return summary, self.with_env(env)._buffer_warning()

            self._call_managers(self, say)
        elif percent < self.buffer_level - HYSTERESIS:
            self.buffer_level = level
