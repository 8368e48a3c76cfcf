from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..kkt.fiscal.party import is_email
from ..kkt.fiscal.rates import NoRegime, Rate20Policy, regime_on, regime_warnings

RATE_20_POLICIES = [
    (Rate20Policy.REPLACE.value, "Replace by 22 %"),
    (Rate20Policy.REFUSE.value, "Refuse"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    fiscal_name = fields.Char(
        string="Name on receipts",
        help="Name of the user of tills as registered with the tax service (tag 1048), if it"
        " differs from the company's name",
    )
    fiscal_sender_address = fields.Char(
        string="Sender of electronic receipts",
        help="E-mail address from which buyers get their receipts (tag 1117), as registered with"
        " the tax service. Receipts for buyers who gave an e-mail address name it.",
    )
    fiscal_rate_20_api = fields.Selection(
        RATE_20_POLICIES,
        string="20 % from other programs",
        required=True,
        default=Rate20Policy.REPLACE.value,
        help="What becomes of a line at 20 % that is supplied in 2026 or later and comes over the"
        " HTTP API. The price stays the same.",
    )
    fiscal_rate_20_orders = fields.Selection(
        RATE_20_POLICIES,
        string="20 % in orders",
        required=True,
        default=Rate20Policy.REFUSE.value,
        help="What becomes of a line at 20 % that is supplied in 2026 or later and was taxed by"
        " Odoo. If it is signed at 22 %, the ledger keeps 20 % and differs from the receipt.",
    )
    fiscal_prepayment_product_type = fields.Selection(
        [("own", "That of the goods"), ("payment", "Payment (10)")],
        string="Kind of item of a prepayment",
        required=True,
        default="own",
        help="Tag 1212 of a prepayment for known goods (1214 = 1 or 2). An advance is always a"
        " payment.",
    )
    fiscal_buffer_size = fields.Integer(
        string="Undelivered documents of a till, at most",
        help="Beyond that sales stop until the OFD takes some; zero: as the server's settings say",
    )
    fiscal_return_1192 = fields.Boolean(
        string="Name the sale's receipt in a return",
        help="Puts the FPD of the sale's receipt into tag 1192 of an ordinary return. The tag is"
        " meant for receipts that correct an error; switch it on only if your OFD asks for it.",
    )
    fiscal_marking_tailless = fields.Boolean(
        string="Sign marking codes without a crypto tail",
        help="A code that lacks the tail (91 and 92, or 93) is signed with a warning instead of"
        " being refused. The till cannot have such a code checked.",
    )

    _fiscal_buffer_size_positive = models.Constraint(
        "CHECK (fiscal_buffer_size >= 0)",
        "The limit of undelivered documents cannot be negative.",
    )

    @api.constrains("fiscal_sender_address")
    def _check_fiscal_sender_address(self):
        for company in self:
            address = company.fiscal_sender_address
            if address and not is_email(address):
                raise ValidationError(
                    self.env._(
                        "The sender of electronic receipts must be an e-mail address of at most 64"
                        " characters, not “%s”.",
                        address,
                    )
                )

    def _fiscal_inn(self):
        """INN of the user of tills (tag 1018): the digits of the company's tax number."""
        self.ensure_one()
        return "".join(filter(str.isdigit, self.vat or ""))

    def _fiscal_regimes(self, taxation_type):
        """Return the dated ``SellerRegime`` of this company under a tax system, as a tuple.

        :param taxation_type: ``kkt.fiscal.vocabulary.TaxationType``
        """
        self.ensure_one()
        records = (
            self.env["fiscal.regime"]
            .sudo()
            .search([("company_id", "=", self.id), ("tax_system", "=", str(int(taxation_type)))])
        )
        return tuple(record._as_value() for record in records)

    def _fiscal_seller_vat(self, taxation_type, day):
        """Return what the regime says of VAT (``SellerVat``) on a day of supply.

        :raises UserError: no regime is recorded for the day
        """
        try:
            return regime_on(self._fiscal_regimes(taxation_type), day).vat
        except NoRegime as error:
            raise UserError(
                self.env._(
                    "No tax regime is recorded for %(company)s under %(system)s on %(day)s. Record"
                    " it under Fiscalization, Configuration, Tax regimes.",
                    company=self.name,
                    system=self._fiscal_tax_system_label(taxation_type),
                    day=day,
                )
            ) from error

    def _fiscal_regime_warnings(self, taxation_type, items, operation, day):
        """Return a ``FiscalWarning`` for each item whose rate the seller's regime does not know.

        A regime that is not recorded judges nothing.
        """
        try:
            regime = regime_on(self._fiscal_regimes(taxation_type), day)
        except NoRegime:
            return ()
        return regime_warnings(items, operation, day, regime.vat)

    def _fiscal_tax_system_label(self, taxation_type):
        field = self.env["fiscal.regime"]._fields["tax_system"]
        labels = dict(field._description_selection(self.env))
        return labels.get(str(int(taxation_type)), taxation_type.label)
