from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..kkt.fiscal.document import InvalidDocument
from ..kkt.fiscal.rates import SellerRegime, SellerVat, lawful_vat
from ..kkt.fiscal.vocabulary import TaxationType
from .kkt_device import TAXATION_TYPES

SELLER_VAT = [
    ("general", "General rate (22 %, 10 %, 0 %)"),
    ("5", "5 %"),
    ("7", "7 %"),
    ("exempt", "No VAT"),
]


class FiscalRegime(models.Model):
    """The seller's tax regime from a day on, until a later record of the same tax system.

    The duty to pay VAT begins and changes within a year, so it is no property of the company.
    """

    _name = "fiscal.regime"
    _description = "Tax regime of the seller"
    _inherit = ["mail.thread"]
    _order = "company_id, since desc, tax_system"
    _rec_name = "display_name"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        tracking=True,
    )
    since = fields.Date(
        required=True, tracking=True, help="First day on which this regime is in force"
    )
    tax_system = fields.Selection(
        TAXATION_TYPES,
        string="Tax system",
        required=True,
        default="1",
        tracking=True,
        help="Tag 1055",
    )
    vat = fields.Selection(
        SELLER_VAT,
        string="VAT",
        required=True,
        default="general",
        tracking=True,
        help="What the seller owes on goods that are not exempt themselves. A receipt that names"
        " VAT without a duty obliges the seller to pay it (art. 173 p. 5 of the Tax Code).",
    )

    _one_a_day = models.Constraint(
        "UNIQUE (company_id, since, tax_system)",
        "The regime under this tax system is recorded for this day already: change that record.",
    )

    @api.depends("since", "tax_system", "vat")
    def _compute_display_name(self):
        systems, rates = self._labels("tax_system"), self._labels("vat")
        for regime in self:
            regime.display_name = self.env._(
                "%(system)s, %(vat)s, since %(since)s",
                system=systems.get(regime.tax_system, ""),
                vat=rates.get(regime.vat, ""),
                since=regime.since or "",
            )

    @api.constrains("since", "tax_system", "vat")
    def _check_lawful(self):
        for regime in self:
            try:
                regime._as_value()
            except InvalidDocument as invalid:
                system = TaxationType(int(regime.tax_system))
                rates = self._labels("vat")
                raise ValidationError(
                    self.env._(
                        "VAT: under %(system)s since %(since)s it can only be: %(lawful)s.",
                        system=self._labels("tax_system")[regime.tax_system],
                        since=regime.since,
                        lawful="; ".join(
                            rates[each.value] for each in lawful_vat(system, regime.since)
                        ),
                    )
                ) from invalid

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            # Also in the company that they belong to now.
            self.check_access("write")
        return result

    def _labels(self, name):
        return dict(self._fields[name]._description_selection(self.env))

    def _as_value(self):
        """Return the record as ``kkt.fiscal.rates.SellerRegime``. Raises InvalidDocument."""
        self.ensure_one()
        return SellerRegime(self.since, TaxationType(int(self.tax_system)), SellerVat(self.vat))
