"""The operator behind HTTP: JSON over a connection that is kept alive."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError

from .message import OfdMessage
from .transport import Answer, Broken, ConnectFailed, TimedOut, Transport, TransportError

ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer that are read; an acknowledgement needs a few hundred."""
_CHUNK = 8 * 1024


class HttpTransport(Transport):
    """Posts each message to ``<base_url>/receipts``.

    :param base_url: ``http`` or ``https`` address without the last segment.
    :param token: bearer token; empty sends none.
    :param connect_timeout: seconds to reach the operator.
    :param read_timeout: seconds between two parts of an answer, and for its whole body.
    :param verify: check the certificate; a path names a bundle of trusted authorities.
    :raises ValueError: the address or the token cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str = "",
        connect_timeout: float = 3.0,
        read_timeout: float = 10.0,
        verify: bool | str = True,
    ) -> None:
        self._url = f"{_checked_address(base_url)}/receipts"
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._verify = verify
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        self._session.headers.update(
            {
                "Content-Type": "application/json",
                "Accept": "application/json",
                # A compressed answer could unfold beyond any limit.
                "Accept-Encoding": "identity",
            }
        )

    def send(self, message: OfdMessage) -> Answer:
        """Post one message; redirects are answers, not orders (they would drop the body)."""
        body = message.to_bytes()
        try:
            response = self._session.post(
                self._url,
                data=body,
                headers={"Idempotency-Key": message.idempotency_key},
                timeout=(self._connect_timeout, self._read_timeout),
                allow_redirects=False,
                stream=True,
                # As an argument it wins over REQUESTS_CA_BUNDLE; on the session it would not.
                verify=self._verify,
            )
            with response:
                return Answer(
                    status_code=response.status_code,
                    body=self._read(response),
                    retry_after=parse_retry_after(response.headers),
                )
        except requests.ConnectTimeout as error:
            raise ConnectFailed(f"no connection within {self._connect_timeout:g} s") from error
        except requests.Timeout as error:
            raise TimedOut(f"no answer within {self._read_timeout:g} s") from error
        except requests.ConnectionError as error:
            raise _connection_error(error) from error
        except requests.RequestException as error:
            raise Broken(str(error)) from error

    def close(self) -> None:
        self._session.close()

    def _read(self, response: requests.Response) -> bytes:
        """Read the body up to the limit, all of it within the read time-out."""
        give_up_at = time.monotonic() + self._read_timeout
        body = bytearray()
        while len(body) < ANSWER_LIMIT:
            try:
                chunk = response.raw.read1(_CHUNK)
            except ReadTimeoutError as error:
                raise TimedOut(f"the answer stopped for {self._read_timeout:g} s") from error
            except HTTPError as error:
                raise Broken(f"the answer broke off: {error}") from error
            if not chunk:
                return bytes(body)
            body += chunk
            if time.monotonic() > give_up_at:
                raise TimedOut(f"the answer did not end within {self._read_timeout:g} s")
        # What is left unread would be taken for the next answer: the connection must go.
        response.raw.close()
        return bytes(body[:ANSWER_LIMIT])


class _Bearer(AuthBase):
    """As an auth object the token wins over ~/.netrc, which beats a plain header."""

    def __init__(self, token: str) -> None:
        if not token.isascii() or any(not char.isprintable() for char in token):
            raise ValueError("the OFD token has characters that a header cannot carry")
        self._token = token

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


def _checked_address(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"not an http(s) address of an OFD: {base_url!r}")
    return base_url.rstrip("/")


def _connection_error(error: requests.ConnectionError) -> TransportError:
    """Tell "never reached" from "cut on the way"; a wrong certificate counts as never reached."""
    cause = error.args[0] if error.args else None
    never_reached = isinstance(error, requests.exceptions.ProxyError | requests.exceptions.SSLError)
    if never_reached or isinstance(cause, MaxRetryError):
        return ConnectFailed(str(error))
    return Broken(str(error))
