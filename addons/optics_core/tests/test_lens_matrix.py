from collections import Counter
from random import Random

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..optics.stock_power import StockPower
from .test_product_lens import RANGE, ProductCase


class MatrixCase(ProductCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create({"name": "Lenses Ltd"})
        cls.lens = cls.env["product.template"].create(
            {
                "name": "Clear 1.5",
                "optics_kind": "lens",
                "optics_design": "single_vision",
                "optics_index": 1498,
                "optics_range_ids": [Command.create(RANGE)],
                "seller_ids": [Command.create({"partner_id": cls.supplier.id, "price": 400})],
            }
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )

    def cell(self, sphere, cylinder=0):
        cells = self.lens.optics_matrix(self.warehouse.id)["cells"]
        return cells[f"{sphere}/{cylinder}"]

    def put(self, power, count):
        product = self.lens._optics_power_product(power)
        stock = self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(product, stock, count)
        return product


@tagged("post_install", "-at_install")
class TestLensMatrix(MatrixCase):
    def test_an_empty_design_shows_what_is_usual_and_made(self):
        grid = self.lens.optics_matrix()
        self.assertEqual((grid["spheres"][0], grid["spheres"][-1]), (32, -48))
        self.assertEqual((grid["cylinders"][0], grid["cylinders"][-1]), (0, -16))
        self.assertEqual((grid["additions"], grid["cells"]), ([0], {}))
        # −6.00 −0.25 has a meridian of −6.25, beyond the range; +4.00 −2.00 has not.
        self.assertIn("-48/-2", grid["not_made"])
        self.assertNotIn("32/-16", grid["not_made"])

    def test_the_grid_spans_the_powers_and_every_quarter_between(self):
        for power in (StockPower(-40, -8), StockPower(3), StockPower(16)):
            self.put(power, 1)
        grid = self.lens.optics_matrix()
        self.assertEqual(grid["spheres"], sorted({3, *range(-40, 17, 2)}, reverse=True))
        self.assertEqual(grid["cylinders"], [0, -2, -4, -6, -8])
        self.assertEqual(set(grid["cells"]), {"-40/-8", "3/0", "16/0"})

    def test_each_addition_has_a_grid_of_its_own(self):
        addition = {"addition_from": 8, "addition_to": 12, "addition_step": 2}
        lens = self.env["product.template"].create(
            {
                "name": "Two powers",
                "optics_kind": "lens",
                "optics_design": "bifocal",
                "optics_index": 1498,
                "optics_range_ids": [Command.create({**RANGE, **addition})],
            }
        )
        lens._optics_power_products([StockPower(0, 0, 8), StockPower(-8, 0, 12)])
        self.assertEqual(lens.optics_matrix()["additions"], [8, 10, 12])
        self.assertEqual(set(lens.optics_matrix(addition=8)["cells"]), {"0/0"})
        self.assertEqual(set(lens.optics_matrix(addition=12)["cells"]), {"-8/0"})

    def test_what_is_short_and_what_is_ordered(self):
        self.put(StockPower(-8), 2)
        self.lens.optics_matrix_set_minimum(self.warehouse.id, [[-8, 0, 0, 5]])
        cell = self.cell(-8)
        self.assertEqual((cell["on_hand"], cell["minimum"], cell["short"]), (2, 5, 3))
        self.lens.optics_matrix_order(self.warehouse.id, [[-8, 0, 0, 3]])
        cell = self.cell(-8)
        self.assertEqual((cell["requested"], cell["incoming"], cell["short"]), (3, 0, 0))

    def test_one_draft_of_the_supplier_takes_all_that_is_ordered(self):
        wanted = [[-8, 0, 0, 3], [-8, -4, 0, 1], [8, 0, 0, 2]]
        ((order, name),) = self.lens.optics_matrix_order(self.warehouse.id, wanted)
        order = self.env["purchase.order"].browse(order)
        self.assertEqual(
            (order.name, order.state, order.partner_id), (name, "draft", self.supplier)
        )
        self.assertEqual(
            {line.product_id._optics_power(): line.product_qty for line in order.order_line},
            {StockPower(-8): 3, StockPower(-8, -4): 1, StockPower(8): 2},
        )
        self.lens.optics_matrix_order(self.warehouse.id, [[-8, 0, 0, 4]])
        line = order.order_line.filtered(lambda each: each.product_id.optics_sphere == -8)
        self.assertEqual(sum(line.mapped("product_qty")), 8)
        self.assertEqual(set(order.order_line.mapped("price_unit")), {400})

    def test_a_supplier_reads_cylinders_in_its_own_form(self):
        for form, words in (("minus", "−2.00 −1.00"), ("plus", "−3.00 +1.00")):
            self.supplier.optics_cylinder_form = form
            self.env.invalidate_all()
            wanted = [[-16, -8, 0, 3]]
            ((order, _name),) = self.lens.optics_matrix_order(self.warehouse.id, wanted)
            order = self.env["purchase.order"].browse(order)
            self.assertIn(words, order.order_line.name)
            self.assertEqual(order.order_line.product_id.optics_cylinder, -8)
            order.button_cancel()

    def test_a_minimum_of_nought_ends_the_rule(self):
        self.lens.optics_matrix_set_minimum(self.warehouse.id, [[-8, 0, 0, 5]])
        self.lens.optics_matrix_set_minimum(self.warehouse.id, [[-8, 0, 0, 0]])
        self.assertEqual(self.cell(-8)["minimum"], 0)
        self.lens.optics_matrix_set_minimum(self.warehouse.id, [[-8, 0, 0, 2]])
        self.assertEqual(self.cell(-8)["minimum"], 2)
        rules = self.env["stock.warehouse.orderpoint"].with_context(active_test=False)
        self.assertEqual(rules.search_count([("product_id.product_tmpl_id", "=", self.lens.id)]), 1)

    def test_bad_input_changes_nothing(self):
        for wanted, words in (
            ([[-400, 0, 0, 1]], "SPH: -50.00 dpt is not from"),
            ([[0, 4, 0, 1]], r"CYL: \+0.50 dpt is not from"),
            ([[0, 0, 100, 1]], r"ADD: \+12.50 dpt is not from"),
            ([[0, 0, 0, 0]], "from 1 to 9999"),
            ([[0, 0, 0, -1]], "from 1 to 9999"),
            ([[0, 0, 0, 1.5]], "whole number"),
            ([[0, 0, 0, 10000]], "from 1 to 9999"),
        ):
            with self.subTest(wanted=wanted), self.refused(words):
                self.lens.optics_matrix_order(self.warehouse.id, wanted)
        self.assertFalse(self.lens.optics_power_ids)

    def test_without_a_supplier_it_is_said_who_lacks_one(self):
        self.lens.seller_ids.unlink()
        with self.refused("Clear 1.5 has no supplier", UserError):
            self.lens.optics_matrix_order(self.warehouse.id, [[0, 0, 0, 1]])

    def test_who_may_see_order_and_set_minima(self):
        def user(login, groups):
            return new_test_user(self.env, login, f"base.group_user,{groups}")

        worker = self.lens.with_user(user("mx_worker", "optics_core.group_optics_workshop"))
        keeper = self.lens.with_user(user("mx_keeper", "stock.group_stock_user"))
        manager = self.lens.with_user(user("mx_manager", "stock.group_stock_manager"))
        other = self.lens.with_user(new_test_user(self.env, "mx_other", "base.group_user"))
        for lens in (worker, keeper):
            lens.optics_matrix_order(self.warehouse.id, [[0, 0, 0, 1]])
            self.assertFalse(lens.optics_matrix()["may_set_minimum"])
            with self.assertRaises(AccessError):
                lens.optics_matrix_set_minimum(self.warehouse.id, [[0, 0, 0, 1]])
        self.assertTrue(manager.optics_matrix()["may_set_minimum"])
        manager.optics_matrix_set_minimum(self.warehouse.id, [[0, 0, 0, 1]])
        for call in (
            lambda: other.optics_matrix(),
            lambda: other.optics_matrix_order(self.warehouse.id, [[0, 0, 0, 1]]),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_another_company_has_its_own_stock(self):
        self.put(StockPower(-8), 2)
        company = self.env["res.company"].create({"name": "Another shop"})
        self.env.user.company_ids += company
        grid = self.lens.with_company(company).optics_matrix(self.warehouse.id)
        self.assertNotEqual(grid["warehouse"], self.warehouse.id)
        self.assertEqual(grid["cells"]["-8/0"]["on_hand"], 0)


@tagged("post_install", "-at_install")
class TestLensMatrixCounts(MatrixCase):
    """The counts of the matrix against a ledger of our own, over histories of moves drawn."""

    POWERS = (StockPower(-8), StockPower(-8, -4), StockPower(4))

    def setUp(self):
        super().setUp()
        self.products = self.lens._optics_power_products(self.POWERS)
        self.stock = self.warehouse.lot_stock_id
        self.supply = self.env.ref("stock.stock_location_suppliers")
        self.customers = self.env.ref("stock.stock_location_customers")

    def move(self, power, count, source, target):
        move = self.env["stock.move"].create(
            {
                "product_id": self.products[power].id,
                "product_uom_qty": count,
                "product_uom": self.products[power].uom_id.id,
                "location_id": source.id,
                "location_dest_id": target.id,
            }
        )
        move._action_confirm()
        return move

    def done(self, move):
        move.quantity = move.product_uom_qty
        move.picked = True
        move._action_done()

    def test_counts_after_receiving_reserving_cancelling_and_returning(self):
        for seed in range(6):
            with self.subTest(seed=seed):
                self.history(Random(seed))  # noqa: S311

    def history(self, random):
        """Draw what happens to the stock, and compare after each event; earlier ones stay."""
        cells = {power: self.cell(power.sphere, power.cylinder) for power in self.POWERS}
        self.on_hand = Counter({power: cell["on_hand"] for power, cell in cells.items()})
        self.incoming = Counter({power: cell["incoming"] for power, cell in cells.items()})
        self.reserved = self.on_hand - Counter({power: cells[power]["free"] for power in cells})
        self.expected, self.held = [], []
        events = (self.order, self.receive, self.drop, self.reserve, self.cancel, self.hand_over)
        for _step in range(25):
            event = random.choice((*events, self.give_back))
            event(random, random.choice(self.POWERS), random.randint(1, 4))
            for power in self.POWERS:
                cell = self.cell(power.sphere, power.cylinder)
                self.assertEqual(
                    (cell["on_hand"], cell["free"], cell["incoming"]),
                    (
                        self.on_hand[power],
                        self.on_hand[power] - self.reserved[power],
                        self.incoming[power],
                    ),
                    event.__name__,
                )

    def order(self, _random, power, count):
        self.expected.append((power, self.move(power, count, self.supply, self.stock)))
        self.incoming[power] += count

    def receive(self, random, _power, _count):
        power, move = self.taken(random, self.expected, self.incoming)
        if move:
            self.done(move)
            self.on_hand[power] += int(move.product_uom_qty)

    def drop(self, random, _power, _count):
        _power, move = self.taken(random, self.expected, self.incoming)
        if move:
            move._action_cancel()

    def reserve(self, _random, power, count):
        if self.on_hand[power] - self.reserved[power] >= count:
            move = self.move(power, count, self.stock, self.customers)
            move._action_assign()
            self.held.append((power, move))
            self.reserved[power] += count

    def cancel(self, random, _power, _count):
        _power, move = self.taken(random, self.held, self.reserved)
        if move:
            move._action_cancel()

    def hand_over(self, random, _power, _count):
        power, move = self.taken(random, self.held, self.reserved)
        if move:
            self.done(move)
            self.on_hand[power] -= int(move.product_uom_qty)

    def give_back(self, _random, power, count):
        self.done(self.move(power, count, self.customers, self.stock))
        self.on_hand[power] += count

    def taken(self, random, moves, counts):
        """Take one of the open moves, and its quantity off the ledger."""
        if not moves:
            return None, None
        power, move = moves.pop(random.randrange(len(moves)))
        counts[power] -= int(move.product_uom_qty)
        return power, move
