from odoo import api, models

from odoo.addons.optics_core.models.res_partner_erasure import ACCOUNTING_YEARS

FISCAL = ("optics_kkt_driver", "optics_ofd_mock")
"""Addons whose tables are tills and what they have signed, or another party's part played."""


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _erasure_kept(self):
        """Add what was signed: nothing of it can be changed, nor may it be."""
        receipts = self._erasure_of("pos.order").fiscal_document_ids
        days = [day for day in receipts.mapped("create_date") if day]
        orders = self._erasure_kept_line(
            "Продажи в кассе: номер, даты, товары, суммы, без сведений о лице",
            "документы бухгалтерского учёта: ст. 29 402-ФЗ",
            self._erasure_years_on("pos.order", "date_order", ACCOUNTING_YEARS),
        )
        fiscal = self._erasure_kept_line(
            "Кассовые чеки, подписанные фискальным накопителем; телефон или почта, на которые"
            " чек был отправлен, стоят в самом чеке",
            "фискальные данные не изменяются и хранятся: 54-ФЗ, ст. 4.1, 4.3 и 4.7; ст. 29 402-ФЗ",
            self._erasure_after([day.date() for day in days], ACCOUNTING_YEARS),
        )
        return [*super()._erasure_kept(), *(line for line in (orders, fiscal) if line)]


class OpticsErasureSweep(models.AbstractModel):
    _inherit = "optics.erasure.sweep"

    @api.model
    def _untouched_tables(self):
        fiscal = {
            model._table
            for model in self.env.values()
            if model._original_module in FISCAL and not model._abstract
        }
        return super()._untouched_tables() | fiscal
