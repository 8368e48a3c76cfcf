from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..optics.power import QUARTER
from ..optics.problems import InvalidPrescription
from ..optics.refraction import Refraction
from ..optics.stock_power import StockPower
from .optics_words import lines_of_problems, problems_of_columns

MATRIX_GROUPS = ("optics_core.group_optics_workshop", "stock.group_stock_user")
"""Either of them sees the matrix and asks for what is short."""
MINIMUM_GROUPS = ("optics_core.group_optics_manager", "stock.group_stock_manager")
USUAL = (-48, 48, -16)
"""Lowest and highest sphere and strongest cylinder of the grid while a design has no powers."""
MOST_ORDERED = 9999


class ProductTemplate(models.Model):
    """The matrix of a design: its powers as a grid, with what is there, ordered and short."""

    _inherit = "product.template"  # pylint: disable=consider-merging-classes-inherited

    def action_optics_matrix(self):
        return {
            "type": "ir.actions.client",
            "tag": "optics_core.lens_matrix",
            "name": self.env._("Stock by power"),
            "params": {"design_id": self[:1].id},
        }

    def optics_matrix(self, warehouse_id=False, addition=0):
        """Return a design's grid for one addition; powers and quantities as the stock has them.

        Spheres from plus to minus, cylinders from none to the strongest, eighths of a dioptre.
        Cells that have a product are told by ``"sphere/cylinder"``; what no diameter is made in
        stands in ``not_made``.
        """
        self._check_matrix_access(MATRIX_GROUPS)
        self.ensure_one()
        warehouse = self._matrix_warehouse(warehouse_id)
        powers = self.sudo().optics_power_ids
        additions = self._matrix_additions(powers)
        addition = addition if addition in additions else additions[0]
        powers = powers.filtered(lambda each: each.optics_addition == addition)
        spheres, cylinders = self._matrix_axes(powers)
        return {
            "name": self.display_name,
            "warehouse": warehouse.id,
            "warehouses": self._matrix_warehouses().mapped(lambda each: [each.id, each.name]),
            "additions": additions,
            "addition": addition,
            "spheres": spheres,
            "cylinders": cylinders,
            "cells": powers._optics_stock(warehouse),
            "not_made": self._matrix_not_made(spheres, cylinders, addition),
            "may_set_minimum": self._may(MINIMUM_GROUPS),
        }

    def optics_matrix_order(self, warehouse_id, wanted):
        """Ask the supplier for powers, in a draft of a purchase order that somebody confirms.

        :param wanted: list of ``[sphere, cylinder, addition, quantity]``
        :return: id and name of the purchase orders, ``[[id, name]]``
        """
        self._check_matrix_access(MATRIX_GROUPS)
        self.ensure_one()
        if not self.sudo().seller_ids:
            raise UserError(
                self.env._(
                    "%s has no supplier: name one on the page “Purchase” of the product.", self.name
                )
            )
        counts = self._matrix_quantities(wanted, lowest=1)
        products = self._optics_power_products(list(counts))
        ordered = {products[power]: count for power, count in counts.items()}
        return self._matrix_procure(self._matrix_warehouse(warehouse_id), ordered)

    def optics_matrix_set_minimum(self, warehouse_id, wanted):
        """Set how many of a power are kept at least; nought: none.

        :param wanted: list of ``[sphere, cylinder, addition, quantity]``
        """
        self._check_matrix_access(MINIMUM_GROUPS)
        self.ensure_one()
        warehouse = self._matrix_warehouse(warehouse_id)
        minima = self._matrix_quantities(wanted, lowest=0)
        products = self._optics_power_products(list(minima))
        asked = {products[power]: minimum for power, minimum in minima.items()}
        self.env["product.product"]._set_optics_minima(warehouse, asked)

    def _matrix_procure(self, warehouse, ordered):
        """Run Odoo's procurement by the route "Buy" for each product and its quantity."""
        route = self.env.ref("purchase_stock.route_warehouse0_buy").sudo()
        origin = self.env._("Stock by power")
        values = {
            "warehouse_id": warehouse.sudo(),
            "route_ids": route,
            "date_planned": fields.Datetime.now(),
        }
        Rule = self.env["stock.rule"].sudo().with_context(from_orderpoint=True)
        Rule.run(
            [
                Rule.Procurement(
                    product.sudo(),
                    quantity,
                    product.sudo().uom_id,
                    warehouse.sudo().lot_stock_id,
                    origin,
                    origin,
                    warehouse.sudo().company_id,
                    dict(values),
                )
                for product, quantity in ordered.items()
            ]
        )
        lines = (
            self.env["purchase.order.line"]
            .sudo()
            .search(
                [
                    ("product_id", "in", [each.id for each in ordered]),
                    ("state", "=", "draft"),
                    ("order_id.picking_type_id.warehouse_id", "=", warehouse.id),
                ]
            )
        )
        return lines.order_id.mapped(lambda each: [each.id, each.name])

    def _matrix_quantities(self, wanted, lowest):
        """Return each power's quantity, added up; refuse what is no power or no quantity."""
        quantities = defaultdict(int)
        for sphere, cylinder, addition, quantity in wanted:
            try:
                power = StockPower(sphere, cylinder, addition or None)
            except InvalidPrescription as error:
                problems = problems_of_columns(error, "optics_")
                product = self.env["product.product"]
                raise ValidationError(lines_of_problems(product, problems, {})) from error
            is_whole = isinstance(quantity, int) and not isinstance(quantity, bool)
            if not is_whole or not lowest <= quantity <= MOST_ORDERED:
                raise ValidationError(
                    self.env._(
                        "%(power)s: the quantity is a whole number from %(lowest)s to %(highest)s.",
                        power=power.show(),
                        lowest=lowest,
                        highest=MOST_ORDERED,
                    )
                )
            quantities[power] += quantity
        return quantities

    def _matrix_axes(self, powers):
        """Return spheres and cylinders of the grid: all powers, and every quarter between them."""
        held = powers.mapped("optics_sphere")
        strong = powers.mapped("optics_cylinder")
        if not held:
            low, high, cylinder = self._matrix_usual_axes()
            held, strong = [low, high], [cylinder]
        spheres = {*held, *range(QUARTER * (min(held) // QUARTER), max(held) + 1, QUARTER)}
        cylinders = {*strong, *range(0, min(strong) - 1, -QUARTER)}
        return sorted(spheres, reverse=True), sorted(cylinders, reverse=True)

    def _matrix_usual_axes(self):
        low, high, cylinder = USUAL
        ranges = self.sudo().optics_range_ids
        if not ranges:
            return USUAL
        return (
            max(low, min(ranges.mapped("strongest_from"))),
            min(high, max(ranges.mapped("strongest_to"))),
            max(cylinder, -max(ranges.mapped("cylinder_to"))),
        )

    def _matrix_additions(self, powers):
        """Return the additions of the design, eighths; ``[0]`` for single vision."""
        told = set(powers.mapped("optics_addition"))
        for each in self.sudo().optics_range_ids.filtered("addition_from"):
            told.update(range(each.addition_from, each.addition_to + 1, each.addition_step))
        return sorted(told) or [0]

    def _matrix_not_made(self, spheres, cylinders, addition):
        ranges = [each._value() for each in self.sudo().optics_range_ids]
        if not ranges:
            return []
        missing = []
        for sphere in spheres:
            for cylinder in cylinders:
                power = Refraction(sphere, cylinder, 180 if cylinder else None)
                if not any(each.holds(power, addition or None) for each in ranges):
                    missing.append(f"{sphere}/{cylinder}")
        return missing

    def _matrix_warehouses(self):
        return self.env["stock.warehouse"].sudo().search([("company_id", "=", self.env.company.id)])

    def _matrix_warehouse(self, warehouse_id):
        """Return a warehouse of the user's company, its first one when none is told."""
        warehouses = self._matrix_warehouses()
        found = warehouses.filtered(lambda each: each.id == warehouse_id) or warehouses[:1]
        if not found:
            raise UserError(self.env._("The company has no warehouse."))
        return found

    def _check_matrix_access(self, groups):
        self.check_access("read")
        if not self._may(groups):
            raise AccessError(self.env._("The stock by power is not open to you."))

    def _may(self, groups):
        return self.env.su or any(self.env.user.has_group(group) for group in groups)
