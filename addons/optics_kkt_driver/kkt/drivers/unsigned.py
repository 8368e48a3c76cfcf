"""What tills execute without an FD: cash operations, X reports, copies; told under our names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..fiscal.jsonio import date_time_to_json
from ..fiscal.vocabulary import DocumentKind
from .contract import Intent, Signed
from .evidence import Stored


def journaled_at(intent: Intent, execution_limit: timedelta, zone: ZoneInfo) -> datetime:
    """When the intent was journaled, the till's local time: the same whoever asks, and when."""
    moment = (intent.deadline - execution_limit).astimezone(zone)
    return moment.replace(tzinfo=None, microsecond=0)


def unsigned(
    content: Mapping[str, Any], told: Mapping[str, Any], intent: Intent, moment: datetime
) -> Signed:
    """The answer for what has no FD: the content with what the till `told` of it."""
    baseline = intent.baseline
    return Signed(
        fn_number=baseline.fn_number,
        fd_number=None,
        fpd=None,
        date_time=moment,
        shift_number=baseline.shift_number or None,
        receipt_number=None,
        document={
            **content,
            "dateTime": date_time_to_json(moment),
            "shiftNumber": baseline.shift_number,
            **told,
        },
    )


def cash_operation(
    content: Mapping[str, Any], intent: Intent, moment: datetime, cash_in_drawer: int
) -> Signed:
    """The answer for cash in or out, the first one after the baseline."""
    number = intent.baseline.cash_operation + 1
    told = {"operationNumber": number, "cashInDrawer": cash_in_drawer}
    return unsigned(content, told, intent, moment)


def stored_operation(kind: DocumentKind, signed: Signed) -> Stored:
    """A cash operation as recovery looks at it."""
    return Stored(
        kind=kind,
        document=dict(signed.document),
        date_time=signed.date_time,
        shift_number=signed.shift_number or 0,
        operation_number=signed.document["operationNumber"],
    )
