from odoo import api, fields, models

from ..kkt.drivers.trace import KEPT_FRAMES


class KktWireTrace(models.TransientModel):
    """The recording of a till's wire: begun, looked at, ended, deleted. It lies in a file."""

    _name = "kkt.wire.trace"
    _description = "Recording of a till's wire"

    device_id = fields.Many2one("kkt.device", string="Till", required=True, readonly=True)
    is_recorded = fields.Boolean(string="Is recorded", related="device_id.is_recorded")
    until = fields.Datetime(string="Stops by itself at", compute="_compute_frames")
    with_personal_data = fields.Boolean(
        string="With personal data",
        help="Keep the bytes of each frame too. Buyers' contacts and names may be among them:"
        " give such a recording to nobody who may not know them",
    )
    frame_count = fields.Integer(string="Frames", compute="_compute_frames")
    frames_html = fields.Html(string="Recording", compute="_compute_frames")

    @api.constrains("device_id")
    def _check_device(self):
        """What is shown here is read without regard to rights, so only of tills of one's own."""
        # Constraints run with all rights.
        self.sudo(False).device_id.check_access("write")

    @api.depends("device_id", "is_recorded")
    def _compute_frames(self):
        for trace in self:
            device = trace.device_id.sudo()
            frames = device._trace_frames()
            trace.until = device.is_recorded and device.trace_until
            trace.frame_count = len(frames)
            trace.frames_html = frames and self.env["ir.qweb"]._render(
                "optics_kkt_driver.kkt_wire_frames",
                {
                    "frames": [(self._local_time(frame), frame) for frame in frames],
                    "with_raw": any(frame.raw is not None for frame in frames),
                },
            )

    @api.model
    def _local_time(self, frame):
        local = fields.Datetime.context_timestamp(self, frame.at.replace(tzinfo=None))
        return f"{local:%d.%m %H:%M:%S}.{local.microsecond // 1000:03d}"

    def action_start(self):
        """Record the wire for an hour; what was recorded before goes."""
        return self._having_done(lambda device: device._start_trace(self.with_personal_data))

    def action_stop(self):
        """Record no more; what is recorded stays to be read."""
        return self._having_done(lambda device: device._stop_trace())

    def action_delete(self):
        """Record no more, and delete what is recorded."""
        return self._having_done(lambda device: device._delete_trace())

    def action_look(self):
        """Show what has come since."""
        return self._having_done(lambda device: None)

    def _having_done(self, act):
        self.ensure_one()
        self.device_id.check_access("write")
        act(self.device_id)
        self.invalidate_recordset()
        return self._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The last %s frames on the wire", KEPT_FRAMES),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
