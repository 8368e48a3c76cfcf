from odoo import models
from odoo.tools import float_compare


class ProductProduct(models.Model):
    """How many there are of a power, in the words of its design's matrix."""

    _inherit = "product.product"  # pylint: disable=consider-merging-classes-inherited

    def _optics_stock(self, warehouse):
        """Return each power's quantities in a warehouse, by ``"sphere/cylinder"``.

        ``short`` is what lacks of the minimum when all that is on its way has come.
        """
        products = self.sudo().with_context(warehouse_id=warehouse.id)
        counts = products._compute_quantities_dict(None, None, None)
        _places, requested = products._get_quantity_in_progress(warehouse_ids=warehouse.ids)
        minima = self._optics_minima(warehouse)
        cells = {}
        for product in products:
            count, asked = counts[product.id], requested.get((product.id, warehouse.id), 0)
            minimum = minima.get(product, 0)
            cells[f"{product.optics_sphere}/{product.optics_cylinder}"] = {
                "product": product.id,
                "on_hand": count["qty_available"],
                "free": count["free_qty"],
                "incoming": count["incoming_qty"],
                "requested": asked,
                "minimum": minimum,
                "short": max(0, minimum - count["virtual_available"] - asked),
            }
        return cells

    def _optics_minima(self, warehouse):
        rules = self.env["stock.warehouse.orderpoint"].sudo()
        groups = rules._read_group(
            [("product_id", "in", self.ids), ("warehouse_id", "=", warehouse.id)],
            ["product_id"],
            ["product_min_qty:sum"],
        )
        return {product: minimum for product, minimum in groups}

    def _set_optics_minima(self, warehouse, asked):
        """Keep Odoo's rules of replenishment, asked for by a click and never by themselves.

        :param asked: dict of product to minimum; nought ends a rule
        """
        rules = self.env["stock.warehouse.orderpoint"].sudo().with_context(active_test=False)
        ids = [each.id for each in asked]
        known = rules.search([("product_id", "in", ids), ("warehouse_id", "=", warehouse.id)])
        of_product = {rule.product_id.id: rule for rule in known}
        missing = []
        for product, minimum in asked.items():
            rule = of_product.get(product.id)
            values = {"product_min_qty": minimum, "product_max_qty": minimum, "active": minimum > 0}
            if rule and float_compare(rule.product_min_qty, minimum, precision_digits=2):
                rule.write(values)
            elif not rule and minimum:
                missing.append(
                    {
                        **values,
                        "product_id": product.id,
                        "warehouse_id": warehouse.id,
                        "location_id": warehouse.lot_stock_id.id,
                        "company_id": warehouse.company_id.id,
                        "trigger": "manual",
                    }
                )
        rules.create(missing)
