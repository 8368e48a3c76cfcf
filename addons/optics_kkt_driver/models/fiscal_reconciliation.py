import base64
from collections import Counter, defaultdict
from datetime import UTC, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kkt.fiscal.counters import SignedSettlement
from ..kkt.fiscal.exact import shown
from ..kkt.fiscal.vocabulary import SETTLEMENTS, DocumentKind, OperationType
from ..kkt.flow.states import SIGNED, State
from ..kkt.reconcile.matching import FindingCode, Ours, hold
from ..kkt.reconcile.problems import UnreadableReport
from ..kkt.reconcile.report import Row, headings_of, read_report
from .fiscal_document_sums import VAT, WITHOUT_VAT
from .fiscal_words import words_of_report

BATCH = 5_000
"""Documents that are read, or lines that are written, at once."""
KEYS_AT_ONCE = 1_000
MOST_LINES = 10_000
"""Findings that are kept of one report; all are counted. More of them have one cause."""
RATES = {**VAT, **WITHOUT_VAT}
SUMS = ("nds_sum", *RATES)
PAYMENTS = {"cash": "cash_total_sum", "ecash": "ecash_total_sum"}
"""Names of a report's sums to our columns."""
COLUMNS = (
    *("fn_number", "fd_number", "fpd", "date_time", "kind", "state", "device_id"),
    *("operation_type", "total_sum", *PAYMENTS.values(), *SUMS),
)
AGREE_NOT = frozenset(FindingCode) - {
    FindingCode.MISSING_THERE,
    FindingCode.MISSING_THERE_WAITS,
    FindingCode.ANOTHER_ZONE,
}
"""Findings of a row of the report by itself."""


