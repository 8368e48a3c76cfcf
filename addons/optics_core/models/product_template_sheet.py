from odoo import models
from odoo.exceptions import UserError

SHEETS = ("on_hand", "minimum", "barcodes")
"""What a workbook may tell of a design, each on a sheet of its own."""


class ProductTemplate(models.Model):
    """A design's stock as a spreadsheet has it; ``optics.matrix_sheet`` reads and writes that."""

    _inherit = "product.template"  # pylint: disable=consider-merging-classes-inherited

    def _matrix_told(self, warehouse):
        """Return what each sheet has to tell: counts and minima by power, powers with barcodes."""
        powers = self.sudo().optics_power_ids
        of_product = {product: product._optics_power() for product in powers}
        counts = powers.with_context(warehouse_id=warehouse.id)._compute_quantities_dict(
            None, None, None
        )
        minima = powers._optics_minima(warehouse)
        rows = self.env["product.uom"].sudo().search([("product_id", "in", powers.ids)])
        return {
            "on_hand": {
                power: int(counts[product.id]["qty_available"])
                for product, power in of_product.items()
            },
            "minimum": {of_product[product]: int(least) for product, least in minima.items()},
            "barcodes": [(of_product[row.product_id], row.barcode) for row in rows],
        }

    def _matrix_take_in(self, warehouse, told):
        """Keep what sheets tell: those of :data:`SHEETS` that are there.

        :param told: as :meth:`_matrix_told` returns it
        :return: number of changes by sheet
        """
        self.ensure_one()
        now = self._matrix_told(warehouse)
        on_hand, minima = (
            {
                power: count
                for power, count in told.get(sheet, {}).items()
                if count != now[sheet].get(power, 0)
            }
            for sheet in ("on_hand", "minimum")
        )
        known = set(now["barcodes"])
        barcodes = [each for each in told.get("barcodes", []) if each not in known]
        products = self._optics_power_products([*on_hand, *minima, *(each for each, _ in barcodes)])
        self._matrix_count(warehouse, {products[power]: on_hand[power] for power in on_hand})
        self.env["product.product"]._set_optics_minima(
            warehouse, {products[power]: minima[power] for power in minima}
        )
        self._matrix_add_barcodes([(products[power], barcode) for power, barcode in barcodes])
        return {"on_hand": len(on_hand), "minimum": len(minima), "barcodes": len(barcodes)}

    def _matrix_count(self, warehouse, counts):
        """Make the stock what was counted, by Odoo's adjustment of the inventory."""
        if counts and self.tracking != "none":
            raise UserError(
                self.env._(
                    "%s is kept by lot: its stock is counted lot by lot, and not by a spreadsheet.",
                    self.name,
                )
            )
        quants = self.env["stock.quant"].sudo().with_context(inventory_mode=True)
        quants.create(
            [
                {
                    "product_id": product.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "inventory_quantity": count,
                }
                for product, count in counts.items()
            ]
        ).action_apply_inventory()

    def _matrix_add_barcodes(self, barcodes):
        packagings = self.env["product.uom"].sudo()
        taken = packagings.search([("barcode", "in", [barcode for _product, barcode in barcodes])])
        if taken:
            raise UserError(
                "\n".join(
                    self.env._(
                        "Barcode %(barcode)s belongs to %(product)s.",
                        barcode=each.barcode,
                        product=each.product_id.display_name,
                    )
                    for each in taken
                )
            )
        packagings.create(
            [
                {
                    "product_id": product.id,
                    "uom_id": product.sudo().uom_id.id,
                    "barcode": barcode,
                    "company_id": False,
                }
                for product, barcode in barcodes
            ]
        )
