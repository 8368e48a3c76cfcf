from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from odoo.addons.optics_kkt_driver.kkt.flow.states import SIGNED, UNDECIDED


class PosConfig(models.Model):
    _inherit = "pos.config"

    kkt_device_id = fields.Many2one(
        "kkt.device",
        string="Till (KKT)",
        check_company=True,
        index="btree_not_null",
        help="Signs the receipts of this point of sale. Without one, it sells as Odoo does.",
    )

    @api.constrains("kkt_device_id", "journal_id", "company_id")
    def _check_fiscal_currency(self):
        for config in self.filtered("kkt_device_id"):
            if config.currency_id.name != "RUB":
                raise ValidationError(
                    self.env._(
                        "%(name)s sells in %(currency)s; a till signs receipts in roubles only.",
                        name=config.name,
                        currency=config.currency_id.name,
                    )
                )

    def write(self, vals):
        if "kkt_device_id" in vals:
            self._check_till_may_change(vals["kkt_device_id"])
        return super().write(vals)

    def _check_till_may_change(self, device_id):
        """Keep the till of a point of sale from whoever only sells there."""
        changes = any(config.sudo().kkt_device_id.id != (device_id or False) for config in self)
        if changes and not (
            self.env.su or self.env.user.has_group("point_of_sale.group_pos_manager")
        ):
            raise UserError(
                self.env._("Only a manager of the point of sale may change which till it has.")
            )

    def _get_forbidden_change_fields(self):
        return [*super()._get_forbidden_change_fields(), "kkt_device_id"]

    def _check_before_creating_new_session(self):
        self._check_till_is_free()
        return super()._check_before_creating_new_session()

    def _check_till_is_free(self):
        """Keep one till from being worked by two points of sale: its shift is only one."""
        till = self.kkt_device_id
        others = till and self.sudo().search(
            [("kkt_device_id", "=", till.id), ("id", "!=", self.id)]
        )
        busy = others and others.filtered("current_session_id")[:1]
        if busy:
            raise UserError(
                self.env._(
                    "%(point_of_sale)s has the till %(till)s in use. Close its session first.",
                    point_of_sale=busy.name,
                    till=till.sudo().code,
                )
            )

    @api.model
    def _load_pos_data_read(self, records, config):
        read_records = super()._load_pos_data_read(records, config)
        till = config.kkt_device_id.sudo()
        for record in read_records:
            record["_fiscal_till"] = bool(till) and {
                "code": till.code,
                "name": till.name,
                "virtual": till.driver == "virtual",
            }
            if till:
                # What the till registers a cashier may do; Odoo leaves it to bookkeepers.
                record["_has_cash_move_perm"] = True
            record["_fiscal_states"] = {"signed": SIGNED, "undecided": UNDECIDED}
        return read_records

    def get_statistics_for_session(self, session):
        """Say date and number of orders in the reader's language: Odoo's are English only."""
        statistics = super().get_statistics_for_session(session)
        if session.start_at:
            opened = fields.Datetime.context_timestamp(session, session.start_at)
            statistics["date"]["start_date"] = format_date(self.env, opened, date_format="d MMM")
        for sold in filter(None, statistics["orders"].values()):
            sold["display"] = self.env._(
                "%(amount)s (orders: %(count)s)",
                amount=self.currency_id.format(sold["amount"]),
                count=sold["count"],
            )
        return statistics

    def fiscal_status(self):
        """Tell the POS how its till is: see ``kkt.device._pos_status``; False without a till."""
        self.ensure_one()
        self.check_access("read")
        till = self.kkt_device_id.sudo()
        return till and till._pos_status() or False
