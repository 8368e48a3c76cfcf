from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.optics_kkt_driver.kkt.flow.states import SIGNED

from ..receipt_builder import receipt_builder
from .pos_order import PAID_STATES

SHOWN = 10
"""Orders that a message names; the rest is counted."""


# A subject with fields and a page of its own: what to do about money without a receipt.
class PosOrder(models.Model):
    """The net below the guard: orders that are paid, need a receipt and have none.

    Each is answered by a correction receipt (54-FZ art. 4.3 p. 4: a settlement without a till), or
    by an administrator's decision with a reason. Until then its session is not closed.
    """

    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

    fiscal_decision = fields.Char(
        string="Decided without a receipt",
        readonly=True,
        copy=False,
        help="Why an administrator of tills holds that no receipt is needed",
    )
    fiscal_unsigned = fields.Boolean(
        string="Paid without a receipt",
        compute="_compute_fiscal_unsigned",
        search="_search_fiscal_unsigned",
        compute_sudo=True,
    )

    @api.depends("state", "fiscal_required", "fiscal_decision", "fiscal_document_ids.state")
    def _compute_fiscal_unsigned(self):
        for order in self:
            order.fiscal_unsigned = (
                order.fiscal_required
                and order.state in PAID_STATES
                and not order.fiscal_decision
                and not order._fiscal_receipt_document().is_signed
            )

    @api.model
    def _unsigned_of(self, companies):
        """Return the domain of what these companies were paid without a receipt."""
        return [("company_id", "in", companies.ids), ("fiscal_unsigned", "=", True)]

    @api.model
    def _search_fiscal_unsigned(self, operator, value):
        if operator != "in":
            return NotImplemented
        documents = self.env["fiscal.document"].sudo()
        signed = documents._search(
            [*self._receipts_domain(), ("pos_order_id", "!=", False), ("state", "in", SIGNED)]
        )
        unsigned = [
            ("fiscal_required", "=", True),
            ("state", "in", PAID_STATES),
            ("fiscal_decision", "=", False),
            ("id", "not in", signed.subselect("pos_order_id")),
        ]
        return Domain(unsigned) if True in value else ~Domain(unsigned)

    def _names_of_unsigned(self):
        """Name these orders for a person: the first ones, and how many more there are."""
        names = ", ".join(order.pos_reference or order.name for order in self[:SHOWN])
        more = len(self) - SHOWN
        if more <= 0:
            return names
        return self.env._("%(names)s and %(more)s more", names=names, more=more)

    # Answers ----------------------------------------------------------------------------------

    def action_fiscal_correct(self):
        """Open the correction filled from this order: a settlement without a till (1173 = 0)."""
        self._check_may_answer()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_correction_action"
        )
        return {**action, "context": {"default_pos_order_id": self.id}}

    def action_fiscal_decide(self):
        """Ask an administrator of tills why no receipt is needed."""
        self._check_may_answer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide without a receipt"),
            "res_model": "pos.order.decision",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def _decide_unsigned(self, reason):
        """Take this order out of the net, and tell so in its history."""
        self._check_may_answer()
        self.sudo().fiscal_decision = reason
        self.sudo().message_post(
            body=Markup("<p>%s</p>")
            % self.env._(
                "%(person)s decided that no receipt is needed: %(reason)s",
                person=self.env.user.name,
                reason=reason,
            )
        )

    def _check_may_answer(self):
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("optics_kkt_driver.group_fiscal_manager"):
            raise AccessError(self.env._("Only an administrator of tills may decide this."))
        if not self.fiscal_unsigned:
            raise UserError(
                self.env._(
                    "Order %s is not paid without a receipt: there is nothing to decide.",
                    self.pos_reference,
                )
            )

    def _till_to_answer(self):
        """Return the till that would have signed this order; else one of its company."""
        self.ensure_one()
        till = (self.config_id | self.session_id.config_id).kkt_device_id[:1].sudo()
        return till or till.search([("company_id", "=", self.company_id.id)], limit=1)

    def _built_receipt(self):
        """Return the receipt that this order should have had (``receipt_builder.Built``).

        :raises UserError: why there can be none
        """
        if not self.config_id.kkt_device_id:
            raise UserError(self.env._("The point of sale of the order has no till."))
        return receipt_builder(self.sudo()).build()

    # Job --------------------------------------------------------------------------------------

    @api.model
    def _cron_tell_of_unsigned(self):
        """Call the administrators of each company that has money without a receipt; daily."""
        rows = self.sudo()._read_group(
            [("fiscal_unsigned", "=", True)], ["company_id"], ["id:recordset"]
        )
        orders_of = {orders[0]._till_to_answer(): orders for _company, orders in rows}

        def tell(till):
            if till in orders_of:
                orders_of[till]._tell_of_unsigned(till)

        tills = self.env["kkt.device"].browse(till.id for till in orders_of if till)
        tills._each_whatever_comes("optics_pos_ru54fz.cron_tell_of_unsigned", tell)

    def _tell_of_unsigned(self, till):
        names = self._names_of_unsigned()

        def say(env):
            summary = env._("Orders are paid without a receipt")
            note = env._("Each needs a correction receipt or a decision: %s", names)
            return summary, note

        self.env["kkt.device"]._call_managers(till, say)
