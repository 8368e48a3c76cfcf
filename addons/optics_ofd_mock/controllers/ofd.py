import socket
import time
from decimal import Decimal

from odoo import http
from odoo.http import request

from odoo.addons.optics_kkt_driver.controllers.api import json_body, json_route
from odoo.addons.optics_kkt_driver.controllers.doors import nothing_at, refuse_foreign_page
from odoo.addons.optics_kkt_driver.kkt.ofd.http import EMULATOR_HEADER
from odoo.addons.optics_kkt_driver.kkt.virtual.ofd import OfdEmulator

from ..settings import is_on
from ..store import PostgresOfdStore


class OfdMockController(http.Controller):
    """The emulator's door; decisions are its core's."""

    @json_route("/ofd/v1/receipts", methods=["POST"])
    def receive(self):
        emulator = _emulator()
        headers = request.httprequest.headers
        said = emulator.answer(request.httprequest.get_data(), headers.get("Idempotency-Key", ""))
        time.sleep(said.delay)
        if said.cut:
            _hang_up()
        more = [("Retry-After", str(said.retry_after))] if said.retry_after else []
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            (EMULATOR_HEADER, "1"),
            *more,
        ]
        return request.make_response(said.body, headers, status=said.status_code)

    @json_route("/ofd/v1/receipts", methods=["GET"])
    def list_receipts(self):
        return _emulator().list_receipts()

    @json_route("/ofd/v1/health", methods=["GET"])
    def health(self):
        return _emulator().health()

    @json_route("/ofd/v1/admin/set-failure", methods=["POST"])
    def set_failure(self):
        return _emulator().set_failure(_failure_settings())

    @json_route("/ofd/v1/admin/set-success", methods=["POST"])
    def set_success(self):
        return _emulator().set_success()

    @json_route("/ofd/v1/admin/reset", methods=["POST"])
    def reset(self):
        return _emulator().reset()


def _emulator():
    """Return the emulator of this database.

    :raises ApiError: 404 while it is off, 403 for pages of other sites
    """
    if not is_on():
        raise nothing_at(request.httprequest.path)
    refuse_foreign_page()
    return OfdEmulator(PostgresOfdStore(request.env.registry))


def _hang_up():
    """Close the caller's connection: whatever is answered after this reaches nobody."""
    # Odoo hides the socket from `httprequest.environ` and takes it from here itself, for its bus.
    connection = request.httprequest._HTTPRequest__environ.get("socket")
    if connection:
        connection.shutdown(socket.SHUT_RDWR)


def _failure_settings():
    """Return the call's settings; a call without a body asks for the plain permanent failure."""
    if not request.httprequest.content_length:
        return {}
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in json_body().items()
    }
