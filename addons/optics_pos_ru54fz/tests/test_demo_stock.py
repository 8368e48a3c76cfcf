from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged

KEPT_BY_POWER = ("v_sv_150", "v_sv_156", "s_sv_160")
KEPT_BY_LOT = ("daily", "daily_thin", "biweekly", "monthly", "monthly_flat", "quarterly")
SOON = timedelta(days=30)


@tagged("post_install", "-at_install")
class TestDemoStock(TransactionCase):
    """What of the catalogue lies in the shop that `make run` shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env.ref("stock.warehouse0")
        cls.designs = [cls.env.ref(f"optics_core.lens_{name}") for name in KEPT_BY_POWER]

    def test_the_grid_of_a_design_is_full_and_has_short_cells(self):
        for design in self.designs:
            with self.subTest(design.name):
                cells = design.optics_matrix(self.warehouse.id)["cells"]
                self.assertGreater(len(cells), 100)
                short = [each for each in cells.values() if each["short"]]
                self.assertGreater(len(short), 20)
                self.assertLess(len(short), len(cells) / 2)
                self.assertTrue(any(each["on_hand"] > each["minimum"] for each in cells.values()))

    def test_powers_are_within_their_ranges(self):
        for design in self.designs:
            grid = design.optics_matrix(self.warehouse.id)
            self.assertFalse(grid["cells"].keys() & set(grid["not_made"]), design.name)

    def test_some_powers_have_barcodes(self):
        barcodes = [
            barcode
            for design in self.designs
            for _power, barcode in design._matrix_told(self.warehouse)["barcodes"]
        ]
        self.assertEqual(len(set(barcodes)), 14)

    def test_lots_of_contact_lenses_and_one_that_expires_soon(self):
        designs = [self.env.ref(f"optics_core.contact_lens_{name}") for name in KEPT_BY_LOT]
        powers = self.env["product.template"].concat(*designs).optics_power_ids
        lots = self.env["stock.lot"].search([("product_id", "in", powers.ids)])
        self.assertEqual(len(lots), 15)
        self.assertEqual(len(lots.product_id.product_tmpl_id), 6)
        self.assertTrue(all(lot.product_qty > 0 for lot in lots))
        expiring = lots.filtered(lambda lot: lot.expiration_date < fields.Datetime.now() + SOON)
        self.assertEqual(expiring.name, "RD2209F")

    def test_one_of_each_frame_is_there(self):
        frame = self.env.ref("optics_core.frame_v101_black").product_variant_id
        self.assertEqual(frame.with_context(warehouse_id=self.warehouse.id).qty_available, 1)
