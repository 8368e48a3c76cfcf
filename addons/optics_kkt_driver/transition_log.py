"""One line of the log for each step of a document: for people, or for programs that read logs.

Numbers, codes and states alone: who bought what, and what a person has written down as a reason,
stay in the document's history.
"""

import json
import logging
from datetime import UTC, datetime
from typing import NamedTuple

from .kkt.fiscal.exact import shown

_logger = logging.getLogger(__name__)


class Step(NamedTuple):
    """What one document has done."""

    document: int
    """Its id."""
    device: str
    """The till's code."""
    kind: str
    origin: str
    target: str
    seconds: float | None
    """How long it was where it came from; None where that is not known."""
    code: str = ""
    """The till's code of a refusal, or the class of the OFD's."""

    def to_json(self):
        """Under the names that programs read; what is not known is null."""
        return {
            "event": "transition",
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "document": self.document,
            "device": self.device,
            "kind": self.kind,
            "from": self.origin,
            "to": self.target,
            "duration": None if self.seconds is None else round(self.seconds, 3),
            "code": self.code or None,
        }


def tell(step, log_format):
    """Write the line.

    :param log_format: `text` or `json`, see the setting ``kkt_log_format``
    """
    if log_format == "json":
        _logger.info("%s", json.dumps(step.to_json()))
        return
    _logger.info(
        "Document %s of till %s, %s: %s -> %s, seconds: %r, code: %r",
        step.document,
        shown(step.device),
        step.kind,
        step.origin,
        step.target,
        step.seconds and round(step.seconds, 3),
        step.code,
    )
