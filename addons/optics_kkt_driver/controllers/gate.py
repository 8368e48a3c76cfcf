"""The API's own paths, before Odoo has a database, a user or a route for them.

Odoo takes a connection before it looks for the route. Where it gets none, its default dispatcher
answers, or routes are served without a database: both end in pages that say 500. So its requests
are patched: those to our prefixes have our dispatcher from the start, which answers in JSON.
"""

import logging
import re
from collections import Counter

from werkzeug.serving import WSGIRequestHandler

from odoo import http

from .api import OUTAGES, TOLD_TWICE, JsonApiDispatcher, outage
from .doors import nothing_at
from .refusal import ApiError

OURS = re.compile(r"/+(?:(?:(?:api|ofd)/+)?v1(?:/|\Z)|metrics\Z)", re.IGNORECASE)
EXACT = re.compile(r"/(?:(?:(?:api|ofd)/)?v1(?:/[^/\n]+)*/?|metrics)\Z")
"""Ours as they are written: other letters, slashes in a row and line breaks, which no route takes,
would end in a page of Odoo's."""


def is_ours(request):
    """Tell whether a call is to the API, which has no pages."""
    return bool(OURS.match(request.httprequest.path))


def is_exact(request):
    return bool(EXACT.match(request.httprequest.path))


def no_database(request):
    """Return the answer to a call for which Odoo has chosen no database."""
    named = request.httprequest.headers.get("X-Odoo-Database")
    host = request.httprequest.environ.get("HTTP_HOST", "")
    if named and not http.db_filter([named], host=host):
        return ApiError(
            404, "unknown_database", "X-Odoo-Database names no database of this server."
        )
    return outage("No database answers, or several could: X-Odoo-Database names one.")


def _patch_beginning():
    """Give our calls our dispatcher at once, instead of when their route is known."""
    init, post_init = http.Request.__init__, http.Request._post_init

    def init_with_dispatcher(self, httprequest):
        init(self, httprequest)
        if is_ours(self):
            self.dispatcher = JsonApiDispatcher(self)

    def post_init_told_in_a_line(self):
        try:
            post_init(self)
        except OUTAGES as error:
            # Looking for the database failed. Our dispatcher answers and says so in a line; Odoo
            # would log a traceback for each of the calls that are too many.
            if is_ours(self):
                error.loglevel = logging.INFO
            raise

    http.Request.__init__ = init_with_dispatcher
    http.Request._post_init = post_init_told_in_a_line


def _patch_serving():
    """Answer ourselves where Odoo has no connection, or serves without a database."""
    serve_db, serve_nodb = http.Request._serve_db, http.Request._serve_nodb

    def serve_db_or_answer(self):
        if is_ours(self) and not is_exact(self):
            return self.dispatcher.respond(nothing_at(self.httprequest.path))
        try:
            return serve_db(self)
        except OUTAGES as error:
            if not isinstance(self.dispatcher, JsonApiDispatcher):
                raise
            return getattr(error, "error_response", None) or self.dispatcher.handle_error(error)

    def serve_nodb_or_answer(self):
        if is_ours(self):
            return self.dispatcher.respond(no_database(self))
        return serve_nodb(self)

    http.Request._serve_db = serve_db_or_answer
    http.Request._serve_nodb = serve_nodb_or_answer


def _patch_reading():
    """Remember which headers came twice: WSGI joins them, and two keys would be a third one."""
    make_environ = WSGIRequestHandler.make_environ

    def make_environ_noting(self):
        counts = Counter(name.lower() for name in self.headers)
        twice = frozenset(name for name, count in counts.items() if count > 1)
        return {**make_environ(self), TOLD_TWICE: twice}

    WSGIRequestHandler.make_environ = make_environ_noting


def install():
    _patch_reading()
    _patch_beginning()
    _patch_serving()
