from datetime import UTC

from odoo import fields, http
from odoo.http import request

from ..kkt.site.report import SiteReport
from ..models.kkt_site import AHEAD, GROUP
from .api import ApiError, json_body, json_route


class HeartbeatController(http.Controller):
    @json_route("/api/v1/kkt/heartbeat", methods=["POST"], callers=(GROUP,))
    def heartbeat(self):
        """Take the report of the shop whose user calls.

        That user has a right to nothing: what is done here is done for it.
        """
        report = SiteReport.parse(json_body())
        site = request.env["kkt.site"].sudo().search([("user_id", "=", request.env.uid)])
        if not site:
            raise ApiError(403, "forbidden", "No shop reports as this user.")
        if report.time > fields.Datetime.now().replace(tzinfo=UTC) + AHEAD:
            raise ApiError(
                409,
                "report_from_future",
                "The shop's clock is more than 60 s ahead of ours.",
                {"field": "time"},
            )
        if not site._receive(report):
            raise ApiError(
                409,
                "stale_report",
                f"Report {site.number} was received already, or a later one than this.",
                {"field": "number"},
            )
        return 200, {"status": "accepted", "number": report.number}
