import base64
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from io import BytesIO
from types import MappingProxyType
from typing import Any, NamedTuple

import qrcode
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tools import SQL, formatLang
from odoo.tools.sql import escape_psql

from .. import transition_log
from ..exceptions import KeyConflict
from ..fields import Int8, JsonAsText
from ..kkt.device.contract import Signed
from ..kkt.fiscal.document import (
    Copy,
    Document,
    Settlement,
    ShiftOpening,
    UserAttribute,
    document_from_json,
)
from ..kkt.fiscal.listing import label_of
from ..kkt.fiscal.qr import qr_text
from ..kkt.fiscal.rates import rate_differences
from ..kkt.fiscal.returned import ReturnedLine
from ..kkt.fiscal.vocabulary import DocumentCode, DocumentKind
from ..kkt.flow.errors import LostTwice
from ..kkt.flow.states import (
    ENDED,
    IN_HAND,
    SETTLED,
    SIGNED,
    TONES,
    UNDECIDED,
    UNSIGNED,
    WAITING,
    State,
    origins_of,
    sql_list,
)
from ..lane.conversation import BUTTONS_WAIT, CALLERS_WAIT, Ended, converse, serving
from .fiscal_document_guard import guard_documents
from .fiscal_words import words_of_refusal, words_of_stop

STATES = [
    (State.QUEUED.value, "Queued"),
    (State.PRINTING.value, "Printing"),
    (State.UNKNOWN.value, "Unknown"),
    (State.MANUAL.value, "To be decided"),
    (State.FAILED.value, "Refused by the till"),
    (State.CANCELLED.value, "Given up"),
    (State.PRINTED.value, "Signed"),
    (State.DELIVERED.value, "Delivered"),
    (State.DEAD.value, "Not accepted by the OFD"),
]
QR_PIXELS = 5
"""Width of a QR code's module on the form."""
TRANSITION = object()
"""In the context of the one writer of `state`. No client can send it: its contexts are JSON."""
KINDS = [
    ("registration", "Registration"),
    ("reregistration", "Re-registration"),
    ("shift_open", "Shift opening"),
    ("receipt", "Receipt"),
    ("correction", "Correction"),
    ("shift_close", "Shift closing (Z)"),
    ("settlement_state", "Settlement state"),
    ("drive_close", "Drive closing"),
    ("cash_in", "Cash in"),
    ("cash_out", "Cash out"),
    ("x_report", "X report"),
    ("copy", "Copy"),
    ("foreign", "Foreign document"),
]
RECEIPT_KINDS = ("receipt", "correction")
OPERATION_TYPES = [
    ("1", "Sale"),
    ("2", "Return of sale"),
    ("3", "Purchase"),
    ("4", "Return of purchase"),
]
"""Tag 1054: ``OperationType`` in words."""

SOURCES = [
    ("pos", "Point of sale"),
    ("api", "HTTP API"),
    ("backend", "Back office"),
    ("lane", "The till's own course"),
    ("device", "Somebody else on the till"),
]


class Wanted(NamedTuple):
    """A document that somebody wants signed, and what its row keeps beside it."""

    document: Document
    reference: str = ""
    """Readable name of what it is for (order number)."""
    warnings: Sequence = ()
    """``FiscalWarning``s as plain JSON: what was changed before."""
    columns: Mapping = MappingProxyType({})
    """Further columns, such as the order; see ``_further_columns``."""
    open_shift: bool = False
    """Open a closed shift before printing this."""
    fingerprint: Any = None
    """What the caller sent, as JSON, where the document was made from more than that (the date):
    tells a repeated call from another one."""


SENT_COLUMNS = frozenset(
    {
        *("company_id", "device_id", "kind", "source", "body_hash"),
        *("key_origin", "idempotency_key", "short_key"),
        *("payload", "reference", "operation_type", "total_sum", "needs_open_shift"),
        *("original_id", "original_fn", "original_fd", "original_fpd", "original_lines"),
        *("correction_role", "after_id"),
    }
)
"""What was asked for: it stays from the moment when a till may have it. (A purchase is not: a sale
comes to belong to one when it is returned.)"""
SIGNED_COLUMNS = frozenset(
    {
        *("fn_number", "fd_number", "fpd", "shift_number", "receipt_number", "date_time"),
        *("signed_json", "qr_text"),
    }
)
"""What the drive gave."""
KEPT_COLUMNS = frozenset({"signed_tlv"})
"""What the drive gave, at once or later: it stays from the moment when it is there."""
TECHNICAL = frozenset(
    {
        *(
            "key_origin",
            "idempotency_key",
            "short_key",
            "body_hash",
            "task_id",
            "fence",
            "deadline",
        ),
        *("hlc", "candidates_fn", "needs_open_shift", "original_fn", "original_fd", "original_fpd"),
        *("qr_text", "error_message", "error_remedy", "delivery_message", "delivery_answer"),
        *("after_id", "currency_id", "state_since", "bytes_awaited_until"),
    }
)
"""Columns by which nobody groups documents: no menu offers them."""
VERDICTS_OF_STATES = {
    State.FAILED: "device_refused",
    State.CANCELLED: "given_up",
    State.UNKNOWN: "unknown",
    State.MANUAL: "unknown",
}
"""Where the state alone says what became of a document."""


