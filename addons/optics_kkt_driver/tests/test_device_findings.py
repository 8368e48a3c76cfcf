from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ..kkt.drivers.errors import NoAnswer, Refused, Unreachable
from ..models.kkt_device_connection import Examined
from .common import FiscalCase


@tagged("post_install", "-at_install")
class TestFindings(FiscalCase):
    """What a till says is put into the place of its answer; what does not fit must be told."""

    def setUp(self):
        super().setUp()
        self.open_shift()
        with self.till._driver() as driver:
            self.said = driver.status()
            self.report = driver.read(1)
        self.till._refresh_status()
        self.env.invalidate_all()

    def found(self, report=(), **said):
        """Severity and text of all that does not fit."""
        status = replace(self.said, **said)
        self.till._status()._saw(status, None)
        examined = Examined("answers", status, {**self.report, **dict(report)})
        findings = self.till._findings(examined)
        for finding in findings:
            self.assertTrue(finding.what and finding.remedy, finding)
        return [(finding.severity, finding.what) for finding in findings]

    def assertFound(self, severity, words, found):
        self.assertTrue(
            any(level == severity and words in what for level, what in found),
            f"no {severity} with {words!r} among {found}",
        )

    def test_a_till_that_fits(self):
        self.assertEqual(self.found(), [])

    def test_what_does_not_fit_is_told_with_its_weight(self):
        clock = self.said.clock
        details = self.said.details
        for severity, words, said in (
            ("danger", "9999078900000001", {"fn_number": "9999078900000001"}),
            ("danger", "FFD 1.1.", {"ffd_version": "1.1"}),
            ("warning", "wrong by 120 s", {"clock": clock + timedelta(seconds=120)}),
            ("danger", "wrong by 420 s", {"clock": clock + timedelta(seconds=420)}),
            ("warning", "validity ends: 20", {"fn_valid_until": clock + timedelta(days=20)}),
            ("danger", "validity ends: -1", {"fn_valid_until": clock - timedelta(days=1)}),
            ("danger", "field 14 is 1", {"details": {**details, "taxMode": 1}}),
            ("danger", "archive", {"details": {**details, "driveClosed": True}}),
            ("warning", "FD 7", {"details": {**details, "unprintedFd": 7}}),
            ("warning", "paperError", {"details": {**details, "queueBlocked": "paperError"}}),
            ("warning", "3 days", {"undelivered_since": clock - timedelta(days=3)}),
            ("danger", "26 days", {"undelivered_since": clock - timedelta(days=26)}),
            ("danger", "paper", {"paper": False}),
            ("danger", "cover", {"cover_closed": False}),
            ("warning", "open", {"open_document": True}),
            ("warning", "nearly full", {"warnings": ("fiscalDriveMemoryExceededSign",)}),
        ):
            with self.subTest(words=words):
                self.assertFound(severity, words, self.found(**said))

    def test_right_values_are_not_told(self):
        clock = self.said.clock
        self.assertEqual(
            self.found(
                clock=clock + timedelta(seconds=50),
                details={**self.said.details, "taxMode": 0},
                undelivered_since=clock - timedelta(days=1),
            ),
            [],
        )

    def test_registration_and_page_disagree(self):
        for severity, words, report in (
            ("danger", "INN 500100732259", {"userInn": "500100732259"}),
            ("warning", "RNM 0000000000000001", {"kktRegId": "0000000000000001    "}),
            ("warning", "registered in till", {"kktNumber": "00000000012345"}),
            ("danger", "УСН", {"taxationType": 2}),
            ("warning", "Киоск", {"retailPlace": "Киоск"}),
            ("warning", "Тверская", {"retailPlaceAddress": "Москва, Тверская, 1"}),
        ):
            with self.subTest(words=words):
                self.assertFound(severity, words, self.found(report=report))

    def test_a_page_without_a_place_has_nothing_to_compare(self):
        self.till.write({"driver": "shtrih", "address": "/dev/ttyS0", "delivery": "device"})
        self.till.retail_place = self.till.retail_address = False
        self.assertEqual(self.found(report={"retailPlace": "Киоск"}), [])

    def test_no_report(self):
        self.till._status()._saw(self.said, None)
        findings = self.till._findings(Examined("answers", self.said, None))
        self.assertEqual([each.severity for each in findings], ["info"])

    def test_a_drive_that_another_till_has(self):
        drive = self.till.drive_id
        other = self.make_till(code="TEST-2")
        other._status()._saw(self.said, None)
        findings = other._findings(Examined("answers", self.said, self.report))
        self.assertIn(drive.fn_number, findings[0].what)

    def test_links_that_do_not_fit(self):
        self.till.write({"driver": "atol", "address": "http://127.0.0.1:16732", "delivery": "http"})
        self.assertFound("warning", "real till sends", self.found())
        self.till.delivery = "device"
        self.till.new_password = "secret"
        self.assertFound("info", "in the clear", self.found())
        self.till.copy({"code": "TEST-2", "address": self.till.address})
        self.assertFound("warning", "same link", self.found())

    def test_words_of_a_till_that_did_not_answer(self):
        no_link = Unreachable("connection refused")
        for address, driver, error, words in (
            ("/dev/ttyS0", "shtrih", no_link, "dialout"),
            ("socket://127.0.0.1:1", "shtrih", no_link, "table 21"),
            ("rfc2217://127.0.0.1:1", "shtrih", NoAnswer("silence"), "port server"),
            ("http://127.0.0.1:1", "atol", no_link, "Web Requests running"),
            ("socket://127.0.0.1:1", "shtrih", Refused("пароль", code="4F"), "30"),
            ("http://127.0.0.1:1", "atol", Refused("no", code="401"), "User and password"),
            ("socket://127.0.0.1:1", "shtrih", Refused("ФН", code="03", remedy="Вот так."), "Вот"),
        ):
            with self.subTest(address=address, error=error):
                self.till.write({"driver": driver, "address": address, "delivery": "device"})
                (finding,) = self.till._findings(Examined("silent", error=error))
                self.assertEqual(finding.severity, "danger")
                self.assertIn(words.lower(), finding.remedy.lower())

    def test_the_worst_comes_first(self):
        found = self.found(
            paper=False, open_document=True, clock=self.said.clock + timedelta(seconds=90)
        )
        self.assertEqual([severity for severity, _what in found], ["danger", "warning", "warning"])


