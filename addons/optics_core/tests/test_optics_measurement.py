from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.optics_checked import EYES
from ..models.optics_measurement_values import ALL_COLUMNS
from ..optics.measurement import COLUMNS, REFRACTIONS, Kind
from .test_optics_prescription import PrescriptionCase


@tagged("post_install", "-at_install")
class MeasurementCase(PrescriptionCase):
    def measure(self, kind="objective", **values):
        measurements = self.env["optics.measurement"].with_user(self.optician)
        return measurements.create({"patient_id": self.patient.id, "kind": kind, **values})


@tagged("post_install", "-at_install")
class TestMeasured(MeasurementCase):
    """What may stand in a measurement; the rules are those of the plain package."""

    def refused(self, message, kind="objective", **values):
        with self.subTest(kind=kind, **values):
            with self.assertRaisesRegex(ValidationError, message):
                self.measure(kind, **values)

    def test_both_sides_of_each_bound(self):
        bounds = {
            "od_sphere": ("objective", -3000, 3000, 1),
            "os_cylinder": ("cycloplegic", -1200, 1200, 1),
            "os_addition": ("subjective", 25, 600, 1),
            "od_prism_horizontal": ("habitual", -2000, 2000, 1),
            "os_prism_vertical": ("habitual", -2000, 2000, 1),
            "od_pd_monocular": ("objective", 200, 400, 1),
            "pd_far": ("objective", 400, 800, 1),
            "pd_near": ("objective", 380, 780, 1),
            "vertex": ("objective", 500, 2500, 5),
            "od_k1_radius": ("keratometry", 500, 1200, 1),
            "os_k2_radius": ("keratometry", 500, 1200, 1),
            "od_iop": ("pressure", 1, 800, 1),
        }
        for name, (kind, lowest, highest, step) in bounds.items():
            beside = {"os_axis": 10} if name == "os_cylinder" else {}
            beside |= {"od_measured": True} if kind in REFRACTIONS else {}
            label = self.env["optics.measurement"]._fields[name].string
            for value in (lowest, highest):
                self.measure(kind, **beside | {"os_measured": bool(beside)}, **{name: value})
            for value in (lowest - step, highest + step):
                # Nought is "not told".
                if value:
                    self.refused(f"^{label}: ", kind, **beside, **{name: value})

    def test_every_limit_of_an_axis(self):
        for axis in (1, 180):
            self.measure(od_cylinder=-25, od_axis=axis)
            self.measure("keratometry", os_k1_radius=780, os_k1_axis=axis)
        self.refused("^OD AXIS: 181 ° is not from 1 to 180$", od_cylinder=-25, od_axis=181)
        self.refused("^OD AXIS: the cylinder needs one, from 1 to 180$", od_cylinder=-25)
        self.refused("^OS AXIS: 5 without a cylinder", os_axis=5)
        self.refused("^OS R2 AXIS: 5 without a radius$", "keratometry", os_k2_axis=5)

    def test_the_message_names_eye_field_value_and_range(self):
        self.refused(r"^OD SPH: -30.01 dpt is not from -30.00 to \+30.00$", od_sphere=-3001)
        self.refused("^OS R1: 4.99 mm is not from 5.00 to 12.00$", "keratometry", os_k1_radius=499)
        self.refused("^OD IOP: 80.1 mmHg is not from 0.0 to 80.0$", "pressure", od_iop=801)
        self.refused("^OU VA far, pinhole: good is no", "acuity", acuity_pinhole_far="good")
        self.refused(
            "^OD VA near, corrected: 2.500 .*is not from 0.001 to 2.000$",
            *("acuity",),
            od_acuity_corrected_near="2.5",
        )
        self.refused("^PD near: 63.0 mm is more", od_sphere=1, pd_far=620, pd_near=630)

    def test_all_problems_are_told_at_once(self):
        with self.assertRaises(ValidationError) as refused:
            self.measure(od_sphere=9999, os_axis=7, os_iop=150, pd_far=100)
        self.assertEqual(
            {line.split(":")[0] for line in str(refused.exception).splitlines()},
            {"OD SPH", "OS AXIS", "OS IOP", "PD far"},
        )

    def test_in_russian(self):
        self.optician.lang = "ru_RU"
        self.refused("OD SPH: -30,01 дптр – не от -30,00 до", od_sphere=-3001)
        self.assertEqual(self.measure(od_sphere=-137).od_result, "−1,37")

    def test_what_is_of_another_kind_is_empty(self):
        fields = self.env["optics.measurement"]._fields
        told = {"measured": True, "axis": 10, "dominance": "od", "iop_method": "Goldmann"}
        for kind in Kind:
            for column, name in ALL_COLUMNS.items():
                if name in COLUMNS[kind]:
                    continue
                value = told.get(name, "1.0" if "acuity" in name else 100)
                # The label in the message is that of the column; the radius beside is not told.
                self.refused(f"{fields[column].string}: must be empty", kind, **{column: value})

    def test_something_is_measured(self):
        for kind in Kind:
            self.refused("^Kind: nothing is told yet", kind)

    def test_an_eye_is_measured_with_its_powers_or_by_its_tick(self):
        one = self.measure(od_sphere=-25)
        self.assertEqual((one.od_measured, one.os_measured), (True, False))
        one.os_measured = True
        self.assertEqual((one.od_result, one.os_result), ("−0.25", "0.00"))
        one.od_sphere = 0
        self.assertTrue(one.od_measured, "0.00 D was measured now")
        self.refused("^OD SPH: must be empty, or", od_sphere=5, od_measured=False, os_sphere=5)

    def test_the_form_leaves_nothing_of_another_kind_behind(self):
        measurements = self.env["optics.measurement"].with_user(self.optician)
        with Form(measurements.with_context(default_patient_id=self.patient.id)) as form:
            form.od_sphere = -25
            self.assertTrue(form.od_measured)
            form.od_measured = False
            self.assertEqual(form.od_sphere, 0)
            form.od_sphere = -50
            form.dominance = "os"
            form.kind = "keratometry"
            form.od_k1_radius = 780
            self.assertEqual(form.od_k1_power, 4327)
        one = form.record
        self.assertEqual((one.kind, one.od_sphere, one.od_measured), ("keratometry", 0, False))
        self.assertFalse(one.dominance)

    def test_results_in_a_line(self):
        one = self.measure(
            "subjective",
            **{"od_sphere": -137, "od_cylinder": -62, "od_axis": 90, "od_addition": 175},
            **{"od_acuity_corrected_far": "1.0", "pd_far": 620, "pd_near": 590},
            **{"acuity_corrected_near": "0.8", "dominance": "od"},
        )
        self.assertEqual(one.od_result, "−1.37 −0.62 × 90 ADD +1.75, VA far cc 1.0")
        self.assertFalse(one.os_result)
        self.assertEqual(one.pair_result, "PD 62.0/59.0, Right eye leads, VA near cc 0.8")
        cornea = self.measure("keratometry", os_k1_radius=780, os_k1_axis=180, os_k2_radius=765)
        self.assertEqual(cornea.os_result, "7.80 × 180 / 7.65")
        self.assertEqual(self.measure("pressure", od_iop=155).od_result, "15.5 mmHg")

    def test_its_name(self):
        one = self.measure(od_sphere=25, date="2026-03-05 10:00:00")
        self.assertEqual(one.display_name, "Ёлкина Вера, 03/05/2026, objective refraction")
        self.assertEqual(one.new({}).display_name, "New measurement")