class Verdict(NamedTuple):
    """What became of a document, for callers (docs/API.md has the codes)."""

    code: str
    """``signed``, ``device_refused``, ``device_silent``, ``given_up``, ``unknown``, ``busy`` or
    ``in_progress``."""
    text: str = ""
    """Why it is not signed and what to do, in the reader's language."""


class FiscalDocument(models.Model):
    """One document of a till: the buffer between what was sold and what the OFD has.

    Rows are never deleted and change state only through :meth:`_transition`; PostgreSQL itself
    holds what must never be broken (one undecided row a till, one row a key and an FD).
    """

    _name = "fiscal.document"
    _description = "Fiscal document"
    _order = "id desc"
    _rec_name = "display_name"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    device_id = fields.Many2one(
        "kkt.device",
        string="Till",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    foreign_kind = fields.Selection(
        KINDS,
        string="What it is",
        compute="_compute_foreign_kind",
        help="What somebody else has registered, by the code of the signed document",
    )
    state = fields.Selection(STATES, required=True, readonly=True, default=State.QUEUED.value)
    state_since = fields.Float(
        string="In this state since",
        readonly=True,
        copy=False,
        digits=0,
        aggregator=None,
        help="Unix time, with fractions of a second",
    )
    source = fields.Selection(
        SOURCES, required=True, readonly=True, help="Who asked for the document"
    )
    key_origin = fields.Selection(
        SOURCES,
        string="Whose key",
        required=True,
        readonly=True,
        help="Whose keys this one is unique among; what is derived from another key is the lane's",
    )
    idempotency_key = fields.Char(required=True, readonly=True, copy=False)
    body_hash = fields.Char(required=True, readonly=True)
    reference = fields.Char(
        readonly=True, help="What the document was made for, in the words of whoever asked for it"
    )
    original_id = fields.Many2one(
        "fiscal.document",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The document that is given back, corrected or copied",
        check_company=True,
    )
    original_fn = fields.Char(string="FN of the original", readonly=True)
    original_fd = fields.Integer(string="FD of the original", readonly=True, aggregator=None)
    original_fpd = fields.Char(string="FPD of the original", readonly=True)
    purchase_id = fields.Many2one(
        "fiscal.purchase",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="What prepayments, handover and returns of one purchase have in common; tag 1215 is"
        " computed from its signed documents",
        check_company=True,
    )
    original_lines = fields.Json(
        readonly=True,
        help="For each item of a return: number of the original's line, and how much of it",
    )
    payload = JsonAsText(
        required=True, readonly=True, help="The document as asked for, FNS JSON names"
    )
    after_id = fields.Many2one(
        "fiscal.document",
        string="Printed only after",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="This document waits until that one is signed, and is given up together with it",
        check_company=True,
    )
    needs_open_shift = fields.Boolean(
        readonly=True, help="A closed shift is opened before this document is printed"
    )
    warnings = fields.Json(
        readonly=True, help="What was changed in the document before it was queued"
    )

    short_key = fields.Char(readonly=True, help="Travels in the document as tag 1084")
    task_id = fields.Char(string="Task of the till", readonly=True)
    baseline = fields.Json(readonly=True, help="What the drive said just before sending")
    fence = fields.Integer(readonly=True, aggregator=None)
    deadline = fields.Datetime(readonly=True)
    candidates = fields.Json(readonly=True, help="FD numbers that may be this document")
    candidates_fn = fields.Char(
        string="FN of the candidates", readonly=True, help="The drive that the candidates lie on"
    )
    hlc = Int8(readonly=True, string="HLC", aggregator=None)

    fn_number = fields.Char(string="FN", readonly=True)
    fd_number = fields.Integer(string="FD", readonly=True, aggregator=None)
    fpd = fields.Char(string="FPD", readonly=True)
    shift_number = fields.Integer(string="Shift", readonly=True, aggregator=None)
    receipt_number = fields.Integer(string="No. in shift", readonly=True, aggregator=None)
    date_time = fields.Datetime(
        string="Signed at", readonly=True, help="When the drive signed, by its own clock"
    )
    signed_json = JsonAsText(readonly=True, help="The signed document, FNS JSON names")
    qr_text = fields.Char(string="QR text", readonly=True)
    on_paper = fields.Boolean(string="Printed on paper", readonly=True, default=True)

    error_code = fields.Char(readonly=True)
    error_message = fields.Char(readonly=True)
    error_remedy = fields.Char(readonly=True)

    operation_type = fields.Selection(OPERATION_TYPES, string="Kind of settlement", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    total_sum = fields.Monetary(string="Total", readonly=True, aggregator=None)
    event_ids = fields.One2many(
        "fiscal.document.event", "document_id", string="History", readonly=True
    )
    is_signed = fields.Boolean(compute="_compute_of_state", search="_search_is_signed")
    is_waiting = fields.Boolean(compute="_compute_of_state", help="The till has work with it")
    may_be_given_up = fields.Boolean(compute="_compute_of_state")
    tone = fields.Char(
        string="Colour", compute="_compute_of_state", help="In which the state is shown"
    )
    qr_image = fields.Binary(string="QR", compute="_compute_qr_image")
    lines_html = fields.Html(string="Lines", compute="_compute_lines_html")
    signed_text = fields.Text(string="As signed (JSON)", compute="_compute_signed_text")

    _key_unique = models.UniqueIndex(
        "(company_id, key_origin, idempotency_key)", "This idempotency key is taken already."
    )
    _fd_unique = models.UniqueIndex(
        "(fn_number, fd_number) WHERE fd_number > 0", "This FD is known already."
    )
    _one_undecided = models.UniqueIndex(
        f"(device_id) WHERE state IN {sql_list(UNDECIDED)}",
        "Another document of this till is being printed.",
    )
    _signed_has_fd = models.Constraint(
        f"CHECK (state NOT IN {sql_list(SIGNED)}"
        " OR kind IN ('cash_in', 'cash_out', 'x_report', 'copy')"
        " OR (fn_number IS NOT NULL AND fd_number > 0 AND fpd IS NOT NULL))",
        "A signed document has FN, FD and FPD.",
    )
    _lane_queue = models.Index(f"(device_id, id) WHERE state IN {sql_list(WAITING)}")
    _in_hand = models.Index(f"(device_id, state) WHERE state IN {sql_list(IN_HAND)}")
    _open_rows = models.Index(f"(device_id, state) WHERE state NOT IN {sql_list(SETTLED)}")

    def init(self):
        """Let PostgreSQL itself refuse what must not happen: see fiscal_document_guard.py."""
        guard_documents(self.env.cr, self._sent_columns(), SIGNED_COLUMNS, KEPT_COLUMNS)

    @api.model
    def _sent_columns(self):
        """Names of the columns that stay as they were sent; addons above this one add theirs."""
        return SENT_COLUMNS

    @api.depends("kind", "signed_json")
    def _compute_foreign_kind(self):
        codes = {int(code): code.kind for code in DocumentCode}
        for document in self:
            code = (document.signed_json or {}).get("code")
            kind = document.kind == "foreign" and codes.get(code)
            document.foreign_kind = kind and kind.value

    @api.depends("kind", "foreign_kind", "fd_number")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for document in self:
            kind = kinds.get(document.kind, "")
            if document.foreign_kind:
                document.display_name = self.env._(
                    "Foreign document (%(kind)s) FD %(number)s",
                    kind=kinds[document.foreign_kind].lower(),
                    number=document.fd_number,
                )
            elif document.fd_number:
                document.display_name = self.env._(
                    "%(kind)s FD %(number)s", kind=kind, number=document.fd_number
                )
            else:
                document.display_name = f"{kind} #{document.id}"

    @api.depends("state")
    def _compute_of_state(self):
        for document in self:
            document.is_signed = document.state in SIGNED
            document.is_waiting = document.state in WAITING
            document.may_be_given_up = document.state in UNSIGNED
            document.tone = TONES.get(document.state)

    def _search_is_signed(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "in" if True in value else "not in", SIGNED)]

    @api.depends("qr_text")
    def _compute_qr_image(self):
        for document in self:
            document.qr_image = document.qr_text and self._qr_image(document.qr_text)

    @api.model
    def _qr_image(self, text):
        picture = BytesIO()
        qrcode.make(text, box_size=QR_PIXELS).save(picture)
        return base64.b64encode(picture.getvalue())

    @api.depends("payload", "signed_json")
    @api.depends_context("lang")
    def _compute_lines_html(self):
        for document in self:
            data = document.signed_json or document.payload or {}
            document.lines_html = self.env["ir.qweb"]._render(
                "optics_kkt_driver.fiscal_document_lines",
                {
                    "items": data.get("items") or [],
                    # A lawful line of another till may lack any of these (mark 2 in the tables).
                    "money": lambda kopecks: formatLang(self.env, (kopecks or 0) / 100),
                    "number": lambda text: self._number(Decimal(text)),
                    "vat_label": lambda code: label_of("nds", code) or code,
                },
            )

    @api.depends("signed_json")
    def _compute_signed_text(self):
        for document in self:
            document.signed_text = document.signed_json and json.dumps(
                document.signed_json, indent=2, ensure_ascii=False
            )

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        described = super().fields_get(allfields, attributes)
        for name in TECHNICAL & described.keys():
            described[name] |= {
                known: False for known in ("groupable", "searchable") if known in described[name]
            }
        return described

    def write(self, vals):
        if "state" in vals and self.env.context.get("fiscal_transition") is not TRANSITION:
            raise UserError(self.env._("The state of a fiscal document follows from its till."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _never_unlink(self):
        raise UserError(self.env._("Fiscal documents are never deleted."))

    # Entry ------------------------------------------------------------------------------------

    @api.model
    def _enqueue(self, device, key, source, wanted, origin=None):
        """Put a document into the lane of `device`, in the caller's transaction.

        :param str key: idempotency key, unique within the company among those of its origin
        :param str source: who asked, one of :data:`SOURCES`
        :param wanted: :class:`Wanted`
        :param str origin: whose key it is, unless it is the asker's own: see :meth:`_lane_key`
        :return: the row; the stored one when the key was used for the same body before
        :raises KeyConflict: the key was used for another body
        :raises BufferFull: a sale, while too much waits for the OFD
        """
        kind = wanted.document.kind
        fingerprint = wanted.fingerprint or wanted.document.to_json()
        origin = origin or source
        if stored := self._stored(device, kind, key, fingerprint, origin):
            return stored
        device._check_room(wanted.document)
        short_key = self._short_key(device, key, origin)
        try:
            row = self.sudo().create(
                {
                    "company_id": device.company_id.id,
                    "device_id": device.id,
                    "source": source,
                    "key_origin": origin,
                    "idempotency_key": key,
                    "body_hash": self._body_hash(device, kind, fingerprint),
                    "short_key": short_key,
                    "state_since": time.time(),
                    **self._wanted_values(wanted, short_key),
                }
            )
        except UniqueViolation as error:
            # The same key came in twice at once: the request is run again and finds the row.
            raise ConcurrencyError(str(error)) from error
        if row.warnings:
            why = "; ".join(warning["text"] for warning in row.warnings)
            self.env["fiscal.document.event"].sudo()._record({row: False}, State.QUEUED, why)
        return row

    @api.model
    def _wanted_values(self, wanted, short_key):
        """Turn :class:`Wanted` into columns; a settlement carries the short key to the drive."""
        strange = wanted.columns.keys() - self._further_columns()
        if strange:
            raise ValueError(f"no further columns of a document: {', '.join(sorted(strange))}")
        document = wanted.document
        if isinstance(document, Settlement):
            tag = UserAttribute("Документ", f"{wanted.reference} {short_key}".strip())
            document = replace(document, user_attribute=tag)
        operation = getattr(document, "operation_type", None)
        return {
            "kind": document.kind.value,
            "reference": wanted.reference,
            "payload": document.to_json(),
            "needs_open_shift": wanted.open_shift and document.kind in RECEIPT_KINDS,
            "warnings": list(wanted.warnings) or False,
            "operation_type": operation and str(int(operation)),
            "total_sum": getattr(document, "total_sum", getattr(document, "sum", 0)) / 100,
            **wanted.columns,
        }

    @api.model
    def _further_columns(self):
        """Names of the columns that whoever wants a document may set beside it."""
        return {
            *("purchase_id", "correction_role", "after_id", "original_lines"),
            *("original_id", "original_fn", "original_fd", "original_fpd"),
        }

    @api.model
    def _stored(self, device, kind, key, fingerprint, origin):
        """Return the row that this key has made before; empty when there is none.

        What a document says may depend on the day and on other documents, so whoever makes one
        asks this first: a repeated call is answered by its row, not by making the document anew.

        :raises KeyConflict: the key was used for another body
        """
        stored = self.sudo().search(
            [
                ("company_id", "=", device.company_id.id),
                ("key_origin", "=", origin),
                ("idempotency_key", "=", key),
            ]
        )
        if stored and stored.body_hash != self._body_hash(device, kind, fingerprint):
            raise KeyConflict(self.env._("The key %s was used for another document.", key), stored)
        return stored

    @api.model
    def _body_hash(self, device, kind, body):
        text = json.dumps([device.code, kind, body], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @api.model
    def _short_key(self, device, key, origin):
        """Eight letters and digits that tell this document from any other on the drive."""
        whole = f"{device.company_id.id}:{device.id}:{origin}:{key}"
        return base64.b32encode(hashlib.sha256(whole.encode()).digest()[:5]).decode()

    @api.model
    def _lane_key(self, origin, key, what):
        """Return the key of what follows from another document, among the lane's own keys.

        No caller can take it: his keys are of another origin.
        """
        return f"{origin}:{key}:{what}"

    # Registration -----------------------------------------------------------------------------

    def _sign(self, wait=CALLERS_WAIT):
        """Bring this row to an end, as far as that can be done now.

        A refused one is tried once more, an undecided one is settled, a signed one is left alone.
        Ends the caller's transaction before the till is spoken to.

        :param float wait: seconds to wait while somebody else speaks to the till
        :return: ``lane.conversation.Ended``
        """
        self.ensure_one()
        if self.state == State.FAILED:
            self._retry()
        if self.state not in WAITING:
            return Ended()
        return converse(self.device_id, serving(self.id), wait)

    def _verdict(self, ended=None):
        """Say what became of this document; all doors answer by it.

        :param ended: how the last conversation about it ended, if there was one
        :return: :class:`Verdict`
        """
        self.ensure_one()
        if self.is_signed:
            return Verdict("signed")
        if code := VERDICTS_OF_STATES.get(self.state):
            return Verdict(code, self._explain())
        outcome = ended.outcome if ended else "done"
        if outcome == "busy":
            code = "in_progress" if self.state == State.PRINTING else "busy"
            return Verdict(code, words_of_stop(self.env, ended.stop))
        if outcome == "refused":
            return Verdict("device_refused", words_of_stop(self.env, ended.stop))
        if ended and isinstance(ended.stop, LostTwice):
            return Verdict("device_silent", words_of_stop(self.env, ended.stop))
        return Verdict("device_silent", self._explain())

    def _is_behind(self):
        """Tell whether the till has another document in hand."""
        self.ensure_one()
        in_hand = [("device_id", "=", self.device_id.id), ("state", "in", UNDECIDED)]
        return bool(self.sudo().search_count([*in_hand, ("id", "!=", self.id)], limit=1))

    # State ------------------------------------------------------------------------------------

    def _transition(self, target, why, *, origins=None, if_fence=None, **values):
        """Move those of these rows to `target` that are where the caller believes them to be.

        The only writer of ``state``. The rows are locked first, so that of two callers one moves
        a row and the other is told.

        :param origins: states to come from; all that the table of transitions allows when None
        :param if_fence: refuse when another holder of the lane has taken the row over
        :param values: columns to write in the same step
        :return: the rows that moved; nothing was written of those that were elsewhere
        """
        allowed = origins_of(target)
        origins = allowed if origins is None else set(allowed).intersection(origins)
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """SELECT id, state, fence, state_since FROM fiscal_document WHERE id IN %s
                ORDER BY id FOR UPDATE""",
                self._ids or (0,),
            )
        )
        came_from, since = {}, {}
        for row_id, state, fence, began in self.env.cr.fetchall():
            if state in origins and if_fence in (None, fence):
                came_from[self.browse(row_id)], since[row_id] = state, began
        self.invalidate_recordset()
        moved = self.filtered(came_from.get)
        now = time.time()
        moved.with_context(fiscal_transition=TRANSITION).write(
            {**values, "state": str(target), "state_since": now}
        )
        moved.flush_recordset()
        self.env["fiscal.document.event"].sudo()._record(came_from, target, why)
        self.env["kkt.counter"]._bump(came_from, target)
        for document in moved:
            began = since[document.id]
            document._announce(came_from[document], target, now - began if began else None)
        moved._move_followers(target, why)
        return moved

    def _announce(self, origin, target, seconds):
        """Tell the log that the row has moved, and whoever watches: a hint to ask, no more.

        :param seconds: how long it was in `origin`; None where that is not known
        """
        codes = {State.FAILED: self.error_code, State.DEAD: self.dead_reason}
        transition_log.tell(
            transition_log.Step(
                document=self.id,
                device=self.device_id.code,
                kind=self.kind,
                origin=origin,
                target=str(target),
                seconds=seconds,
                code=codes.get(target) or "",
            ),
            self.env["res.config.settings"]._fiscal_setting("kkt_log_format"),
        )
        if target not in (State.PRINTING, State.DELIVERED):
            self.device_id._bus_send("optics_kkt_driver/document", {"id": self.id, "state": target})

    def _move_followers(self, target, why):
        """Give up what waits for these rows together with them, or let it be printed now."""
        if target not in (State.PRINTED, State.CANCELLED):
            return
        followers = self.search([("after_id", "in", self.ids), ("state", "=", State.QUEUED)])
        if target == State.CANCELLED:
            for follower in followers:
                follower._give_up(why)
        elif followers:
            self.env.ref("optics_kkt_driver.cron_serve")._trigger()

    def _give_up(self, reason):
        """`queued` or `failed` → `cancelled`; False when the till was faster."""
        return self._transition(State.CANCELLED, reason, origins=UNSIGNED)

    def _retry(self, reason="retry"):
        """`failed` → `queued`: the same document once more."""
        return self._transition(
            State.QUEUED,
            reason,
            origins=(State.FAILED,),
            error_code=False,
            error_message=False,
            error_remedy=False,
        )

    def _unservable(self, error):
        """`queued` → `failed`: nothing was sent for it, and nothing can be.

        :param error: ``kkt.flow.errors.Unservable``
        """
        return self._transition(
            State.FAILED,
            str(error),
            origins=(State.QUEUED,),
            error_code=error.code,
            error_message=words_of_refusal(self.env, str(error), error.code, ""),
            error_remedy=False,
        )

    # What the lane asks of a row (see lane/held.py) ---------------------------------------------

    def _enqueue_shift_opening(self):
        """Queue the opening of a shift that this receipt needs, in the name of its cashier."""
        self.ensure_one()
        before = self._lane_key(self.key_origin, self.idempotency_key, "shift:")
        wanted = Wanted(ShiftOpening(self._value().cashier), self.reference or "")
        number = self._count_ended(self.device_id, "lane", before)
        opening = self._enqueue(self.device_id, f"{before}{number}", "lane", wanted)
        opening._retry()
        return opening

    @api.model
    def _count_ended(self, device, origin, before):
        """Count the attempts under keys that begin with `before` and are over, this way or that.

        Each shift that was closed again, or whose opening was given up, wants a new opening.
        """
        return self.sudo().search_count(
            [*self._attempts(device, origin, before), ("state", "in", ENDED)]
        )

    @api.model
    def _count_given_up(self, device, origin, before):
        """Count the attempts under keys that begin with `before` and were given up."""
        return self.sudo().search_count(
            [*self._attempts(device, origin, before), ("state", "=", State.CANCELLED)]
        )

    @api.model
    def _attempts(self, device, origin, before):
        """What finds the documents whose keys begin with `before`, among those of an origin."""
        return [
            ("company_id", "=", device.company_id.id),
            ("key_origin", "=", origin),
            ("idempotency_key", "=like", f"{escape_psql(before)}%"),
        ]

    def _signed_values(self, signed):
        """Turn what the drive gave into columns."""
        return {
            "fn_number": signed.fn_number,
            "fd_number": signed.fd_number or False,
            "fpd": signed.fpd,
            "shift_number": signed.shift_number or False,
            "receipt_number": signed.receipt_number or False,
            "date_time": self.device_id._to_utc(signed.date_time),
            "signed_json": dict(signed.document),
            **self._bytes_values(signed),
            "qr_text": self.kind in RECEIPT_KINDS and self._qr_text(signed),
            "on_paper": signed.on_paper,
            "warnings": [*(self.warnings or []), *self._rate_differences(signed)] or False,
            "error_code": False,
            "error_message": False,
            "error_remedy": False,
        }

    def _rate_differences(self, signed):
        """Compare each line's VAT code with what was sent: some tills substitute rates."""
        if self.kind not in RECEIPT_KINDS:
            return []
        return [asdict(each) for each in rate_differences(self._value().items, signed.document)]

    def _qr_text(self, signed):
        return qr_text(
            date_time=signed.date_time,
            total_sum=signed.document["totalSum"],
            fn_number=signed.fn_number,
            fd_number=signed.fd_number,
            fpd=signed.fpd,
            operation_type=signed.document["operationType"],
        )

    def _after_signed(self):
        """What follows in the same step as the signature, in this order."""
        self.device_id._lane()._keep_last_fd(self.fn_number, self.fd_number)
        self.env["kkt.shift"].sudo()._note(self)
        self.env["kkt.drive"]._note(self)
        if self.bytes_awaited_until:
            self.env.ref("optics_kkt_driver.cron_serve")._trigger()
        self.env["fiscal.ofd"]._ring_the_sender()

    def _ask_a_person(self):
        """Put an undecidable document before the people who may decide it."""

        def say(env):
            document = self.with_env(env)
            return env._("Was document %s printed?", document.display_name), False

        self.device_id._call_managers(self.device_id, say)

    @api.model
    def _record_foreign(self, device, document):
        """Keep what somebody else registered on the drive: it has an FD and goes to the OFD."""
        signed = Signed.from_document(document)
        fiscal_data = self.new({"device_id": device.id, "kind": "foreign"})._signed_values(signed)
        row = self.create(
            {
                "company_id": device.company_id.id,
                "device_id": device.id,
                "kind": "foreign",
                "state": State.PRINTED,
                "state_since": time.time(),
                "source": "device",
                "key_origin": "device",
                "idempotency_key": f"foreign:{signed.fn_number}:{signed.fd_number}",
                "body_hash": self._body_hash(device, "foreign", document),
                "payload": document,
                "total_sum": document.get("totalSum", 0) / 100,
                **fiscal_data,
            }
        )
        self.env["fiscal.document.event"]._record({row: False}, State.PRINTED, "found on the drive")
        row._after_signed()
        return row

    # What a person decides (see wizard/fiscal_document_decision) ---------------------------------

    def _candidates_are_in_the_till(self):
        """Whether the drive on which this document may lie is the one that the till has."""
        return self.candidates_fn in (False, "", self.device_id._lane().fn_number)

    def _decide_signed(self, signed, reason):
        """`manual` → `printed`: a person found this document on the drive."""
        moved = self._transition(
            State.PRINTED,
            reason,
            origins=(State.MANUAL,),
            candidates=False,
            **self._signed_values(signed),
        )
        if moved:
            self._after_signed()
        return moved

    def _decide_not_signed(self, target, reason, foreign):
        """`manual` → `queued` or `cancelled`; what was reserved for it is somebody else's.

        :param foreign: the documents (FNS JSON) whose FD the row had reserved
        """
        moved = self._transition(target, reason, origins=(State.MANUAL,), candidates=False)
        if moved:
            for document in foreign:
                self._record_foreign(self.device_id, document)
        return moved

    # Words ------------------------------------------------------------------------------------

    def _explain(self):
        """Say in one sentence why this document is not signed and what to do."""
        self.ensure_one()
        if self.state == State.FAILED:
            return words_of_refusal(
                self.env, self.error_message, self.error_code, self.error_remedy
            )
        if self.state == State.QUEUED and self.after_id and not self.after_id.is_signed:
            return self.env._(
                "It is printed after %s, which is not signed yet.", self.after_id.display_name
            )
        if self.state == State.QUEUED:
            return self.env._(
                "The till %s does not answer; the document waits.", self.device_id.code
            )
        if self.state in UNDECIDED:
            return self.env._(
                "It is not known yet whether the till %s has signed; it is being asked.",
                self.device_id.code,
            )
        if self.state == State.MANUAL:
            return self.env._("A person must decide whether this document was signed.")
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _open_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # Buttons ----------------------------------------------------------------------------------

    def action_retry(self):
        """Print a refused document once more."""
        self._check_manager()
        return self._print_now()

    def action_ask_till(self):
        """Settle what is not known, or print what waits."""
        self._check_manager()
        return self._print_now()

    def action_give_up(self):
        """Let a document that is not signed be: final, and whoever asked for it must know."""
        self._check_manager()
        first = self.after_id
        if first and not first.is_signed:
            return first.action_give_up()
        if not self.sudo()._give_up(self.env._("given up by %s", self.env.user.name)):
            raise UserError(self._explain())
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_decide(self):
        """Ask a person what became of a document that the till cannot tell of."""
        self._check_manager()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Was it signed?"),
            "res_model": "fiscal.document.decision",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_document_id": self.id,
                "default_fd_number": (self.candidates or [0])[0],
            },
        }

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group("optics_kkt_driver.group_fiscal_manager"):
            raise AccessError(self.env._("Only an administrator of tills may do this."))

    def _print_now(self):
        document = self.sudo()
        document._sign(BUTTONS_WAIT)
        if not document.is_signed:
            raise UserError(document._explain())
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # Paper ------------------------------------------------------------------------------------

    def _mark_printed(self):
        """A signed document that waited for paper is printed: its state stays what it was."""
        self.ensure_one()
        if self.state not in SIGNED:
            raise UserError(self.env._("Only a signed document comes out of a till."))
        self.on_paper = True
        self.env["fiscal.document.event"]._record(
            {self: self.state}, self.state, self.env._("printed on paper")
        )

    def action_print_copy(self):
        """Print this document once more, marked as a copy."""
        self._check_manager()
        copy = self.sudo()._print_copy(self.env.user._cashier_of_button())
        return self.device_id._notification(self.env._("Copy: %s.", copy.original_id.display_name))

    def _print_copy(self, cashier):
        """Print a copy and return its row.

        One press, one copy: as long as one has not come out, pressing again hurries that one.

        :raises UserError: not signed, signed by an earlier drive, or not printed now
        """
        self.ensure_one()
        device = self.device_id
        self._check_can_be_copied()
        ended = self.search_count(
            [
                ("kind", "=", "copy"),
                ("original_id", "=", self.id),
                ("state", "in", ENDED),
            ]
        )
        row = device._register_now(
            f"copy:{self.id}:{ended}",
            "backend",
            Wanted(
                Copy(self.fd_number, cashier),
                columns=self._original_values(),
                fingerprint={"fn_number": self.fn_number, "fd_number": self.fd_number},
            ),
        )
        if not row.is_signed:
            raise UserError(row._explain())
        return row

    def _check_can_be_copied(self):
        if not self.is_signed or not self.fd_number:
            raise UserError(self.env._("Only a signed document with an FD number can be copied."))
        in_use = self.device_id._lane().fn_number
        if self.fn_number != in_use:
            raise UserError(
                self.env._(
                    "%(document)s lies on drive %(fn)s, which is archived. Till %(till)s can print"
                    " copies from its drive %(in_use)s only; look at the document's lines here.",
                    document=self.display_name,
                    fn=self.fn_number,
                    till=self.device_id.code,
                    in_use=in_use,
                )
            )

    # Purchase ---------------------------------------------------------------------------------

    def _purchase(self):
        """Return the purchase that this document belongs to, made now if it had none."""
        self.ensure_one()
        if not self.purchase_id:
            name = self.reference or self.idempotency_key
            self.sudo().purchase_id = self.purchase_id._of(
                self.company_id, f"{name} · {self.short_key}"
            )
        return self.purchase_id.sudo()

    def _returned_lines(self):
        """Return what was given back of this receipt, or may be just now, as ``ReturnedLine``s."""
        returns = self.sudo().search(
            [
                ("original_id", "=", self.id),
                ("original_lines", "!=", False),
                ("state", "!=", State.CANCELLED),
            ]
        )
        return [
            ReturnedLine(number, Decimal(quantity), item.sum, item.vat)
            for row in returns
            for (number, quantity), item in zip(row.original_lines, row._items(), strict=True)
        ]

    def _items(self):
        return self._value().items

    def _original_values(self):
        """Return the columns by which another row names this document as its original."""
        self.ensure_one()
        return {
            "original_id": self.id,
            "original_fn": self.fn_number,
            "original_fd": self.fd_number,
            "original_fpd": self.fpd,
        }

    # Value ------------------------------------------------------------------------------------

    def _value(self):
        """Return the document as asked for, as a value of ``kkt.fiscal``."""
        self.ensure_one()
        return document_from_json(DocumentKind(self.kind), self.payload)

    def _fiscal_data(self):
        """Return what a caller wants to know of this document, as plain JSON."""
        self.ensure_one()
        return {
            "state": self.state,
            "kind": self.kind,
            "pos_id": self.device_id.code,
            "fn_number": self.fn_number or None,
            "fd_number": self.fd_number or None,
            "fpd": self.fpd or None,
            "shift_number": self.shift_number or None,
            "receipt_number": self.receipt_number or None,
            "date_time": self.signed_json and self.signed_json.get("dateTime"),
            "qr": self.qr_text or None,
            "on_paper": self.on_paper,
            "document": self.signed_json or None,
            "purchase": self.purchase_id.name or None,
            "original": self._original_data(),
            "warnings": self.warnings or [],
            "error": self._error_data(),
        }

    def _original_data(self):
        if not self.original_fpd:
            return None
        return {
            "fn_number": self.original_fn,
            "fd_number": self.original_fd,
            "fpd": self.original_fpd,
        }

    def _error_data(self):
        if not self.error_message:
            return None
        return {
            "code": self.error_code or "",
            "message": self.error_message,
            "remedy": self.error_remedy or "",
        }
