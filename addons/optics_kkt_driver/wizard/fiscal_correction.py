from dataclasses import replace
from uuid import uuid4

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..kkt.fiscal.as_signed import SignedBuyer
from ..kkt.fiscal.correcting import Basis, Wrong, check_numbers, check_rates
from ..kkt.fiscal.document import (
    Buyer,
    Cashier,
    InvalidDocument,
    Payments,
    Problems,
    Receipt,
    Settlement,
)
from ..kkt.fiscal.party import STAND_IN
from ..kkt.fiscal.receipt import is_rounded
from ..kkt.fiscal.vocabulary import CorrectionType, OperationType, TaxationType
from ..models.fiscal_document import OPERATION_TYPES
from ..models.fiscal_words import words_of_problems
from ..models.kkt_device import TAXATION_TYPES

LINES = ("right_line_ids", "wrong_line_ids")
LINE_FIELDS = ("name", "total", "nds", "payment_type", "product_type", "measure")
PAYMENT_KINDS = ("cash", "ecash", "prepaid", "credit", "provision")


class FiscalCorrection(models.TransientModel):
    """Corrects a settlement that was made without a till, or signed with an error.

    Fields that begin with `wrong_` say what was signed by mistake, when the receipt is not in this
    database; else its record says it.
    """

    _name = "fiscal.correction"
    _description = "Fiscal correction"
    _check_company_auto = True

    key = fields.Char(required=True, readonly=True, default=lambda self: uuid4().hex)
    kind = fields.Selection(
        [
            ("settlement", "A settlement was made without a till"),
            ("error", "There is an error in a receipt"),
        ],
        string="What happened",
        required=True,
        default="settlement",
    )
    device_id = fields.Many2one(
        "kkt.device",
        string="Till",
        required=True,
        help="Any till of the same company may correct a receipt of another one",
        check_company=True,
    )
    company_id = fields.Many2one(related="device_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    settled_on = fields.Date(
        string="Date of the settlement",
        required=True,
        help="Tag 1178: when that was settled which is corrected now. Its VAT goes by this date.",
    )
    correction_type = fields.Selection(
        [("0", "By ourselves"), ("1", "By order of the tax office")],
        string="Corrected",
        required=True,
        default="0",
        help="Tag 1173",
    )
    order_number = fields.Char(string="Number of the order", size=32, help="Tag 1179")
    reason = fields.Char(
        required=True, size=128, help="What happened, in short; printed with the document's key"
    )
    cashier = fields.Char(
        required=True,
        size=64,
        default=lambda self: self.env.user._fiscal_operator(),
        help="Position and surname (tag 1021)",
    )
    cashier_inn = fields.Char(
        string="INN of the cashier",
        default=lambda self: self.env.user.fiscal_inn,
        help="Tag 1203",
    )

    original_id = fields.Many2one(
        "fiscal.document",
        string="Wrong receipt",
        domain="[('kind', 'in', ('receipt', 'correction', 'foreign')), ('is_signed', '=', True)]",
        help="Empty for a receipt that this system does not know",
        check_company=True,
    )
    original_lines = fields.Html(string="Lines as signed", related="original_id.lines_html")
    original_details = fields.Html(string="Details as signed", related="original_id.details_html")
    original_fn = fields.Char(string="FN")
    original_fd = fields.Integer(string="FD")
    original_fpd = fields.Char(string="FPD")

    operation_type = fields.Selection(
        OPERATION_TYPES, string="Kind of settlement", required=True, default="1", help="Tag 1054"
    )
    tax_system = fields.Selection(
        TAXATION_TYPES, string="Tax system", required=True, default="1", help="Tag 1055"
    )
    right_line_ids = fields.One2many(
        "fiscal.correction.line",
        "correction_id",
        string="Settled lines",
        domain=[("side", "=", "right")],
    )
    cash = fields.Monetary(help="Tag 1031")
    ecash = fields.Monetary(string="Non-cash", help="Tag 1081: cards, SBP and the like")
    prepaid = fields.Monetary(help="Tag 1215")
    credit = fields.Monetary(string="On credit", help="Tag 1216")
    provision = fields.Monetary(string="Counter-provision", help="Tag 1217")
    total_lines = fields.Monetary(string="Total of the lines", compute="_compute_totals")
    total_paid = fields.Monetary(string="Total of the payments", compute="_compute_totals")

    internet_payment = fields.Boolean(
        string="Settled on the Internet", compute="_compute_internet_payment", help="Tag 1125"
    )
    buyer_contact = fields.Char(
        string="Buyer's e-mail or phone",
        size=64,
        compute="_compute_buyer_contact",
        store=True,
        readonly=False,
        help="Tag 1008: where the receipt is sent; + and 10 to 15 digits, or an e-mail address",
    )
    internet_site = fields.Char(
        string="Website",
        size=256,
        compute="_compute_internet_site",
        store=True,
        readonly=False,
        help="Tag 1187 of a settlement on the Internet",
    )

    wrong_operation_type = fields.Selection(
        OPERATION_TYPES, string="Signed kind of settlement", default="1", help="Tag 1054"
    )
    wrong_tax_system = fields.Selection(
        TAXATION_TYPES, string="Signed tax system", default="1", help="Tag 1055"
    )
    wrong_line_ids = fields.One2many(
        "fiscal.correction.line",
        "correction_id",
        string="Signed lines",
        domain=[("side", "=", "wrong")],
    )
    wrong_cash = fields.Monetary(string="Signed cash", help="Tag 1031")
    wrong_ecash = fields.Monetary(string="Signed non-cash", help="Tag 1081")
    wrong_prepaid = fields.Monetary(string="Signed prepaid", help="Tag 1215")
    wrong_credit = fields.Monetary(string="Signed on credit", help="Tag 1216")
    wrong_provision = fields.Monetary(string="Signed counter-provision", help="Tag 1217")
    wrong_total_lines = fields.Monetary(
        string="Total of the signed lines", compute="_compute_totals"
    )
    wrong_total_paid = fields.Monetary(
        string="Total of the signed payments", compute="_compute_totals"
    )

    preview_html = fields.Html(string="Documents", compute="_compute_preview_html")

    # Presets ----------------------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        original = self.env["fiscal.document"].browse(values.get("original_id"))
        device = self.env["kkt.device"].browse(values.get("device_id")) or original.device_id
        presets = {"device_id": device.id, "tax_system": device.tax_system}
        presets |= self._further_presets(values)
        if original:
            presets |= self._presets(original)
        return values | {name: presets[name] for name in presets if name in fields}

    @api.model
    def _further_presets(self, values):
        """Values for what an addon above this one corrects, told by `values`."""
        return {}

    @api.model
    def _further_columns(self, right):
        """Columns that an addon above this one gives the rows; `right` is the ``Receipt``."""
        return {}

    @api.onchange("original_id")
    def _onchange_original(self):
        if self.original_id:
            self.update(self._presets(self.original_id))

    @api.onchange("original_fn", "original_fd")
    def _onchange_original_numbers(self):
        """Take a receipt whose numbers are typed in, but which is known, from its record."""
        self.original_id = self.env["fiscal.document"]._find_signed(
            self.company_id, self.original_fn, self.original_fd
        )
        self._onchange_original()

    @api.onchange("device_id")
    def _onchange_device(self):
        if self.device_id and not self.original_id:
            self.tax_system = self.device_id.tax_system

    @api.model
    def _presets(self, original):
        """Return what a signed receipt says, as values of this wizard."""
        try:
            signed = original._signed_settlement()
        except InvalidDocument as invalid:
            raise UserError(
                self.env._(
                    "%(document)s cannot be corrected from its record: %(why)s",
                    document=original.display_name,
                    why="; ".join(words_of_problems(self.env, invalid)),
                )
            ) from invalid
        return {
            "kind": "error",
            "settled_on": original._settled_on(),
            "original_fn": original.fn_number,
            "original_fd": original.fd_number,
            "original_fpd": original.fpd,
            **self._settlement_presets(signed),
        }

    @api.model
    def _settlement_presets(self, settlement):
        """Return what a ``Settlement`` says, as the right side of this wizard."""
        lines = self.env["fiscal.correction.line"]
        return {
            "operation_type": str(int(settlement.operation_type)),
            "tax_system": str(int(settlement.applied_taxation_type)),
            **{kind: getattr(settlement.payments, kind) / 100 for kind in PAYMENT_KINDS},
            "right_line_ids": [
                Command.clear(),
                *(Command.create(lines._values_of("right", item)) for item in settlement.items),
            ],
        }

    @api.depends("original_id")
    def _compute_internet_payment(self):
        for wizard in self:
            signed = wizard._signed_original()
            wizard.internet_payment = bool(signed) and signed.internet_payment

    @api.depends("original_id")
    def _compute_buyer_contact(self):
        for wizard in self:
            signed = wizard._signed_original()
            buyer = signed and wizard._lawful_buyer(signed)
            wizard.buyer_contact = buyer and buyer.phone_or_address

    @api.depends("original_id")
    def _compute_internet_site(self):
        for wizard in self:
            signed = wizard._signed_original()
            wizard.internet_site = signed and signed.retail_place

    def _signed_original(self):
        """Return what the wrong receipt's record says; None without one, or when it is no value."""
        try:
            return self.original_id._signed_settlement() if self.original_id else None
        except InvalidDocument:
            return None

    @api.model
    def _lawful_buyer(self, signed):
        """Return the buyer of a signed settlement without what is an error, or part of it."""
        return signed.buyer.lawful if isinstance(signed.buyer, SignedBuyer) else signed.buyer

    @api.depends(
        *("right_line_ids.total", "cash", "ecash", "prepaid", "credit", "provision"),
        *("wrong_line_ids.total", "wrong_cash", "wrong_ecash", "wrong_prepaid"),
        *("wrong_credit", "wrong_provision"),
    )
    def _compute_totals(self):
        for wizard in self:
            wizard.total_lines = sum(wizard.right_line_ids.mapped("total"))
            wizard.total_paid = sum(wizard[kind] for kind in PAYMENT_KINDS)
            wizard.wrong_total_lines = sum(wizard.wrong_line_ids.mapped("total"))
            wizard.wrong_total_paid = sum(wizard[f"wrong_{kind}"] for kind in PAYMENT_KINDS)

    # Values -----------------------------------------------------------------------------------

    def _arguments(self):
        """Return ``basis``, ``right`` and ``wrong`` of :meth:`FiscalDocument._correct`.

        Raises InvalidDocument with every problem at once; paths begin with the side.
        """
        problems = Problems()
        cashier = problems.attempt(
            "cashier", lambda: Cashier(self.cashier or "", self.cashier_inn or None)
        )
        basis = self._basis(problems)
        right = self._settlement(problems, "right", cashier or STAND_IN)
        wrong = self._wrong(problems) if self.kind == "error" else None
        if right and basis:
            problems.attempt("right", lambda: check_rates(right, basis))
        problems.raise_any()
        return {"basis": basis, "right": right, "wrong": wrong}

    def _basis(self, problems):
        by_order = self.correction_type == "1"
        basis = problems.attempt(
            "",
            lambda: Basis(
                self.settled_on or None,
                CorrectionType(int(self.correction_type)),
                (self.order_number or None) if by_order else None,
            ),
        )
        if basis and self.device_id:
            documents = self.env["fiscal.document"]
            problems.attempt("", lambda: documents._check_day(self.device_id, basis))
        return basis

    def _wrong(self, problems):
        """Return the wrong document: from its record, or as it was typed in."""
        if self.original_id:
            return problems.attempt("wrong", self.original_id._as_wrong)
        numbers = (self.original_fn or "", self.original_fd, self.original_fpd or "")
        settlement = self._settlement(problems, "wrong", STAND_IN)
        if settlement is None:
            return problems.attempt("wrong", lambda: check_numbers(*numbers))
        return problems.attempt("wrong", lambda: Wrong(*numbers, settlement))

    def _settlement(self, problems, side, cashier):
        """Return one side as a value, or None when something in it is wrong.

        The right side is a receipt, with the rules of one; the wrong one need not keep them.
        """
        found = Problems()
        prefix, value_class = ("", Receipt) if side == "right" else ("wrong_", Settlement)
        lines = self[f"{side}_line_ids"]
        items = [found.attempt(f"items[{index}]", line._item) for index, line in enumerate(lines)]
        payments = found.attempt("payments", lambda: self._payments(prefix))
        of_original = self._of_original(found)
        settlement = None
        if not found:
            settlement = found.attempt(
                "",
                lambda: value_class(
                    operation_type=OperationType(int(self[f"{prefix}operation_type"])),
                    applied_taxation_type=TaxationType(int(self[f"{prefix}tax_system"])),
                    items=tuple(items),
                    payments=payments,
                    cashier=cashier,
                    stated_total=self._rounded_total(side, items, payments),
                    **of_original,
                ),
            )
        problems.attempt(side, found.raise_any)
        return settlement

    def _payments(self, prefix):
        lines = self.env["fiscal.correction.line"]
        return Payments(**{kind: lines._kopecks(self[prefix + kind]) for kind in PAYMENT_KINDS})

    def _rounded_total(self, side, items, payments):
        """Return what a wrong receipt was paid with, where its till rounded it; else None."""
        of_lines = sum(item.sum for item in items)
        rounded = payments.total != of_lines and is_rounded(payments.total, of_lines)
        return payments.total if side == "wrong" and rounded else None

    def _of_original(self, problems):
        """Return the buyer that the wrong receipt names; the right one names them as well.

        What was settled on the Internet needs contact and site: they are as the form has them.
        """
        signed = self._signed_original()
        if signed is None:
            return {}
        buyer = self._lawful_buyer(signed)
        if not signed.internet_payment:
            return {"buyer": buyer}
        contact = self.buyer_contact or None
        if buyer or contact:
            told = buyer or Buyer()
            buyer = problems.attempt("buyer", lambda: replace(told, phone_or_address=contact))
        return {
            "buyer": buyer,
            "internet_payment": True,
            "retail_place": self.internet_site or None,
        }

    # Preview ----------------------------------------------------------------------------------

    @api.depends(
        *("kind", "device_id", "settled_on", "correction_type", "order_number"),
        *("cashier", "cashier_inn"),
        *("original_id", "original_fn", "original_fd", "original_fpd"),
        *("operation_type", "tax_system", "total_paid", "buyer_contact", "internet_site"),
        *("wrong_operation_type", "wrong_tax_system", "wrong_total_paid"),
        *(f"{lines}.{name}" for lines in LINES for name in LINE_FIELDS),
    )
    def _compute_preview_html(self):
        for wizard in self:
            documents, problems = [], []
            try:
                documents = wizard._planned()
            except InvalidDocument as invalid:
                problems = words_of_problems(self.env, invalid)
            except UserError as error:
                problems = [str(error)]
            wizard.preview_html = wizard.env["ir.qweb"]._render(
                "optics_kkt_driver.fiscal_correction_preview",
                {
                    "documents": documents,
                    "problems": problems,
                    "money": lambda kopecks: formatLang(self.env, kopecks / 100),
                },
            )

    # Printing ---------------------------------------------------------------------------------

    def _planned(self):
        """Return the documents that would be made now. Raises InvalidDocument, UserError."""
        arguments = self._arguments()
        if not self.device_id:
            return []
        _standing, planned = self.env["fiscal.document"]._planned_correction(
            self.device_id, self._row_key(), "backend", **arguments
        )
        return [document for *_key, document in planned]

    def _row_key(self):
        return f"correction:{self.key}"

    def action_print(self):
        """Make the documents and print them in order. Pressed twice, it makes nothing new."""
        self.ensure_one()
        self.check_access("write")
        if self.original_id.company_id - self.company_id:
            raise UserError(
                self.env._(
                    "Till: %(till)s belongs to another company than %(document)s. Choose a till of"
                    " %(company)s.",
                    till=self.device_id.code,
                    document=self.original_id.display_name,
                    company=self.original_id.company_id.name,
                )
            )
        self._check_shift()
        try:
            arguments = self._arguments()
            rows = self.env["fiscal.document"]._correct(
                self.device_id,
                self._row_key(),
                "backend",
                reference=self.reason.strip(),
                columns=self._further_columns(arguments["right"]),
                **arguments,
            )
        except InvalidDocument as invalid:
            raise UserError("\n".join(words_of_problems(self.env, invalid))) from invalid
        rows._print_in_order()
        return self._show(rows.with_env(self.env))

    def _check_shift(self):
        """Refuse before anything is queued when the shift is closed and must stay so."""
        device = self.device_id
        if device.auto_open_shift:
            return
        status = device._status()
        if status._is_old():
            device._refresh_status()
            self.env.invalidate_all()
        if status.online and not status.shift_open:
            raise UserError(
                self.env._(
                    "The shift of till %s is closed. Open it on the till's form (button “Open"
                    " shift”), then print the correction.",
                    device.code,
                )
            )

    def _show(self, rows):
        """Open the first document that is not signed, or else all of them."""
        unsigned = rows.filtered(lambda row: not row.is_signed)
        if unsigned or len(rows) == 1:
            return (unsigned or rows)[0]._open_form()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_document_action"
        )
        return {**action, "domain": [("id", "in", rows.ids)], "context": {}}
