import os
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import config, mute_logger

from ..models import optics_device_folder
from .test_optics_device_file import DeviceFileCase, device_file

LOGGER = optics_device_folder.__name__


@tagged("post_install", "-at_install")
class TestFolder(DeviceFileCase):
    """What devices lay into the folder is taken in once, whatever else lies there."""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(patch.dict(config.options, {"optics_device_folder": str(self.folder)}))
        self.enterContext(self.enter_registry_test_mode())

    def lay(self, name, content=None, age=60, folder=None):
        path = (folder or self.folder) / name
        path.write_bytes(device_file() if content is None else content)
        self.age(path, age)
        return path

    def age(self, path, seconds):
        moment = time.time() - seconds
        os.utime(path, (moment, moment))

    def read_folder(self):
        self.env.ref("optics_core.cron_device_folder").method_direct_trigger()
        self.env.invalidate_all()
        return self.files.search([])

    def lies_in(self, folder):
        return sorted(path.name for path in (self.folder / folder).iterdir() if path.is_file())

    def test_a_file_waits_or_goes_to_whom_it_names_and_is_moved(self):
        self.patient.ref = "77"
        self.lay("AR1.xml")
        self.lay("AR2.xml", device_file(ID="77"))
        files = self.read_folder()
        self.assertEqual(sorted(files.mapped("state")), ["assigned", "waiting"])
        self.assertEqual(self.lies_in("done"), ["AR1.xml", "AR2.xml"])
        self.assertEqual(self.lies_in("."), [])
        self.assertEqual(files.measurement_ids.patient_id, self.patient)

    def test_one_bad_file_stops_nothing_and_says_why(self):
        self.lay("a.xml", b"<cut off")
        self.lay("b.xml", b"x" * (1024 * 1024 + 5))
        self.lay("c.xml")
        files = self.read_folder()
        self.assertEqual(self.lies_in("bad"), ["a.xml", "b.xml"])
        self.assertEqual(self.lies_in("done"), ["c.xml"])
        refused = files.filtered(lambda one: one.state == "refused").sorted("name")
        self.assertIn("no XML", refused[0].refusal)
        self.assertIn("larger than 1048576 bytes", refused[1].refusal)
        self.assertFalse(refused[1].content)

    def test_a_fault_of_ours_stops_nothing_either(self):
        self.lay("a.xml")
        self.lay("b.xml", device_file("2"))
        read = type(self.files)._read_in
        faults = iter([ZeroDivisionError()])

        def faulty(file):
            for fault in faults:
                raise fault
            return read(file)

        with patch.object(type(self.files), "_read_in", faulty), mute_logger(LOGGER):
            files = self.read_folder()
        self.assertEqual((files.name, self.lies_in("bad")), ("b.xml", ["a.xml"]))

    def test_what_is_no_whole_file_stays_where_it_is(self):
        self.lay("young.xml", age=0)
        self.lay(".hidden.xml")
        self.lay("half.xml.tmp")
        self.lay("NIDEK_LM_Stylesheet.xsl")
        (self.folder / "folder.xml").mkdir()
        secret = Path(self.enterContext(tempfile.TemporaryDirectory())) / "secret.xml"
        secret.write_bytes(device_file("9"))
        (self.folder / "link.xml").symlink_to(secret)
        os.mkfifo(self.folder / "pipe.xml")
        self.assertFalse(self.read_folder())
        self.assertEqual(len(list(self.folder.iterdir())), 9, "and the two folders are made")
        self.age(self.folder / "young.xml", 60)
        self.assertEqual(self.read_folder().name, "young.xml")

    def test_a_file_that_grows_while_it_is_read_waits(self):
        path = self.lay("AR.xml")
        fstat = os.fstat

        def grown(descriptor):
            seen = fstat(descriptor)
            with path.open("ab") as file:
                file.write(b" ")
            return seen

        with patch.object(optics_device_folder.os, "fstat", grown):
            self.assertFalse(self.read_folder())
        self.assertEqual(self.lies_in("."), ["AR.xml"])

    def test_the_same_name_again_is_another_file(self):
        for number in ("1", "2", "3"):
            self.lay("AR.xml", device_file(number))
            self.read_folder()
        self.assertEqual(len(self.files.search([])), 3)
        self.assertEqual(len(self.lies_in("done")), 3)

    def test_the_same_file_again_is_the_same_measurement(self):
        for name in ("AR.xml", "again.xml"):
            self.lay(name)
            files = self.read_folder()
        self.assertEqual(len(files), 1)
        self.assertEqual(self.lies_in("done"), ["AR.xml", "again.xml"])

    def test_killed_between_the_commit_and_the_move_it_is_taken_in_once(self):
        self.lay("AR.xml")
        broken = patch.object(
            optics_device_folder.os, "rename", side_effect=PermissionError(13, "no")
        )
        with broken, self.assertLogs(LOGGER, "WARNING") as logged:
            first = self.read_folder()
            self.read_folder()
        self.assertEqual(len(logged.output), 1, "said once")
        self.assertNotIn("AR.xml", logged.output[0], "a file's name may be a person's")
        self.assertEqual((first.state, self.lies_in(".")), ("waiting", ["AR.xml"]))
        self.assertEqual(self.read_folder(), first)
        self.assertEqual(self.lies_in("done"), ["AR.xml"])
        parameter = self.env["ir.config_parameter"].get_param(optics_device_folder.PROBLEM)
        self.assertFalse(parameter, "nothing is wrong any more")

    def test_a_missing_folder_is_said_once_and_on_the_screen(self):
        with patch.dict(config.options, {"optics_device_folder": str(self.folder / "none")}):
            with self.assertLogs(LOGGER, "WARNING") as logged:
                self.read_folder()
                self.read_folder()
            settings = self.env["res.config.settings"].create({})
            self.assertIn("No such file", settings.optics_device_folder_problem)
            self.assertEqual(settings.optics_device_folder, str(self.folder / "none"))
        self.assertEqual(len(logged.output), 1)

    def test_a_name_in_no_encoding(self):
        path = os.path.join(os.fsencode(self.folder), b"\xff.xml")
        Path(os.fsdecode(path)).write_bytes(device_file())
        self.age(path, 60)
        self.assertEqual(self.read_folder().name, "�.xml")

    def test_a_folder_of_another_company(self):
        other = self.env["res.company"].create({"name": "Другая"})
        own = self.folder / str(other.id)
        own.mkdir()
        self.lay("AR.xml", folder=own)
        self.read_folder()
        file = self.env["optics.device.file"].search([("company_id", "=", other.id)])
        self.assertEqual(file.state, "waiting")
        self.assertEqual(self.lies_in(f"{other.id}/done"), ["AR.xml"])

    def test_without_an_option_nothing_happens(self):
        with patch.dict(config.options, {"optics_device_folder": ""}):
            self.lay("AR.xml")
            self.assertFalse(self.read_folder())
            answer = self.files.action_check_folder()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertEqual(self.files.action_check_folder()["params"]["type"], "info")