@tagged("post_install", "-at_install")
class TestDerived(MeasurementCase):
    def opened(self, measurement):
        """The form of the new prescription, as the button opens it."""
        action = measurement.action_prescribe()
        self.assertNotIn("res_id", action)
        prescriptions = self.env[action["res_model"]].with_user(self.optician)
        return Form(prescriptions.with_context(**action["context"]))

    def test_a_prescription_follows(self):
        one = self.measure(
            "subjective",
            **{"od_sphere": -137, "od_cylinder": -62, "od_axis": 90, "od_addition": 175},
            **{"os_sphere": 13, "os_cylinder": -12, "os_axis": 10, "os_prism_vertical": 110},
            **{"od_pd_monocular": 312, "os_pd_monocular": 308, "pd_far": 620, "vertex": 1375},
        )
        form = self.opened(one)
        self.assertFalse(one.patient_id.optics_prescription_count, "it is not saved yet")
        prescription = form.save()
        expected = {
            **{"patient_id": self.patient.id, "source": "exam", "state": "draft"},
            **{"od_sphere": -10, "od_cylinder": -4, "od_axis": 90, "od_addition": 14},
            **{"os_sphere": 2, "os_cylinder": 0, "os_axis": 0, "os_prism_vertical": 100},
            **{"od_state": "powered", "os_state": "powered", "pd_far": 620, "pd_near": 0},
            **{"od_pd_monocular": 312, "os_pd_monocular": 308, "vertex": 1375},
        }
        (found,) = prescription.read(expected, load=None)
        self.assertEqual({name: found[name] for name in expected}, expected)
        self.assertEqual(prescription.patient_measurement_ids, one)

    def test_the_source_is_told(self):
        for kind in REFRACTIONS:
            with self.opened(self.measure(kind, od_sphere=-100)) as form:
                self.assertEqual(form.source, "glasses" if kind == "habitual" else "exam")

    def test_an_eye_that_was_not_measured_gets_a_balance_lens(self):
        prescription = self.opened(self.measure(os_measured=True)).save()
        self.assertEqual(prescription.od_state, "balance")
        self.assertEqual((prescription.os_state, prescription.os_sphere), ("powered", 0))

    def test_nothing_follows_from_a_radius(self):
        with self.assertRaises(UserError):
            self.measure("keratometry", od_k1_radius=780).action_prescribe()


