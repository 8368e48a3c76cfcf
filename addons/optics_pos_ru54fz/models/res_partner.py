from odoo import api, models

from odoo.addons.optics_core.models.res_partner_erasure import ACCOUNTING_YEARS


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _load_pos_data_fields(self, config):
        """Add what tells customers from colleagues and programs."""
        return [*super()._load_pos_data_fields(config), "partner_share"]

    @api.depends("country_id")
    def _compute_partner_vat_placeholder(self):
        """Say what an INN looks like: Odoo's "not applicable" is English only."""
        computed = super()._compute_partner_vat_placeholder()
        for partner in self:
            if partner.country_id.code in (False, "RU"):
                partner.partner_vat_placeholder = self.env._("10 or 12 digits")
        return computed

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
