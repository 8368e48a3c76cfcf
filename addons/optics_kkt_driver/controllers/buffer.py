from odoo import http
from odoo.http import request

from .api import callers_devices, find_device, json_route


class BufferController(http.Controller):
    @json_route("/v1/kkt/buffer/status", methods=["GET"], readonly=True)
    def buffer_status(self):
        """Tell how many receipts and corrections wait for the OFD, of one till or of all."""
        code = request.httprequest.args.get("pos_id")
        devices = find_device(code) if code else callers_devices()
        return 200, request.env["kkt.monitor"]._buffer_status(devices)
