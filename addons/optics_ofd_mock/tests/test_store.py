import json
import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config, file_open

from odoo.addons.optics_kkt_driver.kkt.virtual.ofd import (
    Arrival,
    FailureMode,
    Gap,
    Manner,
    OfdEmulator,
    OfdState,
)
from odoo.addons.optics_ofd_mock.settings import first_state, is_on
from odoo.addons.optics_ofd_mock.store import PostgresOfdStore

from .common import FN, message

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)


def arrival(fd_number=1, **values):
    return Arrival(
        **{
            "fn_number": FN,
            "fd_number": fd_number,
            "fpd": "2188030493",
            "kind": "receipt",
            "device_code": "POS-001",
            "key": f"key-{fd_number}",
            "document": {"totalSum": 500000, "user": "ООО «Оптика»"},
            "tlv": "AAA=",
            "digest": "d",
            "received_at": NOON,
            **values,
        }
    )


@tagged("post_install", "-at_install")
class TestPostgresOfdStore(TransactionCase):
    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.store = PostgresOfdStore(self.env.registry)
        self.store.clear()

    def test_a_document_is_kept_as_it_came(self):
        self.assertIsNone(self.store.keep(arrival()))
        self.assertEqual(self.store.arrivals(), [arrival()])

    def test_a_known_number_keeps_its_first_document(self):
        self.store.keep(arrival())
        known = self.store.keep(arrival(digest="other", fpd="0000000001"))
        self.assertEqual(known, arrival())
        self.assertEqual(self.store.count(), 1)

    def test_the_same_number_on_another_drive_is_another_document(self):
        self.store.keep(arrival())
        self.assertIsNone(self.store.keep(arrival(fn_number="9999078900005678")))
        self.assertEqual(self.store.count(), 2)

    def test_counting_by_kind(self):
        self.store.keep(arrival(1, kind="shift_open"))
        self.store.keep(arrival(2))
        self.store.keep(arrival(3, kind="correction"))
        self.assertEqual(self.store.count(), 3)
        self.assertEqual(self.store.count(frozenset({"receipt", "correction"})), 2)

    def test_gaps_of_each_drive(self):
        other = "9999078900005678"
        for fn_number, numbers in ((other, (7, 9)), (FN, (2, 9, 5, 4))):
            for number in numbers:
                self.store.keep(arrival(number, fn_number=fn_number))
        self.assertEqual(self.store.gaps(), [Gap(FN, 3, 3), Gap(FN, 6, 8), Gap(other, 8, 8)])
        after = self.env["ofd.mock.receipt"].search([("missing_before", ">", 0)], order="id")
        self.assertEqual(
            [(each.fn_number, each.fd_number, each.missing_before) for each in after],
            [(other, 9, 1), (FN, 9, 3), (FN, 4, 1)],
        )
        for number in (3, 6, 7, 8):
            self.store.keep(arrival(number))
        self.assertEqual(self.store.gaps(), [Gap(other, 8, 8)])
        self.store.clear()
        self.assertEqual(self.store.gaps(), [])

    def test_behaviour_is_changed_from_what_it_is(self):
        before = self.store.change(
            lambda state: replace(state, mode=FailureMode.COUNT, failures_left=2, calls=7)
        )
        self.assertEqual(before, OfdState())
        expected = OfdState(mode=FailureMode.COUNT, failures_left=2, calls=7)
        self.assertEqual(self.store.state(), expected)

    def test_clearing_forgets_everything(self):
        self.store.keep(arrival())
        self.store.change(lambda state: replace(state, mode=FailureMode.PERMANENT, calls=3))
        self.store.clear()
        self.assertEqual((self.store.state(), self.store.arrivals()), (OfdState(), []))

    def test_the_core_works_on_this_store(self):
        emulator = OfdEmulator(self.store, now=lambda: NOON)
        body = json.dumps(message()).encode()
        self.assertEqual(emulator.receive(body)[0], 201)
        status, answer = emulator.receive(body)
        self.assertEqual((status, answer["duplicate"]), (200, True))
        self.assertEqual(emulator.receive(json.dumps(message(total=1)).encode())[0], 409)

    def test_there_is_one_behaviour(self):
        self.assertEqual(self.env["ofd.mock.state"].search_count([]), 1)

    def test_a_neutralized_copy_starts_anew(self):
        self.store.keep(arrival())
        told = OfdState(FailureMode.COUNT, 2, 500, 0.1, 0.2, 7, Manner.LOST, 0.5, 9, calls=3)
        self.store.change(lambda state: told)
        with file_open("optics_ofd_mock/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual((self.store.state(), self.store.arrivals()), (OfdState(), []))


@tagged("post_install", "-at_install")
class TestSettings(TransactionCase):
    def test_off_unless_switched_on(self):
        for value, expected in (("on", True), ("ON", True), ("off", False), ("1", False)):
            with self.subTest(value), self.server(value, ["access"]):
                self.assertEqual(is_on(), expected)

    def test_a_shops_server_never_plays_the_operator(self):
        with self.server("on", []):
            self.assertFalse(is_on())

    @contextmanager
    def server(self, emulator, dev_mode):
        """Have the environment and odoo.conf say this."""
        with (
            patch.dict(os.environ, OFD_EMULATOR=emulator),
            patch.dict(config.options, dev_mode=dev_mode),
        ):
            yield

    def test_first_behaviour_comes_from_the_environment(self):
        values = {
            "MOCK_OFD_FAILURE_MODE": "count",
            "MOCK_OFD_FAILURE_COUNT": "3",
            "MOCK_OFD_RESPONSE_DELAY": "0.35",
        }
        with patch.dict(os.environ, values):
            expected = OfdState(mode=FailureMode.COUNT, failures_left=3, response_delay=0.35)
            self.assertEqual(first_state(), expected)

    def test_each_fault_has_a_variable(self):
        values = {
            "MOCK_OFD_STATUS_CODE": "429",
            "MOCK_OFD_RETRY_AFTER": "7",
            "MOCK_OFD_DELAY_SPREAD": "1.5",
            "MOCK_OFD_MANNER": "lost",
            "MOCK_OFD_PROBABILITY": "0.25",
            "MOCK_OFD_SEED": "9",
        }
        with patch.dict(os.environ, values):
            expected = OfdState(
                status_code=429,
                retry_after=7,
                delay_spread=1.5,
                manner=Manner.LOST,
                probability=0.25,
                seed=9,
            )
            self.assertEqual(first_state(), expected)

    def test_an_unknown_mode_is_refused(self):
        for variable in ("MOCK_OFD_FAILURE_MODE", "MOCK_OFD_MANNER", "MOCK_OFD_SEED"):
            with self.subTest(variable), patch.dict(os.environ, {variable: "sometimes"}):
                self.assertRaisesRegex(ValueError, variable, first_state)

    def test_a_number_out_of_its_range_is_refused(self):
        for variable, value in (
            ("MOCK_OFD_RESPONSE_DELAY", "-1"),
            ("MOCK_OFD_DELAY_SPREAD", "nan"),
            ("MOCK_OFD_STATUS_CODE", "200"),
            ("MOCK_OFD_PROBABILITY", "1.5"),
        ):
            with self.subTest(variable), patch.dict(os.environ, {variable: value}):
                self.assertRaisesRegex(ValueError, variable, first_state)


@tagged("post_install", "-at_install")
class TestAccess(TransactionCase):
    MODELS = ("ofd.mock.receipt", "ofd.mock.state")

    def test_administrators_look(self):
        user = new_test_user(self.env, "ofd_admin", "base.group_user,base.group_system")
        for model in self.MODELS:
            self.env[model].with_user(user).check_access("read")

    def test_nobody_writes_but_how_it_behaves(self):
        user = new_test_user(self.env, "ofd_admin", "base.group_user,base.group_system")
        self.env["ofd.mock.state"].with_user(user).check_access("write")
        refused = {"ofd.mock.receipt": ("write", "create", "unlink")}
        for model in self.MODELS:
            for operation in refused.get(model, ("create", "unlink")):
                with self.subTest(f"{operation} {model}"), self.assertRaises(AccessError):
                    self.env[model].with_user(user).check_access(operation)

    def test_others_see_nothing(self):
        user = new_test_user(
            self.env, "ofd_other", "base.group_user,optics_kkt_driver.group_fiscal_manager"
        )
        for model in self.MODELS:
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(user).check_access("read")
        menus = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        self.assertNotIn(self.env.ref("optics_ofd_mock.menu_ofd_mock").id, menus)
