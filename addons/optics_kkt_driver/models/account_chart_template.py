from odoo import models

from odoo.addons.account.models.chart_template import template

CHART = "ru_optics"


class AccountChartTemplate(models.AbstractModel):
    """What a shop with tills needs to post, after the Russian plan of accounts.

    Source: order of the Ministry of Finance 94н of 31.10.2000; subaccounts as usual in practice.
    """

    _inherit = "account.chart.template"

    @template(CHART)
    def _get_ru_optics_template_data(self):
        return {
            "property_account_receivable_id": "ru_62_01",
            "property_account_payable_id": "ru_60_01",
            "code_digits": "5",
        }

    @template(CHART, "res.company")
    def _get_ru_optics_res_company(self):
        return {
            self.env.company.id: {
                "account_fiscal_country_id": "base.ru",
                "anglo_saxon_accounting": True,
                "tax_calculation_rounding_method": "round_globally",
                "cash_account_code_prefix": "50.0",
                "bank_account_code_prefix": "51.0",
                "transfer_account_code_prefix": "57.0",
                "transfer_account_id": "ru_57_01",
                "account_journal_suspense_account_id": "ru_76_09",
                "account_default_pos_receivable_account_id": "ru_62_04",
                "income_account_id": "ru_90_01",
                "expense_account_id": "ru_90_02",
                "income_currency_exchange_account_id": "ru_91_01",
                "expense_currency_exchange_account_id": "ru_91_02",
                "default_cash_difference_income_account_id": "ru_91_01",
                "default_cash_difference_expense_account_id": "ru_94_01",
                "account_journal_early_pay_discount_gain_account_id": "ru_91_01",
                "account_journal_early_pay_discount_loss_account_id": "ru_91_02",
                "account_stock_journal_id": "inventory_valuation",
                "account_stock_valuation_id": "ru_41_02",
                "account_sale_tax_id": "ru_vat_22",
            }
        }

    @template(CHART, "account.account")
    def _get_ru_optics_account_account(self):
        return {
            "ru_41_02": {
                "account_stock_variation_id": "ru_90_02",
                "account_stock_expense_id": "ru_90_02",
            }
        }

    @template(CHART, "account.journal")
    def _get_ru_optics_account_journal(self):
        return {
            "bank": {"default_account_id": "ru_51_01"},
            "cash": {
                "name": self.env._("Cash"),
                "type": "cash",
                "default_account_id": "ru_50_01",
                "show_on_dashboard": True,
            },
        }

    def _create_outstanding_accounts(self, company, bank_prefix, code_digits):
        """Money on its way belongs to account 57, not beside the bank's own accounts."""
        if company.chart_template == CHART:
            bank_prefix = company.transfer_account_code_prefix
        return super()._create_outstanding_accounts(company, bank_prefix, code_digits)
