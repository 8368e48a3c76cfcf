import re

from lxml import html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..models.optics_words import CHECKS, NAMES_IN_VERDICTS, VERDICTS
from ..optics import verdict
from ..optics.blank import BlankWay
from ..optics.lens import LensMaterial
from ..optics.stock_power import StockPower
from .test_optics_prescription import PrescriptionCase

RANGE = {"diameter": 700, "strongest_from": -48, "strongest_to": 32, "cylinder_to": 16}
ADDITION = {"addition_from": 6, "addition_to": 28, "addition_step": 2}


class LensFitCase(PrescriptionCase):
    def setUp(self):
        super().setUp()
        self.frame = self.make_frame()
        self.lens = self.make_lens()

    def make_frame(self, **values):
        told = {
            **{"name": "Vogue", "optics_kind": "frame", "optics_rim": "full"},
            **{"optics_eye_size": 520, "optics_bridge": 180},
            **{"optics_box_b": 340, "optics_box_ed": 540},
        }
        return self.env["product.template"].create({**told, **values}).product_variant_id

    def make_lens(self, made=None, **values):
        told = {
            **{"name": "Clear", "optics_kind": "lens", "optics_design": "single_vision"},
            **{"optics_index": 1498, "optics_material": "organic"},
        }
        ranges = [Command.create({**RANGE, **(made or {})})]
        return self.env["product.template"].create({**told, "optics_range_ids": ranges, **values})

    def opened(self, prescription=None, user=None, **values):
        prescription = prescription or self.prescribe()
        action = prescription.with_user(user or self.optician).action_lens_fit()
        fit = self.env[action["res_model"]].with_user(user or self.optician)
        fit = fit.browse(action["res_id"])
        fit.write({"frame_id": self.frame.id, "lens_id": self.lens.id, **values})
        return fit

    def said(self, fit):
        """What the table says: by a row's label, the texts of both eyes."""
        fit.invalidate_recordset()
        rows = html.fromstring(fit.table).xpath("//tbody/tr")
        texts = ([" ".join(cell.text_content().split()) for cell in row] for row in rows)
        return {label: tuple(eyes) for label, *eyes in texts}


