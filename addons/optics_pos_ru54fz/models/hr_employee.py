from odoo import fields, models

from odoo.addons.optics_kkt_driver.kkt.fiscal.document import Cashier

LONGEST_OPERATOR = 64
"""Characters that tag 1021 takes."""


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    fiscal_inn = fields.Char(
        string="INN on receipts",
        groups="hr.group_hr_user",
        help="Tag 1203. Left empty, the one of the employee's user is printed.",
    )

    def _fiscal_cashier(self):
        """Who stands on documents made while this person is at the till.

        Position and surname (54-FZ art. 4.7 p. 1): what the employee says, else their user.
        Raises ``InvalidDocument`` for an INN with wrong check digits.
        """
        self.ensure_one()
        employee = self.sudo()
        user = employee.user_id
        position = user.fiscal_position or employee.job_title
        words = " ".join(filter(None, [position, employee.name]))
        return Cashier(
            operator=words[:LONGEST_OPERATOR],
            operator_inn=employee.fiscal_inn or user.fiscal_inn or None,
        )
