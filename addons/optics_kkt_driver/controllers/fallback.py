from werkzeug.exceptions import HTTPException

from odoo import http
from odoo.http import request

from .api import ApiError, json_route

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class FallbackController(http.Controller):
    """Answer in JSON what no other route of the API takes."""

    @json_route("/v1/<path:path>", "/api/v1/<path:path>", "/ofd/v1/<path:path>")
    def no_such_route(self, path):
        allowed = self._allowed_methods()
        if allowed:
            raise ApiError(
                405,
                "method_not_allowed",
                f"{request.httprequest.method} is not possible here.",
                {"allowed": allowed},
                {"Allow": ", ".join(allowed)},
            )
        raise ApiError(404, "not_found", f"There is nothing at {request.httprequest.path}.")

    def _allowed_methods(self):
        routes = request.env["ir.http"].routing_map().bind_to_environ(request.httprequest.environ)
        path = request.httprequest.path
        return [method for method in METHODS if self._is_served(routes, path, method)]

    def _is_served(self, routes, path, method):
        try:
            endpoint, _args = routes.match(path_info=path, method=method)
        except HTTPException:
            return False
        return endpoint.func.__name__ != "no_such_route"
