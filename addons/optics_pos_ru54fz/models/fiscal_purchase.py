from odoo import models

from odoo.addons.optics_kkt_driver.kkt.fiscal.purchase import Balance, balance_of
from odoo.addons.optics_kkt_driver.models.fiscal_document import RECEIPT_KINDS


class FiscalPurchase(models.Model):
    _inherit = "fiscal.purchase"

    def _most_prepaid(self):
        """Return the kopecks that are prepaid once all that may still be signed has been.

        The other bound than `_balance`, which counts nothing that may not come: what is queued
        must not be prepaid twice.
        """
        self.ensure_one()
        rows = self.sudo().document_ids.filtered(
            lambda row: row.kind in RECEIPT_KINDS and row.state != "cancelled"
        )
        values = [(row.is_signed, row._value()) for row in rows.sorted("id")]
        return balance_of(
            value for is_signed, value in values if is_signed or Balance().adding(value).prepaid > 0
        ).prepaid
