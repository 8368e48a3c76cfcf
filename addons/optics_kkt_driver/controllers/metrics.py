from prometheus_client.exposition import choose_encoder

from odoo import http
from odoo.http import request

from ..models.kkt_metrics import Seen
from .api import API_GROUPS, json_route, of_callers_companies

CALLERS = ("optics_kkt_driver.group_kkt_monitoring", *API_GROUPS)


class MetricsController(http.Controller):
    @json_route("/metrics", methods=["GET"], readonly=True, callers=CALLERS)
    def metrics(self):
        """Give the metrics of the caller's companies, in the format that Prometheus asks for."""
        ours, env = of_callers_companies(), request.env(su=True)
        seen = Seen(
            env["kkt.device"].with_context(active_test=False).search(ours),
            env["fiscal.ofd"].search(ours),
            env["kkt.site"].search(ours),
        )
        encode, content_type = choose_encoder(request.httprequest.headers.get("Accept", ""))
        body = encode(env["kkt.metrics"]._registry(seen))
        return request.make_response(body, [("Content-Type", content_type)])
