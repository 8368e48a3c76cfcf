"""One HTTP exchange with ATOL Web Requests (API v2): bounded in time and size, and checked.

Three ends are told apart, for the sake of the request that signs: it never reached the server
(:class:`~..errors.Unreachable`), the server said no (:class:`Rejected`), or it left us and no
answer that can be read came back (:class:`~..errors.NoAnswer`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from ssl import SSLCertVerificationError
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NewConnectionError,
)

from ..errors import NoAnswer, Refused, Unreachable
from ..trace import Trace
from .codes import refusal
from .json_text import NotJson, read_object, written
from .told import told

CONNECT_TIMEOUT = 3.0
"""Seconds to reach the server."""
READ_TIMEOUT = 10.0
"""Seconds: a question waits for the task that is being printed."""
ANSWER_LIMIT = 4 * 1024 * 1024
"""Bytes; the longest answer is a document of 32 KiB told tag by tag."""
API = "/api/v2"
_CHUNK = 64 * 1024
_REMEDIES = {
    401: "Проверьте имя и пароль для ATOL Web Requests.",
    403: "Проверьте имя и пароль для ATOL Web Requests.",
    404: "Проверьте адрес и код устройства (deviceID).",
    409: "Проверьте, включена ли касса в ATOL Web Requests.",
}


class Rejected(Refused):
    """The server answered no; `status` is HTTP's. What was asked is not done."""

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        error = answer.get("error")
        error = error if isinstance(error, Mapping) else {}
        code, words = error.get("code"), error.get("description")
        refused = refusal(
            code if isinstance(code, int) else 505, words if isinstance(words, str) else ""
        )
        remedy = refused.remedy or _REMEDIES.get(status, "")
        super().__init__(refused.message, code=str(code or status), remedy=remedy)
        self.status = status


