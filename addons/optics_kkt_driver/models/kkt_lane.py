from odoo import fields, models
from odoo.tools import SQL

from ..fields import Int8
from ..kkt.flow.errors import AnotherDrive, DriveBehind, LaneLost
from ..kkt.flow.states import State


class KktLane(models.Model):
    """What must survive of a till's lane between two holders: written under the lane's lock."""

    _name = "kkt.lane"
    _description = "Till lane"
    _log_access = False
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device", required=True, readonly=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    fence = fields.Integer(required=True, readonly=True, default=0)
    hlc = Int8(required=True, readonly=True, default=0)
    fn_number = fields.Char(readonly=True, help="The drive that the till had when last asked")
    last_fd = fields.Integer(readonly=True, help="The highest FD of this drive that we know of")

    _one_lane = models.UniqueIndex("(device_id)")

    def _raise_fence(self):
        """Take the lane over: whoever had it before is stopped at his next step."""
        self.env.cr.execute(
            SQL("UPDATE kkt_lane SET fence = fence + 1 WHERE id = %s RETURNING fence", self.id)
        )
        self.invalidate_recordset(["fence"])
        return self.env.cr.fetchone()[0]

    def _check_held(self, fence):
        """Hold the fence as it is until this step is committed. Raises ``kkt.flow.LaneLost``."""
        self.env.cr.execute(
            SQL("SELECT fence FROM kkt_lane WHERE id = %s FOR NO KEY UPDATE", self.id)
        )
        (now,) = self.env.cr.fetchone()
        if now != fence:
            raise LaneLost(now=now, held=fence)

    def _keep_last_fd(self, fn_number, fd_number):
        """Remember how far the drive's numbers have come."""
        if fd_number and fn_number == self.fn_number and fd_number > self.last_fd:
            self.last_fd = fd_number
            self.env["kkt.drive"]._in_use(self.device_id).last_fd = fd_number

    def _adopt(self, baseline):
        """Check that the drive may be written to. The first one seen is taken as ours.

        :return: why it may not (``kkt.flow.errors.TillRefusesWork``), or None
        """
        if not self.fn_number:
            if stop := self.env["kkt.drive"]._take_in(self.device_id, baseline):
                return stop
        till = self.device_id.code
        if baseline.fn_number != self.fn_number:
            return AnotherDrive(till=till, found=baseline.fn_number, known=self.fn_number)
        if baseline.last_fd < self.last_fd:
            return DriveBehind(till=till, found=baseline.last_fd, known=self.last_fd)
        return None

    def _unexplained(self, baseline):
        """FD numbers since the last one we know of that no undecided row of ours may own."""
        if baseline.last_fd == self.last_fd:
            return []
        reserved = self.env["fiscal.document"].search(
            [
                ("device_id", "=", self.device_id.id),
                ("state", "=", State.MANUAL),
                ("candidates_fn", "in", [False, baseline.fn_number]),
            ]
        )
        owned = {number for row in reserved for number in row.candidates or []}
        since = range(self.last_fd + 1, baseline.last_fd + 1)
        return [number for number in since if number not in owned]
