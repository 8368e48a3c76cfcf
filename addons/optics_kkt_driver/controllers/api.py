"""JSON in, JSON out, whatever happens: the dispatcher and the door of all machine routes.

A route is declared with :func:`json_route`; its handler returns ``(status, body)`` or raises
:class:`ApiError`. Every other end (401, 404, 405, a crash) is JSON as well, which Odoo's own
dispatchers would answer with an HTML page.
"""

import json
import logging
from operator import attrgetter

from psycopg2 import InterfaceError, OperationalError
from psycopg2.extensions import TransactionRollbackError

from odoo import http
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.http import RegistryError, request
from odoo.sql_db import PoolError
from odoo.tools import config

from ..kkt.fiscal.document import InvalidDocument
from ..kkt.fiscal.exact import json_fraction, shown
from ..kkt.fiscal.jsonio import check_outside, is_storable, json_members
from ..kkt.ofd.endpoint import is_loopback
from ..lane.cursor import is_cut_off
from ..settings import is_development
from .doors import allowed_methods, refuse_foreign_page
from .refusal import RETRY_AFTER, ApiError, refusal

_logger = logging.getLogger(__name__)

BODY_LIMIT = 1024 * 1024
"""Bytes of a request's body; a receipt of 100 lines needs a tenth of it."""
LONGEST_INTEGER = 1000
"""Digits of a number that is read as one."""
FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
API_GROUPS = ("optics_kkt_driver.group_kkt_api", "optics_kkt_driver.group_fiscal_manager")
"""Whoever is in one of them may make a call that names no group of its own."""

TOLD_TWICE = "optics_kkt_driver.told_twice"
"""In the environment of a request: its headers that came more than once, in lower case."""
OVERLOADED = (PoolError, ConcurrencyError, TransactionRollbackError)
OUTAGES = (*OVERLOADED, OperationalError, InterfaceError, RegistryError)
"""The database's fault, or ours for asking too much of it: the same call may pass in a moment."""
HEALTH = "/v1/health"
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    # Odoo's own answers have it, but not those that end before a route is known.
    "X-Content-Type-Options": "nosniff",
}


def json_route(*paths, callers=API_GROUPS, **routing):
    """Declare a machine route: key or loopback rule, no session, no CSRF token.

    :param callers: XML ids of the groups of whom one lets a caller in
    """
    return http.route(
        list(paths),
        type=JsonApiDispatcher.routing_type,
        auth="none",
        csrf=False,
        readonly=routing.pop("readonly", False),
        save_session=False,
        max_content_length=BODY_LIMIT,
        callers=callers,
        **routing,
    )


class JsonApiDispatcher(http.Dispatcher):
    """Serve :func:`json_route` routes."""

    routing_type = "kkt_json"
    mimetypes = ("application/json",)

    @classmethod
    def is_compatible_with(cls, request):
        return True

    def dispatch(self, endpoint, args):
        """Let the caller in, call the handler, turn every end into JSON.

        The database's errors pass: after some of them Odoo runs the request again. OPTIONS asks for
        nothing to be done and names no key: a browser's question before a call of another site ends
        here, unallowed.
        """
        self.request.params = dict(args)
        if self.request.httprequest.method == "OPTIONS" and (allowed := allowed_methods()):
            return self.request.make_response(b"", [("Allow", ", ".join(allowed))], status=204)
        try:
            _authenticate(endpoint.routing["callers"])
            answer = self.request.registry["ir.http"]._dispatch(endpoint)
        except OUTAGES:
            raise
        except Exception as error:
            self.request.env.cr.rollback()
            return self.respond(_as_api_error(error))
        if isinstance(answer, http.Response):
            return answer
        status, body = answer
        return self.request.make_json_response(body, status=status)

    def handle_error(self, exc):
        return self.respond(_as_api_error(exc))

    def respond(self, error):
        """Return the answer that an :class:`ApiError` is; needs neither database nor session."""
        told = {"code": error.code, "message": error.message, "details": error.details}
        body = {"error": told}
        if error.code in OUTAGE_CODES and self.request.httprequest.path.rstrip("/") == HEALTH:
            database = {"status": "unhealthy"}
            body = {"status": "unhealthy", "components": {"database": database}, **body}
        text = json.dumps(body, ensure_ascii=False)
        return self.request.make_response(
            # What is quoted of a call may be no character: it goes out as JSON escapes it.
            text.encode(errors="backslashreplace"),
            [*HEADERS.items(), *error.headers.items()],
            status=error.status,
        )


