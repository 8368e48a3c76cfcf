from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..settings import SETTINGS
from .kkt_device import DELIVERIES

CHOICES = {"kkt_mode": [("mock", "Virtual till")], "ofd_mode": DELIVERIES}
"""Of the settings that are words: by name, what can be chosen."""


def _field_of(setting):
    """Return the field on the screen for a setting of :data:`SETTINGS`."""
    said = {
        "string": setting.label,
        "help": setting.help,
        "config_parameter": setting.parameter,
    }
    if setting.name in CHOICES:
        return fields.Selection(CHOICES[setting.name], **said)
    return fields.Integer(**said)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # As if each were written out here: `sync_interval = fields.Integer(…)`.
    vars().update({name: _field_of(setting) for name, setting in SETTINGS.items()})

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
    fiscal_buffer_size = fields.Integer(related="company_id.fiscal_buffer_size", readonly=False)
    fiscal_return_1192 = fields.Boolean(related="company_id.fiscal_return_1192", readonly=False)

    @api.model
    def _fiscal_settings(self):
        """Return all settings of :data:`SETTINGS` as a dict of typed values."""
        return {name: self._fiscal_setting(name) for name in SETTINGS}

    @api.model
    def _fiscal_setting(self, name):
        setting = SETTINGS[name]
        return setting.value(self.env["ir.config_parameter"].sudo().get_param(setting.parameter))

    @api.model
    def _fiscal_delivery(self):
        """Return the delivery of new tills; `mock` is an older word for `memory`."""
        mode = {"mock": "memory"}.get(self._fiscal_setting("ofd_mode"))
        mode = mode or self._fiscal_setting("ofd_mode")
        return mode if mode in dict(DELIVERIES) else "http"

    @api.model
    def get_values(self):
        return {
            **super().get_values(),
            **self._fiscal_settings(),
            "ofd_mode": self._fiscal_delivery(),
        }

    @api.constrains(*(name for name, setting in SETTINGS.items() if setting.lowest is not None))
    def _check_fiscal_settings(self):
        for name, setting in SETTINGS.items():
            for screen in self:
                if not setting.allows(screen[name]):
                    raise ValidationError(
                        self.env._(
                            "%(field)s must be at least %(lowest)s.",
                            field=self._fields[name]._description_string(self.env),
                            lowest=setting.lowest,
                        )
                    )
