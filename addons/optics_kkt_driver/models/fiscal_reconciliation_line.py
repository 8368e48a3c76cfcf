from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..fields import JsonAsText
from ..kkt.fiscal.money import from_kopecks
from ..kkt.flow.states import State
from .fiscal_document import KINDS, OPERATION_TYPES
from .fiscal_words import words_of_advice, words_of_broken_line

FINDINGS = [
    ("missing_here", "Missing here"),
    ("missing_there", "Missing there"),
    ("missing_there_waits", "Missing there, not delivered yet"),
    ("different", "Different"),
    ("twice_there", "Twice there"),
    ("another_seller", "Of a drive of others"),
    ("outside_period", "Outside of the days"),
    ("another_zone", "Time of another zone"),
    ("broken", "Line cannot be read"),
]
"""``kkt.reconcile.matching.FindingCode`` in words, and what could not be read."""


class FiscalReconciliationLine(models.Model):
    """One document in which the operator's report and we do not agree, and what is to be done."""

    _name = "fiscal.reconciliation.line"
    _description = "Finding of a reconciliation"
    _order = "reconciliation_id desc, done, finding, fn_number, fd_number, id"
    _rec_name = "fd_number"
    _check_company_auto = True

    reconciliation_id = fields.Many2one(
        "fiscal.reconciliation",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="reconciliation_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    finding = fields.Selection(FINDINGS, required=True, readonly=True)
    report_line = fields.Integer(
        string="Line", readonly=True, aggregator=None, help="Of the report, from 1"
    )
    fn_number = fields.Char(string="FN", readonly=True)
    fd_number = fields.Integer(string="FD", readonly=True, aggregator=None)
    fpd = fields.Char(string="FPD", readonly=True)
    date_time = fields.Datetime(string="Signed at", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    operation_type = fields.Selection(OPERATION_TYPES, string="Kind of settlement", readonly=True)
    total_there = fields.Monetary(string="Total there", readonly=True, aggregator=None)
    total_here = fields.Monetary(string="Total here", readonly=True, aggregator=None)
    details = JsonAsText(
        readonly=True, help="What differs, or what of the line cannot be read, as codes"
    )
    explanation = fields.Text(string="What exactly", compute="_compute_words")
    advice = fields.Text(string="What to do", compute="_compute_words")
    document_id = fields.Many2one(
        "fiscal.document",
        string="Our document",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    device_id = fields.Many2one("kkt.device", string="Till", readonly=True, check_company=True)
    done = fields.Boolean(readonly=True)
    done_by = fields.Many2one("res.users", readonly=True)
    done_at = fields.Datetime(readonly=True)

    @api.depends("finding", "details", "document_id.state")
    @api.depends_context("lang")
    def _compute_words(self):
        for line in self:
            code, details = line.finding, line.details or {}
            line.explanation = line._explained(details)
            if code == "missing_there_waits" and line.document_id.state == State.DEAD:
                code = "not_accepted"
            line.advice = words_of_advice(self.env, code, details if code == "another_zone" else {})

    def _explained(self, details):
        labels = self.env["fiscal.report.layout.column"]._labels()
        if self.finding == "broken":
            why = words_of_broken_line(self.env, details["code"])
            field = labels.get(details["field"], self.env._("Line %s", self.report_line))
            return f"{field}: {why} ({details['value']})" if details["value"] else f"{field}: {why}"
        return "; ".join(
            self.env._(
                "%(field)s: there %(there)s, here %(here)s",
                field=labels[each["field"]],
                there=self._worded(each["field"], each["there"]),
                here=self._worded(each["field"], each["here"]),
            )
            for each in details.get("differences", ())
        )

    def _worded(self, field, value):
        """Put one told value into words; `value` is as :meth:`_plain` made it."""
        if field in ("kind", "operation"):
            name = "kind" if field == "kind" else "operation_type"
            return dict(self._fields[name]._description_selection(self.env)).get(value, value)
        if field == "date_time":
            day, _space, clock = value.partition(" ")
            return f"{format_date(self.env, day)} {clock}".strip()
        return value if field == "fpd" else formatLang(self.env, float(value))

    @api.model
    def _plain(self, field, value):
        """Turn one told value into text: roubles, a number, a moment as that clock showed it."""
        if field == "fpd":
            return f"{value:010d}"
        if field == "kind":
            return value.value
        if field == "operation":
            return str(int(value))
        if field == "date_time":
            return value.isoformat(" ")[:16]
        return str(from_kopecks(value))

    # Buttons ----------------------------------------------------------------------------------

    def action_done(self):
        """Say that nothing is left to be done about it."""
        self.check_access("read")
        self.sudo()._keep_done()

    def action_open_again(self):
        """Say that there is something left to be done after all."""
        self.check_access("read")
        self.sudo().write({"done": False, "done_by": False, "done_at": False})

    def action_document(self):
        """Open our document."""
        self.ensure_one()
        self.check_access("read")
        return self.document_id._open_form()

    def _key(self):
        """By what a finding is known again when the report is held once more."""
        return self.finding, self.fn_number, self.fd_number

    def _keep_done(self):
        self.write({"done": True, "done_by": self.env.uid, "done_at": fields.Datetime.now()})
