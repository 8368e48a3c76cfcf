from contextlib import contextmanager

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ..optics.lens import SpectacleDesign
from ..optics.refraction import Refraction
from ..optics.stock_power import StockPower

RANGE = {"diameter": 700, "strongest_from": -48, "strongest_to": 32, "cylinder_to": 16}


class ProductCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})

    @contextmanager
    def refused(self, words, error=ValidationError):
        with self.assertRaisesRegex(error, words), self.env.cr.savepoint():
            yield
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestProductLens(ProductCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lens = cls._lens()

    @classmethod
    def _lens(cls, **values):
        told = {
            "name": "Clear 1.5",
            "optics_kind": "lens",
            "optics_design": "single_vision",
            "optics_index": 1498,
            "optics_range_ids": [Command.create(RANGE)],
        }
        return cls.env["product.template"].create({**told, **values})

    def test_a_lens_is_a_value_of_the_plain_package(self):
        lens = self.lens._optics_lens()
        self.assertEqual((lens.design, lens.index), (SpectacleDesign.SINGLE_VISION, 1498))
        self.assertTrue(lens.in_range(Refraction(-40, -8, 90)))
        self.assertFalse(lens.in_range(Refraction(-48, -8, 90)))

    def test_while_little_is_told_it_is_none_and_may_be_saved(self):
        self.assertIsNone(self._lens(optics_index=0)._optics_lens())
        self.assertIsNone(self._lens(optics_range_ids=[])._optics_lens())

    def test_bounds_of_the_index_and_the_height(self):
        self.lens.write({"optics_index": 1900, "optics_minimum_height": 400})
        for name, bad, words in (
            ("optics_index", 1497, "Refractive index: 1.497  is not from 1.498 to 1.900"),
            ("optics_index", 1901, "Refractive index: 1.901"),
            ("optics_minimum_height", 401, "Minimum fitting height: 40.1 mm is not from"),
        ):
            with self.subTest(name), self.refused(words):
                self.lens[name] = bad

    def test_bounds_of_a_range(self):
        own = self.lens.optics_range_ids
        for name, bad, words in (
            ("diameter", 399, "Diameter: 39.9 mm is not from 40.0 to 90.0"),
            ("strongest_from", -241, "Strongest meridian from: -30.12 dpt is not from"),
            ("strongest_to", -49, r"Strongest meridian to: -6.12 dpt is not from -6.00 to"),
            ("cylinder_to", 81, r"CYL to: \+10.12 dpt"),
            ("cylinder_to", -1, "CYL to: -0.12 dpt"),
            ("prism_to", 2025, "Prism to"),
        ):
            with self.subTest(name), self.refused(words):
                own[name] = bad
        own.write({"diameter": 400, "strongest_from": -240, "strongest_to": 240})

    def test_additions_go_with_designs_that_have_them(self):
        addition = {"addition_from": 6, "addition_to": 28, "addition_step": 2}
        with self.refused("goes with designs of several powers only"):
            self.lens.optics_range_ids.write(addition)
        with self.refused("is required"):
            self.lens.optics_design = "progressive"
        progressive = self._lens(
            optics_design="progressive",
            optics_range_ids=[Command.create({**RANGE, **addition})],
        )
        self.assertTrue(progressive._optics_lens().in_range(Refraction(-8), 16))

    def test_a_power_is_one_product_in_either_form(self):
        minus = StockPower.of(Refraction(-16, -8, 20))
        plus = StockPower.of(Refraction(-24, 8, 110))
        product = self.lens._optics_power_product(minus)
        self.assertEqual(self.lens._optics_power_product(plus), product)
        self.assertEqual(
            (product.optics_sphere, product.optics_cylinder, product.optics_addition),
            (-16, -8, 0),
        )
        self.assertEqual(product.product_tmpl_id, self.lens)
        self.assertIn("(−2.00 −1.00)", product.display_name)
        self.assertTrue(product.combination_indices)

    def test_many_powers_at_once(self):
        powers = [StockPower(sphere, -2) for sphere in range(-20, 20, 2)]
        first = self.lens._optics_power_products(powers[:5])
        found = self.lens._optics_power_products(powers * 2)
        self.assertEqual(len(self.lens.optics_power_ids), len(powers))
        self.assertEqual({power: found[power] for power in powers[:5]}, first)

    def test_powers_are_no_variants_of_odoo(self):
        face = self.lens.product_variant_id
        self.lens._optics_power_products([StockPower(0), StockPower(-8)])
        self.lens.invalidate_recordset()
        self.assertEqual(self.lens.product_variant_ids, face)
        self.assertEqual((self.lens.product_variant_count, self.lens.product_variant_id), (1, face))
        self.assertEqual(
            self.lens._get_variant_for_combination(self.env["product.template.attribute.value"]),
            face,
        )
        self.lens._create_variant_ids()
        self.assertEqual(len(self.lens.optics_power_ids), 2)

    def test_a_coating_is_an_attribute_and_leaves_the_powers_alone(self):
        self.lens._optics_power_product(StockPower(-8))
        coating = self.env.ref("optics_core.attribute_coating")
        values = coating.value_ids[:2]
        self.lens.attribute_line_ids = [
            Command.create({"attribute_id": coating.id, "value_ids": [Command.set(values.ids)]})
        ]
        self.assertEqual(len(self.lens.optics_power_ids.exists()), 1)
        self.assertEqual(len(self.lens.product_variant_ids), 1)

    def test_powers_go_into_the_archive_with_their_design(self):
        power = self.lens._optics_power_product(StockPower(-8))
        self.lens.action_archive()
        self.assertFalse(power.active)
        self.lens.action_unarchive()
        self.assertTrue(power.active)

    def test_an_archived_power_comes_back_when_it_is_asked_for(self):
        power = self.lens._optics_power_product(StockPower(-8))
        power.active = False
        self.assertEqual(self.lens._optics_power_product(StockPower(-8)), power)
        self.assertTrue(power.active)

    def test_what_powers_are_counted_by_stays(self):
        self.lens._optics_power_product(StockPower(-8))
        self.lens.write({"tracking": "none", "is_storable": True})
        with self.refused("has powers in stock, so “Tracking”", UserError):
            self.lens.tracking = "lot"
        with self.refused("Clear 1.5 has powers in stock", UserError):
            self.lens.uom_id = self.env.ref("uom.product_uom_dozen")

    def test_only_lenses_have_powers(self):
        frame = self.env["product.template"].create({"name": "Frame", "optics_kind": "frame"})
        with self.refused("only lenses have powers"):
            frame._optics_power_product(StockPower(-8))

    def test_a_power_out_of_range_is_refused_by_the_database_layer_too(self):
        power = self.lens._optics_power_product(StockPower(-8))
        with self.refused("CYL: .*0.25"):
            power.optics_cylinder = 2

    def test_stock_of_a_design_is_that_of_its_powers(self):
        powers = self.lens._optics_power_products([StockPower(0), StockPower(-8)])
        location = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        for count, power in enumerate(powers.values(), start=2):
            self.env["stock.quant"]._update_available_quantity(power, location, count)
        self.lens.invalidate_recordset(["qty_available"])
        self.assertEqual(self.lens.qty_available, 5)

    def test_whoever_reads_the_design_may_ask_for_a_power(self):
        optician = new_test_user(
            self.env, "optics_power_optician", "base.group_user,optics_core.group_optics_optician"
        )
        lens = self.lens.with_user(optician)
        power = lens._optics_power_product(StockPower(-8))
        self.assertEqual(power.env.uid, optician.id)
        self.assertFalse(power.env.su)


@tagged("post_install", "-at_install")
class TestProductFrame(ProductCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frame = cls.env["product.template"].create(
            {
                "name": "Model 7",
                "optics_kind": "frame",
                "optics_rim": "full",
                "optics_size": "52□18–140",
                "optics_color": "black",
                "optics_box_b": 350,
            }
        )

    def test_a_size_is_read_as_it_is_marked(self):
        variant = self.frame.product_variant_id
        self.assertEqual(
            (variant.optics_eye_size, variant.optics_bridge, variant.optics_temple),
            (520, 180, 1400),
        )
        self.assertEqual((variant.optics_color, self.frame.optics_size), ("black", "52□18–140"))
        for written in ("50-20-145", "50x20 145", "50/20/145"):
            self.frame.optics_size = written
            self.assertEqual(variant.optics_size, "50□20–145")
        self.frame.optics_size = False
        self.assertFalse(variant.optics_eye_size)

    def test_a_bad_size_names_what_is_wrong(self):
        frame = self.frame
        with self.refused("Size: wide is no size of a frame"):
            frame.optics_size = "wide"
        with self.refused("Bridge: 5.0 mm is not from 8.0 to 30.0"):
            frame.optics_size = "52-5-140"

    def test_a_frame_is_a_value_of_the_plain_package(self):
        variant = self.frame.product_variant_id
        frame = variant._optics_frame()
        self.assertEqual((frame.a, frame.b, frame.dbl, frame.ed), (520, 350, 180, None))
        variant.write({"optics_box_a": 525, "optics_box_dbl": 175, "optics_box_ed": 560})
        frame = variant._optics_frame()
        self.assertEqual((frame.a, frame.dbl, frame.ed), (525, 175, 560))
        self.frame.optics_rim = False
        self.assertIsNone(variant._optics_frame())

    def test_an_effective_diameter_that_no_shape_has(self):
        with self.refused("ED: 40.0 mm is not from 52.0"):
            self.frame.optics_box_ed = 400

    def test_bounds_of_sizes(self):
        for name, good, bad in (
            ("optics_box_a", 300, 299),
            ("optics_box_b", 150, 149),
            ("optics_box_dbl", 300, 301),
            ("optics_temple", 1700, 1701),
        ):
            with self.subTest(name):
                self.frame.optics_box_ed = 0
                self.frame[name] = good
                with self.refused("is not from"):
                    self.frame[name] = bad

    def test_variants_have_colours_and_sizes_of_their_own(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Colour", "value_ids": [Command.create({"name": n}) for n in ("1", "2")]}
        )
        self.frame.attribute_line_ids = [
            Command.create(
                {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
            )
        ]
        one, other = self.frame.product_variant_ids
        with Form(one, "product.product_variant_easy_edit_view") as form:
            form.optics_size = "54□18–145"
        self.assertEqual(one.optics_eye_size, 540)
        self.assertNotEqual(other.optics_eye_size, 540)

    def test_a_new_frame_in_the_form(self):
        with Form(self.env["product.template"]) as form:
            form.name = "Model 8"
            form.optics_kind = "frame"
            form.optics_rim = "drilled"
            form.optics_size = "54-17-140"
            form.optics_box_b = 380
        self.assertEqual(form.record.product_variant_id._optics_frame().b, 380)
        self.assertEqual(form.record.optics_size, "54□17–140")


@tagged("post_install", "-at_install")
class TestProductContactLens(ProductCase):
    def test_bounds_of_curve_and_diameter(self):
        lens = self.env["product.template"].create(
            {"name": "A month", "optics_kind": "contact_lens", "optics_base_curve": 860}
        )
        lens.write({"optics_base_curve": 600, "optics_diameter": 240, "optics_pieces": 6})
        for name, bad, words in (
            ("optics_base_curve", 599, "BC: 5.99 mm is not from 6.00 to 10.00"),
            ("optics_diameter", 241, "DIA: 24.1 mm is not from 8.0 to 24.0"),
            ("optics_pieces", -1, "Lenses in a box"),
        ):
            with self.subTest(name), self.refused(words):
                lens[name] = bad
