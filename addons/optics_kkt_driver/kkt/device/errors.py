"""What can go wrong on the way to a till, told apart by one question: was anything signed?"""

from __future__ import annotations

REASONS = {
    "silent": "the till does not answer",
    "too_late": "the deadline had passed before anything was sent",
    "no_answer": "the till took the command and did not answer",
    "not_in_time": "the till did not get round to the command in time",
    "memory_missing": "there is no memory of a virtual till at {name}",
    "memory_unreadable": "what is at {name} is no memory of a virtual till: {why}",
    "memory_version": "the virtual till's memory is of version {version}",
    "memory_busy": "another process works with the virtual till's memory: {why}",
    "memory_damaged": "the virtual till's memory is damaged: {why}",
    "memory_not_made": "the virtual till's memory cannot be made: {why}",
    "memory_not_written": "the virtual till could not finish writing: {why}",
}
"""Why a link failed, by code, for logs and tests; whoever shows it to people has the sentences."""


class DeviceError(Exception):
    """A till did not do what it was asked."""

    message: str
    code: str = ""
    """The device's own; nothing where it said none."""
    remedy: str = ""

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}" if self.code else self.message


class Refused(DeviceError):
    """The device answered no, in words of its own. Nothing was signed."""

    def __init__(self, message: str, *, code: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.remedy = remedy


class LinkFailed(DeviceError):
    """No word of the device: `reason` is a code of :data:`REASONS`, with `params`."""

    def __init__(self, reason: str, **params: object) -> None:
        self.message = REASONS[reason].format(**params)
        super().__init__(self.message)
        self.reason = reason
        self.params = params


class Unreachable(LinkFailed):
    """The link failed before the document left us. Nothing was signed."""


class NoAnswer(LinkFailed):
    """The document left us and no answer came. Nobody knows whether it was signed."""
