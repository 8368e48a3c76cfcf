from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang
from odoo.tools.mail import plaintext2html

from ..fields import Int8, JsonAsText
from ..kkt.fiscal.counters import CounterName, ShiftCounters, differences, side_by_side
from ..kkt.fiscal.vocabulary import DocumentKind, Nds
from ..kkt.flow.states import DOUBTFUL, SIGNED
from .fiscal_document import RECEIPT_KINDS

STATES = [("open", "Open"), ("closed", "Closed")]
COMPARISONS = [
    ("pending", "Not compared yet"),
    ("agree", "Agree"),
    ("differ", "Differ"),
    ("partial", "Not seen from its beginning"),
]
IN_SHIFT_ONLY = (
    DocumentKind.SHIFT_OPEN,
    DocumentKind.RECEIPT,
    DocumentKind.CORRECTION,
    DocumentKind.SHIFT_CLOSE,
)
"""Documents whose shift is, or was, open for certain; cash may move outside of one."""
CASH_KINDS = ("cash_in", "cash_out")
LAST_FD, LAST_HLC = 2**31 - 1, 2**63 - 1
"""No document lies beyond them."""


class KktShift(models.Model):
    """One shift of a till: who opened and closed it, and what was counted in it by whom.

    Written by the till's answers alone, in the step that stores them. The counters of the two sides
    are those of one moment: the till's last X or Z report.
    """

    _name = "kkt.shift"
    _description = "Shift of a till"
    _order = "opened_at desc, id desc"
    _rec_name = "display_name"
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device",
        string="Till",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    fn_number = fields.Char(string="FN", required=True, readonly=True)
    number = fields.Integer(string="Shift", required=True, readonly=True, aggregator=None)
    state = fields.Selection(STATES, required=True, readonly=True, default="open")
    opening_id = fields.Many2one(
        "fiscal.document", readonly=True, ondelete="restrict", check_company=True
    )
    opened_at = fields.Datetime(string="Opened at", readonly=True)
    opened_by = fields.Char(string="Opened by", readonly=True, help="Tag 1021 of the opening")
    closing_id = fields.Many2one(
        "fiscal.document", readonly=True, ondelete="restrict", check_company=True
    )
    closed_at = fields.Datetime(string="Closed at", readonly=True)
    closed_by = fields.Char(string="Closed by", readonly=True, help="Tag 1021 of the closing")

    opening_cash = JsonAsText(
        readonly=True,
        help="Cash in the drawer that the till told when the shift began (kopecks); empty: unknown",
    )
    device_counters = JsonAsText(
        readonly=True, help="The till's counters as last told, under the names of an X report"
    )
    our_counters = JsonAsText(
        readonly=True, help="The same counters, out of our documents up to the same moment"
    )
    told_by_id = fields.Many2one(
        "fiscal.document", string="Told by", readonly=True, ondelete="restrict", check_company=True
    )
    told_at = fields.Datetime(string="Told at", readonly=True)
    told_fd = fields.Integer(
        readonly=True, aggregator=None, help="FD of the last document in the till's counters"
    )
    told_hlc = Int8(readonly=True, help="HLC of the last cash operation in the till's counters")
    comparison = fields.Selection(
        COMPARISONS, string="Counters", required=True, readonly=True, default="pending"
    )
    difference_raised = fields.Boolean(readonly=True, help="People were called because of it")
    age_raised = fields.Boolean(readonly=True, help="People were called because of it")

    currency_id = fields.Many2one(related="company_id.currency_id")
    receipt_count = fields.Integer(string="Receipts", compute="_compute_sold")
    turnover = fields.Monetary(
        compute="_compute_sold", help="What came in by our receipts and corrections, less returns"
    )
    so_far_html = fields.Html(string="So far", compute="_compute_so_far_html")
    counters_html = fields.Html(string="Side by side", compute="_compute_counters_html")
    undecided_count = fields.Integer(string="To be decided", compute="_compute_undecided_count")
    warning = fields.Char(compute="_compute_warning")

    _one_shift = models.UniqueIndex("(device_id, fn_number, number)")
    _told_shifts = models.Index("(device_id, id) WHERE told_at IS NOT NULL")
    _open_shifts = models.Index("(device_id) WHERE state = 'open'")

    @api.depends("number", "device_id.code")
    def _compute_display_name(self):
        for shift in self:
            shift.display_name = self.env._(
                "Shift %(number)s of %(till)s", number=shift.number, till=shift.device_id.code
            )

    @api.depends("device_counters", "our_counters")
    @api.depends_context("lang")
    def _compute_counters_html(self):
        for shift in self:
            shift.counters_html = shift.device_counters and self._render_counters(
                shift._device_counters(), ShiftCounters.from_json(shift.our_counters)
            )

    def _compute_sold(self):
        rows = (
            self.env["fiscal.document"]
            .sudo()
            ._read_group(
                [
                    ("device_id", "in", self.device_id.ids),
                    ("fn_number", "in", self.mapped("fn_number")),
                    ("shift_number", "in", self.mapped("number")),
                    ("kind", "in", RECEIPT_KINDS),
                    ("state", "in", SIGNED),
                ],
                ["device_id", "fn_number", "shift_number"],
                ["__count", "turnover:sum"],
            )
        )
        sold = {(device, fn, number): counted for device, fn, number, *counted in rows}
        for shift in self:
            place = (shift.device_id, shift.fn_number, shift.number)
            shift.receipt_count, shift.turnover = sold.get(place, (0, 0))

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_so_far_html(self):
        """Count what we have signed in an open shift: the till tells its counters in reports."""
        for shift in self:
            shift.so_far_html = shift.state == "open" and self._render_counters(
                shift._count(shift._cash_at_opening(), LAST_FD, LAST_HLC), by="us"
            )

    def _compute_undecided_count(self):
        counts = dict(
            self.env["fiscal.document"]
            .sudo()
            ._read_group(
                [
                    ("device_id", "in", self.device_id.ids),
                    ("state", "in", DOUBTFUL),
                ],
                ["device_id"],
                ["__count"],
            )
        )
        for shift in self:
            shift.undecided_count = counts.get(shift.device_id, 0)

    @api.depends("state")
    def _compute_warning(self):
        for shift in self:
            shift.warning = shift._is_current() and shift.device_id._shift_warning()

    @api.ondelete(at_uninstall=False)
    def _never_unlink(self):
        raise UserError(self.env._("Shifts are never deleted."))

    # What the till's answers tell (under the lane's lock) ----------------------------------------

    @api.model
    def _find(self, device, fn_number, number):
        return self.search(
            [
                ("device_id", "=", device.id),
                ("fn_number", "=", fn_number),
                ("number", "=", number),
            ]
        )

    @api.model
    def _begin(self, device, fn_number, number, **values):
        return self.create(
            {
                "device_id": device.id,
                "company_id": device.company_id.id,
                "fn_number": fn_number,
                "number": number,
                **values,
            }
        )

    @api.model
    def _note(self, document):
        """Keep what a signed document tells of its shift."""
        kind, place = document._signed_kind(), (document.fn_number, document.shift_number)
        if not document.shift_number:
            return
        shift = self._find(document.device_id, *place)
        if not shift and kind in IN_SHIFT_ONLY:
            shift = self._begin(document.device_id, *place)
        if not shift:
            return
        if kind is DocumentKind.SHIFT_OPEN:
            shift._opened(document)
        elif kind is DocumentKind.SHIFT_CLOSE:
            shift._closed(document)
        elif kind is DocumentKind.X_REPORT:
            shift._keep_counters(document)

    def _opened(self, document):
        self.write(
            {
                "opening_id": document.id,
                "opened_at": document.date_time,
                "opened_by": document.signed_json.get("operator"),
            }
        )

    def _closed(self, document):
        self.write(
            {
                "state": "closed",
                "closing_id": document.id,
                "closed_at": document.date_time,
                "closed_by": document.signed_json.get("operator"),
            }
        )
        self._keep_counters(document)

    def _keep_counters(self, report):
        """Take over the counters of an X or Z report, and compare."""
        counters = ShiftCounters.from_json(report.signed_json)
        self.write(
            {
                "device_counters": counters.to_json(),
                "told_by_id": report.id,
                "told_at": report.date_time,
                "told_fd": report.fd_number or report.baseline["last_fd"],
                "told_hlc": report.hlc or self.device_id._lane().hlc,
            }
        )
        self._compare()

    @api.model
    def _status_seen(self, device, status):
        """Take the cash in the drawer from the till's status, where a report did not tell it.

        :param status: ``kkt.device.contract.DeviceStatus``
        """
        shift = self._find(device, status.fn_number, status.shift_number)
        if not shift:
            if status.shift_open:
                opened = status.shift_opened_at
                self._begin(
                    device,
                    status.fn_number,
                    status.shift_number,
                    opened_at=opened and device._to_utc(opened),
                )
            return
        lane = device._lane()
        if status.last_fd != lane.last_fd:
            return  # somebody else printed meanwhile: what he moved is not known yet
        if shift.state == "open" and shift.opening_id and shift.opening_cash is False:
            shift._began_with(status.cash_in_drawer, lane)
        elif shift._waits_for_drawer(status):
            shift.device_counters = {
                **shift.device_counters,
                "cashInDrawer": status.cash_in_drawer,
            }
            shift.told_hlc = lane.hlc
            shift._compare()

    def _began_with(self, told, lane):
        """Reckon back from the drawer as it is now: a receipt may have followed the opening."""
        moved = self._count(0, lane.last_fd, lane.hlc).drawer
        self.opening_cash = {"cashInDrawer": told - moved}
        if self.told_by_id:
            self._compare()

    def _waits_for_drawer(self, status):
        """Whether this is the word that follows a Z report, which tells no cash.

        Nothing, where there was something, is no word: some tills empty their drawer's sum with
        the report.
        """
        ours = (self.our_counters or {}).get("cashInDrawer")
        return (
            self.state == "closed"
            and bool(status.cash_in_drawer or not ours)
            and self.closing_id.fd_number == status.last_fd
            and "cashInDrawer" not in self.device_counters
        )

    # Comparison -------------------------------------------------------------------------------

    def _device_counters(self):
        return ShiftCounters.from_json(self.device_counters)

    def _told_turnover(self):
        """What came in by the till's counters, less returns; False when it has told none."""
        counters = self.device_counters and self._device_counters()
        return bool(counters and counters.told) and counters.totals.turnover / 100

    def _cash_at_opening(self):
        """Kopecks in the drawer when the shift began; None when nobody told."""
        return (self.opening_cash or {}).get("cashInDrawer")

    def _count(self, drawer, last_fd, last_hlc):
        """Count our documents of this shift up to an FD, and its cash operations up to an HLC.

        :param int drawer: kopecks in the drawer at the beginning, None when nobody told
        """
        documents = (
            self.env["fiscal.document"]
            .sudo()
            .search_fetch(
                [
                    ("device_id", "=", self.device_id.id),
                    ("fn_number", "=", self.fn_number),
                    ("shift_number", "=", self.number),
                    ("state", "in", SIGNED),
                    "|",
                    "&",
                    ("fd_number", ">", 0),
                    ("fd_number", "<=", last_fd),
                    "&",
                    ("kind", "in", CASH_KINDS),
                    ("hlc", "<=", last_hlc),
                ],
                ["kind", "signed_json"],
            )
        )
        counters = ShiftCounters.beginning(drawer)
        for document in documents:
            counters = counters.adding(document._signed_kind(), document.signed_json)
        return counters

    def _compare(self):
        """Count our side anew up to what the till has told; call people over a difference."""
        ours = self._count(self._cash_at_opening(), self.told_fd, self.told_hlc)
        found = differences(self._device_counters(), ours)
        differ = "differ" if self.opening_id else "partial"
        self.write({"our_counters": ours.to_json(), "comparison": differ if found else "agree"})
        if self.comparison == "differ" and not self.difference_raised:
            self._raise_difference(found)

    def _raise_difference(self, found):
        self.difference_raised = True

        def say(env):
            shift = self.with_env(env)
            summary = env._("%s: the till's counters differ from ours", shift.display_name)
            lines = "\n".join(map(shift._difference_words, found))
            return summary, plaintext2html(lines)

        self.device_id._call_managers(self.device_id, say)

    def _difference_words(self, pair):
        return self.env._(
            "%(counter)s: till %(device)s, ours %(ours)s",
            counter=self._counter_words(pair),
            device=self._amount(pair, pair.device),
            ours=self._amount(pair, pair.ours),
        )

    # Words ------------------------------------------------------------------------------------

    @api.model
    def _render_counters(self, counted, ours=None, by="till"):
        """Counters as a table: one side's alone, or ours beside the till's with the differing rows
        marked.

        :param counted: the till's; ours where only they are shown
        :param by: who has counted them, ``till`` or ``us``
        """
        sections = {}
        for pair in side_by_side(counted, ours or counted):
            if pair.device is None and pair.ours is None:
                continue
            rows = sections.setdefault(self._operation_words(pair.operation), [])
            rows.append(
                {
                    "label": self._counter_label(pair),
                    "device": self._amount(pair, pair.device),
                    "ours": self._amount(pair, pair.ours),
                    "difference": pair.differs and self._amount(pair, pair.difference),
                }
            )
        return self.env["ir.qweb"]._render(
            "optics_kkt_driver.kkt_shift_counters",
            {
                "sections": sections,
                "compared": ours is not None,
                "by_us": by == "us",
                "nothing_sold": counted.told and not counted.totals.operations,
            },
        )

    @api.model
    def _amount(self, pair, value):
        if value is None:
            return "–"
        return formatLang(self.env, value / 100) if pair.name.is_money else str(value)

    @api.model
    def _counter_words(self, pair):
        return f"{self._operation_words(pair.operation)}, {self._counter_label(pair).lower()}"

    @api.model
    def _operation_words(self, operation):
        if operation is None:
            return self.env._("Cash")
        names = self.env["fiscal.document"]._fields["operation_type"]
        return dict(names._description_selection(self.env))[str(int(operation))]

    @api.model
    def _counter_label(self, pair):
        if pair.name is CounterName.VAT:
            if pair.nds in (Nds.NDS_0, Nds.NDS_NO):
                return self.env._("Turnover at %s", pair.nds.label)
            return pair.nds.label
        return {
            CounterName.COUNT: self.env._("Receipts"),
            CounterName.TOTAL: self.env._("Total"),
            CounterName.CASH: self.env._("In cash"),
            CounterName.ECASH: self.env._("Non-cash"),
            CounterName.PREPAID: self.env._("Settled by prepayment"),
            CounterName.CREDIT: self.env._("On credit"),
            CounterName.PROVISION: self.env._("By counter-provision"),
            CounterName.CORRECTION_COUNT: self.env._("Of these, corrections"),
            CounterName.CORRECTION_TOTAL: self.env._("Total of corrections"),
            CounterName.CASH_IN_COUNT: self.env._("Times put in"),
            CounterName.CASH_IN_SUM: self.env._("Sum put in"),
            CounterName.CASH_OUT_COUNT: self.env._("Times taken out"),
            CounterName.CASH_OUT_SUM: self.env._("Sum taken out"),
            CounterName.DRAWER: self.env._("In the drawer"),
        }[pair.name]

    # Age --------------------------------------------------------------------------------------

    def _is_current(self):
        """Whether the till, when last asked, had this shift open."""
        status = self.device_id._status()
        return (
            self.state == "open"
            and status.shift_open
            and (status.fn_number, status.shift_number) == (self.fn_number, self.number)
        )

    @api.model
    def _cron_warn_of_age(self):
        """Call people, once a shift, before its 24 hours are over."""
        young = self.search([("state", "=", "open"), ("age_raised", "=", False)])

        def warn(device):
            for shift in young.filtered(lambda shift: shift.device_id == device):
                if shift.warning:
                    shift._raise_age()

        young.device_id._each_whatever_comes("optics_kkt_driver.cron_warn_of_age", warn)

    def _raise_age(self):
        self.age_raised = True

        def say(env):
            shift = self.with_env(env)
            summary = env._("%s must be closed", shift.display_name)
            return summary, shift.device_id._shift_warning()

        self.device_id._call_managers(self.device_id, say)

    # Buttons ----------------------------------------------------------------------------------

    def action_compare(self):
        """Count our documents anew, after one was decided or found."""
        self.ensure_one()
        self.device_id.check_access("write")
        if not self.device_counters:
            raise UserError(self.env._("The till has told no counters yet: make an X report."))
        self.sudo()._compare()

    def action_documents(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_document_action"
        )
        domain = [
            ("device_id", "=", self.device_id.id),
            ("fn_number", "=", self.fn_number),
            ("shift_number", "=", self.number),
        ]
        return {**action, "domain": domain, "context": {}}
