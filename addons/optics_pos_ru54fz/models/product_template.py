from odoo import Command, api, fields, models

from odoo.addons.optics_core.models.product_template import MEDICAL

SERVICE = "4"
NO_VAT = "6"


class ProductTemplate(models.Model):
    _inherit = "product.template"

    optics_vat_warning = fields.Char(
        string="Warning of the VAT", compute="_compute_optics_vat_warning"
    )

    @api.depends("optics_kind")
    def _compute_fiscal_product_type(self):
        """Preset tag 1212: an optician's service is one, whatever Odoo's type of the product."""
        services = self.filtered(lambda product: product.optics_kind == "service")
        services.fiscal_product_type = SERVICE
        return super(ProductTemplate, self - services)._compute_fiscal_product_type()

    @api.model
    def _optics_presets(self, kind, service=None):
        presets = super()._optics_presets(kind, service)
        if kind:
            presets["taxes_id"] = [Command.set(self._optics_taxes(kind, service).ids)]
        return presets

    @api.model
    def _optics_taxes(self, kind, service):
        """Return the sale taxes of a kind, in each company of the user.

        Exempt are corrective glasses, their lenses and frames (Tax Code, article 149, 2.1) and
        examinations under a medical licence (2.2); the rest is at the seller's own rate.
        """
        taxes = self.env["account.tax"]
        for company in self.env.companies:
            own = company.account_sale_tax_id
            if kind in MEDICAL or (service == "exam" and company.optics_licence):
                domain = [("type_tax_use", "=", "sale"), ("nds", "=", NO_VAT)]
                domain += taxes._check_company_domain(company)
                own = taxes.search(domain, limit=1) or own
            taxes |= own
        return taxes

    @api.depends("optics_kind", "optics_service", "optics_certificate_id", "taxes_id.nds")
    @api.depends_context("company", "lang")
    def _compute_optics_vat_warning(self):
        for product in self:
            product.optics_vat_warning = product._optics_vat_words()

    def _optics_vat_words(self):
        """Return what is doubtful of the product's VAT in this company, False if nothing is."""
        self.ensure_one()
        company = self.env.company
        rates = set(self.taxes_id._filter_taxes_by_company(company).mapped("nds"))
        # Who sells all goods without VAT needs no certificate for it.
        if not self.optics_kind or not rates or company.account_sale_tax_id.nds == NO_VAT:
            return False
        if self.optics_is_medical:
            return self._optics_vat_words_of_medical(NO_VAT in rates)
        if NO_VAT not in rates:
            return False
        if self.optics_service == "exam":
            return not company.optics_licence and self.env._(
                "Without VAT, but the company has no medical licence in the settings: only under"
                " one is an examination exempt."
            )
        return self.env._(
            "Without VAT, but goods and services of this kind are not exempt from it."
        )

    def _optics_vat_words_of_medical(self, is_exempt):
        certificate = self.optics_certificate_id
        is_valid = certificate._is_valid(fields.Date.context_today(self))
        if is_exempt and not certificate:
            return self.env._(
                "Without VAT, but without a registration certificate: the exemption rests on it."
            )
        if is_exempt and not is_valid:
            return self.env._(
                "Without VAT, but the registration certificate %s has expired.", certificate.number
            )
        return (
            is_valid
            and not is_exempt
            and self.env._(
                "With VAT, but the product has a registration certificate: it is exempt, and the"
                " exemption cannot be waived."
            )
        )
