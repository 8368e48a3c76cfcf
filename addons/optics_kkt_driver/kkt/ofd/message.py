"""What is sent to the operator: one signed document and the numbers that name it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OfdMessage:
    """One signed document on its way. ``(fn_number, fd_number)`` names it for ever."""

    device_code: str
    """The till's code with us, e.g. ``POS-001``."""
    fn_number: str
    """16 digits (tag 1041)."""
    fd_number: int
    """Number of the document on its drive, from 1 (tag 1040)."""
    fpd: str
    """Ten decimal digits, as printed (tag 1077)."""
    kind: str
    """``receipt``, ``correction``, ``shift_open`` …: the kind of the fiscal document."""
    document: Mapping[str, Any]
    """The whole signed document, FNS JSON names."""
    key: str
    """Our own key of the document, for people who compare both sides."""
    tlv: bytes = b""
    """The same document as the TLV container; empty when the caller has none."""
    tlv_origin: str = "drive"
    """``drive``: these are the drive's own bytes. ``json``: they were composed from the document,
    and its tags may stand in another order."""

    @property
    def idempotency_key(self) -> str:
        """The natural key that the receiver deduplicates by, ``fn:fd``."""
        return f"{self.fn_number}:{self.fd_number}"

    def to_json(self) -> dict[str, Any]:
        """The body of the call: FNS names, sums in kopecks, TLV in base64."""
        return {
            "device": self.device_code,
            "key": self.key,
            "kind": self.kind,
            "fiscalDriveNumber": self.fn_number,
            "fiscalDocumentNumber": self.fd_number,
            "fiscalSign": self.fpd,
            "document": dict(self.document),
            "tlv": b64encode(self.tlv).decode("ascii"),
            "tlvOrigin": self.tlv_origin,
        }

    def to_bytes(self) -> bytes:
        """The body as sent: UTF-8 JSON.

        Raises :class:`TypeError` or :class:`ValueError` when the document is not plain JSON: such
        a message would never arrive, so it must fail at its origin.
        """
        return json.dumps(self.to_json(), ensure_ascii=False, allow_nan=False).encode()
