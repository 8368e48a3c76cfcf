"""A shop's server reports to head office: when, what, and what is noted of it."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..kkt.site.head_office import HeadOffice, Told
from ..models.kkt_head_office import TROUBLES
from .common import FiscalCase

LOG = "odoo.addons.optics_kkt_driver.models.kkt_head_office"


@tagged("post_install", "-at_install")
class TestHeadOffice(FiscalCase):
    def setUp(self):
        super().setUp()
        self.reports = []
        self.answer = Told()
        self.patch(HeadOffice, "tell", lambda _office, report: self.taken(report))
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("optics_kkt.head_office_url", "https://office.example")
        parameters.set_param("optics_kkt.head_office_token", "secret")
        parameters.set_param("optics_kkt.head_office_reporting", "on")
        self.office = self.env["kkt.head.office"]._this()
        self.office.write({"number": 0, "due_at": False, "taken_at": False, "trouble": False})

    def taken(self, report):
        self.reports.append(report)
        return self.answer

    def run_job(self, *, due=True):
        if due:
            self.office.due_at = False
        self.env["kkt.head.office"]._cron_report()

    def test_it_is_off_by_default(self):
        self.env["ir.config_parameter"].set_param("optics_kkt.head_office_reporting", False)
        with patch.dict("os.environ", clear=True):
            self.run_job()
        self.assertFalse(self.reports)

    def test_a_report_tells_of_all_tills(self):
        self.open_shift()
        self.register()
        self.run_job()
        (report,) = self.reports
        self.assertEqual(report, type(report).parse(report.to_json()), "both ends agree")
        told = {till.code: till for till in report.tills}
        self.assertEqual(told[self.till.code].undelivered, 2)
        self.assertGreaterEqual(report.pending, 2)
        self.assertTrue(report.oldest_pending_at)
        self.assertEqual(
            (self.office.taken_at.date(), self.office.trouble), (fields.Date.today(), False)
        )

    def test_it_reports_once_an_interval(self):
        self.run_job()
        self.run_job(due=False)
        self.assertEqual(len(self.reports), 1)

    def test_numbers_grow_also_after_a_restore(self):
        self.run_job()
        self.office.number = 1  # of a backup
        self.run_job()
        self.office.number = 1 << 60  # of a clock that was wrong
        self.run_job()
        numbers = [report.number for report in self.reports]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_a_failure_is_noted_and_logged_once(self):
        self.answer = Told("unauthorized", "HTTP 401")
        with self.assertLogs(LOG, "WARNING") as logged:
            for _time in range(3):
                self.run_job()
        self.assertEqual(len(logged.output), 1)
        self.assertFalse(self.office.taken_at)
        self.env["res.lang"]._activate_lang("ru_RU")
        screen = self.env["res.config.settings"].with_context(lang="ru_RU").create({})
        self.assertRegex(screen.head_office_trouble, "[а-я]")
        self.answer = Told()
        self.assertEqual(self.office.trouble, "unauthorized")
        self.run_job()
        self.assertFalse(self.office.trouble)
        self.assertTrue(self.office.taken_at)

    def test_an_address_that_cannot_be_used_is_no_traceback(self):
        self.env["ir.config_parameter"].set_param("optics_kkt.head_office_url", "http://office")
        with self.assertLogs(LOG, "WARNING"):
            self.run_job()
        self.assertEqual((self.office.trouble, self.reports), ("unusable", []))

    def test_every_trouble_has_russian_words(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        for reason, _words in TROUBLES:
            self.office.trouble = reason
            self.assertRegex(self.office.with_context(lang="ru_RU")._trouble_in_words(), "[а-я]")

    def test_the_screen_asks_for_https(self):
        for url in ("http://office.example", "ftp://office.example", "https://a@office.example"):
            with self.assertRaises(ValidationError, msg=url):
                self.env["res.config.settings"].create({"head_office_url": url})
        with self.assertRaises(ValidationError):
            self.env["res.config.settings"].create({"head_office_url": False})

    def test_another_address_clears_the_key(self):
        screen = self.env["res.config.settings"].create({})
        screen.head_office_url = "https://other.example"
        screen.execute()
        token = self.env["ir.config_parameter"].get_param("optics_kkt.head_office_token")
        self.assertFalse(token)
