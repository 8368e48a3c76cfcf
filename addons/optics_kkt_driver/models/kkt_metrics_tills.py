from datetime import datetime, time

from odoo import api, models
from odoo.tools import SQL

from .kkt_metrics import gauge, of_till, unix_time


class KktMetrics(models.AbstractModel):
    """How tills and shops are."""

    # One file a concern.
    _inherit = "kkt.metrics"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _tills(self, seen):
        tills = [(of_till(till), till, till._status()) for till in seen.devices if till.active]
        for name, documentation, value in (
            (
                "optics_kkt_online",
                "Whether the till answers",
                lambda _till, status: status._is_there(),
            ),
            (
                "optics_kkt_heartbeat_timestamp_seconds",
                "When the till was last asked whether it is there",
                lambda _till, status: unix_time(status.beat_at),
            ),
            (
                "optics_kkt_seen_timestamp_seconds",
                "When the till last answered",
                lambda _till, status: unix_time(status.seen_at),
            ),
            (
                "optics_kkt_drive_valid_until_timestamp_seconds",
                "The day on which the drive ends",
                lambda till, status: unix_time(_midnight(till, status.fn_valid_until)),
            ),
            (
                "optics_kkt_clock_difference_seconds",
                "How far the till's clock is ahead of the server's",
                lambda _till, status: status.clock_difference if status.seen_at else None,
            ),
            (
                "optics_kkt_troubles",
                "Jobs whose last run went wrong at this till",
                lambda _till, status: len(status.troubles or {}),
            ),
        ):
            yield gauge(name, documentation, ((way, value(*of)) for way, *of in tills))

    @api.model
    def _shifts(self, seen):
        tills = [(of_till(till), till, till._status()) for till in seen.devices if till.active]
        yield gauge(
            "optics_kkt_shift_open",
            "Whether a shift is open",
            ((way, bool(status.shift_open)) for way, _till, status in tills if status.seen_at),
        )
        yield gauge(
            "optics_kkt_shift_opened_timestamp_seconds",
            "When the open shift began",
            (
                (way, unix_time(status.shift_open and status.shift_opened_at))
                for way, _till, status in tills
            ),
        )
        differences = self._cash_differences(seen.devices)
        yield gauge(
            "optics_kkt_cash_difference_rubles",
            "How much more cash the till has counted than we, by its last report",
            ((way, differences.get(till.id)) for way, till, _status in tills),
        )

    @api.model
    def _cash_differences(self, devices):
        """Return roubles by id of the till, for the last shift of each that told its counters."""
        self.env.cr.execute(
            SQL(
                """SELECT till.id, (told.device_counters ->> 'cashInDrawer')::int8
                                 - (told.our_counters ->> 'cashInDrawer')::int8
                     FROM kkt_device till
                     JOIN LATERAL (SELECT device_counters, our_counters FROM kkt_shift
                                    WHERE device_id = till.id AND told_at IS NOT NULL
                                    ORDER BY id DESC LIMIT 1) told ON true
                    WHERE till.id IN %s""",
                tuple(devices.ids) or (0,),
            )
        )
        return {
            till: kopecks / 100 for till, kopecks in self.env.cr.fetchall() if kopecks is not None
        }

    @api.model
    def _sites(self, seen):
        labels = ("company", "site")
        shops = [((site.company_id.name, site.name), site) for site in seen.sites]
        yield gauge(
            "optics_site_heard_timestamp_seconds",
            "When the server of a shop last reported",
            ((way, unix_time(site.received_at)) for way, site in shops),
            labels,
        )
        yield gauge(
            "optics_site_silent",
            "Whether a shop that has reported before is silent for too long",
            ((way, site.state == "silent") for way, site in shops if site.received_at),
            labels,
        )


def _midnight(till, day):
    """Return when a day begins at a till, naive UTC; None where there is no day."""
    return till._to_utc(datetime.combine(day, time())) if day else None
