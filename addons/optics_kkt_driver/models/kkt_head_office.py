import logging
import os
import time
from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.modules.module import get_manifest
from odoo.tools import config

from ..fields import Int8
from ..kkt.fiscal.exact import shown
from ..kkt.ofd.endpoint import BadSetting
from ..kkt.site.head_office import HeadOffice, Told
from ..kkt.site.report import MOST_TILLS, SiteReport, TillReport
from ..lane.cursor import end_transaction
from ..settings import PREFIX, may_be_inside

_logger = logging.getLogger(__name__)

TROUBLES = [
    ("unusable", "Address or key cannot be used"),
    ("not_reached", "Head office was not reached"),
    ("silent", "Head office did not answer in time"),
    ("broken", "The connection broke off"),
    ("unauthorized", "Head office does not know the key"),
    ("forbidden", "The key is none of a shop that reports"),
    ("not_found", "Head office takes no reports at this address"),
    ("unknown_database", "Head office has no database of this name"),
    ("stale_report", "Head office has a later report of this shop: is there a second server?"),
    ("report_from_future", "The clock of this server is ahead of head office's"),
    ("refused", "Head office did not take the report"),
]
"""Why a report was not taken: ``kkt.site.head_office.Told.reason``."""
SLACK = timedelta(seconds=1)
"""A report is due so much earlier: the bell that rings every interval must not come just before."""


class KktHeadOffice(models.Model):
    """The shop's end of the reports: when the last one went, and how it fared. One row.

    Where they go is said on the settings screen. This row is written at each report, which
    parameters must not be: all processes forget what they know whenever one of those changes.
    """

    _name = "kkt.head.office"
    _description = "Reports to head office"
    _log_access = False

    number = Int8(readonly=True, default=0, aggregator=None)
    due_at = fields.Datetime(string="Next report", readonly=True)
    taken_at = fields.Datetime(string="Last report taken", readonly=True)
    trouble = fields.Selection(TROUBLES, string="Why not since", readonly=True)

    @api.model
    def _this(self):
        return self.env.ref("optics_kkt_driver.head_office")

    def _trouble_in_words(self):
        return dict(self._fields["trouble"]._description_selection(self.env)).get(self.trouble)

    @api.model
    def _cron_report(self):
        """Report, if that is wanted and due: the job runs whenever anybody rings for it."""
        settings = self.env["res.config.settings"]._fiscal_settings()
        office, now = self._this(), fields.Datetime.now()
        interval = timedelta(seconds=settings["heartbeat_interval"])
        # A moment too late in the future is one of a clock that was set back since.
        is_waiting = office.due_at and now < office.due_at <= now + interval
        if settings["head_office_reporting"] != "on" or is_waiting:
            return
        office.number = max(office.number + 1, time.time_ns() // 1_000_000)
        office.due_at = now + interval - SLACK
        report = office._report()
        # The number is used up whatever comes, and nothing is locked while head office is asked.
        end_transaction(self.env)
        office._note(office._tell(report))

    def _report(self):
        """Return how all tills of this database are, as ``kkt.site.report.SiteReport``."""
        monitor = self.env["kkt.monitor"]
        devices = self.env["kkt.device"].search([("active", "=", True)])
        buffer, oldest = monitor._buffer_status(devices), devices._oldest_undelivered()
        return SiteReport(
            number=self.number,
            time=fields.Datetime.now().replace(tzinfo=UTC),
            version=get_manifest("optics_kkt_driver")["version"],
            status=monitor._health_report(devices)["status"],
            circuit_breaker=buffer["circuit_breaker"],
            network_status=buffer["network_status"],
            percent_full=buffer["percent_full"],
            pending=sum(devices.mapped("undelivered_count")),
            dead=buffer["dead_count"],
            oldest_pending_at=oldest.date_time.replace(tzinfo=UTC) if oldest else None,
            tills=tuple(
                TillReport(device.code, device.health, device.online, device.undelivered_count)
                for device in devices[:MOST_TILLS]
            ),
        )

    @api.model
    def _tell(self, report):
        """Post a report; return how it fared (``kkt.site.head_office.Told``)."""
        parameters = self.env["ir.config_parameter"]
        url, token, database = (
            parameters.get_param(f"{PREFIX}head_office_{name}") or ""
            for name in ("url", "token", "database")
        )
        inside = may_be_inside
        if url == "/":
            url, inside = f"http://127.0.0.1:{config['http_port']}", lambda host: True
        try:
            office = HeadOffice(
                url,
                token,
                database=database,
                verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
                may_be_inside=inside,
            )
        except BadSetting as error:
            return Told("unusable", str(error))
        return office.tell(report)

    def _note(self, told):
        """Keep how a report fared; the log tells of changes only."""
        if told.reason != (self.trouble or ""):
            if told.reason:
                _logger.warning("Report to head office: %s (%s)", told.reason, shown(told.detail))
            else:
                _logger.info("Head office takes the reports again")
        self.trouble = told.reason
        if not told.reason:
            self.taken_at = fields.Datetime.now()
