from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.optics_kkt_driver.kkt.device.refusals import NO_CASH, SHIFT_OVER
from odoo.addons.optics_kkt_driver.kkt.fiscal.money import from_kopecks
from odoo.addons.optics_kkt_driver.kkt.flow.states import SIGNED
from odoo.addons.optics_kkt_driver.lane.one_of_many import noted, noting_on_till, one_of_many
from odoo.addons.optics_kkt_driver.models.fiscal_document import STATES, Wanted

from ..receipt_builder import receipt_builder, vat_of_document
from ..receipt_print import receipt_print
from ..steps import a_step, in_a_step

PAID_STATES = ("paid", "done", "invoiced")
FROZEN_FIELDS = frozenset(
    {
        "lines",
        "payment_ids",
        "session_id",
        "config_id",
        "company_id",
        "name",
        "pos_reference",
        "date_order",
        "employee_id",
        "user_id",
        "pricelist_id",
        "currency_rate",
        "fiscal_position_id",
        "amount_total",
        "amount_tax",
        "amount_paid",
        "amount_return",
        "amount_difference",
        "is_refund",
        "uuid",
        "fiscal_document_ids",
    }
)
"""What must stay as the receipt has it, from the moment it is queued."""
MARKS = frozenset({"fiscal_required", "fiscal_turn"})
"""What nobody writes but this model itself."""
MOVES = frozenset({"session_id", "config_id"})
"""What brings an order to another point of sale."""
COMPLETION = object()
"""In the context while a signed sale is completed: no client can send it, contexts being JSON."""
COMPLETE_AFTER = timedelta(seconds=10)
"""Whoever waits for the signature completes the sale at once; after this, nobody does."""
PATIENCE = 10.0
"""Seconds that one call of a client waits for the till; the client calls again."""
WAYS_OUT = {NO_CASH: "cash_in", SHIFT_OVER: "renew_shift"}
"""What the cashier can do about a refusal without leaving the order, by its code."""
COMPLETED_AT_ONCE = 50
COMPLETE = "optics_pos_ru54fz.cron_complete_sales"


def _keep_worst(went, till, error):
    """Note how one order of a till went: one that fails is told, whatever the others do."""
    went[till] = went.get(till) or error


