from decimal import Decimal

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..kkt.fiscal.purchase import Balance, balance_of
from ..kkt.fiscal.returned import ReturnedLine
from .fiscal_document import RECEIPT_KINDS, SIGNED_STATES


class FiscalPurchase(models.Model):
    """What several receipts have in common: prepayments, the handover, a credit's payment, returns.

    It holds no money of its own: where a purchase stands is computed from its documents.
    """

    _name = "fiscal.purchase"
    _description = "Purchase in several receipts"
    _order = "id desc"

    name = fields.Char(string="Purchase", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    turn = fields.Integer(
        required=True, readonly=True, default=0, help="Rises with each document that is queued"
    )
    document_ids = fields.One2many("fiscal.document", "purchase_id", readonly=True)
    document_count = fields.Integer(compute="_compute_balance")
    currency_id = fields.Many2one(related="company_id.currency_id")
    prepaid = fields.Monetary(
        compute="_compute_balance", help="Prepaid, signed, and not settled by a handover yet"
    )
    owed = fields.Monetary(compute="_compute_balance", help="Left on credit and not paid yet")

    _name_unique = models.UniqueIndex(
        "(company_id, name)", "This company has a purchase of this name already."
    )

    @api.depends("document_ids.state")
    def _compute_balance(self):
        for purchase in self:
            balance = purchase._balance()
            purchase.prepaid = balance.prepaid / 100
            purchase.owed = balance.owed / 100
            purchase.document_count = len(purchase.document_ids)

    @api.model
    def _of(self, company, name):
        """Return a company's purchase of this name, made now if there is none."""
        purchase = self.sudo().search([("company_id", "=", company.id), ("name", "=", name)])
        if purchase:
            return purchase
        try:
            return self.sudo().create({"company_id": company.id, "name": name})
        except UniqueViolation as error:
            # Two first documents at once: the request is run again and finds the other's.
            raise ConcurrencyError(str(error)) from error

    def _take_turn(self):
        """Let nobody else queue a document of this purchase until this transaction ends.

        Call it before the purchase is looked at. A lock alone would not do: whoever waited for it
        would still see the purchase as it was before. A row that was changed meanwhile makes
        PostgreSQL refuse, and Odoo runs the request again on what is true by then.
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL("UPDATE fiscal_purchase SET turn = turn + 1 WHERE id = %s", self.id)
        )
        self.invalidate_recordset()

    def _balance(self):
        """Return where this purchase stands (``kkt.fiscal.purchase.Balance``)."""
        self.ensure_one()
        rows = self.sudo().document_ids.filtered(lambda row: row.kind in RECEIPT_KINDS)
        signed = rows.filtered(lambda row: row.state in SIGNED_STATES)
        pending = rows.filtered(lambda row: row.state not in (*SIGNED_STATES, "cancelled"))
        return balance_of(
            (row._value() for row in signed.sorted("id")),
            (row._value() for row in pending.sorted("id")),
        )

    def _most_prepaid(self):
        """Return the kopecks that are prepaid once all that may still be signed has been.

        The other bound than `_balance`, which counts nothing that may not come: what is only
        queued must not be prepaid twice.
        """
        self.ensure_one()
        rows = self.sudo().document_ids.filtered(
            lambda row: row.kind in RECEIPT_KINDS and row.state != "cancelled"
        )
        values = [(row.is_signed, row._value()) for row in rows.sorted("id")]
        return balance_of(
            value for is_signed, value in values if is_signed or Balance().adding(value).prepaid > 0
        ).prepaid

    def action_documents(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_document_action"
        )
        return {**action, "domain": [("purchase_id", "=", self.id)], "context": {}}


class FiscalDocument(models.Model):
    _inherit = "fiscal.document"

    purchase_id = fields.Many2one(
        "fiscal.purchase",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="What prepayments, handover and returns of one purchase have in common; tag 1215 is"
        " computed from its signed documents",
    )
    original_lines = fields.Json(
        readonly=True,
        help="For each item of a return: number of the original's line, and how much of it",
    )

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
                ("state", "!=", "cancelled"),
            ]
        )
        return [
            ReturnedLine(number, Decimal(quantity))
            for row in returns
            for number, quantity in row.original_lines
        ]

    def _original_values(self):
        """Return the columns by which another row names this document as its original."""
        self.ensure_one()
        return {
            "original_id": self.id,
            "original_fn": self.fn_number,
            "original_fd": self.fd_number,
            "original_fpd": self.fpd,
        }
