from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..settings import PREFIX, SETTINGS, typed_setting
from .kkt_device import DELIVERIES_BY_US


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kkt_mode = fields.Selection(
        [("mock", "Virtual till"), ("real", "Real till")],
        string="Driver",
        config_parameter="optics_kkt.kkt_mode",
        help="The driver that a new till gets; of a real one, Shtrih-M first",
    )
    ofd_mode = fields.Selection(
        DELIVERIES_BY_US, string="Delivery", config_parameter="optics_kkt.ofd_mode"
    )
    buffer_max_size = fields.Integer(
        string="Undelivered documents, at most",
        config_parameter="optics_kkt.buffer_max_size",
        help="Signed documents of one till that may wait for the OFD",
    )
    sync_interval = fields.Integer(
        string="Interval of sending, s",
        config_parameter="optics_kkt.sync_interval",
        help="Seconds between two looks for documents that wait",
    )
    ofd_retry_base = fields.Integer(
        string="First pause, s",
        config_parameter="optics_kkt.retry_base",
        help="Seconds before the second attempt, doubling with each further one",
    )
    ofd_retry_cap = fields.Integer(
        string="Longest pause, s",
        config_parameter="optics_kkt.retry_cap",
        help="Seconds between two attempts at most",
    )
    ofd_connect_timeout = fields.Integer(
        string="Time limit of connecting, s",
        config_parameter="optics_kkt.ofd_connect_timeout",
        help="Seconds to reach the OFD",
    )
    ofd_read_timeout = fields.Integer(
        string="Time limit of the answer, s",
        config_parameter="optics_kkt.ofd_read_timeout",
        help="Seconds to wait for its answer",
    )

    fiscal_name = fields.Char(related="company_id.fiscal_name", readonly=False)
    fiscal_rate_20_api = fields.Selection(
        related="company_id.fiscal_rate_20_api", readonly=False, required=True
    )
    fiscal_rate_20_orders = fields.Selection(
        related="company_id.fiscal_rate_20_orders", readonly=False, required=True
    )
    fiscal_prepayment_product_type = fields.Selection(
        related="company_id.fiscal_prepayment_product_type", readonly=False, required=True
    )
    fiscal_return_1192 = fields.Boolean(related="company_id.fiscal_return_1192", readonly=False)

    @api.model
    def _fiscal_settings(self):
        """Return all settings of :data:`SETTINGS` as a dict of typed values."""
        return {name: self._fiscal_setting(name) for name in SETTINGS}

    @api.model
    def _fiscal_setting(self, name):
        stored = self.env["ir.config_parameter"].sudo().get_param(f"{PREFIX}{name}")
        return typed_setting(name, stored)

    @api.model
    def _fiscal_delivery(self):
        """Return the delivery of new virtual tills; `mock` is an older word for `memory`."""
        mode = {"mock": "memory"}.get(self._fiscal_setting("ofd_mode"))
        mode = mode or self._fiscal_setting("ofd_mode")
        return mode if mode in dict(DELIVERIES_BY_US) else "http"

    @api.model
    def get_values(self):
        values = super().get_values()
        fiscal = self._fiscal_settings()
        return {
            **values,
            **{field: fiscal[name] for field, name in self._fiscal_fields()},
            "ofd_mode": self._fiscal_delivery(),
        }

    @api.model
    def _fiscal_fields(self):
        """Pairs of a field here and its name in :data:`SETTINGS`."""
        return [
            (field_name, field.config_parameter.removeprefix(PREFIX))
            for field_name, field in self._fields.items()
            if (getattr(field, "config_parameter", None) or "").startswith(PREFIX)
        ]

    @api.constrains(
        "buffer_max_size",
        "sync_interval",
        "ofd_retry_base",
        "ofd_retry_cap",
        "ofd_connect_timeout",
        "ofd_read_timeout",
    )
    def _check_fiscal_settings(self):
        for settings in self:
            for field, name in self._fiscal_fields():
                lowest = SETTINGS[name][3]
                if lowest is not None and settings[field] < lowest:
                    raise ValidationError(
                        self.env._(
                            "%(field)s must be at least %(lowest)s.",
                            field=self._fields[field]._description_string(self.env),
                            lowest=lowest,
                        )
                    )
