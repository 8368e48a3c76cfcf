from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..kkt.ofd.endpoint import BadSetting, check_token
from ..kkt.site.head_office import check_head_office
from ..settings import PREFIX, SETTINGS, may_be_inside
from .fiscal_words import words_of_endpoint
from .kkt_device import DELIVERIES

CHOICES = {
    "kkt_mode": [("mock", "Virtual till")],
    "ofd_mode": DELIVERIES,
    "head_office_reporting": [("off", "Off"), ("on", "On")],
}
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
    head_office_url = fields.Char(
        string="Address of head office",
        config_parameter=f"{PREFIX}head_office_url",
        help="Of its Odoo, https://… An address that is / only is this server itself, in"
        " development. Another address clears the key",
    )
    head_office_token = fields.Char(
        string="Key of this shop",
        config_parameter=f"{PREFIX}head_office_token",
        groups="base.group_system",
        help="Made at head office, on the shop's page",
    )
    head_office_database = fields.Char(
        string="Database of head office",
        config_parameter=f"{PREFIX}head_office_database",
        help="Only where its server has several",
    )
    head_office_taken_at = fields.Datetime(
        string="Last report taken", compute="_compute_head_office"
    )
    head_office_trouble = fields.Char(string="Why not since", compute="_compute_head_office")

    def _compute_head_office(self):
        office = self.env["kkt.head.office"].sudo()._this()
        for screen in self:
            screen.head_office_taken_at = office.taken_at
            screen.head_office_trouble = office._trouble_in_words()

    @api.constrains("head_office_reporting", "head_office_url", "head_office_token")
    def _check_head_office(self):
        for screen in self.sudo():
            if screen.head_office_reporting == "on" and not screen.head_office_url:
                raise ValidationError(
                    self.env._("Reports to head office need its address and a key.")
                )
            try:
                if screen.head_office_url and screen.head_office_url != "/":
                    check_head_office(screen.head_office_url, may_be_inside)
                check_token(screen.head_office_token or "")
                check_token(screen.head_office_database or "")
            except BadSetting as error:
                raise ValidationError(words_of_endpoint(self.env, error)) from error

    def set_values(self):
        """What was given for the old address is not sent to another one."""
        parameters = self.env["ir.config_parameter"].sudo()
        names = ("head_office_url", "head_office_token")
        url, token = (parameters.get_param(f"{PREFIX}{name}") for name in names)
        result = super().set_values()
        if url and url != (self.head_office_url or "") and self.head_office_token == token:
            parameters.set_param(f"{PREFIX}head_office_token", False)
        return result

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
