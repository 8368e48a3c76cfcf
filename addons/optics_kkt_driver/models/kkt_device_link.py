import re
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..kkt.drivers.address import AddressProblem, address_problem, host_of
from .fiscal_document import UNDECIDED_STATES
from .kkt_device import REAL_DRIVERS

MANAGER = "optics_kkt_driver.group_fiscal_manager"
LINK_FIELDS = ("driver", "address", "atol_device")
"""What says which device is spoken to."""
EXECUTION_LIMITS = range(1, 121)
"""Seconds."""
ATOL_DEVICE = re.compile(r"[a-zA-Z0-9_-]{1,16}")
"""A deviceID of ATOL's Web Requests."""
SHTRIH_PASSWORD = re.compile(r"[0-9]{1,8}")
CERTIFICATES = (".pem", ".crt", ".cer")


class KktDevice(models.Model):
    """The wire to a real till: where it is, and what it wants to be asked with."""

    _inherit = "kkt.device"

    address = fields.Char(
        string="Link",
        tracking=True,
        copy=False,
        help="Where the till is. Shtrih-M: /dev/ttyUSB0?baudrate=115200 on a cable,"
        " socket://host:7778 over the network or RNDIS, rfc2217://host:port behind a port server."
        " ATOL: http://host:16732",
    )
    auth_user = fields.Char(
        string="User", copy=False, tracking=True, help="Of Web Requests, where it asks for one"
    )
    auth_password = fields.Char(
        string="Stored password", copy=False, prefetch=False, groups=fields.NO_ACCESS
    )
    new_password = fields.Char(
        string="Password",
        compute="_compute_new_password",
        inverse="_inverse_new_password",
        groups=MANAGER,
        help="Written only, never shown. Shtrih-M: the system administrator's, digits",
    )
    has_password = fields.Boolean(
        string="Password is set", compute="_compute_has_password", compute_sudo=True
    )
    atol_device = fields.Char(
        string="Device ID",
        copy=False,
        tracking=True,
        help="deviceID in Web Requests; empty: its default device",
    )
    ca_file = fields.Char(
        string="CA file",
        copy=False,
        tracking=True,
        help="Certificates (PEM) on this server that an https link is verified with; empty: the"
        " system's own",
    )
    execution_limit = fields.Integer(
        string="Time limit of a command, s",
        tracking=True,
        help="After so many seconds a command that was sent is executed or never will be. 0: the"
        " driver's own (Shtrih-M 30, ATOL 60)",
    )

    def _compute_new_password(self):
        self.new_password = False

    def _inverse_new_password(self):
        for device in self:
            if password := device.new_password:
                device._check_password(password)
                device.sudo().auth_password = password

    @api.depends("auth_password")
    def _compute_has_password(self):
        for device in self:
            device.has_password = bool(device.auth_password)

    def _check_password(self, password):
        if self.driver == "shtrih" and not SHTRIH_PASSWORD.fullmatch(password):
            raise ValidationError(self.env._("Password: up to 8 digits, as the till knows it."))
        if not password.isprintable():
            raise ValidationError(self.env._("Password: letters, digits and signs."))

    @api.model_create_multi
    def create(self, vals_list):
        devices = super().create(vals_list)
        devices._forget_typed_password()
        return devices

    def write(self, vals):
        moved = self.filtered(lambda device: device._is_moved_by(vals))
        moved._check_nothing_undecided()
        # What was meant for one device must not be told to another.
        given_away = moved.filtered(lambda device: device._is_another_host(vals))
        given_away.sudo().filtered("auth_password").auth_password = False
        result = super().write(vals)
        self._forget_typed_password()
        return result

    def _forget_typed_password(self):
        """Whoever typed it gets nothing back, not even in the answer to his saving."""
        self.invalidate_recordset(["new_password"])

    def _is_moved_by(self, vals):
        return any(
            name in vals and (self[name] or False) != (vals[name] or False) for name in LINK_FIELDS
        )

    def _is_another_host(self, vals):
        if "driver" in vals and vals["driver"] != self.driver:
            return True
        before, after = self.address or "", vals.get("address", self.address) or ""
        return _readable(before) != _readable(after)

    def _check_nothing_undecided(self):
        """Only the till that a document was sent to can tell what became of it."""
        undecided = [("device_id", "in", self.ids), ("state", "in", UNDECIDED_STATES)]
        if self.env["fiscal.document"].sudo().search_count(undecided, limit=1):
            raise UserError(
                self.env._(
                    "The link cannot change while a document is being printed or its end is not"
                    " known: only this till can tell of it. Let it be settled first (Print what"
                    " waits)."
                )
            )

    # Checks -------------------------------------------------------------------------------------

    @api.constrains("driver", "address", "auth_user", "atol_device", "ca_file", "execution_limit")
    def _check_link(self):
        for device in self:
            if device.execution_limit and device.execution_limit not in EXECUTION_LIMITS:
                raise ValidationError(
                    self.env._(
                        "Time limit of a command: %(lowest)s to %(highest)s seconds, or 0 for the"
                        " driver's own.",
                        lowest=EXECUTION_LIMITS[0],
                        highest=EXECUTION_LIMITS[-1],
                    )
                )
            if device.driver not in REAL_DRIVERS:
                continue
            if problem := address_problem(device.driver, device.address or ""):
                raise ValidationError(device._words_of_address_problem(problem))
            if device.driver == "atol":
                device._check_web_requests()

    def _check_web_requests(self):
        if self.auth_user and (":" in self.auth_user or not self.auth_user.isprintable()):
            raise ValidationError(self.env._("User: letters, digits and signs, but no colon."))
        if self.atol_device and not ATOL_DEVICE.fullmatch(self.atol_device):
            raise ValidationError(
                self.env._("Device ID: up to 16 Latin letters, digits, dashes and underscores.")
            )
        if self.ca_file:
            path = Path(self.ca_file)
            if not path.is_absolute() or path.suffix not in CERTIFICATES or not path.is_file():
                raise ValidationError(
                    self.env._(
                        "CA file: the full path of a .pem, .crt or .cer file on this server."
                    )
                )

    def _words_of_address_problem(self, problem):
        examples = (
            "/dev/ttyUSB0?baudrate=115200, socket://192.168.137.111:7778, rfc2217://host:2217"
            if self.driver == "shtrih"
            else "http://127.0.0.1:16732, https://host:16732"
        )
        reason = {
            AddressProblem.MISSING: self.env._("a real till needs one"),
            AddressProblem.UNREADABLE: self.env._("this is no address"),
            AddressProblem.SCHEME: self.env._("this driver does not speak over such a link"),
            AddressProblem.CREDENTIALS: self.env._(
                "user and password have fields of their own, where nobody reads them"
            ),
            AddressProblem.HOST: self.env._("the host is missing"),
            AddressProblem.FORBIDDEN_HOST: self.env._("no till has such a host"),
            AddressProblem.PORT: self.env._("the port is missing"),
            AddressProblem.SERIAL_PATH: self.env._(
                "a serial port is a path that begins with /dev/"
            ),
            AddressProblem.BAUD_RATE: self.env._("no till's port has this speed"),
            AddressProblem.EXTRA: self.env._("there is more behind it than this driver takes"),
        }[problem]
        return self.env._(
            "Link: %(reason)s. Examples: %(examples)s", reason=reason, examples=examples
        )

    # Settings of the drivers --------------------------------------------------------------------

    def _link_settings(self):
        """What the driver of a real till is opened with; each driver's ``from_settings``."""
        device = self.sudo()
        settings = {"address": device.address, "timezone": device.timezone}
        if device.driver == "atol":
            settings.update(
                user=device.auth_user or "",
                password=device.auth_password or "",
                atol_device=device.atol_device or "",
                ca_file=device.ca_file or "",
            )
        elif device.auth_password:
            settings["password"] = device.auth_password
        if device.execution_limit:
            settings["execution_limit"] = device.execution_limit
        if trace := device._trace():
            settings["trace"] = trace
        return settings

    # Buttons ------------------------------------------------------------------------------------

    def action_clear_password(self):
        """Forget the password; Shtrih-M then uses the maker's own (30)."""
        self._check_service()
        self.sudo().auth_password = False
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_scan_ports(self):
        """List the serial ports of this server."""
        self._check_service()
        return self.env["kkt.port.scan"].create({"device_id": self.id})._show()


def _readable(address):
    try:
        return host_of(address)
    except ValueError:
        return address