@tagged("post_install", "-at_install")
class TestLensFit(LensFitCase):
    """OD −1.25 −0.75 × 90, OS −1.50, PD 62 mm; box 52 × 34, bridge 18, ED 54: 4 mm inward."""

    def test_what_fits(self):
        fit = self.opened()
        self.assertEqual(
            self.said(fit),
            {
                "Needed": ("−1.25 −0.75 × 90", "−1.50"),
                "In stock": ("−1.25 −0.75: 0 free", "−1.50: 0 free"),
                "Range of powers": (
                    "Fits strongest meridian −2.00 dpt, cylinder −0.75 dpt: made in diameters up"
                    " to 70.0 mm",
                    "Fits strongest meridian −1.50 dpt, cylinder 0.00 dpt: made in diameters up"
                    " to 70.0 mm",
                ),
                "Blank": ("Fits needs 64.0 mm by the effective diameter, blank 70.0 mm",) * 2,
                "Material and rim": ("Fits a full rim holds any material",) * 2,
                "Fitting height": ("Fits a single-vision lens has no minimum height",) * 2,
                "Decentration": ("Fits 4.00 mm inward and 0.00 mm up from the centre of the box",)
                * 2,
                "Prism": ("Fits no prism",) * 2,
            },
        )
        self.assertEqual((fit.outcome, fit.summary), ("ok", False))

    def test_what_does_not(self):
        fit = self.opened(lens_id=self.make_lens({"diameter": 630}).id)
        words = "Does not fit needs 64.0 mm by the effective diameter, largest blank of this power"
        self.assertEqual(self.said(fit)["Blank"], (f"{words} 63.0 mm",) * 2)
        self.assertEqual((fit.outcome, fit.summary), ("refused", "OD: Blank; OS: Blank"))

    def test_what_is_asked(self):
        self.frame.optics_box_ed = 0
        fit = self.opened()
        # √(52² + 34²) = 62.13, rounded up to 62.2; with 2 · 4 and 2 mm 72.2.
        words = (
            "Question needs 72.2 mm at most, by the diagonal of the box, largest blank of this"
            " power 70.0 mm: measure the effective diameter or trace the frame"
        )
        self.assertEqual(self.said(fit)["Blank"], (words,) * 2)
        self.assertEqual((fit.outcome, fit.summary), ("ask", "OD: Blank; OS: Blank"))

    def test_what_nobody_knows_goes_before_a_question(self):
        self.frame.optics_box_ed = 0
        fit = self.opened(self.prescribe(os_sphere=12), od_pd=0)
        said = self.said(fit)
        self.assertEqual(said["Blank"][0], "Not known needs the pupillary distance of the eye")
        self.assertIn("Question", said["Blank"][1])
        self.assertEqual((fit.outcome, fit.summary), ("not_known", "OD: Blank; OD: Decentration"))

    def test_a_prism_moves_the_centre(self):
        fit = self.opened(self.prescribe(od_prism_horizontal=100))
        said = self.said(fit)
        # 1 Δ base in by −2.00 dpt along 180°: 5 mm away from the base.
        self.assertEqual(
            said["Prism"][0],
            "Fits 1.00 Δ by moving the optical centre −5.00 mm inward and 0.00 mm up",
        )
        self.assertIn("needs 58.0 mm", said["Blank"][0])

    def test_holes_by_material_and_index(self):
        self.frame.optics_rim = "drilled"
        fit = self.opened(os_lens_id=self.make_lens(optics_material="trivex").id)
        self.assertEqual(
            self.said(fit)["Material and rim"],
            (
                "Question drilled: an organic lens of index 1.498 may crack; polycarbonate, Trivex"
                " or an organic lens of index 1.590 and more bear holes",
                "Fits drilled: Trivex of index 1.498 bears holes",
            ),
        )

    def test_heights(self):
        progressive = self.make_lens(
            ADDITION, optics_design="progressive", optics_minimum_height=180
        )
        prescription = self.prescribe(purpose="progressive", od_addition=16, os_addition=16)
        fit = self.opened(prescription, lens_id=progressive.id, od_height=175, os_height=345)
        said = self.said(fit)
        self.assertEqual(said["Needed"], ("−1.25 −0.75 × 90 ADD +2.00", "−1.50 ADD +2.00"))
        self.assertNotIn("In stock", said)
        self.assertEqual(
            said["Fitting height"],
            (
                "Question height 17.5 mm, the design needs 18.0 mm",
                "Does not fit height 34.5 mm, the box is only 34.0 mm high",
            ),
        )
        self.assertEqual((fit.outcome, fit.summary), ("refused", "OS: Blank; OS: Fitting height"))

    def test_near_glasses_of_a_progressive_prescription(self):
        prescription = self.prescribe(
            purpose="progressive", od_addition=16, os_addition=16, pd_near=590
        )
        fit = self.opened(prescription)
        self.assertEqual(fit.purposes, ["distance", "near", "office", "bifocal", "progressive"])
        self.assertEqual((fit.od_pd, fit.os_pd), (310, 310))
        self.assertIn("the purpose needs a lens of several powers", fit.table)
        with Form(fit) as form:
            form.purpose = "near"
        said = self.said(fit)
        self.assertEqual(said["Needed"], ("+0.75 −0.75 × 90", "+0.50"))
        self.assertEqual(said["In stock"], ("+0.75 −0.75: 0 free", "+0.50: 0 free"))
        self.assertEqual((fit.od_pd, fit.os_pd), (295, 295))
        self.assertEqual(
            said["Decentration"][0],
            "Question 5.50 mm inward from the centre of the box, more than 5.00 mm: is the frame"
            " too wide or narrow?",
        )

    def test_other_purposes_only_from_an_addition(self):
        fit = self.opened()
        self.assertEqual(fit.purposes, ["distance"])
        fit.purpose = "near"
        words = "the prescription does not tell the power for this purpose"
        self.assertEqual(self.said(fit), {"Needed": (words, words)})
        self.assertEqual(fit.summary, "No eye has a lens whose power is told.")

    def test_an_eye_without_a_power(self):
        fit = self.opened(self.prescribe(os_state="balance", os_sphere=0))
        said = self.said(fit)
        self.assertEqual(said["Needed"], ("−1.25 −0.75 × 90", "Balance lens: nothing to check"))
        self.assertEqual(said["Prism"], ("Fits no prism", ""))
        self.assertEqual(fit.outcome, "ok")

    def test_in_russian(self):
        fit = self.opened(lens_id=self.make_lens({"diameter": 630}).id)
        fit = fit.with_context(lang="ru_RU")
        said = self.said(fit)
        self.assertEqual(
            said["Заготовка"][0],
            "Не подходит нужно 64,0 мм (считая по эффективному диаметру), наибольшая заготовка"
            " этой силы 63,0 мм",
        )
        self.assertIn("сильнейший меридиан −2,00 дптр", said["Диапазон сил"][0])
        self.assertEqual(fit.summary, "OD: Заготовка; OS: Заготовка")

    def test_verdicts_while_one_chooses(self):
        fit = self.opened(frame_id=False, lens_id=False)
        self.assertEqual(list(self.said(fit)), ["Needed"])
        self.assertEqual(fit.summary, "Choose a frame and a lens.")
        with Form(fit) as form:
            form.frame_id = self.frame
            self.assertFalse(form.outcome)
            form.lens_id = self.lens
            self.assertEqual(form.outcome, "ok")
            form.od_pd = 290
            self.assertEqual(form.summary, "OD: Decentration")

    def test_what_is_not_told_of_frame_and_lens(self):
        frame = self.make_frame(optics_box_b=0, optics_rim=False)
        fit = self.opened(frame_id=frame.id, lens_id=self.make_lens(optics_index=0).id)
        fit.os_lens_id = self.make_lens(name="Grey", optics_range_ids=[])
        self.assertEqual(fit.frame_missing, "Vogue: B is not told.\nVogue: Rim is not told.")
        self.assertEqual(
            fit.lens_missing,
            "Clear: Refractive index is not told.\nGrey: Ranges of powers is not told.",
        )
        self.assertFalse(fit.outcome or fit.summary)
        self.assertEqual(fit.action_open_frame()["res_id"], frame.id)
        self.assertEqual(fit.action_open_lens()["res_id"], fit.lens_id.id)
        frame.write({"optics_box_b": 340, "optics_rim": "full"})
        fit.lens_id.sudo().optics_index = 1498
        fit.invalidate_recordset()
        self.assertFalse(fit.frame_missing)
        self.assertEqual(fit.action_open_lens()["res_id"], fit.os_lens_id.id)
        self.assertIn("Fits no prism", self.said(fit)["Prism"])

    def test_what_is_free_is_counted_and_nothing_is_made(self):
        fit = self.opened()
        self.assertIn("0 free", self.said(fit)["In stock"][0])
        self.assertFalse(self.lens.optics_power_ids)
        power = self.lens._optics_power_product(StockPower(-10, -6))
        stock = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        self.env["stock.quant"]._update_available_quantity(power, stock, 3)
        said = self.said(fit.with_user(self.optician))
        self.assertEqual(said["In stock"], ("−1.25 −0.75: 3 free", "−1.50: 0 free"))
        twins = self.opened(self.prescribe(os_sphere=-16, os_cylinder=6, os_axis=20))
        words = "−1.25 −0.75: 3 free, for both eyes"
        self.assertEqual(self.said(twins)["In stock"], (words, words))
        twins.os_lens_id = self.make_lens()
        self.assertEqual(
            self.said(twins)["In stock"], ("−1.25 −0.75: 3 free", "−1.25 −0.75: 0 free")
        )

    def test_lenses_that_fit_the_best_answer_first(self):
        self.env["product.template"].search([("optics_kind", "=", "lens")]).active = False
        dear = self.make_lens(name="Dear", list_price=900)
        cheap = self.make_lens(name="Cheap", list_price=300)
        self.make_lens({"diameter": 630}, name="Small", list_price=100)
        self.make_lens(name="Unknown", list_price=100, optics_range_ids=[])
        asked = self.make_lens(name="Glass", list_price=200, optics_material="mineral")
        self.make_lens(ADDITION, name="Two", list_price=100, optics_design="bifocal")
        self.frame.optics_rim = "half"
        fit = self.opened()
        fit.action_offer()
        fit.action_offer()
        self.assertEqual(fit.offer_ids.lens_id, cheap + dear + asked)
        self.assertEqual(
            [(each.outcome, each.reasons, each.price) for each in fit.offer_ids],
            [
                ("ok", False, 300),
                ("ok", False, 900),
                ("ask", "OD: Material and rim; OS: Material and rim", 200),
            ],
        )
        fit.offer_ids[0].action_choose()
        self.assertEqual((fit.lens_id, fit.outcome), (cheap, "ok"))
        with Form(fit) as form:
            form.od_pd = 300
        self.assertFalse(fit.offer_ids, "they were made for another distance")

    def test_no_lens_fits(self):
        self.env["product.template"].search([("optics_kind", "=", "lens")]).active = False
        self.make_lens({"diameter": 630})
        with self.assertRaisesRegex(UserError, "No lens fits; looked at: 1."):
            self.opened().action_offer()
        self.frame.optics_box_b = 0
        with self.assertRaisesRegex(UserError, "whose sizes are told"):
            self.opened().action_offer()

    def test_nothing_is_chosen(self):
        spec = {"purposes": {}, "od_pd": {}, "outcome": {}, "summary": {}, "table": {}}
        told = self.env["optics.lens.fit"].with_user(self.optician).onchange({}, [], spec)
        self.assertFalse(told["value"]["purposes"] or told["value"]["outcome"])
        fit = self.opened(self.prescribe(od_state="balance", od_sphere=0, od_cylinder=0, od_axis=0))
        self.assertFalse(fit.action_open_lens()["res_id"])
        fit.purpose = "near"
        with self.assertRaisesRegex(UserError, "No eye has a lens"):
            fit.action_offer()

    def test_contact_lenses_go_into_no_frame(self):
        with self.assertRaisesRegex(UserError, "go into no frame"):
            self.prescribe(purpose="contact_lenses").action_lens_fit()