class FiscalReconciliation(models.Model):
    """An operator's report of some days held against our documents."""

    _name = "fiscal.reconciliation"
    _description = "Reconciliation with an operator's report"
    _inherit = ["fiscal.period"]
    _order = "date_to desc, id desc"
    _rec_name = "display_name"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    ofd_id = fields.Many2one(
        "fiscal.ofd",
        string="OFD",
        check_company=True,
        help="Only documents of tills that send to it are held against the report; all, where none"
        " is named",
    )
    file = fields.Binary(string="Report", attachment=True, copy=False)
    file_name = fields.Char(string="Name of the report", copy=False)
    layout_id = fields.Many2one("fiscal.report.layout", check_company=True)
    state = fields.Selection(
        [("draft", "New"), ("held", "To be settled"), ("settled", "Settled")],
        compute="_compute_state",
        store=True,
        default="draft",
    )
    held_at = fields.Datetime(string="Held at", readonly=True, copy=False)
    held_by = fields.Many2one("res.users", readonly=True, copy=False)
    row_count = fields.Integer(string="Documents there", readonly=True, copy=False)
    agreed_count = fields.Integer(string="Agree", readonly=True, copy=False)
    skipped_count = fields.Integer(
        string="Other lines", readonly=True, copy=False, help="Empty ones, and totals"
    )
    finding_count = fields.Integer(string="Findings", readonly=True, copy=False)
    left_out_count = fields.Integer(
        string="Findings not listed",
        readonly=True,
        copy=False,
        help="More than can be listed: they have one cause, such as the wrong days",
    )
    line_ids = fields.One2many("fiscal.reconciliation.line", "reconciliation_id", readonly=True)
    open_count = fields.Integer(string="Left to do", compute="_compute_counts")
    missing_here_count = fields.Integer(string="Missing here", compute="_compute_counts")
    missing_there_count = fields.Integer(string="Missing there", compute="_compute_counts")
    different_count = fields.Integer(string="Different", compute="_compute_counts")

    @api.depends("date_from", "date_to", "ofd_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for each in self:
            days = each._days_in_words()
            each.display_name = f"{each.ofd_id.name} {days}" if each.ofd_id else days

    @api.depends("held_at", "left_out_count", "line_ids.done")
    def _compute_state(self):
        for each in self:
            is_open = each.left_out_count or not all(each.line_ids.mapped("done"))
            each.state = "draft" if not each.held_at else "held" if is_open else "settled"

    @api.depends("line_ids.done", "line_ids.finding")
    def _compute_counts(self):
        counts = defaultdict(Counter)
        for reconciliation, finding, done, count in self.env[
            "fiscal.reconciliation.line"
        ]._read_group(
            [("reconciliation_id", "in", self.ids)],
            ["reconciliation_id", "finding", "done"],
            ["__count"],
        ):
            counts[reconciliation.id][finding] += count
            counts[reconciliation.id]["open"] += 0 if done else count
        for each in self:
            told = counts[each._origin.id]
            each.open_count = told["open"]
            each.missing_here_count = told["missing_here"]
            each.missing_there_count = told["missing_there"] + told["missing_there_waits"]
            each.different_count = told["different"]

    # Buttons ----------------------------------------------------------------------------------

    def action_hold(self):
        """Hold the report against our documents; asks for its columns where they are unknown."""
        self.ensure_one()
        self.check_access("write")
        if not self.file:
            raise UserError(self.env._("Report: choose the file that the operator's cabinet gave."))
        content = base64.b64decode(self.with_context(bin_size=False).file)
        try:
            self._choose_layout(content)
            if self.layout_id.missing:
                return self.action_layout()
            report = read_report(content, self.layout_id._layout())
        except UnreadableReport as error:
            raise UserError(words_of_report(self.env, error)) from error
        self._hold(report)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_layout(self):
        """Open the layout, where the columns of the report are named."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Columns of the report"),
            "res_model": "fiscal.report.layout",
            "res_id": self.layout_id.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_lines(self):
        """Open the findings."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_reconciliation_line_action"
        )
        # A stat button names the one finding that it counts.
        chosen = {
            name: value
            for name, value in self.env.context.items()
            if name.startswith("search_default_")
        }
        return action | {
            "domain": [("reconciliation_id", "=", self.id)],
            "context": chosen or action["context"],
        }

    def _choose_layout(self, content):
        """Take a layout that was used before, or make one of the headings."""
        if not self.layout_id:
            headings = headings_of(content)
            layouts = self.env["fiscal.report.layout"]
            self.layout_id = layouts._remembered(
                headings, self.company_id, self.ofd_id
            ) or layouts._guessed(headings, self.company_id, self.ofd_id)

    # Our side ---------------------------------------------------------------------------------

    def _tills(self):
        domain = [("company_id", "=", self.company_id.id)]
        if self.ofd_id:
            domain.append(("ofd_id", "=", self.ofd_id.id))
        return self.env["kkt.device"].with_context(active_test=False).search(domain)

    def _drives(self):
        """Return the till of each drive that a till of the company has or had, by its number."""
        drives = self.env["kkt.drive"].search([("company_id", "=", self.company_id.id)])
        return {drive.fn_number: drive.device_id.id for drive in drives}

    def _ours(self, rows):
        """Return what we have of the period, and what else the report names, as ``Ours``."""
        ours = {each.row.key: each for till in self._tills() for each in self._of_period(till)}
        unknown = defaultdict(list)
        for row in rows:
            if row.key not in ours:
                unknown[row.fn].append(row.fd)
        for fn, numbers in unknown.items():
            left = iter(numbers)
            while some := list(islice(left, KEYS_AT_ONCE)):
                domain = [("fn_number", "=", fn), ("fd_number", "in", some)]
                ours.update((each.row.key, each) for each in self._found(domain))
        return list(ours.values())

    def _of_period(self, till):
        return self._found(self._within(till, "date_time"))

    def _found(self, domain):
        """Yield our signed documents as ``Ours``; no more than a batch of records is held."""
        documents = self.env["fiscal.document"]
        zones = {till.id: ZoneInfo(till.timezone) for till in self._all_tills()}
        signed = [
            *domain,
            ("company_id", "=", self.company_id.id),
            ("state", "in", SIGNED),
            ("fd_number", ">", 0),
        ]
        last = 0
        while found := documents.search_read(
            [*signed, ("id", ">", last)], COLUMNS, order="id", limit=BATCH, load=None
        ):
            last = found[-1]["id"]
            for values in found:
                yield self._our(values, zones[values["device_id"]])
            documents.invalidate_model()

    def _all_tills(self):
        return (
            self.env["kkt.device"]
            .with_context(active_test=False)
            .search([("company_id", "=", self.company_id.id)])
        )

    def _our(self, values, zone):
        """Turn the columns of a document into a value to compare."""
        moment = values["date_time"].replace(tzinfo=UTC).astimezone(zone)
        told = {
            "fn": values["fn_number"],
            "fd": values["fd_number"],
            "fpd": int(values["fpd"]),
            "date_time": moment,
        }
        if values["kind"] == "foreign":
            told |= self._told_by_foreign(values["id"])
        else:
            told |= self._told_by_columns(values)
        delivered = values["state"] == State.DELIVERED
        return Ours(values["id"], Row(line=0, **told), delivered)

    @api.model
    def _told_by_columns(self, values):
        kind = DocumentKind(values["kind"])
        if kind not in SETTLEMENTS:
            return {"kind": kind, "total": None}
        names = {**PAYMENTS, **{name: name for name in SUMS}}
        return {
            "kind": kind,
            "operation": OperationType(int(values["operation_type"])),
            "total": _kopecks(values["total_sum"]),
            "sums": {name: _kopecks(values[column]) for name, column in names.items()},
        }

    @api.model
    def _told_by_foreign(self, document_id):
        """Tell of a document of others what it says itself: its columns are not counted."""
        document = self.env["fiscal.document"].browse(document_id)
        kind = document.foreign_kind and DocumentKind(document.foreign_kind)
        if kind not in SETTLEMENTS:
            return {"kind": kind or None, "total": None}
        try:
            told = SignedSettlement.from_json(kind, document.signed_json)
        except (AttributeError, KeyError, TypeError, ValueError):
            # It says no operation or no sum: there is nothing to hold against the operator's row.
            return {"kind": kind, "total": None}
        vat = {name: told.vat_totals.get(nds, 0) for name, nds in RATES.items()}
        return {
            "kind": kind,
            "operation": told.operation_type,
            "total": told.total_sum,
            "sums": {
                "cash": told.payments.cash,
                "ecash": told.payments.ecash,
                "nds_sum": sum(vat[name] for name in VAT),
                **vat,
            },
        }

    # What comes of it -------------------------------------------------------------------------

    def _hold(self, report):
        """Replace the findings by those of a report (``kkt.reconcile.report.Report``)."""
        drives = self._drives()
        found = list(
            hold(
                report.rows,
                self._ours(report.rows),
                drives=drives.keys(),
                first=self.date_from,
                last=self.date_to,
            )
        )
        values = [self._of_finding(each, drives) for each in found[:MOST_LINES]]
        values += [self._of_broken(each) for each in report.broken[: MOST_LINES - len(values)]]
        self._replace_lines(values)
        count = len(found) + len(report.broken)
        self.write(
            {
                "held_at": fields.Datetime.now(),
                "held_by": self.env.uid,
                "row_count": len(report.rows),
                "agreed_count": len(report.rows) - sum(each.code in AGREE_NOT for each in found),
                "skipped_count": report.skipped,
                "finding_count": count,
                "left_out_count": count - len(values),
            }
        )

    def _replace_lines(self, values):
        """Write the findings anew; what was done about one of them stays done."""
        lines = self.line_ids.sudo()
        settled = {line._key(): line for line in lines.filtered("done")}
        kept = {
            key: {"done": True, "done_by": line.done_by.id, "done_at": line.done_at}
            for key, line in settled.items()
        }
        lines.unlink()
        left = iter(values)
        while some := list(islice(left, BATCH)):
            lines.create(
                [
                    each | kept.get((each["finding"], each["fn_number"], each["fd_number"]), {})
                    for each in some
                ]
            )

    def _of_finding(self, finding, drives):
        there, here = finding.there, finding.here and finding.here.row
        row = here or there
        plain = self.env["fiscal.reconciliation.line"]._plain
        details = {
            "differences": [
                {
                    "field": each.field,
                    "there": plain(each.field, each.there),
                    "here": plain(each.field, each.here),
                }
                for each in finding.differences
            ]
        }
        if finding.code is FindingCode.ANOTHER_ZONE:
            details = {"hours": finding.hours, "count": finding.count}
        return {
            "reconciliation_id": self.id,
            "finding": finding.code.value,
            "report_line": there.line if there else False,
            "fn_number": row.fn if row else False,
            "fd_number": row.fd if row else False,
            "fpd": row and row.fpd is not None and f"{row.fpd:010d}",
            "date_time": row and self._moment(row, drives),
            "kind": row and row.kind and row.kind.value,
            "operation_type": row and row.operation and str(int(row.operation)),
            "total_there": _roubles(there),
            "total_here": _roubles(here),
            "details": details,
            "document_id": finding.here.id if finding.here else False,
            "device_id": drives.get(row.fn, False) if row else False,
        }

    def _of_broken(self, broken):
        return {
            "reconciliation_id": self.id,
            "finding": "broken",
            "report_line": broken.line,
            "fn_number": False,
            "fd_number": False,
            "details": {
                "field": str(broken.field),
                "code": broken.code,
                "value": broken.value and shown(broken.value),
            },
        }

    def _moment(self, row, drives):
        """When a document was signed, in naive UTC; what names no zone is by its till's clock."""
        moment = row.date_time
        if moment is None:
            return False
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        if moment.tzinfo is None:
            till = self.env["kkt.device"].browse(drives.get(row.fn, False))
            zone = till.timezone or self.env.user.tz or "UTC"
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _kopecks(amount):
    """A column's roubles as kopecks: ours are less than zero where the money has left the shop."""
    return abs(round(amount * 100))


def _roubles(row):
    return row.total / 100 if row and row.total is not None else False
