from odoo.tests import tagged

from odoo.addons.optics_core.optics.stock_power import StockPower

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestProductPowers(ShopCase):
    """The till knows a lens's design, and none of its powers."""

    def test_no_power_and_no_barcode_of_one_is_loaded(self):
        design = self.env["product.template"].create(
            {"name": "Clear 1.5", "optics_kind": "lens", "available_in_pos": True}
        )
        power = design._optics_power_product(StockPower(-8))
        packaging = self.env["product.uom"].create(
            {"product_id": power.id, "uom_id": power.uom_id.id, "barcode": "2000000000039"}
        )
        loaded = self.pos_session.load_data([])
        of_design = [each for each in loaded["product.template"] if each["id"] == design.id]
        self.assertEqual(of_design[0]["product_variant_ids"], design.product_variant_id.ids)
        ids = {each["id"] for each in loaded["product.product"]}
        self.assertIn(design.product_variant_id.id, ids)
        self.assertNotIn(power.id, ids)
        self.assertNotIn(packaging.id, {each["id"] for each in loaded["product.uom"]})