@tagged("post_install", "-at_install")
class TestWhoMaySeeMeasurements(MeasurementCase):
    def test_an_optician_writes_and_deletes(self):
        one = self.measure(od_sphere=25)
        one.od_sphere = 50
        one.unlink()
        self.assertTrue(self.measure(od_sphere=25).with_user(self.user("manager")).unlink())

    def test_others_know_nothing(self):
        one = self.measure(od_sphere=25)
        prescription = self.prescribe()
        cashier = new_test_user(self.env, "cashier", "base.group_user")
        for user in (self.workshop, cashier):
            for call in (
                lambda user=user: one.with_user(user).read(["od_sphere"]),
                lambda user=user: one.with_user(user).write({"note": "…"}),
                lambda user=user: one.with_user(user).unlink(),
                lambda user=user: one.with_user(user).action_prescribe(),
                lambda user=user: one.with_user(user).copy(),
                lambda user=user: self.patient.with_user(user).read(["optics_measurement_ids"]),
                lambda user=user: prescription.with_user(user).read(["patient_measurement_ids"]),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    call()

    def test_the_workshops_form_has_no_block_of_measurements(self):
        prescriptions = self.env["optics.prescription"]
        for user, has_block in ((self.workshop, False), (self.optician, True)):
            arch = prescriptions.with_user(user).get_view(view_type="form")["arch"]
            self.assertEqual("Measurements of the patient" in arch, has_block)

    def test_another_company_knows_nothing(self):
        one = self.measure(od_sphere=25)
        other = self.env["res.company"].create({"name": "ИП Соколов"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "base.group_user,optics_core.group_optics_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        theirs = self.env["optics.measurement"].with_user(stranger)
        self.assertFalse(theirs.search([("id", "=", one.id)]))
        with self.assertRaises(AccessError):
            one.with_user(stranger).read(["od_sphere"])
        # The person may be known to both; so may be what the other one prescribes.
        patient = self.patient.with_user(stranger)
        self.assertFalse(patient.optics_measurement_ids)
        self.assertFalse(patient.optics_measurement_count)
        prescription = self.env["optics.prescription"].with_user(stranger)
        prescription = prescription.create({"patient_id": self.patient.id})
        self.assertFalse(prescription.patient_measurement_ids)

    def test_none_is_moved_into_a_foreign_company(self):
        other = self.env["res.company"].create({"name": "ИП Соколов"})
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.measure(od_sphere=25).company_id = other

    def test_the_patients_page_leads_there(self):
        one = self.measure(od_sphere=25)
        patient = self.patient.with_user(self.optician)
        self.assertEqual(patient.optics_measurement_count, 1)
        action = patient.action_optics_measurements()
        self.assertEqual(self.env["optics.measurement"].search(action["domain"]), one)

    def test_every_column_is_on_the_form(self):
        arch = self.env["optics.measurement"].get_view(view_type="form")["arch"]
        self.assertFalse([column for column in ALL_COLUMNS if f'name="{column}"' not in arch])
        self.assertEqual(set(EYES.values()), {"od_", "os_"})
