from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

KEPT_WITH_POWERS = ("uom_id", "tracking", "is_storable", "company_id", "type")
"""What Odoo guards by a product's variants, among which the powers do not count."""


class ProductTemplate(models.Model):
    """A design and its powers.

    A design has hundreds of powers, made on demand. They are no variants among those that Odoo
    shows, configures and loads into the till: there the design stands as one product.
    """

    _inherit = "product.template"  # pylint: disable=consider-merging-classes-inherited

    product_variant_ids = fields.One2many(domain=[("optics_is_power", "=", False)])
    optics_power_ids = fields.One2many(
        "product.product",
        "product_tmpl_id",
        string="Powers",
        domain=[("optics_is_power", "=", True)],
    )

    def write(self, vals):
        changed = [name for name in KEPT_WITH_POWERS if name in vals]
        if changed:
            self._keep_with_powers(vals, changed)
        result = super().write(vals)
        if "active" in vals:
            powers = self.with_context(active_test=False).optics_power_ids
            powers.write({"active": vals["active"]})
        return result

    def _keep_with_powers(self, vals, names):
        """Refuse what would change the stock of powers under the feet of the warehouse."""
        for product in self.with_context(active_test=False).filtered("optics_power_ids"):
            for name in names:
                field = self._fields[name]
                kept = field.convert_to_write(product[name], product)
                if (vals[name] or False) != (kept or False):
                    raise UserError(
                        self.env._(
                            "%(product)s has powers in stock, so “%(field)s” cannot be changed.",
                            product=product.name,
                            field=field._description_string(self.env),
                        )
                    )

    def _compute_quantities_dict(self):
        """Count the powers as well."""
        counts = super()._compute_quantities_dict()
        powers = self.env["product.product"].search(
            [("product_tmpl_id", "in", self.ids), ("optics_is_power", "=", True)]
        )
        of_power = powers._compute_quantities_dict(None, None, None)
        for power in powers:
            total = counts[power.product_tmpl_id.id]
            for name in total:
                total[name] += of_power[power.id][name]
        return counts

    def _optics_power_product(self, power):
        """Return the product of a power, which is made if there was none.

        :param power: ``optics.stock_power.StockPower``
        """
        return self._optics_power_products([power])[power]

    def _optics_power_products(self, powers):
        """Return the product of each of several powers; those that are missing are made.

        Whoever may read the design may ask for a power of it: that it exists says nothing yet.
        """
        self.ensure_one()
        self.check_access("read")
        Product = self.env["product.product"].sudo().with_context(active_test=False)
        domain = [("product_tmpl_id", "=", self.id), ("optics_is_power", "=", True)]
        known = {each._optics_power(): each for each in Product.search(domain)}
        missing = [each for each in dict.fromkeys(powers) if each not in known]
        if missing:
            # Two who make the same power meet here, and Odoo tries the later one again.
            self.env.cr.execute(SQL("UPDATE product_template SET id = id WHERE id = %s", self.id))
            made = Product.create([self._optics_power_values(each) for each in missing])
            known |= dict(zip(missing, made, strict=True))
        found = {each: known[each] for each in powers}
        Product.concat(*found.values()).filtered(lambda each: not each.active).active = True
        return {power: product.with_env(self.env) for power, product in found.items()}

    def _optics_known_power(self, power):
        """Return the product of a power, empty where there was no need of one yet.

        :param power: ``optics.stock_power.StockPower``
        """
        self.ensure_one()
        return self.env["product.product"].search(
            [
                ("product_tmpl_id", "=", self.id),
                ("optics_is_power", "=", True),
                ("optics_sphere", "=", power.sphere),
                ("optics_cylinder", "=", power.cylinder),
                ("optics_addition", "=", power.addition or 0),
            ]
        )

    def _optics_power_values(self, power):
        face = self.product_variant_id
        return {
            "product_tmpl_id": self.id,
            "optics_is_power": True,
            "optics_sphere": power.sphere,
            "optics_cylinder": power.cylinder,
            "optics_addition": power.addition or 0,
            "standard_price": face.standard_price,
        }
