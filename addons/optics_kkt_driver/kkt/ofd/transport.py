"""The seam between "send this document" and the wire that carries it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

from .message import OfdMessage


@dataclass(frozen=True, slots=True)
class Answer:
    """What the operator said, before anybody judged it."""

    status_code: int
    body: bytes
    """At most the transport's limit; the rest is not read."""
    retry_after: float | None = None
    """Seconds that the operator asks us to wait (header Retry-After)."""


class TransportError(Exception):
    """No answer came. The document may have arrived all the same.

    :param text: in words of ours, for all who see the document
    :param detail: in words of others, which may repeat what the host said: for administrators
    """

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.detail = detail


class EndpointUnusable(TransportError):
    """The endpoint's settings do not let the message leave us; they must be mended."""


class ConnectFailed(TransportError):
    """Name, port, proxy or certificate: the message did not leave us."""


class TimedOut(TransportError):
    """The operator was silent for longer than the limit."""


class Broken(TransportError):
    """The connection ended in the middle."""


class Transport(ABC):
    """One way to one operator. Not thread-safe: one sender, one transport."""

    @abstractmethod
    def send(self, message: OfdMessage) -> Answer:
        """Carry one message. Raises :class:`TransportError`; never retries by itself."""

    @abstractmethod
    def is_there(self, within: float) -> bool:
        """Tell whether the operator answers at all, whatever it says, within so many seconds."""

    def close(self) -> None:  # noqa: B027 - most transports hold nothing open
        """Let go of connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
