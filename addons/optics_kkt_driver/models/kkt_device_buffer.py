from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..exceptions import BufferFull
from ..kkt.fiscal.vocabulary import DocumentKind, OperationType
from ..settings import may_stand_in
from .fiscal_document_delivery import OWED, UNDELIVERED

AGES = (2, 25, 30)
"""Days that the oldest document has waited at which people are called, once each. The drive itself
warns at 2 (tag 1053 beside it) and signs no receipts from 30 on (54-FZ, art. 4.1 and 4.3)."""
TOLD_AT = (80, 90, 100)
"""Per cent of the buffer's limit at which people are called, once each."""
HYSTERESIS = 10
"""Per cent that the buffer must drain below a level before that level is told anew."""


class KktDevice(models.Model):
    """What a till has signed and the OFD has not acknowledged: how much, and how much may be."""

    # One file a concern.
    _inherit = "kkt.device"  # pylint: disable=consider-merging-classes-inherited

    undelivered_count = fields.Integer(
        string="Undelivered", compute="_compute_undelivered_count", compute_sudo=True
    )
    buffer_size = fields.Integer(
        string="Undelivered documents, at most",
        tracking=True,
        help="Of this till; zero: as many as the company's settings say",
    )
    buffer_level = fields.Integer(
        readonly=True, copy=False, aggregator=None, help="Per cent that people were called at"
    )

    waiting_since = fields.Datetime(
        string="Waiting for the OFD since", compute="_compute_undelivered_count", compute_sudo=True
    )
    waiting_days = fields.Integer(
        string="Days waiting",
        compute="_compute_undelivered_count",
        compute_sudo=True,
        aggregator=None,
    )
    waiting_level = fields.Integer(
        readonly=True, copy=False, aggregator=None, help="Days that people were called at"
    )

    _buffer_size_positive = models.Constraint(
        "CHECK (buffer_size >= 0)", "The limit of undelivered documents cannot be negative."
    )

    @api.depends("delivery", "status_ids.undelivered_since")
    def _compute_undelivered_count(self):
        groups = self.env["fiscal.document"]._read_group(
            [("device_id", "in", self.ids), *OWED],
            ["device_id"],
            ["__count", "date_time:min"],
        )
        owed = {device: (count, since) for device, count, since in groups}
        for device in self:
            device.undelivered_count, ours = owed.get(device, (0, False))
            # Where the till sends by itself, its drive also knows what was signed past us.
            is_alone = device.delivery == "device"
            its_own = is_alone and device.status_ids[:1].undelivered_since
            device.waiting_since = min(filter(None, (ours, its_own)), default=False)
            device.waiting_days = device._days_since(device.waiting_since)

    @api.model
    def _days_since(self, moment):
        return max(0, (fields.Datetime.now() - moment).days) if moment else 0

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
        """Say why this till may not sell now; empty when it may.

        Of a till that sends by itself the drive's 30 days decide, not we.
        """
        count = self._owed_now()
        if self.delivery == "device" or count < self._buffer_limit():
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
        if self.delivery == "device":
            return self.env._(
                "%(count)s documents of the till wait for the OFD, the oldest since %(since)s. The"
                " till sends them by itself: see to its network.",
                count=count,
                since=self._oldest_since(),
            )
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

    def _age_warning(self):
        """Say that the oldest document waits for long; empty when it does not."""
        days = self.waiting_days
        if days < AGES[0]:
            return ""
        since = format_datetime(self.env, self.waiting_since, tz=self.timezone, dt_format="short")
        if days < AGES[-1]:
            return self.env._(
                "Documents have waited for the OFD since %(since)s. In %(days)s days the drive"
                " stops signing receipts (30 days).",
                since=since,
                days=AGES[-1] - days,
            )
        return self.env._(
            "Documents have waited for the OFD since %s: the drive signs no receipts after 30"
            " days. Let the documents reach the OFD.",
            since,
        )

    def _is_blocked_by_age(self):
        """Whether the drive signs nothing, because its oldest document waits for 30 days."""
        return self.waiting_days >= AGES[-1]

    # A till that sends by itself ------------------------------------------------------------------

    def _exchange_seen(self, status):
        """Learn from a till that sends by itself what its OFD has got.

        :param status: ``kkt.device.contract.DeviceStatus``
        """
        if self.delivery != "device":
            return
        sent = [("device_id", "=", self.id), *UNDELIVERED, ("fn_number", "=", status.fn_number)]
        if status.first_undelivered:
            sent.append(("fd_number", "<", status.first_undelivered))
        else:
            sent.append(("fd_number", "<=", status.last_fd))
        self.env["fiscal.document"].sudo().search(sent)._delivered("the till has sent it")

    def _ask_of_exchange_later(self):
        """What the till has not sent yet is asked for again after an interval."""
        seconds = self.env["res.config.settings"]._fiscal_setting("sync_interval")
        waiting = self.env["fiscal.document"].search([("device_id", "=", self.id), *UNDELIVERED])
        waiting.next_attempt_at = fields.Datetime.now() + timedelta(seconds=seconds)

    def _may_send(self):
        """Whether there is a way for this till's documents, and it is not shut now."""
        self.ensure_one()
        if self.delivery == "memory":
            return may_stand_in()
        return self.delivery != "http" or (self.ofd_id and not self.ofd_id._is_shut())

    @api.model
    def _cron_watch_buffers(self):
        """Call people, once each, when a till's buffer fills or ages to one level after another."""
        owing = self.env["fiscal.document"].sudo()._read_group(list(OWED), ["device_id"])
        told = self.sudo().search(["|", ("buffer_level", ">", 0), ("waiting_level", ">", 0)])
        devices = told.union(*(device for (device,) in owing))
        devices._each_whatever_comes(
            "optics_kkt_driver.cron_watch_buffers", lambda device: device._watch_buffer()
        )

    def _watch_buffer(self):
        self._tell_of_buffer()
        self._tell_of_age()

    def _tell_of_age(self):
        level = max((level for level in AGES if level <= self.waiting_days), default=0)
        if level > self.waiting_level:

            def say(env):
                device = self.with_env(env)
                summary = env._("%s: documents wait for the OFD for days", self.code)
                return summary, device._age_warning()

            self._call_managers(self, say)
        if level != self.waiting_level:
            self.waiting_level = level

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