class PosOrder(models.Model):
    """A sale at a till: draft until its receipt is signed, frozen from the moment it is queued.

    The first synchronisation commits the order and its queued receipt; the till is spoken to in
    :meth:`fiscal_register`; the synchronisation after that, or a job, completes the sale.
    """

    _inherit = "pos.order"

    fiscal_document_ids = fields.One2many(
        "fiscal.document",
        "pos_order_id",
        readonly=True,
        copy=False,
        groups="optics_kkt_driver.group_fiscal_user",
    )
    fiscal_document_count = fields.Integer(
        compute="_compute_fiscal_document_count", groups="optics_kkt_driver.group_fiscal_user"
    )
    fiscal_required = fields.Boolean(
        string="Needs a receipt",
        readonly=True,
        copy=False,
        help="It was at a point of sale with a till: without a signed receipt it is never paid,"
        " wherever it goes",
    )
    fiscal_turn = fields.Integer(
        readonly=True,
        copy=False,
        default=0,
        help="Raised by whoever queues the receipt or changes what it says: see _take_turn",
    )
    fiscal_state = fields.Selection(
        STATES,
        string="Receipt",
        compute="_compute_fiscal_state",
        compute_sudo=True,
        help="How far the receipt of this order is; empty while none was asked for",
    )

    fiscal_tone = fields.Char(string="Colour", compute="_compute_fiscal_state", compute_sudo=True)
    fiscal_receipt = fields.Json(
        compute="_compute_fiscal_receipt",
        compute_sudo=True,
        help="The signed receipt, laid out for printing: see receipt_print.py",
    )

    fiscal_vat_difference = fields.Monetary(
        string="VAT of the receipt less VAT of the order",
        compute="_compute_fiscal_vat_difference",
        compute_sudo=True,
        help="The receipt rounds VAT as the tax service does, and decides.",
    )

    @api.depends("fiscal_document_ids")
    def _compute_fiscal_document_count(self):
        for order in self:
            order.fiscal_document_count = len(order.fiscal_document_ids)

    @api.depends("fiscal_document_ids.state")
    def _compute_fiscal_state(self):
        for order in self:
            document = order._fiscal_receipt_document()
            order.fiscal_state, order.fiscal_tone = document.state, document.tone

    @api.depends("fiscal_document_ids.state")
    def _compute_fiscal_receipt(self):
        for order in self:
            document = order._fiscal_receipt_document()
            order.fiscal_receipt = document.is_signed and receipt_print(
                document.signed_json, document.fpd, document.qr_text
            )

    @api.depends("fiscal_document_ids.state", "amount_tax")
    def _compute_fiscal_vat_difference(self):
        for order in self.sudo():
            document = order._fiscal_receipt_document()
            difference = document and (
                vat_of_document(document._value()) - receipt_builder(order).ledger_vat()
            )
            order.fiscal_vat_difference = (difference or 0) / 100

    def _fiscal_receipt_document(self):
        """Return the receipt that counts: the one not given up; empty when there is none.

        A correction receipt of an order that was paid without one counts as well.
        """
        receipts = self.sudo().fiscal_document_ids.filtered_domain(self._receipts_domain())
        return (receipts - receipts._given_up())[:1]

    @api.model
    def _receipts_domain(self):
        """What settles an order, among the fiscal documents that name it."""
        return ["|", ("kind", "=", "receipt"), ("correction_role", "=", "settlement")]

    # Guard ------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create([self._without_marks(vals) for vals in vals_list])
        orders._check_after_move()
        return orders

    def write(self, vals):
        vals = self._without_marks(vals)
        if not MOVES.isdisjoint(vals):
            self._check_may_move(vals)
        if not FROZEN_FIELDS.isdisjoint(vals) or vals.get("state") == "cancel":
            self._check_receipt_not_begun()
        unpaid = self.filtered(lambda order: order.state not in PAID_STATES)
        result = super().write(vals)
        if not MOVES.isdisjoint(vals):
            self._check_after_move()
        elif vals.get("state") in PAID_STATES:
            unpaid._check_after_move()
        if vals.get("state") == "cancel":
            self._on_till()._release_sale_orders()
        return result

    def _check_after_move(self):
        """Let nothing be paid without a receipt where it is now, or where it ever was."""
        self._mark_receipt_required()
        paid = self._on_till().filtered(lambda order: order.state in PAID_STATES)
        paid._check_receipt_signed()

    @api.model
    def _without_marks(self, vals):
        """The values without the marks: a client sends all fields back, and none may clear them."""
        marks = MARKS if self.env.su else MARKS | {"fiscal_decision"}
        return {name: value for name, value in vals.items() if name not in marks}

    def _check_may_move(self, vals):
        """Keep an order where it was made, unless Odoo's own steps carry it along.

        A manager of the point of sale may move one between closed sessions.
        """
        if in_a_step() or self.env.su:
            return
        names = MOVES.intersection(vals)
        moved = self.sudo().filtered(
            lambda order: any(order[name].id != (vals[name] or False) for name in names)
        )
        session = self.env["pos.session"].sudo().browse(vals.get("session_id") or ())
        config = self.env["pos.config"].sudo().browse(vals.get("config_id") or ())
        configs = moved.config_id | moved.session_id.config_id | session.config_id | config
        if not moved or not (moved._on_till() or configs.kkt_device_id):
            return
        in_use = any((moved.session_id | session).mapped(lambda row: row.state != "closed"))
        if in_use or not self.env.user.has_group("point_of_sale.group_pos_manager"):
            raise UserError(
                self.env._(
                    "An order stays in the session and at the point of sale where it was made: %s.",
                    ", ".join(moved.mapped(lambda order: order.pos_reference or order.name)),
                )
            )

    def _mark_receipt_required(self):
        """Mark the orders that are at a point of sale with a till; for good."""
        marked = self.sudo().filtered(
            lambda order: (
                not order.fiscal_required
                and (order.session_id.config_id | order.config_id).kkt_device_id
            )
        )
        if marked:
            self.env.cr.execute(
                SQL("UPDATE pos_order SET fiscal_required = true WHERE id IN %s", marked._ids)
            )
            marked.invalidate_recordset(["fiscal_required"])

    def action_pos_order_cancel(self):
        with a_step():
            return super().action_pos_order_cancel()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_documents(self):
        for order in self.sudo():
            if order.fiscal_document_ids:
                raise UserError(
                    self.env._(
                        "Order %s has fiscal documents and is kept. Cancel it instead.",
                        order.pos_reference,
                    )
                )

    def _on_till(self):
        return self.filtered("fiscal_required")

    def _check_receipt_signed(self):
        """Refuse to let orders of a till be paid without a signed receipt, by whichever door."""
        for order in self:
            if not order._fiscal_receipt_document().is_signed:
                raise UserError(
                    self.env._(
                        "Order %s has no signed receipt and cannot become paid. Take the payment"
                        " on the payment screen of the point of sale: the till signs it there.",
                        order.pos_reference,
                    )
                )

    def _check_receipt_not_begun(self):
        """Refuse changes of what a receipt says, from the moment it is queued."""
        if self.env.context.get("fiscal_completion") is COMPLETION:
            return
        self._take_turn()
        for order in self:
            document = order._fiscal_receipt_document()
            if document.is_signed:
                raise UserError(
                    self.env._(
                        "The receipt of order %s is signed: lines and payments stay as they are."
                        " Make a return instead.",
                        order.pos_reference,
                    )
                )
            if document:
                raise UserError(
                    self.env._(
                        "The receipt of order %s is with the till: lines and payments cannot be"
                        " changed. Give the receipt up first.",
                        order.pos_reference,
                    )
                )

    def _take_turn(self):
        """Let nobody else queue the receipt or change what it says until this transaction ends.

        A row that was changed meanwhile makes PostgreSQL refuse, and Odoo runs the request again on
        what is true by then; a lock alone would let it go on with what it saw before.
        """
        orders = self._on_till()
        if orders:
            self.env.cr.execute(
                SQL(
                    "UPDATE pos_order SET fiscal_turn = COALESCE(fiscal_turn, 0) + 1"
                    " WHERE id IN %s",
                    orders._ids,
                )
            )
            orders.invalidate_recordset(["fiscal_turn"])

    def _release_sale_orders(self):
        """Take cancelled payments and settlements off their sale orders.

        An order waits for its receipt as a draft, and Odoo counts a draft as money of the sale
        order; it would not offer a sale order again that a cancelled prepayment had paid in full.
        """
        lines = self.sudo().lines.filtered("sale_order_line_id")
        down_payments = lines.sale_order_line_id.filtered("is_downpayment")
        lines.sale_order_line_id = False
        down_payments.filtered(
            lambda line: not line.pos_order_line_ids and not line.invoice_lines
        ).unlink()

    # The first transaction: the order and its queued receipt ------------------------------------

    @api.model
    def _process_order(self, order, existing_order):
        """Take "paid" from a client of a till as the wish that it is; the till makes it true."""
        if existing_order and existing_order._fiscal_receipt_document():
            return existing_order._process_order_again(order)
        session = self.env["pos.session"].browse(order["session_id"])
        if order.get("state") in ("draft", "cancel") or not session.config_id.kkt_device_id:
            with a_step():
                return super()._process_order(order, existing_order)
        order["state"] = "draft"
        with a_step():
            order_id = super()._process_order(order, existing_order)
        self.browse(order_id)._fiscal_enqueue()
        return order_id

    def _process_order_again(self, values):
        """Answer a client that sends an order whose receipt is queued or signed already.

        A draft is another screen's copy, or this one's after a lost answer: what the till has
        counts. "Paid" completes the sale once the receipt is signed.
        """
        self.ensure_one()
        if values.get("state") not in ("draft", "cancel"):
            self._check_same_sale(values)
            if self._fiscal_receipt_document().is_signed:
                self._fiscal_complete()
        return self.id

    def _check_same_sale(self, values):
        total = values.get("amount_total", self.amount_total)
        if self.currency_id.compare_amounts(total, self.amount_total):
            raise UserError(
                self.env._(
                    "The receipt of order %(order)s is with the till already, for %(total)s. The"
                    " list of orders has it as it was sent.",
                    order=self.pos_reference,
                    total=self.currency_id.format(self.amount_total),
                )
            )

    def _fiscal_enqueue(self):
        """Queue the receipt of this order, in the transaction that saves the order."""
        self.ensure_one()
        self._take_turn()
        built = receipt_builder(self.sudo()).build()
        given_up = len(self.sudo().fiscal_document_ids._given_up())
        columns = {
            **built.columns,
            "pos_order_id": self.id,
            "pos_session_id": self.session_id.id,
            "pos_config_id": self.config_id.id,
        }
        return self.env["fiscal.document"]._enqueue(
            self.config_id.kkt_device_id.sudo(),
            f"pos:{self.uuid}:{given_up}",
            "pos",
            Wanted(built.receipt, self.pos_reference, built.warnings, columns),
        )

    def _fiscal_cashier(self):
        """Who settles this order: the employee at the till, else the user."""
        self.ensure_one()
        return (self.employee_id or self.user_id)._fiscal_cashier()

    # At the till ------------------------------------------------------------------------------

    def fiscal_register(self):
        """Have the queued receipt signed; for the client that waits. Repeatable.

        Holds no transaction while the till works, and waits some seconds at most: an answer
        without an end (``queued``, ``printing``, ``unknown``) means "ask again".

        :return dict: see :meth:`_fiscal_answer`
        """
        self._check_cashier()
        document = self._fiscal_receipt_document()
        ended = document._sign(PATIENCE) if document else None
        return self._fiscal_answer(ended)

    def fiscal_progress(self):
        """Return how far the receipt is, without disturbing the till: see `_fiscal_answer`."""
        self._check_cashier()
        return self._fiscal_answer()

    def fiscal_give_up(self):
        """Give a receipt up that is not signed; the order can be edited again.

        Only from ``queued`` and ``failed``, by compare-and-set: when the till was faster, the
        answer says so.

        :return dict: see :meth:`_fiscal_answer`; its state is empty when it was given up
        """
        self._check_cashier()
        document = self._fiscal_receipt_document()
        if document:
            document._give_up(self.env._("given up by %s", self.env.user.name))
        return self._fiscal_answer()

    def _check_cashier(self):
        self.ensure_one()
        self.check_access("write")

    def _fiscal_answer(self, ended=None):
        """Tell a client about the receipt, as plain JSON.

        ``state`` (empty: none), ``is_signed``, ``outcome`` (of the conversation with the till, see
        ``lane.conversation.Ended``), ``is_behind`` (the till has another document in hand),
        ``text`` (why it is not signed and what to do), ``error``
        (``code``, ``message``, ``remedy`` of the till, or None), ``way_out`` (see
        :data:`WAYS_OUT`) and ``receipt`` (see
        :func:`~..receipt_print.receipt_print`, or None).
        """
        document = self._fiscal_receipt_document()
        return {
            "state": document.state or "",
            "is_signed": document.is_signed,
            "outcome": ended.outcome if ended else "done",
            "is_behind": document._is_behind() if document else False,
            "text": document._verdict(ended).text if document else "",
            "error": document and document._error_data() or None,
            "way_out": WAYS_OUT.get(document.error_code, ""),
            "receipt": self.fiscal_receipt or None,
        }

    # The second transaction: the sale becomes true ----------------------------------------------

    def _fiscal_complete(self):
        """Make a signed draft paid. Touches no device; repeatable."""
        self.ensure_one()
        if self.state != "draft":
            return
        self._check_receipt_signed()
        order = self.with_company(self.company_id)
        order.with_context(fiscal_completion=COMPLETION)._fiscal_add_change()
        # The sale is done: it must not fail for the PDF of its invoice, made when it is looked at.
        order.with_context(generate_pdf=False)._process_saved_order(False)

    def _fiscal_add_change(self):
        """Book the change, as Odoo does when it makes an order paid."""
        change = from_kopecks(receipt_builder(self.sudo()).change())
        # Odoo names money given back by its sign: less than zero.
        values = {"amount_return": -float(change)}
        self._process_payment_lines(values, self, self.session_id, False)

    @api.model
    def _cron_complete_sales(self):
        """Complete the sales whose receipt was signed while nobody waited for it, and enter cash.

        A fresh one is left to the cashier's own call: two at once would cost her a repeated one.
        """
        rows = self._rows_to_complete()
        self.env["ir.cron"]._commit_progress(remaining=len(rows))
        went = dict.fromkeys(self.env["kkt.device"]._troubled(COMPLETE) - rows.device_id)
        for row in rows:
            one_of_many(
                f"Completing what document {row.id} has signed",
                row._complete_if_free,
                partial(_keep_worst, went, row.device_id),
            )
            if not self.env["ir.cron"]._commit_progress(1):
                break
        for till, error in went.items():
            noted(COMPLETE, noting_on_till(self.env.registry, till.id, COMPLETE), error)

    @api.model
    def _rows_to_complete(self):
        """Return signed receipts of drafts, of each till some, so that none fills the run; and
        signed cash moves that Odoo does not have yet."""
        documents = self.env["fiscal.document"]
        left_alone = ("write_date", "<=", fields.Datetime.now() - COMPLETE_AFTER)
        groups = documents._read_group(
            [
                ("pos_order_id.state", "=", "draft"),
                ("kind", "=", "receipt"),
                ("state", "in", SIGNED),
                left_alone,
            ],
            ["device_id"],
            ["id:recordset"],
        )
        return documents._cash_moves_to_enter(domain=[left_alone]).union(
            *(rows.sorted("id")[:COMPLETED_AT_ONCE] for _, rows in groups)
        )

    def _fiscal_complete_if_free(self):
        """Complete one sale of many, unless somebody is at it: then return False."""
        with self.env.cr.savepoint():
            if not self.try_lock_for_update(allow_referencing=True):
                return False
            self._fiscal_complete_alone()
        return True

    def _fiscal_complete_alone(self):
        """Complete a signed sale for which nobody waits.

        Through the door of the cashier's own call: what other modules do behind it (confirm the
        sale order) happens as well.
        """
        wish = {
            "uuid": self.uuid,
            "name": self.name,
            "state": "paid",
            "session_id": self.session_id.id,
            "lines": [],
        }
        self.sync_from_ui([wish])
        self._send_order()

    # Customer ---------------------------------------------------------------------------------

    def action_send_receipt(self, email, ticket_image, basic_image):
        """Send the receipt, and say so only when it went: the buyer has a right to it."""
        mails = self.env["mail.mail"].sudo()
        ours = [("model", "=", self._name), ("res_id", "=", self.id)]
        before = mails.search(ours)
        result = super().action_send_receipt(email, ticket_image, basic_image)
        failed = (mails.search(ours) - before).filtered(lambda mail: mail.state == "exception")
        if failed and self._on_till():
            raise UserError(
                self.env._("The mail was not sent: %s", failed[0].failure_reason or failed[0].state)
            )
        return result

    # Back office ------------------------------------------------------------------------------

    def action_fiscal_documents(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_document_action"
        )
        return {**action, "domain": [("pos_order_id", "=", self.id)], "context": {}}
