from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL
from odoo.tools.mail import plaintext2html

from ..kkt.fiscal.document import InvalidDocument, Payments, Problem, Problems, Receipt
from ..kkt.fiscal.lines import advance_line, prepayment_shares
from ..kkt.fiscal.marked import check_marking_codes
from ..kkt.fiscal.money import Kopecks, from_kopecks
from ..kkt.fiscal.purchase import (
    Balance,
    balance_of,
    check_prepaid,
    check_settled,
    check_unpaid,
    credit_payment_lines,
    handover,
    normal_name,
    return_payments,
)
from ..kkt.fiscal.rates import ProductVat, apply_rate_20_policy, supply_rate
from ..kkt.fiscal.vocabulary import OperationType, ProductType, TaxationType
from ..kkt.flow.states import ENDED, SIGNED, State
from .fiscal_document import RECEIPT_KINDS


class Composed(NamedTuple):
    """What the next receipt of a purchase says, but for the people that it names."""

    operation_type: OperationType
    taxation_type: TaxationType
    items: tuple
    payments: Payments
    warnings: tuple
    """``FiscalWarning``s: rates that were replaced or are none of the seller's, codes cut short."""
    columns: dict
    """Further columns of the receipt's row."""
    properties_data: str | None = None
    """Tag 1192."""
    shares: tuple = ()
    """Of a prepayment: for each item the index of the share that it is of."""

    def receipt(self, cashier, **more):
        """Return the ``Receipt``; `more` are further fields of it. Raises InvalidDocument."""
        return Receipt(
            self.operation_type,
            self.taxation_type,
            self.items,
            self.payments,
            cashier,
            properties_data=self.properties_data,
            **more,
        )