@tagged("post_install", "-at_install")
class TestConnection(FiscalCase):
    def tested(self):
        return self.env["kkt.connection.test"].browse(self.till.action_test_connection()["res_id"])

    def test_a_till_that_answers(self):
        test = self.tested()
        self.assertEqual((test.outcome, test.finding_count), ("answers", 0))
        self.assertEqual(len(test.fn_number), 16)
        self.assertEqual((test.ffd_version, test.paper, test.shift_open), ("1.2", True, False))

    def test_faults_are_found_and_mended(self):
        self.till._set_virtual_faults(no_paper=True, clock_offset=420)
        test = self.tested()
        self.assertEqual(test.finding_ids.mapped("severity"), ["danger", "danger"])
        self.till._set_virtual_faults()
        test.action_test()
        self.assertFalse(test.finding_count)

    def test_silence(self):
        self.till.action_test_connection()
        self.till._set_virtual_faults(silent=True)
        test = self.tested()
        self.assertEqual((test.outcome, test.finding_count), ("silent", 1))
        self.assertEqual(len(test.fn_number), 16, "what it said last")

    def test_busy(self):
        self.startPatcher(
            patch.object(
                self.env.registry["kkt.device"], "_hold_lane", lambda device, wait: nullcontext()
            )
        )
        test = self.tested()
        self.assertEqual((test.outcome, test.finding_count), ("busy", 0))
