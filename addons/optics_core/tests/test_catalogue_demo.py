from collections import Counter

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools.barcode import check_barcode_encoding
from odoo.tools.image import base64_to_image

DESIGNS = {"single_vision": 28, "bifocal": 7, "progressive": 18, "office": 7}


@tagged("post_install", "-at_install")
class TestCatalogueDemo(TransactionCase):
    """The demonstration's catalogue, whatever else the database has."""

    def setUp(self):
        super().setUp()
        self.lenses = self.of_the_demo("product.template", "lens_")
        self.assertTrue(self.lenses, "the demonstration was not installed")
        self.frames = self.of_the_demo("product.template", "frame_")
        self.contact_lenses = self.of_the_demo("product.template", "contact_lens_")
        self.products = self.lenses + self.frames + self.contact_lenses

    def of_the_demo(self, model, prefix):
        found = self.env["ir.model.data"].search(
            [
                *(("module", "=", "optics_core"), ("model", "=", model)),
                ("name", "=like", f"{prefix}%"),
            ]
        )
        return self.env[model].browse(found.mapped("res_id"))

    def test_nothing_of_it_is_archived(self):
        self.assertTrue(all(self.products.mapped("active")))
        self.assertTrue(all(self.products.seller_ids.partner_id.mapped("active")))
        self.assertTrue(all(self.lenses.attribute_line_ids.attribute_id.mapped("active")))

    def test_sixty_designs_are_lenses_by_the_rules(self):
        self.assertEqual(Counter(self.lenses.mapped("optics_design")), DESIGNS)
        for lens in self.lenses:
            with self.subTest(lens.name):
                value = lens._optics_lens()
                self.assertEqual(bool(value.minimum_height), value.design.has_addition)
                self.assertTrue(value.material)
        materials = self.env["product.template"]._fields["optics_material"].get_values(self.env)
        self.assertEqual(set(self.lenses.mapped("optics_material")), set(materials))
        heights = self.lenses.filtered(lambda each: each.optics_design == "progressive")
        self.assertEqual(set(heights.mapped("optics_minimum_height")), {140, 160, 170, 180})

    def test_coatings_and_tints_are_chosen_and_make_no_variants(self):
        coating = self.env.ref("optics_core.attribute_coating")
        tint = self.env.ref("optics_core.attribute_tint")
        for lens in self.lenses:
            self.assertIn(coating, lens.attribute_line_ids.attribute_id)
            self.assertEqual(lens.product_variant_count, 1)
        values = self.lenses.attribute_line_ids.product_template_value_ids
        priced = values.filtered("price_extra").product_attribute_value_id
        self.assertIn(self.env.ref("optics_core.tint_photochromic"), priced)
        self.assertEqual(priced.attribute_id, coating + tint)
        self.assertNotIn(self.env.ref("optics_core.coating_hard"), priced)

    def test_forty_frames_have_sizes_pictures_and_barcodes(self):
        self.assertEqual(len(self.frames), 40)
        for frame in self.frames:
            with self.subTest(frame.name):
                self.assertTrue(frame.product_variant_id._optics_frame())
                self.assertTrue(frame.optics_temple and frame.optics_gender)
                self.assertEqual(base64_to_image(frame.image_1920).size, (512, 256))
                self.assertTrue(check_barcode_encoding(frame.barcode, "ean13"))
                self.assertTrue(frame.barcode.startswith("2"))
        self.assertEqual(len(set(self.frames.mapped("barcode"))), 40)
        self.assertEqual(set(self.frames.mapped("optics_rim")), {"full", "half", "drilled"})

    def test_contact_lenses_are_kept_by_lot(self):
        self.assertEqual(len(self.contact_lenses), 6)
        for lens in self.contact_lenses:
            self.assertEqual((lens.tracking, lens.use_expiration_date), ("lot", True))
            self.assertTrue(lens.optics_base_curve and lens.optics_diameter and lens.optics_pieces)
        replaced = set(self.contact_lenses.mapped("optics_replacement"))
        self.assertEqual(replaced, {"1", "14", "30", "90"})

    def test_all_have_a_certificate_and_one_has_expired(self):
        self.assertTrue(all(self.products.mapped("optics_certificate_id")))
        today = fields.Date.context_today(self.products)
        expired = self.products.optics_certificate_id.filtered(lambda c: not c._is_valid(today))
        self.assertEqual(expired, self.env.ref("optics_core.certificate_frames_children"))

    def test_two_suppliers_write_cylinders_each_in_a_form(self):
        prices = (self.lenses + self.contact_lenses).seller_ids
        self.assertEqual(len(prices), 66)
        self.assertFalse(prices.product_id)
        self.assertEqual(prices.currency_id, self.env.ref("base.RUB"))
        forms = prices.partner_id.mapped("optics_cylinder_form")
        self.assertEqual(sorted(forms), ["minus", "plus"])