class WebRequests:
    """The server's calls. Not thread-safe, as the driver that owns it.

    :param address: ``http://host:16732`` or https, with or without ``/api/v2``.
    :param user: for Basic authentication; empty with an empty password sends none.
    :param device_id: ``deviceID`` of the till; empty means the server's default one.
    :param ca_file: bundle of authorities to trust instead of the system's.
    :param read_timeout: seconds for a whole answer.
    :param adapter: stands in for the network.
    :raises Refused: the address cannot be used.
    """

    def __init__(
        self,
        address: str,
        *,
        user: str = "",
        password: str = "",
        device_id: str = "",
        ca_file: str = "",
        read_timeout: float = READ_TIMEOUT,
        trace: Trace | None = None,
        adapter: BaseAdapter | None = None,
    ) -> None:
        self._base = _checked_address(address)
        self._read_timeout = read_timeout
        self._query = f"?deviceID={quote(device_id, safe='')}" if device_id else ""
        self._trace = trace
        self._session = requests.Session()
        # A till stands on the shop's own network: no proxy and no .netrc of ours has a say.
        self._session.trust_env = False
        self._session.verify = ca_file or True
        if user or password:
            self._session.auth = HTTPBasicAuth(user.encode(), password.encode())
        # A compressed answer could unfold beyond any limit.
        self._session.headers.update({"Accept": "application/json", "Accept-Encoding": "identity"})
        if adapter is not None:
            self._session.mount(f"{urlsplit(self._base).scheme}://", adapter)

    def post(self, uuid: str, tasks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Put a request into the queue. Raises NoAnswer when nobody knows whether it is there."""
        return self._call("POST", "/requests", {"uuid": uuid, "request": list(tasks)})

    def get(self, uuid: str) -> dict[str, Any] | None:
        """What became of a request; None when the server has none of this number."""
        try:
            return self._asked("GET", f"/requests/{uuid}")
        except Rejected as error:
            if error.status == 404:
                return None
            raise

    def delete(self, uuid: str) -> bool:
        """Take back a request that waits; False when it does not, or there is none.

        Silence raises NoAnswer: it may be taken back or not.
        """
        try:
            self._call("DELETE", f"/requests/{uuid}", body_matters=False)
        except Rejected as error:
            if error.status in (404, 409):
                return False
            raise
        return True

    def query(self, name: str) -> dict[str, Any]:
        """A question beside the queue, such as ``queryFnStatus``."""
        return self._asked("POST", f"/operations/{name}")

    def queue(self) -> dict[str, Any]:
        """How the queue stands: ``isBlocked``, ``blockReason``."""
        return self._asked("GET", "/getRequestsQueueStatus")

    def close(self) -> None:
        self._session.close()

    def _asked(self, method: str, path: str) -> dict[str, Any]:
        """A question changes nothing, so a lost answer is only a link that failed."""
        try:
            return self._call(method, path)
        except NoAnswer as error:
            raise Unreachable(error.message) from error

    def _call(
        self, method: str, path: str, content: Any = None, *, body_matters: bool = True
    ) -> dict[str, Any]:
        body = b"" if content is None else written(content).encode()
        self._note(True, f"{method} {path}", content, body)
        status, answer = self._exchange(method, path, body)
        try:
            data: dict[str, Any] | None = read_object(answer)
        except NotJson as error:
            data, why = None, str(error)
        self._note(False, f"HTTP {status}", data, answer)
        if 200 <= status < 300:
            if data is None and body_matters:
                raise NoAnswer(f"the server's answer cannot be read: {why}")
            return data or {}
        if 400 <= status < 500 and status != 408:
            raise Rejected(status, data or {})
        raise NoAnswer(f"the server answered HTTP {status}")

    def _exchange(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        try:
            response = self._session.request(
                method,
                f"{self._base}{path}{self._query}",
                data=body or None,
                headers={"Content-Type": "application/json; charset=utf-8"} if body else None,
                timeout=(CONNECT_TIMEOUT, self._read_timeout),
                allow_redirects=False,
                stream=True,
            )
            with response:
                return response.status_code, _read(response, self._read_timeout)
        except requests.ConnectTimeout as error:
            raise Unreachable(f"no connection within {CONNECT_TIMEOUT:g} s") from error
        except requests.Timeout as error:
            raise NoAnswer(f"no answer within {self._read_timeout:g} s") from error
        except requests.ConnectionError as error:
            raise _connection_error(error) from error
        except (requests.RequestException, HTTPError) as error:
            raise NoAnswer(f"the answer broke off: {error}") from error

    def _note(self, sent: bool, line: str, content: Any, raw: bytes) -> None:
        if self._trace is not None:
            self._trace.note(sent, f"{line} {told(content)}".rstrip(), line.encode() + b"\n" + raw)


def _read(response: requests.Response, limit: float) -> bytes:
    """The body up to the size limit, all of it within `limit` seconds. Raises NoAnswer."""
    give_up_at = time.monotonic() + limit
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK):
        body += chunk
        if len(body) > ANSWER_LIMIT:
            # What is left unread would be taken for the next answer: the connection must go.
            response.raw.close()
            raise NoAnswer(f"the server's answer is longer than {ANSWER_LIMIT} bytes")
        if time.monotonic() > give_up_at:
            response.raw.close()
            raise NoAnswer(f"the answer did not end within {limit:g} s")
    return bytes(body)


def _connection_error(error: requests.ConnectionError) -> NoAnswer | Unreachable:
    """Tell "never reached" from "cut on the way"; what cannot be told may have been sent."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    certificate = getattr(reason, "args", ()) or (None,)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError) or isinstance(
        certificate[0], SSLCertVerificationError
    ):
        return Unreachable(f"the server cannot be reached: {reason}")
    return NoAnswer(f"the connection was cut: {error}")


def _checked_address(address: str) -> str:
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise refusal(
            13, f"Адрес ATOL Web Requests: {address!r}", "Пример: http://192.168.1.5:16732"
        )
    return address.strip().rstrip("/").removesuffix(API) + API