@tagged("post_install", "-at_install")
class TestLensFitInput(LensFitCase):
    """What may be typed, by the limits of the plain package."""

    def test_both_sides_of_each_bound(self):
        fit = self.opened()
        for name, lowest, highest, step in (
            ("od_pd", 190, 400, 1),
            ("os_pd", 190, 400, 1),
            ("od_height", 80, 400, 5),
            ("os_height", 80, 400, 5),
        ):
            fit.write({name: lowest})
            fit.write({name: highest})
            for bad in (lowest - step, highest + step):
                with self.subTest(name, bad=bad), self.assertRaises(ValidationError):
                    fit.write({name: bad})

    def test_the_message_names_eye_field_value_and_range(self):
        fit = self.opened()
        with self.assertRaises(ValidationError) as refused, self.cr.savepoint():
            fit.write({"od_pd": 189, "os_height": 401})
        words = (
            "OD PD: 18.9 mm is not from 19.0 to 40.0\nOS height: 40.1 mm is not from 8.0 to 40.0"
        )
        self.assertEqual(str(refused.exception), words)
        fit.invalidate_recordset()
        self.assertEqual((fit.od_pd, fit.os_height), (310, 0))
        with self.assertRaisesRegex(ValidationError, "OS height: 17.3 mm lies between two steps"):
            fit.os_height = 173

    def test_it_is_told_while_one_types(self):
        form = Form(self.opened())
        form.od_pd = 189
        self.assertEqual(form.entry_problems, {"od_pd": "18.9 mm is not from 19.0 to 40.0"})
        self.assertEqual(form.summary, "OD PD: 18.9 mm is not from 19.0 to 40.0")
        self.assertFalse(form.outcome)

    def test_a_height_needs_the_distance(self):
        with self.assertRaisesRegex(ValidationError, "^OD PD: is required$"):
            self.opened().write({"od_pd": 0, "od_height": 200})


