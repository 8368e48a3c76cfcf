from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ShopCase


@tagged("post_install", "-at_install")
class TestDataOfPos(ShopCase):
    """What a point of sale loads lies in the browser of whoever sells: nothing of eyes is in it."""

    def setUp(self):
        super().setUp()
        self.patient = self.env["res.partner"].create(
            {"name": "Ёлкина Вера", "optics_birthdate": "1960-05-09"}
        )
        self.prescription = self.env["optics.prescription"].create(
            {"patient_id": self.patient.id, "od_sphere": -10, "os_sphere": -12}
        )

    def test_no_model_and_no_field_of_optics_is_loaded(self):
        config = self.config.sudo()
        models = self.env["pos.session"]._load_pos_data_models(config)
        self.assertIn("res.partner", models)
        self.assertFalse([name for name in models if name.startswith("optics.")])
        of_ours = {
            field.name
            for field in self.env["res.partner"]._fields.values()
            if field.name.startswith("optics_")
        }
        self.assertIn("optics_prescription_ids", of_ours)
        loaded = self.env["res.partner"]._load_pos_data_fields(config)
        self.assertTrue(loaded, "an empty list would mean all fields")
        self.assertFalse(of_ours.intersection(loaded))
        (read,) = self.env["res.partner"]._load_pos_data_read(self.patient, config)
        self.assertFalse(of_ours.intersection(read))

    def test_a_cashier_reads_no_powers(self):
        cashier = new_test_user(
            self.env,
            "a-cashier",
            "base.group_user,point_of_sale.group_pos_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertTrue(self.patient.with_user(cashier).read(["name"]))
        for model in ("optics.prescription", "optics.prescription.question", "optics.access.log"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(cashier).search_read([])
        with self.assertRaises(AccessError):
            self.prescription.with_user(cashier).read(["od_sphere"])
        with self.assertRaises(AccessError):
            self.patient.with_user(cashier).read(["optics_prescription_ids"])
