from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..kkt.fiscal.document import InvalidDocument
from ..kkt.fiscal.money import to_kopecks
from ..models.fiscal_words import words_of_problems

DIRECTIONS = [("in", "Put in"), ("out", "Take out")]


class KktCashMove(models.TransientModel):
    """Cash that goes into a till's drawer, or out of it, without a settlement."""

    _name = "kkt.cash.move"
    _description = "Cash in or out"
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device", string="Till", required=True, readonly=True, check_company=True
    )
    company_id = fields.Many2one(related="device_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    direction = fields.Selection(DIRECTIONS, required=True, default="in")
    amount = fields.Monetary(required=True)
    reason = fields.Char(required=True, help="Kept with the document")
    cash_in_drawer = fields.Monetary(
        string="In the drawer now", compute="_compute_cash_in_drawer", help="As the till told last"
    )
    key = fields.Char(
        required=True,
        default=lambda self: str(uuid4()),
        help="Names this wish: pressed twice, the cash moves once",
    )

    @api.depends("device_id")
    def _compute_cash_in_drawer(self):
        # The form asks before anything is stored, when no rule was asked yet.
        self.device_id.check_access("read")
        for move in self:
            move.cash_in_drawer = move.device_id._status().cash_in_drawer

    @api.constrains("amount", "reason")
    def _check_amount_and_reason(self):
        for move in self:
            if move.currency_id.compare_amounts(move.amount, 0) <= 0:
                raise ValidationError(self.env._("Amount: more than zero, please."))
            if not move.reason.strip():
                raise ValidationError(self.env._("Reason: say what the cash is for."))

    def action_move(self):
        """Let the till print it, and open its document."""
        self.ensure_one()
        self.device_id.check_access("write")
        self._give_up_another_wish()
        device = self.device_id
        register = device._cash_in if self.direction == "in" else device._cash_out
        try:
            document = register(
                self._kopecks(),
                self.env.user._fiscal_cashier(),
                self._document_key(),
                "backend",
                reference=self.reason.strip(),
            )
        except InvalidDocument as invalid:
            raise UserError("\n".join(words_of_problems(self.env, invalid))) from invalid
        if not document.is_signed:
            raise UserError(document._explain())
        return document._open_form()

    def _kopecks(self):
        return to_kopecks(f"{self.amount:.2f}")

    def _document_key(self):
        return f"cash-move:{self.key}"

    def _give_up_another_wish(self):
        """Let go of what was asked for before the form was changed, if the till refused it."""
        earlier = (
            self.env["fiscal.document"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("key_origin", "=", "backend"),
                    ("idempotency_key", "=", self._document_key()),
                ]
            )
        )
        if not earlier or (
            earlier.kind == f"cash_{self.direction}" and earlier.payload["sum"] == self._kopecks()
        ):
            return
        if not earlier._give_up(self.env._("Changed by whoever asked for it")):
            raise UserError(
                self.env._(
                    "%s of this form went to the till already. Look at it in the list of documents;"
                    " for more cash open the form anew.",
                    earlier.display_name,
                )
            )
        self.key = str(uuid4())
