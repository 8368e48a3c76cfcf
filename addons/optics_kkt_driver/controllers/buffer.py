from odoo import http
from odoo.http import request

from .api import callers_devices, find_device, json_route
from .refusal import RETRY_AFTER, ApiError


class BufferController(http.Controller):
    @json_route("/v1/kkt/buffer/status", methods=["GET"], readonly=True)
    def buffer_status(self):
        """Tell how many receipts and corrections wait for the OFD, of one till or of all."""
        return 200, request.env["kkt.monitor"]._buffer_status(_devices_asked_for())

    @json_route("/v1/kkt/buffer/sync", methods=["POST"])
    def buffer_sync(self):
        """Send what waits now, of one till or of all; what a person has stopped stays so."""
        devices = _devices_asked_for().sudo()
        if request.env["fiscal.ofd"]._is_sending(devices):
            raise ApiError(
                409,
                "sync_running",
                "The documents are being sent already.",
                headers=RETRY_AFTER,
            )
        request.env["fiscal.ofd"].sudo()._send_now(devices)
        status = request.env["kkt.monitor"]._buffer_status(devices)
        return 202, {"status": "started", "pending_count": status["pending_count"]}


def _devices_asked_for():
    code = request.httprequest.args.get("pos_id")
    return find_device(code) if code is not None else callers_devices()
