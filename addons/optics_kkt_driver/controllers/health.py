from odoo import http
from odoo.http import request
from odoo.modules.module import get_manifest

from .. import ticker
from .api import HEALTH, callers_devices, json_route, of_callers_companies


class HealthController(http.Controller):
    @json_route(HEALTH, methods=["GET"], readonly=True)
    def health(self):
        """Tell how the suite is; 200 while it can sell, 503 when it cannot."""
        report = request.env["kkt.monitor"]._health_report(callers_devices())
        report["components"]["ticker"] = {
            "status": "healthy" if ticker.is_alive(request.env.cr) else "degraded"
        }
        if report["status"] == "healthy" and report["components"]["ticker"]["status"] != "healthy":
            report["status"] = "degraded"
        report["version"] = get_manifest("optics_kkt_driver")["version"]
        return (503 if report["status"] == "unhealthy" else 200), report

    @json_route("/api/v1/health", methods=["GET"], readonly=True)
    def head_office_health(self):
        """Tell how many reports the shops of the caller's companies have sent."""
        count = request.env["kkt.site"]._heartbeats_received(of_callers_companies())
        return 200, {"status": "healthy", "heartbeats_received": count}
