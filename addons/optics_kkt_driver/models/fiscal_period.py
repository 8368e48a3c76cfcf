from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class FiscalPeriod(models.AbstractModel):
    """Some days that an accountant asks for: by the tills' clocks, which tax law goes by."""

    _name = "fiscal.period"
    _description = "Days that are looked at"

    date_from = fields.Date(
        string="First day",
        required=True,
        default=lambda self: self._last_month(),
        help="By the tills' clocks",
    )
    date_to = fields.Date(
        string="Last day",
        required=True,
        default=lambda self: self._last_month() + relativedelta(day=31),
    )

    @api.model
    def _last_month(self):
        return fields.Date.context_today(self) + relativedelta(months=-1, day=1)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for period in self:
            if period.date_from > period.date_to:
                raise ValidationError(self.env._("First day: must not be later than the last day."))

    def _days_in_words(self):
        """Return the days as the reader writes them."""
        return " – ".join(format_date(self.env, day) for day in (self.date_from, self.date_to))

    def _within(self, till, name):
        """Return the domain of these days by the till's clock, over a field of moments."""
        first = till._to_utc(datetime.combine(self.date_from, time()))
        last = till._to_utc(datetime.combine(self.date_to + timedelta(days=1), time()))
        return [("device_id", "=", till.id), (name, ">=", first), (name, "<", last)]

    def _download(self, field, name):
        """Return the action that hands a workbook of ours to the browser."""
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/{field}/{name}.xlsx?download=true",
            "target": "download",
        }
