"""What can go wrong on the way to a till, told apart by one question: was anything signed?"""

from __future__ import annotations


class DeviceError(Exception):
    """A till did not do what it was asked. `code` and `message` are the device's own."""

    def __init__(self, message: str, *, code: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.remedy = remedy

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}" if self.code else self.message


class Refused(DeviceError):
    """The device answered no. Nothing was signed."""


class Unreachable(DeviceError):
    """The link failed before the document left us. Nothing was signed."""


class NoAnswer(DeviceError):
    """The document left us and no answer came. Nobody knows whether it was signed."""
