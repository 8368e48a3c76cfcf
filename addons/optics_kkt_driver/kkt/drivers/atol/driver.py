"""The driver of tills behind ATOL Web Requests (DTO 10, API v2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...fiscal.cash import drawer_change
from ...fiscal.document import Document
from ...fiscal.elements import MalformedTlv
from ...fiscal.jsonio import date_time_to_json
from ...fiscal.tlv import NOT_IN_DOCUMENT, decode_document
from ...fiscal.vocabulary import (
    CASH_OPERATIONS,
    CODES_OF_KINDS,
    REPRINTS,
    SETTLEMENTS,
    DocumentKind,
    FfdVersion,
)
from ..clock import Clock, SystemClock
from ..content import content_for
from ..contract import Baseline, DeviceStatus, Driver, Intent, Lookup, LookupOutcome, Signed
from ..drawer import Drawer
from ..errors import DeviceError, NoAnswer, Refused, Unreachable
from ..evidence import Evidence, Stored
from ..matching import judge
from ..paper import COPY_HEADING, copy_lines
from ..unsigned import cash_operation, journaled_at, stored_operation, unsigned
from .client import WebRequests
from .codes import LINK, refusal, surely_unsigned
from .queue import TaskQueue
from .results import (
    ShiftCounters,
    Status,
    TaskResult,
    amount,
    document_tlv,
    integer,
    local_time,
    members,
    text,
)
from .status import blocked_by, device_status, is_open
from .tasks import CONTINUE_PRINT, Task, document_task, print_text, read_document, set_clock

EXECUTION_LIMIT = 60
"""Seconds; beyond them a task that still waits is taken back."""
ERRAND_LIMIT = timedelta(seconds=20)
"""For tasks of our own that sign nothing: reading, printing text, setting the clock."""
RECENT = 100
"""Documents of another drive than the baseline's that are looked at for ours."""
_NEEDED = {"fiscalDriveNumber", "fiscalSign", "dateTime"}
"""Without these a document cannot be told from another."""
_FFD = {"1.05": FfdVersion.V1_05, "1.2": FfdVersion.V1_2}


