import math
from datetime import timedelta

from odoo import api, fields, models

from ..kkt.fiscal.shift import SHIFT_LIMIT

DRIVE_ENDS_SOON = 30
"""Days before the end of a drive at which a new one must be ordered."""


class KktOverview(models.AbstractModel):
    """What whoever runs the shops looks at in the morning: each till, its day, what to do next.

    Costs O(tills, and documents of their shifts of today and undelivered), whatever the history.
    """

    _name = "kkt.overview"
    _description = "Fiscal health"

    @api.model
    def read_overview(self):
        """Return the page of the tills that the caller may see, in his language.

        :return dict: ``at`` (UTC, as Odoo writes it), ``advice`` (see :meth:`_advice`), ``tills``
            (see :meth:`_tile`)
        """
        devices = self.env["kkt.device"].search([("company_id", "in", self.env.companies.ids)])
        shifts = self._shifts_of_today(devices)
        return {
            "at": fields.Datetime.to_string(fields.Datetime.now()),
            "advice": self._advice(devices, shifts),
            "tills": [self._tile(device, shifts) for device in devices],
        }

    @api.model
    def _shifts_of_today(self, devices):
        """Return the shifts that are open or were closed today, where each till stands."""
        since = fields.Datetime.now() - timedelta(days=1)
        shifts = self.env["kkt.shift"].search(
            [
                ("device_id", "in", devices.ids),
                *("|", ("state", "=", "open"), ("closed_at", ">=", since)),
            ]
        )
        return shifts.filtered(
            lambda shift: (
                shift.state == "open"
                or shift.device_id._local_date(shift.closed_at) == shift.device_id._local_date()
            )
        )

    # A till ---------------------------------------------------------------------------------------

    @api.model
    def _tile(self, device, shifts):
        """Return what is shown of one till: codes for colours, the rest in words."""
        ours = shifts.filtered(lambda shift: shift.device_id == device)
        status, waiting = device._status(), device.undelivered_count
        return {
            "id": device.id,
            "name": device.display_name,
            "code": device.code,
            "company": device.company_id.name,
            "health": device.health,
            "words": device.health_words,
            "seen_at": status.seen_at and fields.Datetime.to_string(status.seen_at),
            "shift": self._words_of_shift(device),
            "receipts": sum(ours.mapped("receipt_count")),
            "turnover": device.company_id.currency_id.format(sum(ours.mapped("turnover"))),
            "counters": self._comparison(ours),
            "waiting": waiting,
            "percent": min(100, 100 * waiting // device._buffer_limit()),
            "waiting_days": device.waiting_days,
            "drive_days": device.fn_days_left if status.fn_valid_until else None,
        }

    @api.model
    def _words_of_shift(self, device):
        status = device._status()
        age = device._shift_age()
        if age is None:
            return self.env._("The shift is closed")
        if device._shift_is_over():
            return self.env._("Shift %s is longer than 24 hours", status.shift_number)
        left = math.ceil((SHIFT_LIMIT - age) / timedelta(hours=1))
        return self.env._(
            "Shift %(number)s, %(hours)s h left", number=status.shift_number, hours=left
        )

    @api.model
    def _comparison(self, shifts):
        """How the till's own counters of today compare with ours: the worst of its shifts."""
        told = set(shifts.mapped("comparison"))
        return next((word for word in ("differ", "partial", "agree") if word in told), "pending")

    # What to do -----------------------------------------------------------------------------------

    @api.model
    def _advice(self, devices, shifts):
        """Return what a person should do now, the most urgent first.

        :return list: of ``level`` (``danger`` or ``warning``), ``text`` and ``action``, which is
            an action of Odoo's or its XML id
        """
        advice = [
            *self._advice_of_tills(devices),
            *self._advice_of_documents(devices),
            *self._advice_of_ways(devices),
            *self._advice_of_shifts(shifts),
            *self._advice_of_sites(),
            *self._further_advice(devices),
        ]
        return sorted(advice, key=lambda each: each["level"] != "danger")

    @api.model
    def _advice_of_tills(self, devices):
        for device in devices:
            if device.health in ("blocked", "attention"):
                level = "danger" if device.health == "blocked" else "warning"
                yield self._do(level, f"{device.code}: {device.health_words}", device)
            days = device.fn_days_left
            if device._status().fn_valid_until and days <= DRIVE_ENDS_SOON:
                text = self.env._(
                    "%(till)s: the drive ends in %(days)s days. Order a new one.",
                    till=device.code,
                    days=max(0, days),
                )
                yield self._do("warning", text, device)

    @api.model
    def _advice_of_documents(self, devices):
        documents = self.env["fiscal.document"]
        ours = [("device_id", "in", devices.ids)]
        dead = documents.search_count([*ours, ("state", "=", "dead")])
        if dead:
            yield {
                "level": "danger",
                "text": self.env._(
                    "Documents that the OFD has not accepted: %s. See why, mend it, send again.",
                    dead,
                ),
                "action": "optics_kkt_driver.fiscal_document_action_dead",
            }
        manual = documents.search([*ours, ("state", "=", "manual")])
        for document in manual:
            text = self.env._(
                "%s: nobody knows whether the till has signed it. Decide.", document.display_name
            )
            yield self._do("danger", text, document)

    @api.model
    def _advice_of_ways(self, devices):
        for ofd in devices.sudo().ofd_id:
            waiting = sum((devices & ofd.device_ids).mapped("undelivered_count"))
            if ofd._network_status() == "OFFLINE" and waiting:
                sending = dict(ofd._fields["sending"]._description_selection(self.env))
                text = self.env._(
                    "%(ofd)s: %(state)s. Documents that wait: %(count)s.",
                    ofd=ofd.name,
                    state=sending[ofd.sending],
                    count=waiting,
                )
                yield self._do("warning", text, ofd)

    @api.model
    def _advice_of_shifts(self, shifts):
        for shift in shifts.filtered(lambda shift: shift.comparison == "differ"):
            text = self.env._("%s: the till has counted otherwise than we.", shift.display_name)
            yield self._do("danger", text, shift)

    @api.model
    def _advice_of_sites(self):
        sites = self.env["kkt.site"].search([("company_id", "in", self.env.companies.ids)])
        states = dict(sites._fields["state"]._description_selection(self.env))
        for site in sites.filtered(lambda site: site.state not in ("healthy", "never")):
            level = "warning" if site.state == "degraded" else "danger"
            text = self.env._(
                "%(shop)s: %(state)s. Last heard: %(age)s.",
                shop=site.name,
                state=states[site.state],
                age=site.age,
            )
            yield self._do(level, text, site)

    @api.model
    def _further_advice(self, devices):
        """What an addon above this one knows of."""
        return []

    @api.model
    def _do(self, level, text, record):
        return {
            "level": level,
            "text": text,
            "action": {
                "type": "ir.actions.act_window",
                "res_model": record._name,
                "res_id": record.id,
                "views": [[False, "form"]],
            },
        }