class FiscalPurchase(models.Model):
    """What several receipts have in common: prepayments, the handover, a credit's payment, returns.

    It holds no money of its own: where a purchase stands is computed from its documents. It
    composes the next one, for the API and for the point of sale alike.
    """

    _name = "fiscal.purchase"
    _description = "Purchase in several receipts"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Purchase", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    turn = fields.Integer(
        required=True, readonly=True, default=0, help="Rises with each document that is queued"
    )
    document_ids = fields.One2many("fiscal.document", "purchase_id", readonly=True)
    document_count = fields.Integer(compute="_compute_balance")
    currency_id = fields.Many2one(related="company_id.currency_id")
    prepaid = fields.Monetary(
        string="Prepayment left",
        compute="_compute_balance",
        help="Prepaid, signed, and not settled by a handover yet",
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
        if purchase := self._named(company, name):
            return purchase
        try:
            return self.sudo().create({"company_id": company.id, "name": normal_name(name)})
        except UniqueViolation as error:
            # Two first documents at once: the request is run again and finds the other's.
            raise ConcurrencyError(str(error)) from error

    @api.model
    def _named(self, company, name):
        """Return a company's purchase of this name; empty where there is none."""
        named = [("company_id", "=", company.id), ("name", "=", normal_name(name))]
        return self.sudo().search(named)

    @api.model
    def _normalise_names(self):
        """Give the purchases of earlier versions the names that they are found by now.

        Where two would get one name both keep theirs, and whoever decides about tills is told.
        """
        alike = defaultdict(self.browse)
        for purchase in self.search([("name", "!=", False)], order="id"):
            alike[purchase.company_id, normal_name(purchase.name)] |= purchase
        doubles = defaultdict(list)
        for (company, name), purchases in alike.items():
            if len(purchases) > 1:
                doubles[company].append(purchases)
            elif purchases.name != name:
                purchases.name = name
        for company, groups in doubles.items():
            tills = self.env["kkt.device"].with_context(active_test=False)
            till = tills.search([("company_id", "=", company.id)], limit=1)
            if till:
                till._call_managers(till, partial(self._told_alike, groups=groups))

    @api.model
    def _told_alike(self, env, groups):
        lines = "\n".join(
            ", ".join(f"“{purchase.name}” ({purchase.id})" for purchase in purchases)
            for purchases in groups
        )
        return env._("Purchases whose names look alike: which is meant?"), plaintext2html(lines)

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
        signed = rows.filtered(lambda row: row.state in SIGNED)
        pending = rows.filtered(lambda row: row.state not in ENDED)
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
            lambda row: row.kind in RECEIPT_KINDS and row.state != State.CANCELLED
        )
        values = [(row.is_signed, row._value()) for row in rows.sorted("id")]
        return balance_of(
            value for is_signed, value in values if is_signed or Balance().adding(value).prepaid > 0
        ).prepaid

    # Composition ------------------------------------------------------------------------------
    #
    # The next receipt of a purchase, or of an empty recordset: a receipt that belongs to none. Each
    # method takes the purchase's turn before it looks at anything, so that what it finds stays true
    # until the receipt is queued in this transaction. Parameters that they share:
    #
    #   till    the kkt.device that will sign
    #   policy  Rate20Policy: what becomes of outdated rates
    #   items   Items of goods at their plain rates, as in an ordinary sale
    #   money   Payments that change hands now, change taken off; 1215 and 1216 are computed
    #   total   kopecks that the caller says it comes to
    #
    # They return Composed and raise InvalidDocument: paths are of a caller's own call (items,
    # payments, total, original), codes are for callers who have words of their own.

    def _compose_as_told(self, till, policy, operation, items, payments, original=None):
        """Take lines and payments as somebody has composed them; 1215 is at most what is prepaid.

        :param dict original: columns by which a return names a receipt of another system
        """
        balance = self._balance_in_turn()
        problems = Problems()
        lawful = problems.attempt("", lambda: self._lawful(till, policy, items, operation))
        if self and operation is OperationType.SALE:
            problems.attempt("", lambda: check_prepaid(payments.prepaid, balance))
        problems.raise_any()
        items, warnings = lawful
        return self._composed(till, operation, items, payments, warnings, original=original)

    def _compose_advance(self, till, policy, name, nds, money, total):
        """Take money before it is known what for (gift card): 1214 = 3, no goods.

        :param nds: None for the rate of the seller's regime today
        :raises UserError: that regime is not recorded
        """
        if self:
            self._take_turn()
        if nds is None:
            day = till._local_date()
            seller = till.company_id._fiscal_seller_vat(till._taxation_type(), day)
            nds = supply_rate(ProductVat.GENERAL, seller, day)
        items, warnings = self._lawful(till, policy, [advance_line(name, total, nds)])
        return self._composed(till, OperationType.SALE, items, money, warnings)

    def _compose_prepayment(self, till, policy, items, money, shares, paid_elsewhere=0):
        """Take money for the goods of an order that are still to be handed over: 1214 = 1 or 2.

        :param shares: see ``kkt.fiscal.lines.prepayment_shares``
        :param int paid_elsewhere: kopecks that were paid for these goods without a receipt
        """
        self._take_turn()
        unpaid = sum(item.sum for item in items) - max(self._most_prepaid(), 0) - paid_elsewhere
        check_unpaid(sum(paid for paid, _indexes in shares), max(unpaid, 0))
        items, warnings = self._lawful(till, policy, items)
        lines = prepayment_shares(items, shares)
        shares, items = zip(*lines, strict=True)
        if till.company_id.fiscal_prepayment_product_type == "payment":
            items = tuple(replace(item, product_type=ProductType.PAYMENT) for item in items)
        return self._composed(till, OperationType.SALE, items, money, warnings, shares=shares)

    def _compose_handover(self, till, policy, items, money, *, on_credit, prepaid=None):
        """Let goods leave: the prepaid part is settled, the rest paid or left on credit.

        :param int prepaid: kopecks that the caller has taken off as prepaid, where he does that
        """
        balance = self._balance_in_turn()
        if prepaid is not None:
            check_settled(prepaid, balance, sum(item.sum for item in items))
        items, warnings = self._lawful(till, policy, items)
        items, payments = handover(
            items,
            balance,
            cash=money.cash,
            ecash=money.ecash,
            provision=money.provision,
            on_credit=on_credit,
        )
        return self._composed(till, OperationType.SALE, items, payments, warnings)

    def _compose_credit_payment(self, till, name, money, total):
        """Take the payment for goods that left on credit: 1214 = 7, rates of the handover."""
        items = credit_payment_lines(self._balance_in_turn(), total, name)
        return self._composed(till, OperationType.SALE, items, money)

    @api.model
    def _compose_return(self, till, original, take, money, total):
        """Take back what was signed: codes of the original, and the money that is paid out.

        The purchase is the original's. `money.prepaid` stays with the shop as a prepayment.

        :param original: the signed ``fiscal.document``
        :param take: gives what is taken back and the items that say so, from the original's value
            and the ``ReturnedLine``s of before: as ``kkt.fiscal.returned.returned_lines`` does
        """
        purchase = original._purchase()
        balance = purchase._balance_in_turn()
        if original._is_taken_back():
            raise InvalidDocument([Problem("original", original.idempotency_key, "taken_back")])
        value = original._value()
        lines, items = take(value, original._returned_lines())
        if value.operation_type is not OperationType.SALE:
            # What we paid to a seller before his goods came is in no balance of a buyer.
            balance = Balance(prepaid=sum(item.sum for item in items))
        payments = purchase._paid_out(items, balance, money, total)
        return purchase._composed(
            till,
            value.operation_type.returned,
            items,
            payments,
            original={
                **original._original_values(),
                "original_lines": [[line.number, str(line.quantity)] for line in lines],
            },
            taxation_type=value.applied_taxation_type,
        )

    def _paid_out(self, items, balance, money, total):
        problems = Problems()
        expected = sum(item.sum for item in items)
        told = {"total": Kopecks(expected)}
        problems.check(total == expected, "total", from_kopecks(total), "not_the_items", **told)
        payments = problems.attempt(
            "",
            lambda: return_payments(
                items, balance, cash=money.cash, ecash=money.ecash, kept=money.prepaid
            ),
        )
        return problems.settle(payments)

    def _balance_in_turn(self):
        """Take the turn, then tell where the purchase stands; there is neither without one."""
        if not self:
            return Balance()
        self._take_turn()
        return self._balance()

    def _lawful(self, till, policy, items, operation=OperationType.SALE):
        """Return the items with the rates of today's supply, and warnings of what is odd."""
        day = till._local_date()
        tailless = till.company_id.fiscal_marking_tailless
        problems = Problems()
        codes = problems.attempt("", lambda: check_marking_codes(items, tailless=tailless))
        lawful = problems.attempt("", lambda: apply_rate_20_policy(items, operation, day, policy))
        items, replaced = problems.settle(lawful)
        regime = till.company_id._fiscal_regime_warnings(
            till._taxation_type(), items, operation, day
        )
        return items, (*replaced, *regime, *codes)

    def _composed(self, till, operation, items, payments, warnings=(), original=None, **more):
        """Return Composed, with `more` of its fields; `original` are the columns of a return."""
        original = original or {}
        return Composed(
            operation,
            till._taxation_type(),
            tuple(items),
            payments,
            warnings,
            {"purchase_id": self.id, **original},
            original.get("original_fpd") if till.company_id.fiscal_return_1192 else None,
        )._replace(**more)

    def action_documents(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_document_action"
        )
        return {**action, "domain": [("purchase_id", "=", self.id)], "context": {}}
