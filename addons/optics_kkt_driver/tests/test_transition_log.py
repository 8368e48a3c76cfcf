import json
import logging

from odoo.tests import tagged

from .common import FiscalCase

LOGGER = "odoo.addons.optics_kkt_driver.transition_log"


@tagged("post_install", "-at_install")
class TestTransitionLog(FiscalCase):
    def steps(self):
        """Sign one receipt and have one refused; return the lines."""
        self.open_shift()
        # By number: Odoo gives the name to a level of its own.
        with self.assertLogs(LOGGER, logging.INFO) as logged:
            self.row = self.register("a", reference="Заказ Ивановой А. П.")
            self.set_faults(no_paper=True)
            self.refused = self.register("b")
            self.refused._give_up("Иванова А. П. передумала")
        return [record.getMessage() for record in logged.records]

    def test_a_sentence_for_each_step(self):
        lines = self.steps()
        self.assertEqual(len(lines), 5, lines)
        self.assertRegex(
            lines[1],
            rf"Document {self.row.id} of till 'TEST-1', receipt: printing -> printed,"
            r" seconds: \d+(\.\d+)?, code: ''",
        )
        self.assertIn("printing -> failed", lines[3])
        self.assertIn(f"code: {self.refused.error_code!r}", lines[3])

    def test_json_by_setting(self):
        self.env["ir.config_parameter"].set_param("optics_kkt.kkt_log_format", "json")
        told = [json.loads(line) for line in self.steps()]
        self.assertEqual(
            [(step["document"], step["from"], step["to"]) for step in told],
            [
                (self.row.id, "queued", "printing"),
                (self.row.id, "printing", "printed"),
                (self.refused.id, "queued", "printing"),
                (self.refused.id, "printing", "failed"),
                (self.refused.id, "failed", "cancelled"),
            ],
        )
        for step in told:
            self.assertEqual(
                (step["event"], step["device"], step["kind"]), ("transition", "TEST-1", "receipt")
            )
            self.assertRegex(step["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$")
            self.assertGreaterEqual(step["duration"], 0)
            self.assertLess(step["duration"], 10)
        self.assertEqual([bool(step["code"]) for step in told], [False, False, False, True, False])

    def test_nothing_personal_is_in_it(self):
        words = "\n".join(self.steps())
        self.assertNotIn("Иванов", words)
        self.assertNotIn("передумала", words)