class AtolDriver(Driver):
    """Talks to one till of a Web Requests server.

    The task's number is the intent's `task_id`, which the flow has stored before anything is
    sent: after silence the server is asked for it, and never given another.

    ``status().details``: `firmware`, `configuration` (versions), `ffd` and `fnFfd` (formats that
    till and drive speak), `fnPhase` (the drive's phase of life, the server's word),
    `queueBlocked` (why the server's queue stands, empty when it goes), `unprintedFd`,
    `shiftSumReports`, `cashIn`, `cashOut` (counters of the shift).

    :param execution_limit: how long after being sent a task may still be executed.
    :param timezone: the till's zone: it tells no time of a cash operation.
    """

    name: ClassVar[str] = "atol"

    def __init__(
        self,
        server: WebRequests,
        *,
        timezone: ZoneInfo,
        execution_limit: timedelta = timedelta(seconds=EXECUTION_LIMIT),
        clock: Clock | None = None,
    ) -> None:
        self.execution_limit = execution_limit
        self._server = server
        self._zone = timezone
        self._clock = clock or SystemClock()
        self._queue = TaskQueue(server, self._clock)
        self._info: Mapping[str, Any] | None = None

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> AtolDriver:
        """The driver of the till that `settings` describe; nothing is sent yet.

        Needed: `address` (``http://host:16732`` or https), `timezone` (its name). Optional:
        `user`, `password` (Basic authentication), `atol_device` (deviceID), `ca_file` (bundle of
        trusted authorities), `execution_limit` (seconds), `clock`, `trace`.
        Raises KeyError for a missing setting, Refused for one that cannot be used.
        """
        server = WebRequests(
            settings["address"],
            user=settings.get("user") or "",
            password=settings.get("password") or "",
            device_id=settings.get("atol_device") or "",
            ca_file=settings.get("ca_file") or "",
            trace=settings.get("trace"),
        )
        try:
            zone = ZoneInfo(settings["timezone"])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise refusal(13, f"Часовой пояс {settings['timezone']!r}") from error
        limit = timedelta(seconds=float(settings.get("execution_limit") or EXECUTION_LIMIT))
        return cls(server, timezone=zone, execution_limit=limit, clock=settings.get("clock"))

    # Questions -------------------------------------------------------------------------------

    def status(self) -> DeviceStatus:
        self._info = None
        return device_status(
            info=self._device_info(),
            device=members(self._server.query("queryDeviceStatus"), "deviceStatus"),
            shift=members(self._server.query("queryShiftStatus"), "shiftStatus"),
            drive=members(self._server.query("queryFnInfo"), "fnInfo"),
            numbers=members(self._server.query("queryFnStatus"), "fnStatus"),
            exchange=members(self._server.query("queryOfdExchangeStatus"), "status"),
            counters=self._counters(),
            queue=self._server.queue(),
        )

    def baseline(self, document: Document | None = None) -> Baseline:
        shift = members(self._server.query("queryShiftStatus"), "shiftStatus")
        drawer = document is None or document.kind in CASH_OPERATIONS
        counters = self._counters() if drawer else None
        return Baseline(
            fn_number=self._fn_number(),
            last_fd=self._last_fd(),
            shift_open=is_open(shift),
            shift_number=integer(shift, "number"),
            cash_operation=counters.operation_number if counters else 0,
            cash_in_drawer=counters.cash_in_drawer if counters else 0,
        )

    def read(self, fd_number: int) -> Mapping[str, Any]:
        try:
            document = decode_document(self.read_tlv(fd_number))
        except MalformedTlv as error:
            raise Unreachable(f"document {fd_number} cannot be read: {error}") from error
        if document.get("fiscalDocumentNumber") != fd_number or not document.keys() >= _NEEDED:
            raise Unreachable(f"what was read is not document {fd_number}")
        return document

    def read_tlv(self, fd_number: int) -> bytes:
        return document_tlv(self._errand(read_document(fd_number)).result)

    # Registering -----------------------------------------------------------------------------

    def register(self, document: Document, intent: Intent) -> Signed:
        if self._clock.now() >= intent.deadline:
            raise Unreachable("the deadline had passed before anything was sent")
        kind, ffd = document.kind, self._ffd()
        content = content_for(document, ffd)
        if kind is DocumentKind.X_REPORT:
            return self._x_report(content, intent)
        if kind is DocumentKind.COPY:
            return self._copy(content, intent)
        if kind in SETTLEMENTS and not intent.baseline.shift_open:
            # The till would open a shift by itself, and nobody would know of that document.
            raise refusal(73)
        task = document_task(kind, content, ffd)
        result = self._queue.run(intent.task_id, task, intent.deadline)
        if result.status is not Status.READY:
            return self._after_error(kind, content, intent, result)
        return self._after_ready(kind, content, intent, result)

    def _after_ready(
        self, kind: DocumentKind, content: Mapping[str, Any], intent: Intent, result: TaskResult
    ) -> Signed:
        try:
            found = self._told_by_task(kind, content, intent, result)
        except DeviceError as error:
            if not result.is_printed and not result.is_recovered:
                # A queue that waits for paper lets nothing be read: the answer must do.
                return self._signed_unread(kind, content, result)
            raise NoAnswer(f"signed, but the document could not be read: {error}") from error
        if found.signed is None:
            raise NoAnswer(f"executed, but it is not clear as what: {found.why}")
        return found.signed

    def _after_error(
        self, kind: DocumentKind, content: Mapping[str, Any], intent: Intent, result: TaskResult
    ) -> Signed:
        """The task failed. Whether it signed before that, the drive knows best."""
        refused = refusal(result.code, result.description)
        try:
            found = self._judged(kind, content, intent)
        except DeviceError as error:
            if surely_unsigned(result.code):
                raise refused from error
            raise NoAnswer(f"{refused}; and then: {error}") from error
        if found.signed is not None:
            return found.signed
        if found.outcome is LookupOutcome.UNKNOWN:
            raise NoAnswer(f"{refused}; and then: {found.why}")
        raise refused

    def _x_report(self, content: Mapping[str, Any], intent: Intent) -> Signed:
        self._errand(document_task(DocumentKind.X_REPORT, content, self._ffd()))
        counters = self._counters()
        told = {
            "shiftOpen": intent.baseline.shift_open,
            "shiftSumReports": counters.reports,
            "cashIn": counters.cash_in,
            "cashOut": counters.cash_out,
            "cashInDrawer": counters.cash_in_drawer,
        }
        return unsigned(content, told, intent, self._journaled_at(intent))

    def _copy(self, content: Mapping[str, Any], intent: Intent) -> Signed:
        repeated = self.read(content["fiscalDocumentNumber"])
        width = integer(self._device_info(), "receiptLineLength")
        self._errand(print_text(copy_lines(repeated, width)))
        told = {"heading": COPY_HEADING, "copy": repeated}
        return unsigned(content, told, intent, self._journaled_at(intent))

    # Asking what became of it ----------------------------------------------------------------

    def lookup(self, document: Document, intent: Intent) -> Lookup:
        kind, asked_at, ffd = document.kind, self._clock.now(), self._ffd()
        try:
            content = content_for(document, ffd)
        except Refused as error:
            return Lookup(LookupOutcome.NOT_SIGNED, why=f"it is never sent: {error.message}")
        if kind in REPRINTS:
            return self._judged(kind, content, intent)
        result = self._queue.ask(intent.task_id)
        if result is None:
            if asked_at < intent.deadline:
                return _pending("the server has no such task yet")
            if not self._queue.use_up(intent.task_id):
                return _pending("the task has reached the server only now")
            return self._judged(kind, content, intent)
        if result.status.is_pending:
            if asked_at < intent.deadline or not self._queue.withdraw(intent.task_id):
                return _pending(f"the server says: {result.status}")
            return self._judged(kind, content, intent)
        if result.status is Status.READY:
            return self._told_by_task(kind, content, intent, result)
        return self._judged(kind, content, intent)

    def _told_by_task(
        self, kind: DocumentKind, content: Mapping[str, Any], intent: Intent, result: TaskResult
    ) -> Lookup:
        """What the task's own result says; where it says too little, the drive is asked."""
        if kind in CASH_OPERATIONS and "counters" in result.result:
            signed = self._cash_operation(
                content, intent, amount(result.result, "counters", "cashSum")
            )
            return Lookup(LookupOutcome.SIGNED, signed)
        fd_number = result.fd_number
        if fd_number is None or fd_number <= intent.baseline.last_fd:
            return self._judged(kind, content, intent)
        document = self.read(fd_number)
        if document["fiscalDriveNumber"] != intent.baseline.fn_number or (
            result.is_recovered and not _is_surely_ours(document, content)
        ):
            return self._judged(kind, content, intent)
        if document.get("totalSum") != content.get("totalSum"):
            why = f"signed with the total {document.get('totalSum')}"
            return Lookup(
                LookupOutcome.UNKNOWN,
                candidates=(fd_number,),
                why=why,
                fn_number=intent.baseline.fn_number,
            )
        signed = replace(Signed.from_document(document), on_paper=result.is_printed)
        return Lookup(LookupOutcome.SIGNED, signed)

    def _judged(self, kind: DocumentKind, content: Mapping[str, Any], intent: Intent) -> Lookup:
        """Decide by what the drive has signed since the baseline; it costs O(documents)."""
        asked_at, baseline = self._clock.now(), intent.baseline
        fn_number = self._fn_number()
        documents: list[Stored] = []
        operations: tuple[Stored, ...] = ()
        last_fd = self._last_fd()
        if kind in CASH_OPERATIONS and fn_number == baseline.fn_number:
            counters = self._counters()
            drawer = Drawer.since(
                baseline,
                operation_number=counters.operation_number,
                cash_in_drawer=counters.cash_in_drawer,
                same_shift=counters.shift_number == baseline.shift_number,
            )
            why = drawer.why_undecidable(drawer_change(kind, content))
            if why is not None:
                return Lookup(LookupOutcome.UNKNOWN, why=why, fn_number=fn_number)
            if drawer.executed:
                signed = self._cash_operation(content, intent, counters.cash_in_drawer)
                operations = (stored_operation(kind, signed),)
        elif kind not in REPRINTS:
            same = fn_number == baseline.fn_number
            first = baseline.last_fd if same else max(0, last_fd - RECENT)
            numbers = range(first + 1, last_fd + 1)
            documents = [Stored.from_document(self.read(number)) for number in numbers]
        unprinted_fd = last_fd if blocked_by(self._server.queue()) == "paperError" else 0
        evidence = Evidence(
            asked_at, fn_number, last_fd, tuple(documents), operations, unprinted_fd
        )
        return judge(kind, content, intent, evidence)

    # Doing -----------------------------------------------------------------------------------

    def continue_print(self) -> None:
        self._errand(CONTINUE_PRINT)

    def cancel_open_document(self) -> bool:
        """Nothing to do: each task of this server begins with cancelling what is open."""
        self._server.query("queryDeviceStatus")
        return False

    def set_clock(self, local: datetime) -> None:
        self._errand(set_clock(local))

    def close(self) -> None:
        self._server.close()

    # Inside ----------------------------------------------------------------------------------

    def _errand(self, task: Task) -> TaskResult:
        """Have a task of our own executed; it signs nothing, so silence is only a lost link."""
        until = self._clock.now() + ERRAND_LIMIT
        try:
            result = self._queue.run(str(uuid4()), task, until, blocked=True)
        except NoAnswer as error:
            raise Unreachable(error.message) from error
        if result.status is Status.READY:
            return result
        if result.code in LINK:
            raise Unreachable(result.description, code=str(result.code))
        raise refusal(result.code, result.description)

    def _device_info(self) -> Mapping[str, Any]:
        """Asked once, and again with each status: it changes only with the till's firmware."""
        if self._info is None:
            self._info = members(self._server.query("queryDeviceInfo"), "deviceInfo")
        return self._info

    def _ffd(self) -> FfdVersion:
        version = text(self._device_info(), "ffdVersion")
        if version not in _FFD:
            raise refusal(413, f"ФФД {version}: поддерживаются {', '.join(_FFD)}")
        return _FFD[version]

    def _fn_number(self) -> str:
        return text(self._server.query("queryFnInfo"), "fnInfo", "serial")

    def _last_fd(self) -> int:
        return integer(self._server.query("queryFnStatus"), "fnStatus", "fiscalDocumentNumber")

    def _counters(self) -> ShiftCounters:
        return ShiftCounters.from_answer(self._server.query("queryShiftTotals"))

    def _journaled_at(self, intent: Intent) -> datetime:
        return journaled_at(intent, self.execution_limit, self._zone)

    def _cash_operation(
        self, content: Mapping[str, Any], intent: Intent, cash_in_drawer: int
    ) -> Signed:
        return cash_operation(content, intent, self._journaled_at(intent), cash_in_drawer)

    def _signed_unread(
        self, kind: DocumentKind, content: Mapping[str, Any], result: TaskResult
    ) -> Signed:
        """What the task's answer alone tells of a document: the till's own requisites lack."""
        told = members(result.result, "fiscalParams")
        receipt = {"requestNumber": integer(told, "fiscalReceiptNumber")}
        document = {
            "code": int(CODES_OF_KINDS[kind]),
            "kktRegId": text(told, "registrationNumber"),
            "fiscalDriveNumber": text(told, "fnNumber"),
            "fiscalDocumentNumber": integer(told, "fiscalDocumentNumber"),
            "fiscalSign": int(text(told, "fiscalDocumentSign")),
            "dateTime": date_time_to_json(local_time(told, "fiscalDocumentDateTime")),
            "shiftNumber": integer(told, "shiftNumber"),
            **(receipt if kind in SETTLEMENTS else {}),
            **_without_marking_codes(content),
        }
        return replace(Signed.from_document(document), on_paper=False)


def _pending(why: str) -> Lookup:
    return Lookup(LookupOutcome.PENDING, why=why)


def _is_surely_ours(document: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    """The document carries what we put into it to know it by (tag 1084)."""
    return "properties" in content and document.get("properties") == content["properties"]


def _without_marking_codes(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content as a document holds it."""
    if "items" not in content:
        return dict(content)
    items = [
        {name: each for name, each in item.items() if name not in NOT_IN_DOCUMENT}
        for item in content["items"]
    ]
    return {**content, "items": items}
