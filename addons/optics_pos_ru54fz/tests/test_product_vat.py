from datetime import timedelta

from odoo import fields
from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestProductVat(TransactionCase):
    """A new product's VAT follows its kind; what is doubtful of it is said on its form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.company"].create(
            {"name": "Оптика", "country_id": cls.env.ref("base.ru").id}
        )
        cls.env["account.chart.template"].try_loading("ru_optics", company)
        cls.env.user.company_ids += company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": company.ids})
        cls.company = company.with_env(cls.env)
        cls.certificate = cls.env["optics.certificate"].create({"number": "РЗН 2099/2"})

    def _product(self, **values):
        return self.env["product.template"].create({"name": "Goods", **values})

    def _taxes(self, product):
        """Return those of this shop: Odoo gives a new product the other companies' as well."""
        return product.taxes_id._filter_taxes_by_company(self.company)

    def _rates(self, product):
        return self._taxes(product).mapped("nds")

    def test_what_is_exempt_and_what_is_not(self):
        cases = {
            ("frame", False): "6",
            ("lens", False): "6",
            ("contact_lens", False): "6",
            ("sunglasses", False): "11",
            ("care", False): "11",
            ("service", "edging"): "11",
            ("service", "exam"): "11",
        }
        for (kind, service), nds in cases.items():
            with self.subTest(kind=kind, service=service):
                product = self._product(optics_kind=kind, optics_service=service)
                self.assertEqual(self._rates(product), [nds])

    def test_an_examination_is_exempt_under_a_licence(self):
        self.company.optics_licence = "Л041-01137-77/00000001"
        exam = self._product(optics_kind="service", optics_service="exam")
        self.assertEqual(self._rates(exam), ["6"])
        self.assertFalse(exam.optics_vat_warning)
        self.company.optics_licence = False
        exam.invalidate_recordset(["optics_vat_warning"])
        self.assertIn("no medical licence", exam.optics_vat_warning)

    def test_a_form_follows_the_kind_while_it_is_chosen(self):
        with Form(self.env["product.template"]) as form:
            form.name = "Goods"
            form.optics_kind = "frame"
            self.assertEqual(form.taxes_id[:].mapped("nds"), ["6"])
            form.optics_kind = "sunglasses"
            self.assertEqual(form.taxes_id[:].mapped("nds"), ["11"])

    def test_what_somebody_tells_goes_before(self):
        taxes = self.company.account_sale_tax_id
        product = self._product(optics_kind="frame", taxes_id=taxes.ids)
        self.assertEqual(self._taxes(product), taxes)

    def test_without_a_certificate_no_exemption(self):
        frame = self._product(optics_kind="frame")
        self.assertIn("without a registration certificate", frame.optics_vat_warning)
        frame.optics_certificate_id = self.certificate
        self.assertFalse(frame.optics_vat_warning)
        today = fields.Date.context_today(frame)
        self.certificate.valid_until = today - timedelta(days=1)
        frame.invalidate_recordset(["optics_vat_warning"])
        self.assertIn("РЗН 2099/2 has expired", frame.optics_vat_warning)

    def test_an_exemption_cannot_be_waived(self):
        frame = self._product(
            optics_kind="frame",
            optics_certificate_id=self.certificate.id,
            taxes_id=self.company.account_sale_tax_id.ids,
        )
        self.assertIn("cannot be waived", frame.optics_vat_warning)
        frame.optics_certificate_id = False
        self.assertFalse(frame.optics_vat_warning)

    def test_sunglasses_are_not_exempt(self):
        exempt = self._taxes(self._product(optics_kind="frame"))
        glasses = self._product(optics_kind="sunglasses", taxes_id=exempt.ids)
        self.assertIn("not exempt", glasses.optics_vat_warning)

    def test_who_sells_all_without_vat_is_warned_of_nothing(self):
        exempt = self._taxes(self._product(optics_kind="frame"))
        self.company.account_sale_tax_id = exempt
        for kind in ("frame", "sunglasses", "care"):
            self.assertFalse(self._product(optics_kind=kind).optics_vat_warning)

    def test_the_list_finds_what_lacks_a_certificate(self):
        without = self._product(optics_kind="lens")
        owner = self._product(optics_kind="lens", optics_certificate_id=self.certificate.id)
        view = self.env.ref("optics_pos_ru54fz.product_template_search_view")
        domain = [
            ("optics_kind", "in", ["frame", "lens", "contact_lens"]),
            ("taxes_id.nds", "=", "6"),
            ("optics_certificate_id", "=", False),
        ]
        self.assertIn("optics_without_certificate", view.arch)
        self.assertEqual(
            self.env["product.template"].search([("id", "in", (without | owner).ids), *domain]),
            without,
        )
