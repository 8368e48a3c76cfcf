from odoo import fields, models
from odoo.exceptions import UserError

from ..kkt.fiscal.document import Cashier, InvalidDocument
from .fiscal_words import words_of_problems


class ResUsers(models.Model):
    _inherit = "res.users"

    fiscal_position = fields.Char(
        string="Position on receipts", help="Goes before the surname in tag 1021"
    )
    fiscal_inn = fields.Char(string="INN on receipts", help="Tag 1203")

    def _fiscal_cashier(self):
        """Who stands on documents that this user makes: position and surname (tag 1021)."""
        return Cashier(operator=self._fiscal_operator(), operator_inn=self.fiscal_inn or None)

    def _cashier_of_button(self):
        """The same for whoever pressed a button. Raises UserError when they cannot stand there."""
        try:
            return self._fiscal_cashier()
        except InvalidDocument as invalid:
            raise UserError("\n".join(words_of_problems(self.env, invalid))) from invalid

    def _fiscal_operator(self):
        """Position and surname in one, as long as they may be."""
        self.ensure_one()
        return " ".join(filter(None, [self.fiscal_position, self.name]))
