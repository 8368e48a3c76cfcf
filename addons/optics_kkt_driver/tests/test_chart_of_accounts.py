from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestChartOfAccounts(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.company = cls.env["res.company"].create(
            {"name": "Оптика", "country_id": cls.env.ref("base.ru").id}
        )
        cls.env["account.chart.template"].try_loading("ru_optics", cls.company)
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.company = cls.company.with_env(cls.env)

    def account(self, code):
        account = self.env["account.account"].search(
            [("company_ids", "in", self.company.id), ("code", "=", code)]
        )
        self.assertEqual(len(account), 1, code)
        return account

    def taxes(self, **criteria):
        domain = [("company_id", "=", self.company.id)]
        domain += [(name, "=", value) for name, value in criteria.items()]
        return self.env["account.tax"].with_context(active_test=False).search(domain)

    def test_it_is_the_chart_of_russia(self):
        choices = dict(self.env["account.chart.template"]._select_chart_template())
        self.assertIn("ru_optics", choices)
        self.assertEqual(
            self.env["account.chart.template"]._guess_chart_template(self.env.ref("base.ru")),
            "ru_optics",
        )

    def test_the_company_counts_in_roubles(self):
        self.assertEqual(self.company.chart_template, "ru_optics")
        self.assertEqual(self.company.currency_id, self.env.ref("base.RUB"))
        self.assertTrue(self.company.currency_id.active)
        self.assertEqual(self.company.account_fiscal_country_id, self.env.ref("base.ru"))
        self.assertEqual(self.company.tax_calculation_rounding_method, "round_globally")

    def test_what_pos_and_journals_post_to(self):
        company = self.company
        self.assertEqual(company.account_default_pos_receivable_account_id, self.account("62.04"))
        self.assertEqual(company.transfer_account_id, self.account("57.01"))
        self.assertEqual(company.income_account_id, self.account("90.01"))
        self.assertEqual(company.default_cash_difference_expense_account_id, self.account("94.01"))
        self.assertEqual(company.income_currency_exchange_account_id, self.account("91.01"))
        partner = self.env["res.partner"].create({"name": "Buyer"})
        self.assertEqual(partner.property_account_receivable_id, self.account("62.01"))
        self.assertEqual(partner.property_account_payable_id, self.account("60.01"))

    def test_money_lies_on_50_and_51_and_travels_on_57(self):
        journals = self.env["account.journal"].search([("company_id", "=", self.company.id)])
        cash, bank = (journals.filtered(lambda j, t=t: j.type == t) for t in ("cash", "bank"))
        self.assertEqual(cash.default_account_id.code, "50.01")
        self.assertEqual(bank.default_account_id.code, "51.01")
        second = self.env["account.journal"].create({"name": "Till 2", "type": "cash"})
        self.assertTrue(second.default_account_id.code.startswith("50."))
        on_the_way = self.env.ref(
            f"account.{self.company.id}_account_journal_payment_debit_account_id"
        )
        self.assertTrue(on_the_way.code.startswith("57."), on_the_way.code)

    def test_accounts_are_named_as_the_plan_names_them(self):
        names = {
            "50.01": "Касса организации",
            "51.01": "Расчетные счета",
            "60.01": "Расчеты с поставщиками и подрядчиками",
            "62.01": "Расчеты с покупателями и заказчиками",
            "68.02": "Налог на добавленную стоимость",
            "90.01": "Выручка",
        }
        for code, name in names.items():
            self.assertEqual(self.account(code).with_context(lang="ru_RU").name, name)

    def test_the_taxes_on_sales(self):
        rates = {tax.nds: (tax.amount, tax.active) for tax in self.taxes(type_tax_use="sale")}
        self.assertEqual(
            rates,
            {
                "11": (22, True),
                "2": (10, True),
                "5": (0, True),
                "6": (0, True),
                "7": (5, False),
                "8": (7, False),
                "12": (22, False),
                "1": (20, False),
            },
        )
        self.assertTrue(all(self.taxes().mapped("price_include")))
        self.assertEqual(self.company.account_sale_tax_id.nds, "11")
        self.assertEqual(self.taxes(nds="6").with_context(lang="ru_RU").name, "Без НДС")

    def test_vat_is_inside_the_price_and_owed_on_68(self):
        with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.env["res.partner"].create({"name": "Buyer"})
            with form.invoice_line_ids.new() as line:
                line.name = "Sunglasses"
                line.price_unit = 5000
                line.tax_ids.clear()
                line.tax_ids.add(self.taxes(nds="11"))
        move = form.record
        move.action_post()
        balances = {line.account_id.code: line.balance for line in move.line_ids}
        self.assertEqual(balances, {"62.01": 5000.0, "90.01": -4098.36, "68.02": -901.64})

    def test_a_reload_changes_nothing(self):
        before = self.taxes(), self.env["account.account"].search_count([])
        self.env["account.chart.template"].try_loading("ru_optics", self.company)
        self.assertEqual((self.taxes(), self.env["account.account"].search_count([])), before)
