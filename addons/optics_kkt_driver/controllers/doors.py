"""Who is turned away before a route's handler runs: other methods, and pages of other sites."""

from werkzeug.exceptions import HTTPException

from odoo.http import request

from ..kkt.fiscal.exact import shown
from .refusal import ApiError

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FALLBACK = "no_such_route"
"""Name of the handler of all paths that nothing else serves."""
OTHER_SITES = ("cross-site", "same-site")
"""What browsers say in ``Sec-Fetch-Site`` of a page that is not ours; ``none`` is a person."""


def allowed_methods():
    """Return the methods that the call's path has, as ``Allow`` names them; none where nothing is.

    OPTIONS is among them, since we answer it: Odoo adds it to each route and would run the handler.
    """
    routes = request.env["ir.http"].routing_map().bind_to_environ(request.httprequest.environ)
    path = request.httprequest.path
    return [method for method in METHODS if _is_served(routes, path, method)]


def _is_served(routes, path, method):
    try:
        endpoint, _args = routes.match(path_info=path, method=method)
    except HTTPException:
        return False
    return endpoint.func.__name__ != FALLBACK


def nothing_at(path):
    """Return the answer to a call of a path that nothing serves."""
    return ApiError(404, "not_found", f"There is nothing at {shown(path)}.")


def refuse_foreign_page():
    """Refuse a call that a page of another site makes in somebody's browser.

    A browser sends such calls without asking when they need no header of their own. Where no key is
    asked, they would be as good as the developer's.

    :raises ApiError: 403
    """
    headers = request.httprequest.headers
    origin = headers.get("Origin")
    ours = request.httprequest.host_url.rstrip("/")
    if headers.get("Sec-Fetch-Site") in OTHER_SITES or (origin is not None and origin != ours):
        raise ApiError(403, "foreign_origin", "Pages of other sites may not call this.")
