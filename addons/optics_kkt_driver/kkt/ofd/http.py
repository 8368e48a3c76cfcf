"""The operator behind HTTP: JSON over a connection that is kept alive."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError

from .checked import CheckedAdapter
from .endpoint import BadSetting, MayBeInside, check_address, check_proxy, check_token, never
from .message import OfdMessage
from .transport import (
    Answer,
    Broken,
    ConnectFailed,
    EndpointUnusable,
    TimedOut,
    Transport,
    TransportError,
)

EMULATOR_HEADER = "X-OFD-Emulator"
"""By it an answer says that no operator gives it. Nothing that it takes has been delivered."""
ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer that are read; an acknowledgement needs a few hundred."""
_CHUNK = 8 * 1024


class HttpCalls:
    """Calls with JSON to one server.

    :param url: ``http`` or ``https`` address that the paths of calls are put to.
    :param token: bearer token; empty sends none.
    :param connect_timeout: seconds to reach the operator.
    :param read_timeout: seconds between two parts of an answer. No exchange lasts longer than both
        time-outs together, whatever drips; only the system's look-up of a name is not bounded.
    :param verify: check the certificate; a path names a bundle of trusted authorities.
    :param proxy: ``http`` or ``https`` address of a proxy, for an ``https`` operator only.
    :param may_be_inside: which hosts may have loopback and private addresses.
    :param may_be_emulator: take the answers of an OFD emulator, which count for nothing in law.
    :raises BadSetting: the address, the token or the proxy cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        connect_timeout: float = 3.0,
        read_timeout: float = 10.0,
        verify: bool | str = True,
        proxy: str = "",
        may_be_inside: MayBeInside = never,
        may_be_emulator: bool = False,
    ) -> None:
        self._url = check_address(url, may_be_inside)
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._verify = verify
        self._may_be_emulator = may_be_emulator
        self._session = requests.Session()
        # Neither proxies nor credentials of whoever started the server.
        self._session.trust_env = False
        self._adapter = CheckedAdapter(may_be_inside)
        self._session.mount("http://", self._adapter)
        self._session.mount("https://", self._adapter)
        if check_proxy(proxy, url):
            self._session.proxies = {"https": proxy}
        self._session.auth = _Bearer(token)
        self._session.headers.update(
            {
                "Content-Type": "application/json",
                "Accept": "application/json",
                # A compressed answer could unfold beyond any limit.
                "Accept-Encoding": "identity",
            }
        )

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post one body; redirects are answers, not orders (they would drop the body).

        :raises TransportError: no answer came
        """
        timeouts = (self._connect_timeout, self._read_timeout)
        with self._within(sum(timeouts)):
            return self._call("POST", path, timeouts, data=body, headers=dict(headers))

    def is_there(self, path: str, within: float) -> bool:
        """Tell whether whatever answer to a GET comes within so many seconds."""
        try:
            with self._within(within):
                self._call("GET", path, (within, within))
        except TransportError:
            return False
        return True

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """Cut the exchange off when it lasts longer: time-outs of a socket are of one packet each.

        :raises TimedOut: that was done
        """
        is_cut = threading.Event()

        def cut() -> None:
            is_cut.set()
            self._adapter.cut()

        timer = threading.Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except TransportError:
            if not is_cut.is_set():
                raise
        finally:
            timer.cancel()
            timer.join()
        if is_cut.is_set():
            raise TimedOut(f"no whole answer within {seconds:g} s")

    def _call(self, method: str, path: str, timeouts: tuple[float, float], **said: Any) -> Answer:
        connect_timeout, read_timeout = timeouts
        try:
            response = self._session.request(
                method,
                f"{self._url}/{path}",
                timeout=timeouts,
                allow_redirects=False,
                stream=True,
                verify=self._verify,
                **said,
            )
            with response:
                if EMULATOR_HEADER in response.headers and not self._may_be_emulator:
                    raise EndpointUnusable("it is an emulator of an OFD, not an operator")
                return Answer(
                    status_code=response.status_code,
                    body=self._read(response, read_timeout),
                    retry_after=parse_retry_after(response.headers),
                )
        except requests.ConnectTimeout as error:
            raise ConnectFailed(f"no connection within {connect_timeout:g} s") from error
        except requests.Timeout as error:
            raise TimedOut(f"no answer within {read_timeout:g} s") from error
        except requests.ConnectionError as error:
            raise _connection_error(error) from error
        except BadSetting as error:
            raise EndpointUnusable(str(error)) from error
        except ValueError as error:
            # requests and urllib3 say so of addresses and headers that they cannot use.
            raise EndpointUnusable("its settings cannot be used", str(error)) from error
        except (requests.RequestException, HTTPError) as error:
            raise Broken("the exchange broke off", str(error)) from error

    def close(self) -> None:
        self._session.close()

    def _read(self, response: requests.Response, read_timeout: float) -> bytes:
        """Read the body up to the limit."""
        body = bytearray()
        while len(body) < ANSWER_LIMIT:
            try:
                chunk = response.raw.read1(_CHUNK)
            except ReadTimeoutError as error:
                raise TimedOut(f"the answer stopped for {read_timeout:g} s") from error
            except HTTPError as error:
                raise Broken("the answer broke off", str(error)) from error
            if not chunk:
                return bytes(body)
            body += chunk
        # What is left unread would be taken for the next answer: the connection must go.
        response.raw.close()
        return bytes(body[:ANSWER_LIMIT])


class HttpTransport(Transport):
    """Posts each message to ``<base_url>/receipts``.

    :param base_url: ``http`` or ``https`` address without the last segment.
    :param options: those of :class:`HttpCalls`.
    :raises BadSetting: the address, the token or the proxy cannot be used.
    """

    def __init__(self, base_url: str, *, may_be_inside: MayBeInside = never, **options: Any):
        self._http = HttpCalls(base_url, may_be_inside=may_be_inside, **options)

    def send(self, message: OfdMessage) -> Answer:
        headers = {"Idempotency-Key": message.idempotency_key}
        return self._http.post("receipts", message.to_bytes(), headers)

    def is_there(self, within: float) -> bool:
        """Ask ``<base_url>/health``; an operator that has no such thing says so, and is there."""
        return self._http.is_there("health", within)

    def close(self) -> None:
        self._http.close()


class _Bearer(AuthBase):
    """Puts the token on; as an auth object it is in no list of headers that could be shown."""

    def __init__(self, token: str) -> None:
        self._token = check_token(token)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def parse_retry_after(headers: CaseInsensitiveDict[str]) -> float | None:
    """Seconds to wait by Retry-After (RFC 9110 §10.2.3), never negative; None when unreadable.

    A date is read against the operator's own Date header: only their clock knows what they meant.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit() and len(value) <= 9:
        return float(value)
    try:
        until = parsedate_to_datetime(value)
        said_at = parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (until - said_at).total_seconds())
    except (TypeError, ValueError):
        return None


def _connection_error(error: requests.ConnectionError) -> TransportError:
    """Tell "never reached" from "cut on the way"; a wrong certificate counts as never reached."""
    cause = error.args[0] if error.args else None
    if isinstance(error, requests.exceptions.ProxyError):
        return ConnectFailed("the proxy does not lead there", str(error))
    if isinstance(error, requests.exceptions.SSLError):
        return ConnectFailed("its certificate or encryption is not accepted", str(error))
    if isinstance(cause, MaxRetryError):
        return ConnectFailed("no connection", str(error))
    return Broken("the connection was cut", str(error))
