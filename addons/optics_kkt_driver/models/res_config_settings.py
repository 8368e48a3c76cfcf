from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..kkt.ofd.endpoint import BadSetting, check_token
from ..kkt.site.head_office import check_head_office
from ..settings import PREFIX, SETTINGS, Place, may_be_inside
from .fiscal_words import words_of_endpoint
from .kkt_device import DELIVERIES

CHOICES = {
    "kkt_mode": [("mock", "Virtual till"), ("real", "Registered till")],
    "ofd_mode": DELIVERIES,
    "kkt_log_format": [("text", "Sentences"), ("json", "JSON")],
    "head_office_reporting": [("off", "Off"), ("on", "On")],
}
"""Of the settings that are words: by name, what can be chosen."""
LIMITED = {name: setting for name, setting in SETTINGS.items() if setting.lowest is not None}


def _field_of(setting):
    """Return the field on the screen for a setting of :data:`SETTINGS`.

    It has no `config_parameter`: Odoo would store all of them whenever anything is saved, and
    neither environment nor odoo.conf would count again.
    """
    said = {"string": setting.label, "help": setting.help}
    if setting.name in CHOICES:
        return fields.Selection(CHOICES[setting.name], **said)
    return fields.Integer(**said)


def _source_of(name):
    """Return the name of the field that says where the value of a setting comes from."""
    return f"{name}_source"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # As if each were written out here: `sync_interval = fields.Integer(…)`.
    vars().update({name: _field_of(setting) for name, setting in SETTINGS.items()})
    vars().update(
        {
            # Odoo wants a label of its own for each field; the screen shows none.
            _source_of(name): fields.Char(
                f"{setting.label}: where from", compute="_compute_fiscal_sources"
            )
            for name, setting in SETTINGS.items()
        }
    )
    fiscal_unusable = fields.Text("What cannot be used", compute="_compute_fiscal_sources")

    fiscal_name = fields.Char(related="company_id.fiscal_name", readonly=False)
    fiscal_sender_address = fields.Char(related="company_id.fiscal_sender_address", readonly=False)
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
    fiscal_marking_tailless = fields.Boolean(
        related="company_id.fiscal_marking_tailless", readonly=False
    )
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

    @api.model
    def _fiscal_settings(self):
        """Return all settings of :data:`SETTINGS` as a dict of typed values."""
        return {name: self._fiscal_setting(name) for name in SETTINGS}

    @api.model
    def _fiscal_setting(self, name):
        return self._fiscal_in_force(SETTINGS[name]).value

    @api.model
    def _fiscal_in_force(self, setting):
        """Return the value that counts, and where it comes from (``settings.InForce``)."""
        parameters = self.env["ir.config_parameter"].sudo()
        return setting.in_force(parameters.get_param(setting.parameter))

    @api.model
    def get_values(self):
        return {**super().get_values(), **self._fiscal_settings()}

    def set_values(self):
        """Store what the screen says otherwise than the places below it, and that alone.

        What was given for an old address of head office is not sent to another one.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        names = ("head_office_url", "head_office_token")
        url, token = (parameters.get_param(f"{PREFIX}{name}") for name in names)
        result = super().set_values()
        if url and url != (self.head_office_url or "") and self.head_office_token == token:
            parameters.set_param(f"{PREFIX}head_office_token", False)
        for name, setting in SETTINGS.items():
            chosen = self[name]
            is_own = chosen is not False and chosen != setting.value(None)
            parameters.set_param(setting.parameter, is_own and str(chosen))
        return result

    def _compute_fiscal_sources(self):
        in_force = {name: self._fiscal_in_force(setting) for name, setting in SETTINGS.items()}
        unusable = "\n".join(
            self._fiscal_words_of_unusable(SETTINGS[name], each)
            for name, found in in_force.items()
            for each in found.unusable
        )
        for screen in self:
            screen.fiscal_unusable = unusable
            for name, found in in_force.items():
                words = self._fiscal_words_of_source(SETTINGS[name], found)
                screen[_source_of(name)] = words

    def _fiscal_words_of_source(self, setting, found):
        """Say where a value comes from, and what it would be without."""
        default = self._fiscal_words_of_value(setting, setting.default)
        if found.place == Place.SCREEN:
            return self._fiscal_words_of_screen(setting, default)
        if found.place == Place.ENVIRONMENT:
            return self.env._(
                "From the environment: %(variable)s. Default: %(default)s",
                variable=setting.variable,
                default=default,
            )
        if found.place == Place.CONFIG:
            return self.env._(
                "From odoo.conf: %(option)s. Default: %(default)s",
                option=setting.name,
                default=default,
            )
        return self.env._("Default")

    def _fiscal_words_of_screen(self, setting, default):
        """Say of a value that was set here how to go back to what stands below it."""
        below = setting.in_force(None)
        if below.place == Place.DEFAULT:
            return self.env._("Set here. To go back, enter the default: %s", default)
        where = {
            Place.ENVIRONMENT: self.env._("%s in the environment", setting.variable),
            Place.CONFIG: self.env._("%s in odoo.conf", setting.name),
        }
        return self.env._(
            "Set here. Without that, %(value)s would count (%(where)s): enter it to go back."
            " Default: %(default)s",
            where=where[below.place],
            value=self._fiscal_words_of_value(setting, below.value),
            default=default,
        )

    def _fiscal_words_of_unusable(self, setting, unusable):
        where = {
            Place.SCREEN: self.env._("%s in the system parameters", setting.parameter),
            Place.ENVIRONMENT: self.env._("%s in the environment", setting.variable),
            Place.CONFIG: self.env._("%s in odoo.conf", setting.name),
        }
        return self.env._(
            "%(where)s cannot be used: “%(text)s”", where=where[unusable.place], text=unusable.text
        )

    def _fiscal_words_of_value(self, setting, value):
        if setting.name not in CHOICES:
            return value
        return dict(self._fields[setting.name]._description_selection(self.env))[value]

    @api.constrains(*LIMITED)
    def _check_fiscal_settings(self):
        for name, setting in LIMITED.items():
            for screen in self:
                if not setting.allows(screen[name]):
                    raise ValidationError(
                        self.env._(
                            "%(field)s must be at least %(lowest)s.",
                            field=self._fields[name]._description_string(self.env),
                            lowest=setting.lowest,
                        )
                    )
