from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OpticsCertificate(models.Model):
    """A registration certificate (РУ) of medical products, by 323-ФЗ, article 38."""

    _name = "optics.certificate"
    _description = "Registration certificate of medical products"
    _order = "number"
    _rec_name = "number"

    number = fields.Char(required=True, help="As the register has it, such as РЗН 2020/1234")
    date = fields.Date(string="Issued on")
    valid_until = fields.Date(help="Empty: without a term")
    maker = fields.Char()
    scan = fields.Binary(attachment=True)
    scan_name = fields.Char(string="File name")
    active = fields.Boolean(default=True)
    product_ids = fields.One2many("product.template", "optics_certificate_id", string="Products")
    product_count = fields.Integer(string="Number of products", compute="_compute_product_count")

    _number_unique = models.Constraint(
        "UNIQUE(number)", "There is a certificate with this number already."
    )

    @api.depends("product_ids")
    def _compute_product_count(self):
        counts = dict(
            self.env["product.template"]._read_group(
                [("optics_certificate_id", "in", self.ids)], ["optics_certificate_id"], ["__count"]
            )
        )
        for certificate in self:
            certificate.product_count = counts.get(certificate, 0)

    @api.constrains("date", "valid_until")
    def _check_term(self):
        for certificate in self:
            if certificate.date and certificate.valid_until:
                if certificate.valid_until < certificate.date:
                    raise ValidationError(
                        self.env._(
                            "Certificate %(number)s: “Valid Until” is before “Issued on”,"
                            " %(date)s.",
                            number=certificate.number,
                            date=certificate.date,
                        )
                    )

    def _is_valid(self, day):
        """Tell whether there is a certificate, and in force on a day."""
        return bool(self) and not (self.valid_until and self.valid_until < day)

    def action_products(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.template",
            "view_mode": "list,form",
            "domain": [("optics_certificate_id", "=", self.id)],
            "context": {"default_optics_certificate_id": self.id},
            "name": self.env._("Products"),
        }
