from collections import Counter
from datetime import date, datetime, time

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .stock_picking_scan import NotCountedError

_NOON = time(9)
"""UTC, noon in Moscow: an expiry has no hour, and this is the same day all over Russia."""


class StockPicking(models.Model):
    """The lots of scanned boxes, and the way of what was scanned into Odoo's own lines."""

    _inherit = "stock.picking"  # pylint: disable=consider-merging-classes-inherited

    def _lot_of_box(self, product, quantity, told, typed):
        """Return the lot's name and expiry of a box, both empty for products without lots.

        :param told: ``optics.gs1.Gs1Code`` of the box, which goes before what is typed
        :param typed: ``{"name": text, "expiry": "YYYY-MM-DD"}``, either may be missing
        """
        if product.tracking == "none":
            return "", False
        told_name = (told.serial or told.lot) if product.tracking == "serial" else told.lot
        name = told_name or str(typed.get("name") or "").strip()
        expiry = told.expiry or self._typed_date(typed.get("expiry"))
        lot = self._known_lot(product, name)
        known = self._expiry_of_lot(product, lot, name)
        if self._is_lot_wanted(product, name, expiry or known, lot):
            raise NotCountedError(
                "lot_needed",
                self.env._("Which lot? %s", product.display_name),
                product=product.id,
                lot=name,
                expiry=expiry and fields.Date.to_string(expiry),
                needs_expiry=self._makes_lots() and product.use_expiration_date,
                lots=self._reserved_lots(product),
            )
        self._check_lot(product, lot, name, quantity)
        self._check_expiry(name, expiry, known)
        return name, expiry or known

    def _typed_date(self, text):
        if not text:
            return False
        try:
            return date.fromisoformat(text)
        except (TypeError, ValueError) as error:
            words = self.env._("%s is no date.", text)
            raise NotCountedError("refused", words) from error

    def _is_lot_wanted(self, product, name, expiry, lot):
        if not name:
            return True
        return self._makes_lots() and product.use_expiration_date and not lot and not expiry

    def _makes_lots(self):
        return self.picking_type_code == "incoming" and self.picking_type_id.use_create_lots

    def _known_lot(self, product, name):
        domain = [
            ("product_id", "=", product.id),
            ("name", "=", name),
            ("company_id", "in", (False, self.company_id.id)),
        ]
        return self.env["stock.lot"].search(domain, order="company_id", limit=1)

    def _expiry_of_lot(self, product, lot, name):
        """Return the last day of use that is known of a lot, from its record or this transfer."""
        if lot.expiration_date:
            return lot.expiration_date.date()
        return self._scanned().get(product, {}).get(name, (0, False))[1]

    def _reserved_lots(self, product):
        lines = self.move_line_ids.filtered(lambda line: line.product_id == product)
        return [] if self._makes_lots() else lines.lot_id.mapped("name")

    def _check_lot(self, product, lot, name, quantity):
        counted = self._scanned().get(product, {}).get(name, (0.0, False))[0] + quantity
        if product.tracking == "serial" and counted > 1:
            words = self.env._("Serial number %s is one piece, which is counted already.", name)
            raise NotCountedError("refused", words)
        if not lot and not self._makes_lots():
            words = self.env._(
                "There is no lot %(lot)s of %(product)s.", lot=name, product=product.display_name
            )
            raise NotCountedError("refused", words)
        if self._takes_from_stock():
            there = sum(self._quants_of_lot(product, lot).mapped("quantity"))
            if product.uom_id.compare(counted, there) > 0:
                words = self.env._(
                    "Lot %(lot)s of %(product)s: %(there)s are there.",
                    lot=name,
                    product=product.display_name,
                    there=f"{there:g}",
                )
                raise NotCountedError("refused", words)

    def _check_expiry(self, name, expiry, known):
        if expiry and known and expiry != known:
            words = self.env._(
                "Lot %(lot)s expires on %(known)s here, and the box says %(told)s.",
                lot=name,
                known=format_date(self.env, known),
                told=format_date(self.env, expiry),
            )
            raise NotCountedError("refused", words)
        last = expiry or known
        if last and last < fields.Date.context_today(self):
            words = self.env._(
                "Lot %(lot)s has expired on %(date)s.", lot=name, date=format_date(self.env, last)
            )
            raise NotCountedError("refused", words)

    def _takes_from_stock(self):
        return not self.location_id.should_bypass_reservation()

    def _quants_of_lot(self, product, lot):
        quants = self.env["stock.quant"]._gather(product, self.location_id, lot_id=lot)
        return quants.filtered(lambda each: each.lot_id == lot and each.quantity > 0)

    def _set_scanned_quantities(self):
        """Make the moves' quantities what was scanned; a move without any is left, not picked."""
        scanned = self._scanned()
        moves = self._scan_moves()
        lost = [product for product in scanned if product not in moves.product_id]
        if lost:
            names = ", ".join(product.display_name for product in lost)
            words = self.env._("Not asked any more, take it back: %s", names)
            raise UserError(words)
        for product, of_product in moves.grouped("product_id").items():
            lots = scanned.get(product, {})
            counts = {name: count for name, (count, _expiry) in lots.items()}
            taken = Counter()
            for move, share in self._shares(of_product, counts):
                if product.tracking == "none":
                    self._set_move(move, sum(share.values()))
                else:
                    records = {name: self._lot(product, name, lots[name][1]) for name in share}
                    self._set_lots(move, share, records, taken)

    def _shares(self, moves, counts):
        """Yield each move with what it gets of each lot: what it asks, and the last one the rest.

        :param counts: of each lot in the product's unit, used up
        """
        for move in moves:
            room = float("inf") if move == moves[-1:] else move.product_qty
            share = {}
            for name, count in counts.items():
                part = min(room, count)
                if move.product_id.uom_id.compare(part, 0) > 0:
                    share[name] = part
                    counts[name] -= part
                    room -= part
            yield move, share

    def _set_move(self, move, count):
        if count:
            unit = move.product_id.uom_id
            move.quantity = unit._compute_quantity(count, move.product_uom, round=False)
        move.picked = bool(count)

    def _set_lots(self, move, share, lots, taken):
        if not share:
            move.picked = False
            return
        move.move_line_ids.unlink()
        rows = [
            {
                "move_id": move.id,
                "picking_id": self.id,
                "product_id": move.product_id.id,
                "product_uom_id": move.product_id.uom_id.id,
                "lot_id": lots[name].id,
                "location_dest_id": move.location_dest_id.id,
                "picked": True,
                **place,
            }
            for name, count in share.items()
            for place in self._places_of_lot(move, lots[name], count, taken)
        ]
        self.env["stock.move.line"].create(rows)._apply_putaway_strategy()

    def _places_of_lot(self, move, lot, count, taken):
        """Return from where how many of a lot are taken; `taken` counts over moves."""
        if not self._takes_from_stock():
            return [{"location_id": move.location_id.id, "quantity": count}]
        places = []
        for quant in self._quants_of_lot(move.product_id, lot):
            part = min(count, quant.quantity - taken[quant])
            if part > 0:
                taken[quant] += part
                count -= part
                places.append(
                    {
                        "location_id": quant.location_id.id,
                        "package_id": quant.package_id.id,
                        "owner_id": quant.owner_id.id,
                        "quantity": part,
                    }
                )
        if move.product_id.uom_id.compare(count, 0) > 0:
            words = self.env._("Lot %s is not there any more: take its boxes back.", lot.name)
            raise UserError(words)
        return places

    def _lot(self, product, name, expiry):
        lot = self._known_lot(product, name)
        if lot or not self._makes_lots():
            return lot
        values = {"product_id": product.id, "name": name, "company_id": self.company_id.id}
        if expiry:
            values["expiration_date"] = datetime.combine(expiry, _NOON)
        return self.env["stock.lot"].create(values)
