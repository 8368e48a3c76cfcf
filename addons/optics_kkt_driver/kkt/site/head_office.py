"""The shop's end of a report: one call to the head office's server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..ofd.endpoint import (
    BadSetting,
    MayBeInside,
    check_address,
    check_token,
    is_loopback,
    never,
)
from ..ofd.http import HttpCalls
from ..ofd.transport import Answer, Broken, ConnectFailed, EndpointUnusable, TransportError
from .report import SiteReport

PATH = "api/v1/kkt/heartbeat"
CONNECT_TIMEOUT = 3.0
READ_TIMEOUT = 10.0
"""Seconds. Both together bound the whole call: a hung head office holds no job for longer."""
TOLD_BY_CODE = ("stale_report", "report_from_future", "unknown_database")
TOLD_BY_STATUS = {401: "unauthorized", 403: "forbidden", 404: "not_found"}


@dataclass(frozen=True, slots=True)
class Told:
    """How a report fared. `reason` is empty where head office has taken it."""

    reason: str = ""
    """A code: words are found by whoever knows the reader's language."""
    detail: str = ""
    """For the log: in English, perhaps in words of others."""


def check_head_office(address: str, may_be_inside: MayBeInside = never) -> str:
    """Return the address without its last slash.

    :raises BadSetting: nothing may be reported to it. Only what does not leave this machine may go
        unencrypted, where an address may be inside at all: the token must not be read on the way
    """
    checked = check_address(address, may_be_inside)
    parts = urlsplit(checked)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (is_loopback(host) and may_be_inside(host)):
        raise BadSetting("https_only")
    return checked


class HeadOffice:
    """Where a shop's server reports to.

    :param address: ``https`` address of head office's Odoo, without a path of the API
    :param token: API key of the shop's user there
    :param database: name of its database where that server has several; else empty
    :raises BadSetting: the address or the token cannot be used
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        database: str = "",
        verify: bool | str = True,
        may_be_inside: MayBeInside = never,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        self._server = HttpCalls(
            check_head_office(address, may_be_inside),
            token=token,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            verify=verify,
            may_be_inside=may_be_inside,
        )
        # Odoo's own header, which chooses a database before anything else is looked at.
        self._headers = {"X-Odoo-Database": check_token(database)} if database else {}

    def tell(self, report: SiteReport) -> Told:
        """Post one report. Nothing is tried twice: the next one says more than this."""
        body = json.dumps(report.to_json(), ensure_ascii=False).encode()
        try:
            return _read(self._server.post(PATH, body, self._headers))
        except TransportError as error:
            return Told(_reason(error), f"{error} {error.detail}".strip())
        finally:
            self._server.close()


def _reason(error: TransportError) -> str:
    if isinstance(error, EndpointUnusable):
        return "unusable"
    if isinstance(error, ConnectFailed):
        return "not_reached"
    return "broken" if isinstance(error, Broken) else "silent"


def _read(answer: Answer) -> Told:
    if answer.status_code == 200 and _part(answer, "status") == "accepted":
        return Told()
    detail = f"HTTP {answer.status_code}"
    code = _part(answer, "error", "code")
    if code in TOLD_BY_CODE:
        return Told(code, detail)
    return Told(TOLD_BY_STATUS.get(answer.status_code, "refused"), detail)


def _part(answer: Answer, *path: str) -> str:
    """Return a text of the answer's JSON; empty where it has none there."""
    try:
        part = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    for name in path:
        part = part.get(name) if isinstance(part, dict) else None
    return part if isinstance(part, str) else ""
