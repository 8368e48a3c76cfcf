import os
import socket
from contextlib import closing
from datetime import timedelta
from unittest.mock import patch

from serial.tools.list_ports_common import ListPortInfo

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..kkt.drivers.address import SCHEMES
from ..kkt.drivers.registry import driver_names
from ..models.kkt_device import REAL_DRIVERS
from ..wizard import kkt_port_scan
from .common import make_receipt
from .test_device_link import LinkCase


@tagged("post_install", "-at_install")
class TestTrace(LinkCase):
    def setUp(self):
        super().setUp()
        self.real = self.make_real_till()
        self.addCleanup(self.real._trace_path().unlink, missing_ok=True)

    def screen(self):
        return self.env["kkt.wire.trace"].browse(self.real.action_trace()["res_id"])

    def frame(self, told="ENQ", raw=b"\x05"):
        """A frame as a driver tells of it, through the settings that it is opened with."""
        self.env.invalidate_all()
        self.real._driver_settings()["trace"].note(True, told, raw)
        self.env.invalidate_all()

    def test_recorded_for_an_hour_and_shown(self):
        screen = self.screen()
        self.assertNotIn("trace", self.real._driver_settings())
        self.assertFalse(screen.frame_count)
        screen.action_start()
        self.assertTrue(self.real.is_recorded)
        left = screen.until - fields.Datetime.now()
        self.assertTrue(timedelta(minutes=59) < left <= timedelta(hours=1))
        self.frame("10h short status")
        self.frame("<b>", b"\x02\xff")
        self.assertEqual(screen.frame_count, 2)
        self.assertIn("10h short status", screen.frames_html)
        self.assertNotIn("<b>", screen.frames_html)
        self.assertNotIn("02 ff", screen.frames_html)

    def test_bytes_only_with_personal_data(self):
        screen = self.screen()
        screen.with_personal_data = True
        screen.action_start()
        self.frame(raw=b"\x02\xff")
        self.assertIn("02 ff", screen.frames_html)
        self.assertIn("personal data", self.real.message_ids[0].body)

    def test_it_stops_by_itself(self):
        self.screen().action_start()
        self.real.sudo().trace_until = fields.Datetime.now() - timedelta(seconds=1)
        self.env.invalidate_all()
        self.assertFalse(self.real.is_recorded)
        self.assertNotIn("trace", self.real._driver_settings())

    def test_stopped_and_deleted(self):
        screen = self.screen()
        screen.action_start()
        self.frame()
        screen.action_stop()
        self.assertNotIn("trace", self.real._driver_settings())
        self.assertEqual(self.screen().frame_count, 1, "what is recorded stays to be read")
        screen.action_delete()
        self.assertFalse(self.screen().frame_count)
        self.assertFalse(self.real._trace_path().exists())

    def test_a_new_recording_begins_empty(self):
        screen = self.screen()
        screen.action_start()
        self.frame()
        screen.action_start()
        self.assertFalse(self.screen().frame_count)

    def test_old_recordings_are_deleted(self):
        screen = self.screen()
        screen.with_personal_data = True
        screen.action_start()
        self.frame()
        path = self.real._trace_path()
        device = self.env["kkt.device"]
        device._delete_old_traces()
        self.assertTrue(path.exists())
        screen.action_stop()
        device._delete_old_traces()
        self.assertTrue(path.exists(), "it may still be wanted")
        two_days_ago = path.stat().st_mtime - 2 * 24 * 3600
        os.utime(path, (two_days_ago, two_days_ago))
        device._delete_old_traces()
        self.assertFalse(path.exists())

    def test_only_administrators(self):
        reader = new_test_user(
            self.env, "trace-reader", groups="optics_kkt_driver.group_fiscal_user"
        )
        screen = self.screen()
        screen.action_start()
        self.frame()
        with self.assertRaises(AccessError):
            self.real.with_user(reader).action_trace()
        with self.assertRaises(AccessError):
            screen.with_user(reader).read(["frames_html"])


@tagged("post_install", "-at_install")
class TestWire(LinkCase):
    """A real driver on a real socket, where nobody listens."""

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Odoo compares the time limit with a number; the driver has two, and stays local."""
        options["timeout"] = sum(options["timeout"])
        return super()._request_handler(session, request, **options)

    def setUp(self):
        super().setUp()
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port = taken.getsockname()[1]
        self.real = self.make_real_till(
            driver="atol",
            address=f"http://127.0.0.1:{port}",
            auth_user="shop",
            new_password="29051987",
        )
        self.addCleanup(self.real._trace_path().unlink, missing_ok=True)

    def test_no_link_is_told_and_recorded(self):
        self.real._start_trace(with_personal_data=True)
        action = self.real.action_test_connection()
        test = self.env["kkt.connection.test"].browse(action["res_id"])
        self.assertEqual((test.outcome, test.finding_count), ("silent", 1))
        self.assertIn("Web Requests", test.finding_ids.remedy)
        self.assertTrue(self.real.status_error)
        frames = self.real._trace_frames()
        self.assertTrue(frames and frames[0].sent)
        self.assertNotIn(b"29051987", self.real._trace_path().read_bytes())

    def test_a_receipt_waits_for_the_link(self):
        row = self.env["fiscal.document"]._enqueue(self.real, make_receipt(), "wire", "backend")
        self.real._register_row(row, wait=1.0)
        self.assertEqual(row.state, "queued")

    def test_every_driver_can_be_chosen(self):
        chosen = dict(self.real._fields["driver"]._description_selection(self.env))
        self.assertEqual(set(driver_names()), set(chosen))
        self.assertEqual(set(REAL_DRIVERS), set(SCHEMES))


@tagged("post_install", "-at_install")
class TestPortScan(LinkCase):
    def scan(self, *ports):
        self.startPatcher(patch.object(kkt_port_scan.list_ports, "comports", lambda: list(ports)))
        action = self.make_real_till().action_scan_ports()
        return self.env["kkt.port.scan"].browse(action["res_id"])

    def port(self, path, **values):
        port = ListPortInfo(path)
        for name, value in values.items():
            setattr(port, name, value)
        return port

    def test_ports_with_what_hangs_on_them(self):
        scan = self.scan(
            self.port("/dev/ttyUSB1", description="SHTRIH-M USB", vid=0x1FC9, pid=0x89),
            self.port("/dev/ttyS0"),
        )
        self.assertEqual(scan.port_ids.mapped("path"), ["/dev/ttyS0", "/dev/ttyUSB1"])
        serial, usb = scan.port_ids
        self.assertEqual((usb.description, usb.vid_pid), ("SHTRIH-M USB", "1FC9:0089"))
        self.assertFalse(serial.description or serial.vid_pid)

    def test_who_uses_a_port(self):
        self.make_real_till(code="CABLE-1", address="/dev/ttyS0?baudrate=4800")
        scan = self.scan(self.port("/dev/ttyS0"), self.port("/dev/ttyS1"))
        self.assertEqual(scan.port_ids.mapped("used_by"), ["CABLE-1", False])

    def test_the_chosen_port_becomes_the_link(self):
        scan = self.scan(self.port("/dev/ttyS0"))
        scan.port_ids.action_use()
        self.assertEqual(scan.device_id.address, "/dev/ttyS0?baudrate=115200")

    def test_no_port(self):
        self.assertFalse(self.scan().port_count)

    def test_a_till_of_another_kind_hangs_on_none(self):
        scan = self.scan(self.port("/dev/ttyS0"))
        scan.device_id.write({"driver": "atol", "address": "http://127.0.0.1:16732"})
        with self.assertRaises(UserError):
            scan.port_ids.action_use()