def _as_api_error(error):
    """Turn any exception into an answer; the unexpected ones are logged, not told."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, InvalidDocument):
        return refusal(error)
    if isinstance(error, AccessError):
        return ApiError(403, "forbidden", str(error))
    if isinstance(error, UserError):
        return ApiError(getattr(error, "http_status", 422), "refused", str(error))
    if isinstance(error, OUTAGES) or is_cut_off(error):
        _logger.warning("No connection for %s: %r", shown(request.httprequest.path), error)
        if isinstance(error, OVERLOADED):
            return outage("Too many calls at once; repeat.", "overloaded")
        return outage("The database does not answer; repeat.")
    code = getattr(error, "code", None)
    if isinstance(code, int):
        name = NAMES_OF_STATUS.get(code, "http_error")
        return ApiError(code, name, getattr(error, "description", "") or str(error))
    _logger.exception("Error in %s", shown(request.httprequest.path))
    return ApiError(500, "internal_error", "Internal error; see the server's log.")


NAMES_OF_STATUS = {404: "not_found", 413: "too_large"}
"""Of refusals by the server itself."""
OUTAGE_CODES = ("overloaded", "unavailable")


def outage(message, code="unavailable"):
    """Return the answer to a call that nobody could look at; it may be repeated as it is."""
    return ApiError(503, code, message, headers=RETRY_AFTER)


def _authenticate(callers):
    """Put the caller's user into the environment, or refuse."""
    token = _bearer_token()
    if token:
        uid = request.env["res.users.apikeys"]._check_credentials(scope="rpc", key=token)
        if not uid:
            raise _unauthorized("The API key is not valid.")
    elif is_trusted_loopback():
        refuse_foreign_page()
        uid = request.env.ref("optics_kkt_driver.user_kkt_api").id
    else:
        raise _unauthorized("Authorization: Bearer <API key> is required.")
    user = request.env["res.users"].sudo().browse(uid)
    if not any(user.has_group(group) for group in callers):
        group = request.env.ref(callers[0]).sudo().with_context(lang="en_US").name
        raise ApiError(403, "forbidden", f"The caller is not in the group {group}.")
    request.update_env(user=uid)


def _unauthorized(message):
    return ApiError(401, "unauthorized", message, headers={"WWW-Authenticate": "Bearer"})


def _bearer_token():
    scheme, _space, token = request.httprequest.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_trusted_loopback():
    """Tell whether this call may come in without a key: development on one machine only."""
    headers = request.httprequest.headers
    return (
        config.get("kkt_api_anonymous") == "loopback"
        and is_development()
        and not config["proxy_mode"]
        and is_loopback(config["http_interface"] or "0.0.0.0")  # noqa: S104 - Odoo's default
        and is_loopback(request.httprequest.remote_addr or "")
        and is_loopback(request.httprequest.host.rsplit(":", 1)[0].strip("[]"))
        and not any(header in headers for header in FORWARDING_HEADERS)
    )


def json_body():
    """Return the request's body, a JSON object; numbers with a point are Decimals.

    :raises ApiError: 415, 400, 422 (see ``check_outside``)
    """
    if request.httprequest.mimetype != "application/json":
        raise ApiError(
            415,
            "unsupported_media_type",
            "Content-Type must be application/json.",
            {"field": "Content-Type"},
        )
    try:
        body = json.loads(
            request.httprequest.get_data(),
            parse_float=json_fraction,
            parse_int=_whole_number,
            parse_constant=_no_constant,
            object_pairs_hook=json_members,
        )
    except (ValueError, RecursionError) as error:
        raise ApiError(
            400, "bad_json", f"The body is not JSON: {error}", {"field": "body"}
        ) from error
    if not isinstance(body, dict):
        raise ApiError(400, "bad_json", "The body must be a JSON object.", {"field": "body"})
    try:
        check_outside(body)
    except InvalidDocument as invalid:
        # These are paths in the call, whatever stands there.
        raise refusal(invalid, attrgetter("field")) from invalid
    return body


def _whole_number(text):
    # Python makes no integer of thousands of digits; which field has it is told by who reads it.
    return int(text) if len(text) <= LONGEST_INTEGER else json_fraction(text)


def _no_constant(name):
    raise ValueError(f"{name} is not a JSON number")


def idempotency_key():
    """Return the call's key.

    :raises ApiError: 400 when it is missing or too long
    """
    key = _header_as_utf8("X-Idempotency-Key")
    if not 1 <= len(key) <= 255 or not is_storable(key):
        raise ApiError(
            400,
            "idempotency_key_required",
            "The header X-Idempotency-Key is required once, 1 to 255 characters in UTF-8.",
            {"field": "X-Idempotency-Key"},
        )
    return key


def _header_as_utf8(name):
    """Return a header's text; empty where it is told twice, or no UTF-8. (WSGI says Latin-1.)"""
    if name.lower() in request.httprequest.environ.get(TOLD_TWICE, ()):
        return ""
    told = request.httprequest.headers.get(name, "").strip(" \t")
    try:
        # Blanks of Latin-1 are parts of letters: "Р" ends with 0xA0, "х" with 0x85.
        return told.encode("latin-1").decode()
    except UnicodeError:
        return ""


def asked_for(name, told):
    """Return what a call asks for, in its path or, where that cannot hold it, as an argument.

    :raises ApiError: 422 when neither tells it
    """
    told = told or request.httprequest.args.get(name)
    if not told:
        raise ApiError(422, "invalid_request", f"{name}: is required.", {"field": name})
    return told


def of_callers_companies():
    """Return the domain of records that this caller may see: those of his companies.

    The user of calls without a key (development only) belongs to no company and sees all.
    """
    user = request.env.user
    if user == request.env.ref("optics_kkt_driver.user_kkt_api"):
        return []
    return [("company_id", "in", user.company_ids.ids)]


def callers_devices(*conditions):
    """Return the tills that this caller may see, in superuser mode."""
    return request.env["kkt.device"].sudo().search([*of_callers_companies(), *conditions])


def find_device(code):
    """Return the till with this code among those that the caller may see.

    :raises ApiError: 422 when there is none, or more than one
    """
    is_code = isinstance(code, str) and is_storable(code)
    devices = is_code and callers_devices(("code", "=", code))
    if not devices:
        raise ApiError(422, "unknown_till", f"There is no till {shown(code)}.", {"field": "pos_id"})
    if len(devices) > 1:
        message = f"Several companies have a till {code}."
        raise ApiError(422, "ambiguous_till", message, {"field": "pos_id"})
    return devices.with_company(devices.company_id)
