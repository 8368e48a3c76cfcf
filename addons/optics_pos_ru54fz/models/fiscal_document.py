from odoo import api, fields, models

from odoo.addons.optics_kkt_driver.kkt.flow.states import State

from .pos_order import COMPLETE_AFTER


class FiscalDocument(models.Model):
    _inherit = "fiscal.document"

    pos_order_id = fields.Many2one(
        "pos.order", readonly=True, ondelete="restrict", index="btree_not_null", check_company=True
    )
    pos_session_id = fields.Many2one(
        "pos.session",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    pos_config_id = fields.Many2one(
        "pos.config", readonly=True, ondelete="set null", check_company=True
    )
    pos_line_ids = fields.Json(
        readonly=True, help="For each item of the receipt, the id of the order line it came from"
    )

    _one_receipt = models.UniqueIndex(
        "(pos_order_id) WHERE (kind = 'receipt' OR correction_role = 'settlement')"
        f" AND state <> '{State.CANCELLED}'",
        "This order has its receipt already.",
    )

    def _further_columns(self):
        ours = {"pos_order_id", "pos_session_id", "pos_config_id", "pos_line_ids"}
        return super()._further_columns() | ours

    @api.model
    def _sent_columns(self):
        return super()._sent_columns() | {"pos_order_id", "pos_session_id", "pos_line_ids"}

    def _after_signed(self):
        """Have the sale completed, should the process that waits for this signature die."""
        followed = super()._after_signed()
        if self.pos_order_id and self.kind == "receipt":
            self.env.ref("optics_pos_ru54fz.cron_complete_sales")._trigger(
                at=fields.Datetime.now() + COMPLETE_AFTER
            )
        return followed

    def _pos_item_numbers(self, line):
        """Return the numbers, from 1, of the items that an order line became."""
        self.ensure_one()
        return [
            number
            for number, line_id in enumerate(self.pos_line_ids or [], 1)
            if line_id == line.id
        ]

    def action_pos_order(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "pos.order",
            "res_id": self.pos_order_id.id,
            "views": [(False, "form")],
        }

    def _given_up(self):
        return self.filtered(lambda document: document.state == State.CANCELLED)
