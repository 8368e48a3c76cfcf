from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kkt.device.errors import DeviceError
from ..kkt.virtual import Faults, VirtualTill


class KktDevice(models.Model):
    """What only a virtual till has: faults that are set on purpose."""

    _inherit = "kkt.device"

    virtual_faults = fields.Char(
        string="Faults set on this till",
        compute="_compute_virtual_faults",
        help="Names and values of what is not as it should be",
    )

    @api.depends("driver")
    def _compute_virtual_faults(self):
        untouched = Faults().to_json()
        for device in self:
            faults = device._known_faults()
            device.virtual_faults = faults and ", ".join(
                f"{name} = {value}"
                for name, value in faults.to_json().items()
                if value != untouched[name]
            )

    def _known_faults(self):
        """The faults in the till's memory; None for a real till, or one that was never asked."""
        if self.driver != "virtual" or not self.id or not self._memory_path().is_file():
            return None
        try:
            till = VirtualTill(self._memory_path())
        except DeviceError:
            return None
        try:
            return till.faults()
        finally:
            till.close()

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
        with self._driver() as driver:
            driver.till.set_faults(wanted)

    def action_virtual_faults(self):
        """Show what is wrong with this virtual till, to be changed."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["kkt.virtual.faults"].create({"device_id": self.id})
        return wizard._show()