@tagged("post_install", "-at_install")
class TestLensFitAccess(LensFitCase):
    """Who may look, and that it is in the log of reads."""

    def lines(self):
        return self.env["optics.access.log"].search_count([("what", "=", "opened")])

    def test_the_workshop_and_the_optician(self):
        prescription = self.prescribe()
        for user in (self.workshop, self.optician):
            fit = self.opened(prescription, user)
            self.assertEqual(fit.outcome, "ok")
            self.assertIn("0 free", self.said(fit)["In stock"][0])

    def test_nobody_else(self):
        prescription = self.prescribe()
        cashier = new_test_user(self.env, "cashier", "base.group_user")
        with self.assertRaises(AccessError):
            prescription.with_user(cashier).action_lens_fit()
        values = {"prescription_id": prescription.id, "purpose": "distance"}
        fits = self.env["optics.lens.fit"].with_user(cashier)
        with self.assertRaises(AccessError):
            fits.create(values)
        with self.assertRaises(AccessError):
            fits.onchange(values, [], {"table": {}})

    def test_no_page_of_somebody_else(self):
        fit = self.opened()
        with self.assertRaises(AccessError):
            fit.with_user(self.workshop).web_read({"table": {}})

    def test_no_prescription_of_another_company(self):
        prescription = self.prescribe()
        company = self.env["res.company"].create({"name": "Салон 2"})
        self.workshop.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        fits = self.env["optics.lens.fit"].with_user(self.workshop)
        values = {"prescription_id": prescription.id, "purpose": "distance"}
        with self.assertRaises(AccessError):
            fits.create(values)
        spec = {name: {} for name in ("od_pd", "purposes", "table")}
        with self.assertRaises(AccessError):
            fits.onchange(values, [], spec)
        with self.assertRaises(AccessError):
            fits.onchange(values, ["purpose"], spec)

    def test_the_reading_is_one_line(self):
        prescription = self.prescribe()
        fit = self.opened(prescription, self.workshop)
        self.assertEqual(self.lines(), 1)
        for pd in (300, 305, 310):
            fit.onchange({"od_pd": pd}, ["od_pd"], {"table": {}})
            fit.web_read({"table": {}})
        self.assertEqual(self.lines(), 1)
        line = self.env["optics.access.log"].search([])
        self.assertEqual((line.user_id, line.res_id), (self.workshop, prescription.id))

    def test_there_is_no_way_around_the_log(self):
        values = {"prescription_id": self.prescribe().id, "purpose": "distance"}
        fits = self.env["optics.lens.fit"].with_user(self.workshop)
        fits.onchange(values, ["purpose"], {"od_pd": {}})
        self.assertEqual(self.lines(), 1)
        self.env["optics.access.log"].search([]).unlink()
        fits.create({**values, "od_pd": 310, "os_pd": 310}).web_read({"purposes": {}})
        self.assertEqual(self.lines(), 1)


@tagged("post_install", "-at_install")
class TestVerdictWords(PrescriptionCase):
    """Whatever the plain package says has words."""

    def test_every_verdict_has_its_sentence(self):
        own = {
            code: re.sub(r"{(\w+)}", r"%(\1)s", row[2]) for code, row in verdict.VERDICTS.items()
        }
        english = self.env["base"].with_context(lang="en_US").env
        self.assertEqual({code: english._(words) for code, words in VERDICTS.items()}, own)

    def test_every_check_and_name(self):
        self.assertEqual(set(CHECKS), set(verdict.Check))
        self.assertEqual(set(NAMES_IN_VERDICTS), {*BlankWay, *LensMaterial})
