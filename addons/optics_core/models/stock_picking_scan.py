from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ..optics.gs1 import Gs1Code, as_typed, forms_of_gtin, is_gtin, parse_gs1
from ..optics.problems import Problem, UnreadableEntry
from .optics_words import words_of_problem

OPEN_STATES = ("waiting", "confirmed", "assigned")
MOST_BOXES = 9999
MOST_TRANSFERS = 200
MOST_NAMED = 5
COMMANDS = ("OBT", "OCD")
"""How the barcodes begin by which Odoo's buttons are pressed."""
CODE_SIZES = range(3, 49)


class NotCountedError(Exception):
    """A box that is not counted: the kind of answer, the sentence, and what the screen asks by."""

    def __init__(self, kind, words, **asked):
        self.answer = {"kind": kind, "words": words, **asked}
        super().__init__(words)


class StockPicking(models.Model):
    """A transfer that is received or picked by scanning its boxes."""

    _inherit = "stock.picking"

    optics_scan_ids = fields.One2many(
        "optics.scan",
        "picking_id",
        string="Scans",
        readonly=True,
        groups="stock.group_stock_user",
    )

    def action_optics_scan(self):
        return {
            "type": "ir.actions.client",
            "tag": "optics_core.scan",
            "name": self.env._("Receive and pick"),
            "params": {"picking_id": self[:1].id},
        }

    @api.model
    def optics_scan_transfers(self, warehouse_id=False):
        """Return a warehouse's open transfers, the earliest first; the user's own by default."""
        self._check_scan_group()
        warehouses = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)])
        usual = self.env.user._get_default_warehouse_id()
        warehouse = warehouses.filtered(lambda each: each.id == warehouse_id) or usual
        transfers = self.search(
            [
                ("picking_type_id.warehouse_id", "=", warehouse.id),
                ("picking_type_code", "in", ("incoming", "outgoing", "internal")),
                ("state", "in", OPEN_STATES),
            ],
            order="scheduled_date, id",
            limit=MOST_TRANSFERS,
        )
        return {
            "warehouse": warehouse.id,
            "warehouses": warehouses.mapped(lambda each: [each.id, each.name]),
            "transfers": [each._scan_head() for each in transfers],
        }

    def optics_scan_state(self):
        """Return the transfer and its products with what is asked and scanned, in own units."""
        self._check_scan_access()
        return {
            **self._scan_head(),
            "is_open": self.state in OPEN_STATES,
            "lines": self._scan_lines(),
            "may_undo": bool(self._last_own_scan()),
        }

    def optics_scan(self, barcode, count=1, lot=None, is_extra=False):
        """Count boxes of a barcode, and say what came of it; what is refused changes nothing.

        Kinds of answer: ``accepted``, ``over`` (more than asked), ``lot_needed``, ``foreign`` (of
        another transfer), ``unknown`` (no product has the barcode), ``refused``.

        :param count: boxes, from 1 to 9999; a box counts what its unit holds
        :param lot: ``{"name": text, "expiry": "YYYY-MM-DD"}`` where the code does not tell them
        :param is_extra: somebody accepts more than was asked
        :return: ``{"state": …, "answer": {"kind": …, "words": …}}``
        """
        self._check_scan_access()
        self._lock_scans()
        try:
            typed = lot if isinstance(lot, dict) else {}
            answer = self._count_box(barcode, count, typed, is_extra)
        except NotCountedError as error:
            answer = error.answer
        return {"state": self.optics_scan_state(), "answer": answer}

    def optics_scan_undo(self):
        """Take back the last box that this user scanned in the transfer."""
        self._check_scan_access()
        self._lock_scans()
        try:
            self._check_scan_open()
            scan = self._last_own_scan()
            if not scan:
                raise NotCountedError("refused", self.env._("You have scanned nothing here."))
            product = scan.product_id
            scan.sudo().unlink()
            words = self._count_words(self.env._("Taken back"), product)
            answer = {"kind": "undone", "words": words, "product": product.id}
        except NotCountedError as error:
            answer = error.answer
        return {"state": self.optics_scan_state(), "answer": answer}

    def optics_scan_name(self, barcode, product_id):
        """Give a product of a receipt a barcode that nobody knew, and count the box.

        Who receives goods may not change products; so this is the one barcode of one box, of a
        product that the transfer holds, and the transfer says who told it.
        """
        self._check_scan_access()
        self._lock_scans()
        try:
            self._check_scan_open()
            code = self._code_to_name(barcode)
        except NotCountedError as error:
            return {"state": self.optics_scan_state(), "answer": error.answer}
        product = self._scan_moves().product_id.filtered(lambda each: each.id == product_id)
        if self.picking_type_code != "incoming" or not product:
            raise UserError(
                self.env._("Only products of a receipt are given a barcode while scanning.")
            )
        self.env["product.uom"].sudo().create(
            {
                "barcode": code,
                "product_id": product.id,
                "uom_id": product.uom_id.id,
                "company_id": product.company_id.id,
            }
        )
        words = self.env._(
            "Barcode %(barcode)s is now of %(product)s.",
            barcode=code,
            product=product.display_name,
        )
        self.message_post(body=words)
        return self.optics_scan(barcode)

    def optics_scan_done(self):
        """Put the scanned counts into the transfer and validate it, as Odoo's button does.

        :return: Odoo's action (of a backorder, of expired lots), or True
        """
        self._check_scan_access()
        self._lock_scans()
        try:
            self._check_scan_open()
        except NotCountedError as error:
            raise UserError(str(error)) from error
        if not self.optics_scan_ids:
            raise UserError(self.env._("Nothing is scanned yet."))
        self._set_scanned_quantities()
        return self.button_validate()

    def _count_box(self, barcode, count, typed, is_extra):
        self._check_scan_open()
        is_whole = isinstance(count, int) and not isinstance(count, bool)
        if not is_whole or not 1 <= count <= MOST_BOXES:
            words = self.env._("Boxes are counted by whole numbers from 1 to %s.", MOST_BOXES)
            raise NotCountedError("refused", words)
        code = as_typed(str(barcode or ""))
        if not code:
            raise NotCountedError("refused", self.env._("Nothing was read: scan again."))
        product, factor, told = self._product_of_code(code)
        quantity = factor * count
        self._check_excess(product, quantity, is_extra)
        name, expiry = self._lot_of_box(product, quantity, told, typed)
        self.env["optics.scan"].sudo().create(
            {
                "picking_id": self.id,
                "product_id": product.id,
                "quantity": quantity,
                "lot_name": name,
                "expiry_date": expiry,
                "barcode": code,
            }
        )
        words = self._count_words(self.env._("Accepted"), product)
        return {"kind": "accepted", "words": words, "product": product.id}

    def _product_of_code(self, code):
        """Return the product of the transfer, what one box of it holds, and what else is told.

        :return: product, quantity in its unit, ``optics.gs1.Gs1Code``
        """
        matches, told = self._matches_of_code(code)
        if not matches:
            name = self._plain_code(code, told)
            raise NotCountedError(
                "unknown",
                self.env._("Barcode %s is unknown.", name),
                barcode=code,
                may_name=self.picking_type_code == "incoming",
            )
        here = self._scan_moves().product_id
        for product, factor in matches:
            if product in here:
                return product, factor, told
        raise NotCountedError("foreign", self._foreign_words(matches[0][0]))

    def _matches_of_code(self, code):
        """Return products and quantities of a code, and what it tells; itself before its parts."""
        matches = self._matches_of_barcodes(forms_of_gtin(code) if is_gtin(code) else (code,))
        if matches:
            return matches, Gs1Code()
        try:
            told = parse_gs1(code, fields.Date.context_today(self)) or Gs1Code()
        except UnreadableEntry as error:
            problem = Problem("", "barcode", error.value, error.code, error.params)
            raise NotCountedError("refused", words_of_problem(self.env, problem)) from error
        return self._matches_of_barcodes(forms_of_gtin(told.gtin) if told.gtin else ()), told

    def _matches_of_barcodes(self, barcodes):
        if not any(barcodes):  # to Odoo a product without a barcode would have the empty one
            return []
        domain = [("barcode", "in", barcodes)]
        products = self.env["product.product"].search(domain)
        packings = self.env["product.uom"].search(domain)
        readable = packings.product_id._filtered_access("read")
        return [(product, 1.0) for product in products] + [
            (packing.product_id, packing.uom_id._compute_quantity(1, packing.product_id.uom_id))
            for packing in packings
            if packing.product_id in readable
        ]

    def _code_to_name(self, barcode):
        """Return the barcode as a product keeps it: the EAN of a GS1 code, else itself."""
        code = as_typed(str(barcode or ""))
        matches, told = self._matches_of_code(code)
        if matches:
            words = self.env._("%s has this barcode.", matches[0][0].display_name)
            raise NotCountedError("refused", words)
        name = self._plain_code(code, told)
        is_mistyped = name.isdigit() and len(name) in (8, 12, 13, 14) and not is_gtin(name)
        if is_mistyped or len(name) not in CODE_SIZES or name.startswith(COMMANDS):
            words = self.env._("%s is no barcode of a product: scan again.", name)
            raise NotCountedError("refused", words)
        return name

    def _plain_code(self, code, told):
        if not told.gtin:
            return code
        return next(form for form in reversed(forms_of_gtin(told.gtin)) if len(form) >= 13)

    def _foreign_words(self, product):
        """Name the product that was scanned and, of a lens, the powers of it that are asked."""
        design = product.product_tmpl_id
        lacking = [
            line["power"]
            for line in self._scan_lines()
            if line["power"] and line["design"] == design.id and line["remaining"] > 0
        ]
        if not product.optics_is_power or not lacking:
            return self.env._("Not of this transfer: %s", product.display_name)
        more = "…" if len(lacking) > MOST_NAMED else ""
        return self.env._(
            "Not of this transfer: %(design)s %(power)s. It asks for %(powers)s",
            design=design.name,
            power=product._optics_power_words(),
            powers="; ".join(lacking[:MOST_NAMED]) + more,
        )

    def _check_excess(self, product, quantity, is_extra):
        (line,) = [each for each in self._scan_lines() if each["product"] == product.id]
        total = line["scanned"] + quantity
        if not is_extra and product.uom_id.compare(total, line["asked"]) > 0:
            words = self.env._(
                "Too many: %(product)s, asked %(asked)s, scanned %(scanned)s",
                product=product.display_name,
                asked=f"{line['asked']:g}",
                scanned=f"{line['scanned']:g}",
            )
            raise NotCountedError("over", words, product=product.id)

    def _count_words(self, what, product):
        """Say what became of a box, and how many of its product there are now."""
        found = [each for each in self._scan_lines() if each["product"] == product.id]
        line = found[0] if found else {"scanned": 0, "asked": 0}
        return self.env._(
            "%(what)s: %(product)s, %(scanned)s of %(asked)s",
            what=what,
            product=product.display_name,
            scanned=f"{line['scanned']:g}",
            asked=f"{line['asked']:g}",
        )

    def _scan_head(self):
        return {
            "id": self.id,
            "name": self.name,
            "partner": self.partner_id.display_name or "",
            "origin": self.origin or "",
            "kind": self.picking_type_code,
            "date": format_date(self.env, self.scheduled_date),
            "pieces": sum(self._scan_moves().mapped("product_qty")),
        }

    def _scan_lines(self):
        asked = defaultdict(float)
        for move in self._scan_moves():
            asked[move.product_id] += move.product_qty
        scanned = self._scanned()
        # What was scanned before its move was cancelled is shown as too many.
        asked |= {product: 0.0 for product in scanned if product not in asked}
        return [
            self._scan_line(product, count, scanned.get(product, {}))
            for product, count in asked.items()
        ]

    def _scan_line(self, product, asked, lots):
        scanned = sum(count for count, _expiry in lots.values())
        compared = product.uom_id.compare(scanned, asked)
        return {
            "product": product.id,
            "design": product.product_tmpl_id.id,
            "name": product.display_name,
            "power": product.optics_is_power and product._optics_power_words(),
            "asked": asked,
            "scanned": scanned,
            "remaining": max(0.0, asked - scanned),
            "look": "over" if compared > 0 else "done" if not compared else "part",
            "lots": [
                {
                    "name": name,
                    "expiry": expiry and format_date(self.env, expiry) or "",
                    "scanned": count,
                }
                for name, (count, expiry) in lots.items()
                if name
            ],
        }

    def _scanned(self):
        """Return of each product its lots, and of each lot the count and the expiry that is told.

        A product that has none has the lot ``""``.
        """
        scanned = {}
        for scan in self.optics_scan_ids:
            lots = scanned.setdefault(scan.product_id, {})
            count, expiry = lots.get(scan.lot_name or "", (0.0, False))
            lots[scan.lot_name or ""] = (count + scan.quantity, expiry or scan.expiry_date)
        return scanned

    def _scan_moves(self):
        return self.move_ids.filtered(lambda move: move.state not in ("draft", "cancel"))

    def _last_own_scan(self):
        domain = [("picking_id", "=", self.id), ("create_uid", "=", self.env.uid)]
        return self.env["optics.scan"].search(domain, order="id desc", limit=1)

    def _lock_scans(self):
        # Two who scan at once meet here, and Odoo tries the later one again over what the first
        # one has counted. That is no error, so it is none in the log.
        query = SQL("UPDATE stock_picking SET id = id WHERE id = %s", self.id)
        self.env.cr.execute(query, log_exceptions=False)

    def _check_scan_open(self):
        if self.state in OPEN_STATES:
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        words = self.env._(
            "%(transfer)s is not open for scanning: %(state)s.",
            transfer=self.name,
            state=labels.get(self.state, ""),
        )
        raise NotCountedError("refused", words)

    def _check_scan_access(self):
        self.ensure_one()
        self._check_scan_group()
        self.check_access("write")

    def _check_scan_group(self):
        if not (self.env.su or self.env.user.has_group("stock.group_stock_user")):
            raise AccessError(self.env._("Receiving and picking is open to users of the stock."))
