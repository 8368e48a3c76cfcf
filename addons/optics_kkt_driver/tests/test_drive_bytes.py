from base64 import b64decode
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from psycopg2.errors import RaiseException

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..kkt.device.errors import Refused
from ..kkt.drivers.virtual import VirtualDriver
from ..kkt.fiscal.tlv import decode_document, encode_document
from ..models.fiscal_document_bytes import PATIENCE
from .common import open_till
from .test_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestDriveBytes(DeliveryCase):
    """What the OFD gets is what the drive has signed, byte by byte."""

    def drive_bytes(self, document):
        with open_till(self.till) as driver:
            return driver.read_tlv(document.fd_number)

    def arrived(self):
        """The bytes that the OFD has, by FD."""
        arrivals = self.ofd._store.arrivals()
        return {each.fd_number: b64decode(each.tlv) for each in arrivals}

    @contextmanager
    def without_bytes(self):
        """The till's answers carry no bytes, as most real ones' do not."""
        register = VirtualDriver.register

        def answer(driver, document, intent):
            return replace(register(driver, document, intent), tlv=b"")

        with patch.object(VirtualDriver, "register", answer):
            yield

    def sell_without_bytes(self, key="k2"):
        with self.without_bytes():
            return self.register(key)

    def test_the_ofd_gets_the_bytes_that_came_with_the_answer(self):
        drive = self.drive_bytes(self.receipt)
        self.assertEqual(b64decode(self.receipt.signed_tlv), drive)
        self.assertNotEqual(
            encode_document(self.receipt.signed_json), drive, "PostgreSQL keeps no order of keys"
        )
        self.deliver()
        self.assertEqual(self.arrived()[self.receipt.fd_number], drive)
        self.assertEqual(self.receipt.bytes_origin, "drive")
        self.assertEqual(self.receipt._ofd_message().tlv_origin, "drive")

    def test_they_are_read_when_nothing_waits_and_sent_then(self):
        with patch.object(VirtualDriver, "read_tlv", side_effect=AssertionError("a sale reads")):
            row = self.sell_without_bytes()
            self.assertEqual((row.state, row.bytes_origin), ("printed", "awaited"))
            self.deliver()
            self.assertEqual(row.state, "printed", "it waits for its bytes")
        self.env.ref("optics_kkt_driver.cron_serve").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(row.bytes_origin, "drive")
        self.deliver()
        self.assertEqual(row.state, "delivered")
        self.assertEqual(self.arrived()[row.fd_number], self.drive_bytes(row))

    def test_what_somebody_else_signed_is_sent_by_its_bytes_too(self):
        self.lose(self.receipt)
        self.till._lane().last_fd -= 1
        self.register("k2")
        foreign = self.env["fiscal.document"].search([("kind", "=", "foreign")])
        self.assertEqual(foreign.bytes_origin, "awaited")
        self.serve()
        self.deliver()
        self.assertEqual(self.arrived()[foreign.fd_number], self.drive_bytes(foreign))

    def test_a_till_that_does_not_give_them_holds_no_document(self):
        row = self.sell_without_bytes()
        with patch.object(VirtualDriver, "read_tlv", side_effect=Refused("unknown", code="08")):
            self.serve()
        self.assertEqual(row.bytes_origin, "composed")
        self.assertIn("does not give its bytes", row.event_ids.mapped("why")[-1])
        self.check_composed(row)

    def test_a_silent_till_holds_a_document_for_minutes_only(self):
        row = self.sell_without_bytes()
        self.set_faults(silent=True)
        self.serve()
        self.assertEqual(row.bytes_origin, "awaited")
        row.bytes_awaited_until -= PATIENCE
        row.invalidate_recordset(["bytes_origin"])
        self.assertEqual(row.bytes_origin, "composed")
        self.check_composed(row)
        self.set_faults()
        self.serve()
        self.assertEqual(row.bytes_origin, "drive", "they are kept all the same")

    def check_composed(self, row):
        message = row._ofd_message()
        self.assertEqual(message.tlv_origin, "json")
        self.deliver()
        self.assertEqual(row.state, "delivered")
        self.assertEqual(decode_document(self.arrived()[row.fd_number]), row.signed_json)

    def test_a_till_that_sends_by_itself_is_not_asked(self):
        self.till.delivery = "device"
        row = self.sell_without_bytes()
        self.assertEqual((row.bytes_awaited_until, row.bytes_origin), (False, "composed"))

    def test_rows_of_before_say_that_theirs_are_composed(self):
        self.env.cr.execute(
            """ALTER TABLE fiscal_document DISABLE TRIGGER USER;
            UPDATE fiscal_document SET signed_tlv = NULL;
            ALTER TABLE fiscal_document ENABLE TRIGGER USER"""
        )
        self.env.invalidate_all()
        self.assertEqual(self.receipt.bytes_origin, "composed")
        self.check_composed(self.receipt)

    def test_bytes_that_are_kept_stay(self):
        with (
            self.assertRaises(RaiseException),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE fiscal_document SET signed_tlv = 'x' WHERE id = %s", [self.receipt.id]
            )
