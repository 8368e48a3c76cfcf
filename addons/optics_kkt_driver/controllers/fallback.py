from odoo import http
from odoo.http import request

from .api import ApiError, json_route
from .doors import allowed_methods, nothing_at


class FallbackController(http.Controller):
    """Answer in JSON what no other route of the API takes."""

    @json_route(
        *("/v1", "/api/v1", "/ofd/v1"),
        *("/v1/<path:path>", "/api/v1/<path:path>", "/ofd/v1/<path:path>"),
    )
    def no_such_route(self, path=""):
        allowed = allowed_methods()
        if allowed:
            raise ApiError(
                405,
                "method_not_allowed",
                f"{request.httprequest.method} is not possible here.",
                {"allowed": allowed},
                {"Allow": ", ".join(allowed)},
            )
        raise nothing_at(request.httprequest.path)
