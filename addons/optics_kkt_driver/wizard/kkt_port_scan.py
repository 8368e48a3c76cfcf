from pathlib import Path

from serial.tools import list_ports

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kkt.drivers.address import host_of

NAMES_THAT_STAY = Path("/dev/serial/by-id")
"""Where Linux names a port by what hangs on it: such a name outlives unplugging."""
SPEED = "115200"
"""Of a till's USB port; one on a COM port may be set to another (factory: 4800 or 115200)."""


class KktPortScan(models.TransientModel):
    """The serial ports of this server, to choose the one that a till hangs on."""

    _name = "kkt.port.scan"
    _description = "Scan of serial ports"

    device_id = fields.Many2one("kkt.device", string="Till", required=True, readonly=True)
    port_ids = fields.One2many("kkt.port", "scan_id", string="Ports", readonly=True)
    port_count = fields.Integer(compute="_compute_port_count")

    @api.constrains("device_id")
    def _check_device(self):
        """What is shown here is read without regard to rights, so only of tills of one's own."""
        # Constraints run with all rights.
        self.sudo(False).device_id.check_access("write")

    @api.depends("port_ids")
    def _compute_port_count(self):
        for scan in self:
            scan.port_count = len(scan.port_ids)

    @api.model_create_multi
    def create(self, vals_list):
        scans = super().create(vals_list)
        scans._scan()
        return scans

    def _scan(self):
        found = [self._values_of_port(port) for port in sorted(list_ports.comports())]
        for scan in self:
            scan.port_ids.unlink()
            scan.port_ids = [fields.Command.create(values) for values in found]

    @api.model
    def _values_of_port(self, port):
        names = [each.as_posix() for each in NAMES_THAT_STAY.glob("*")]
        lasting = [name for name in names if Path(name).resolve() == Path(port.device).resolve()]
        return {
            "path": port.device,
            "lasting_path": lasting[0] if lasting else port.device,
            "description": port.description if port.description != "n/a" else False,
            "vid_pid": port.vid is not None and f"{port.vid:04X}:{port.pid:04X}",
            "serial_number": port.serial_number,
            "used_by": self._users_of({port.device, *lasting}) or False,
        }

    @api.model
    def _users_of(self, paths):
        """Name the tills that have one of these ports as their link."""
        tills = self.env["kkt.device"].sudo().search([("address", "=like", "/dev/%")])
        using = tills.filtered(lambda till: host_of(till.address) in paths)
        return ", ".join(
            till.code
            if till.company_id in self.env.companies
            else self.env._("a till of another company")
            for till in using
        )

    def action_scan(self):
        """Look again, after a cable was put in."""
        self.ensure_one()
        self._scan()
        return self._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Serial ports of this server"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


class KktPort(models.TransientModel):
    """One serial port of this server, as it was when the ports were looked for."""

    _name = "kkt.port"
    _description = "Serial port"

    scan_id = fields.Many2one("kkt.port.scan", required=True, readonly=True, ondelete="cascade")
    path = fields.Char(string="Port", required=True, readonly=True)
    lasting_path = fields.Char(
        readonly=True, help="Its name by what hangs on it, which stays when it is plugged anew"
    )
    description = fields.Char(readonly=True)
    vid_pid = fields.Char(string="VID:PID", readonly=True)
    serial_number = fields.Char(string="Serial number", readonly=True)
    used_by = fields.Char(string="Used by", readonly=True)

    def action_use(self):
        """Make this port the till's link."""
        self.ensure_one()
        device = self.scan_id.device_id
        device.check_access("write")
        if device.driver != "shtrih":
            raise UserError(self.env._("Only a Shtrih-M till hangs on a serial port."))
        device.address = f"{self.lasting_path}?baudrate={SPEED}"
        return {"type": "ir.actions.client", "tag": "soft_reload"}
