from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .test_optics_prescription import PrescriptionCase
from .test_optics_prescription_report import PrintedCase

LENSES = {"purpose": "contact_lenses", "pd_far": 0, "od_base_curve": 860, "od_diameter": 142}


@tagged("post_install", "-at_install")
class TestContactLenses(PrescriptionCase):
    def refused(self, message, **values):
        with self.subTest(**values), self.assertRaisesRegex(ValidationError, message):
            self.prescribe(**LENSES | values)

    def test_both_sides_of_each_bound(self):
        for name, (lowest, highest) in {
            "os_base_curve": (600, 1000),
            "os_diameter": (80, 240),
        }.items():
            label = self.env["optics.prescription"]._fields[name].string
            for value in (lowest, highest):
                self.prescribe(**LENSES | {name: value})
            for value in (lowest - 1, highest + 1):
                self.refused(f"^{label}: ", **{name: value})

    def test_the_rules_of_contact_lenses(self):
        self.refused(r"^OD CYL: \+0.75 dpt is not from -10.00 to 0.00", od_cylinder=6)
        self.refused("^OD ADD level: .*as a number", od_addition=12, od_addition_level="low")
        self.refused("^OD design: goes with an addition", od_design="D")
        self.assertTrue(self.prescribe(**LENSES, od_addition_level="high", od_design="N"))

    def test_glasses_have_none_of_them(self):
        self.refused("^OD BC: of contact lenses only", purpose="distance")
        with Form(self.prescribe(**LENSES)) as form:
            form.purpose = "distance"
            self.assertEqual((form.od_base_curve, form.od_diameter), (0, 0))

    def test_no_pupillary_distance_is_asked_for(self):
        self.assertFalse(self.prescribe(**LENSES).open_questions)

    def test_the_next_purchase_follows_from_what_was_bought(self):
        values = {"date": "2026-11-30", "replacement": "14", "lenses_bought": 6}
        self.assertEqual(self.prescribe(**LENSES, **values).next_purchase_date, date(2027, 2, 22))

    def test_glasses_are_converted_from_four_dioptres(self):
        weak = {"od_sphere": -24, "os_sphere": -30}
        strong = {"od_sphere": -40, "od_cylinder": -8, "os_sphere": 34, "vertex": 1400}
        glasses = self.prescribe(date="2026-01-10", **weak)
        glasses.action_sign()
        lenses = self.prescribe(**LENSES)
        self.assertFalse(lenses.contact_lens_offer)
        with self.assertRaises(UserError):
            lenses.action_take_contact_lens_offer()
        stronger = self.prescribe(date="2026-02-10", **strong)
        stronger.action_sign()
        stronger.question_ids.is_right = True
        stronger.action_sign()
        lenses.invalidate_recordset(["contact_lens_offer"])
        self.assertEqual(
            lenses.contact_lens_offer,
            "Glasses of 02/10/2026 at the cornea: OD −4.75 −0.75 × 90, OS +4.50",
        )
        lenses.action_take_contact_lens_offer()
        self.assertEqual(
            (lenses.od_sphere, lenses.od_cylinder, lenses.od_axis, lenses.os_sphere),
            (-38, -6, 90, 36),
        )


@tagged("post_install", "-at_install")
class TestPrintedContactLenses(PrintedCase):
    def test_the_form_of_contact_lenses(self):
        page = self.printed(
            self.prescribe(
                **LENSES, od_lens="Acuvue Oasys", od_addition_level="low", replacement="14"
            )
        )
        for words in (
            "Форма 3-МИ",
            "Рецепт на контактные линзы №",
            "OD Acuvue Oasys 8,60 14,2 Low",
            "Линзы меняют: Раз в две недели",
        ):
            with self.subTest(words=words):
                self.assertIn(words, page)
        self.assertNotIn("Межзрачковое", page)
