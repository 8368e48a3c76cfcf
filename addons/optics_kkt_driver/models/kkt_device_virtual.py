from contextlib import closing
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..kkt.device.errors import DeviceError
from ..kkt.virtual import Faults, VirtualTill


class KktDevice(models.Model):
    """What only a virtual till has: a memory and times of ours, and faults set on purpose."""

    # One file a driver.
    _inherit = "kkt.device"  # pylint: disable=consider-merging-classes-inherited

    sign_delay = fields.Float(
        default=0.0, help="Virtual till: seconds before the drive signs", digits=(6, 3)
    )
    print_time = fields.Float(
        default=0.3, help="Virtual till: seconds that printing takes", digits=(6, 3)
    )
    exchange_pace = fields.Float(
        default=5.0,
        help="Virtual till that sends by itself: seconds after which the OFD has a document",
        digits=(6, 3),
    )
    virtual_faults = fields.Char(
        string="Faults set on this till",
        compute="_compute_virtual_faults",
        help="What is not as it should be, by the labels of the form that sets it",
    )

    _times_positive = models.Constraint(
        "CHECK (sign_delay >= 0 AND print_time >= 0 AND exchange_pace >= 0)",
        "Times cannot be negative.",
    )

    @api.depends("driver")
    @api.depends_context("lang")
    def _compute_virtual_faults(self):
        form = self.env["kkt.virtual.faults"]
        for device in self:
            faults = device._known_faults()
            device.virtual_faults = faults and form._words(faults)

    def _virtual_settings(self):
        """What a virtual till is made of (see ``VirtualDriver.from_settings``)."""
        company = self.company_id.sudo()
        return {
            "path": self._memory_path(),
            "serial": f"{self.env.cr.dbname}/{self.id}",
            "timezone": self.timezone,
            "ffd_version": self.ffd_version,
            "sign_delay": self.sign_delay,
            "print_time": self.print_time,
            "exchange_pace": self.exchange_pace if self.delivery == "device" else None,
            "user": company.fiscal_name or company.name,
            "user_inn": company._fiscal_inn(),
            "taxation_types": self.tax_system,
            "retail_address": self.retail_address,
            "retail_place": self.retail_place,
            "ofd_name": self.ofd_id.name or "",
            "ofd_inn": self.ofd_id.inn or "",
            "sender_address": company.fiscal_sender_address or "",
        }

    def _memory_path(self):
        """Where the virtual till keeps its memory: beside the database, not inside it."""
        folder = Path(config["data_dir"]) / "kkt" / self.env.cr.dbname
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self.id}.sqlite"

    def _known_faults(self):
        """The faults in the till's memory; None for a real till, or one that was never asked."""
        if self.driver != "virtual" or not self.id or not self._memory_path().is_file():
            return None
        try:
            with closing(VirtualTill(self._memory_path())) as till:
                return till.faults()
        except DeviceError:
            return None

    def _set_virtual_faults(self, **faults):
        """Set what is wrong with a virtual till, for every process that uses it; none mends all.

        For `odoo shell` (commit afterwards is not needed: the memory is the till's own) and for
        the form; docs/TILLS.md lists the names.

        :param faults: fields of ``kkt.virtual.Faults``; those not named are mended
        :raises UserError: a real till, an unknown name, an impossible value
        """
        self.ensure_one()
        if self.driver != "virtual":
            raise UserError(self.env._("Faults are set on virtual tills only."))
        try:
            wanted = Faults.from_json(faults)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("These faults cannot be set: %s", error)) from error
        if not self._memory_path().is_file():
            self._refresh_status()  # the first question makes the till
        with closing(VirtualTill(self._memory_path())) as till:
            till.set_faults(wanted)

    def action_virtual_faults(self):
        """Show what is wrong with this virtual till, to be changed."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["kkt.virtual.faults"].create({"device_id": self.id})
        return wizard._show()
