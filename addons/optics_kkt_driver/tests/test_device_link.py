import tempfile
from contextlib import contextmanager
from pathlib import Path

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import FiscalCase

PASSWORD = "29051987"
MANAGER = "optics_kkt_driver.group_fiscal_manager"


class LinkCase(FiscalCase):
    @contextmanager
    def refused(self, words, error=ValidationError):
        """As assertRaisesRegex, and what was written before the error is undone."""
        with self.assertRaises(error) as caught:
            yield
        self.assertRegex(str(caught.exception), words)

    def make_real_till(self, **values):
        return self.make_till(
            **{
                "code": "REAL-1",
                "driver": "shtrih",
                "address": "socket://127.0.0.1:7778",
                "delivery": "device",
                "retail_address": False,
                "retail_place": False,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestLink(LinkCase):
    def test_a_real_till_needs_an_address_of_its_kind(self):
        for driver, address in (
            ("shtrih", False),
            ("shtrih", "http://127.0.0.1:16732"),
            ("shtrih", "spy:///dev/ttyUSB0?file=/tmp/spied"),
            ("shtrih", "socket://10.0.0.5"),
            ("shtrih", "/dev/ttyUSB0?baudrate=7"),
            ("atol", False),
            ("atol", "socket://127.0.0.1:7778"),
            ("atol", "http://169.254.169.254"),
            ("atol", "http://127.0.0.1:16732/api/v2"),
        ):
            with (
                self.subTest(driver=driver, address=address),
                self.refused("Link: "),
            ):
                self.make_real_till(driver=driver, address=address)

    def test_credentials_have_fields_of_their_own(self):
        with self.refused("fields of their own"):
            self.make_real_till(driver="atol", address="http://user:secret@127.0.0.1:16732")

    def test_each_field_is_named_that_is_wrong(self):
        till = self.make_real_till(driver="atol", address="http://127.0.0.1:16732")
        for values, field in (
            ({"execution_limit": 121}, "Time limit"),
            ({"execution_limit": -1}, "Time limit"),
            ({"atol_device": "касса"}, "Device ID"),
            ({"atol_device": "a" * 17}, "Device ID"),
            ({"auth_user": "a:b"}, "User"),
            ({"ca_file": "certificate.pem"}, "CA file"),
            ({"ca_file": "/etc/passwd"}, "CA file"),
            ({"ca_file": "/no/such/file.pem"}, "CA file"),
        ):
            with self.subTest(**values), self.refused(field):
                till.write(values)
                self.env.flush_all()

    def test_settings_of_a_shtrih(self):
        till = self.make_real_till()
        self.assertEqual(
            till._driver_settings(),
            {"address": "socket://127.0.0.1:7778", "timezone": "Europe/Moscow"},
        )
        till.write({"new_password": "30", "execution_limit": 12})
        self.assertEqual(
            till._driver_settings(),
            {
                "address": "socket://127.0.0.1:7778",
                "timezone": "Europe/Moscow",
                "password": "30",
                "execution_limit": 12,
            },
        )

    def test_settings_of_web_requests(self):
        with tempfile.NamedTemporaryFile(suffix=".pem") as certificates:
            till = self.make_real_till(
                driver="atol",
                address="https://till.example:16732",
                auth_user="shop",
                new_password=PASSWORD,
                atol_device="till-1",
                ca_file=certificates.name,
            )
            self.assertEqual(
                till._driver_settings(),
                {
                    "address": "https://till.example:16732",
                    "timezone": "Europe/Moscow",
                    "user": "shop",
                    "password": PASSWORD,
                    "atol_device": "till-1",
                    "ca_file": certificates.name,
                },
            )

    def test_a_virtual_till_needs_a_place_and_a_real_one_none(self):
        self.assertFalse(self.make_real_till().retail_place)
        with self.refused("place of settlements"):
            self.till.retail_place = False

    def test_the_link_stays_while_a_document_is_undecided(self):
        till = self.make_real_till()
        row = self.env["fiscal.document"]._enqueue(
            till, self.enqueue("other")._value(), "undecided", "backend"
        )
        till.address = "socket://127.0.0.1:7779"
        baseline = {"fn_number": "1", "last_fd": 1}
        row._transition("printing", "test", baseline=baseline)
        with self.refused("only this till", UserError):
            till.address = "socket://127.0.0.1:7778"
        with self.refused("only this till", UserError):
            till.driver = "virtual"
        till.write({"name": "Another name", "address": till.address})
        row._transition("unknown", "test")
        with self.assertRaises(UserError):
            till.address = "socket://127.0.0.1:7778"
        row._transition("manual", "a person decides, the lane goes on")
        till.address = "socket://127.0.0.1:7778"

    def test_the_form(self):
        self.env["ir.config_parameter"].set_param("optics_kkt.kkt_mode", "real")
        with Form(self.env["kkt.device"]) as form:
            form.name, form.code = "Касса 7", "POS-007"
            self.assertEqual((form.driver, form.delivery), ("shtrih", "device"))
            form.address = "/dev/ttyUSB0?baudrate=115200"
            form.new_password = "30"
        till = form.record
        self.assertTrue(till.has_password)
        with Form(till) as form:
            self.assertFalse(form.new_password)
            form.name = "Касса 8"
        self.assertEqual(till.sudo().auth_password, "30", "an empty field changes nothing")


@tagged("post_install", "-at_install")
class TestPassword(LinkCase):
    def setUp(self):
        super().setUp()
        self.real = self.make_real_till(new_password=PASSWORD)
        self.env.flush_all()

    def people(self):
        """From a reader to one who may do everything that a person may."""
        for login, groups in (
            ("pw-reader", "optics_kkt_driver.group_fiscal_user"),
            ("pw-manager", MANAGER),
            ("pw-admin", f"base.group_system,base.group_erp_manager,{MANAGER}"),
        ):
            groups = f"{groups},base.group_user,base.group_allow_export"
            yield new_test_user(self.env, login, groups=groups)

    def test_nobody_reads_it(self):
        for user in self.people():
            till = self.real.with_user(user)
            reads = {
                "read": lambda till: till.read(["auth_password"]),
                "web_read": lambda till: till.web_read({"auth_password": {}}),
                "search_read": lambda till: till.search_read([], ["auth_password"]),
                "web_search_read": lambda till: till.web_search_read([], {"auth_password": {}}),
                "export_data": lambda till: till.export_data(["auth_password"]),
                "mapped": lambda till: till.mapped("auth_password"),
                "search": lambda till: till.search([("auth_password", "=like", "2%")]),
                "order": lambda till: till.search([], order="auth_password"),
                "group": lambda till: till.formatted_read_group([], ["auth_password"], ["__count"]),
                "through another": lambda till: till.env["fiscal.document"].search(
                    [("device_id.auth_password", "=like", "2%")]
                ),
                "write": lambda till: till.write({"auth_password": "1"}),
            }
            for name, read in reads.items():
                with (
                    self.subTest(user=user.login, by=name),
                    mute_logger("odoo.models", "odoo.orm.models"),
                    self.assertRaises(AccessError),
                ):
                    self.real.sudo().mapped("auth_password")  # it is in memory meanwhile
                    read(till)

    def test_it_is_in_no_answer(self):
        for user in self.people():
            till = self.real.with_user(user)
            answers = [till.read(), till.fields_get(), till.copy_data(), till.web_read({})]
            if user.has_group(MANAGER):
                fields = {name: {} for name in till.fields_get()}
                saved = till.web_save({"new_password": PASSWORD}, fields)
                answers += [
                    till.read(["new_password", "has_password"]),
                    till.export_data(["new_password", "has_password"]),
                    saved,
                    till.message_ids.mapped("body"),
                    till.message_ids.sudo().tracking_value_ids.mapped("new_value_char"),
                ]
            self.assertNotIn(PASSWORD, str(answers), user.login)
        self.assertEqual(self.real.sudo().auth_password, PASSWORD)

    def test_a_reader_sets_none(self):
        user = new_test_user(self.env, "pw-setter", groups="optics_kkt_driver.group_fiscal_user")
        till = self.real.with_user(user)
        with self.assertRaises(AccessError), mute_logger("odoo.orm.models"):
            till.new_password = "1"
        with self.assertRaises(AccessError):
            till.action_clear_password()
        self.assertTrue(till.has_password)

    def test_a_copy_has_none(self):
        self.assertFalse(
            self.real.copy({"code": "REAL-2", "address": self.real.address}).has_password
        )

    def test_it_is_cleared(self):
        manager = new_test_user(self.env, "pw-clearer", groups=MANAGER)
        self.real.with_user(manager).action_clear_password()
        self.assertFalse(self.real.has_password)
        self.assertNotIn("password", self.real._driver_settings())

    def test_a_till_of_shtrih_has_digits(self):
        with self.refused("Password"):
            self.real.new_password = "secret"

    def test_another_host_does_not_get_it(self):
        self.real.address = "socket://127.0.0.1:7779"
        self.assertFalse(self.real.has_password)
        self.real.write({"address": "socket://127.0.0.1:7778", "new_password": PASSWORD})
        self.assertTrue(self.real.has_password, "told together with its host")
        self.real.write({"driver": "atol", "address": "http://127.0.0.1:16732"})
        self.assertFalse(self.real.has_password)

    def test_another_speed_is_no_other_till(self):
        self.real.write({"address": "/dev/ttyUSB0?baudrate=4800", "new_password": PASSWORD})
        self.real.address = "/dev/ttyUSB0?baudrate=115200"
        self.assertTrue(self.real.has_password)

    def test_another_company_sees_no_till(self):
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "pw-other",
            groups=MANAGER,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        for act in (
            lambda till: till.write({"new_password": "1"}),
            lambda till: till.action_clear_password(),
            lambda till: till.action_trace(),
            lambda till: till.action_test_connection(),
            lambda till: till.action_scan_ports(),
            lambda till: till.env["kkt.connection.test"].create({"device_id": till.id}),
            lambda till: till.env["kkt.port.scan"].create({"device_id": till.id}),
            lambda till: till.env["kkt.wire.trace"].create({"device_id": till.id}),
        ):
            with self.assertRaises(AccessError):
                act(self.real.with_user(user))


@tagged("post_install", "-at_install")
class TestTillFolder(LinkCase):
    def test_files_of_tills_lie_beside_the_database(self):
        self.assertEqual(self.till._memory_path().parent, self.till._trace_path().parent)
        self.assertIn(self.env.cr.dbname, Path(self.till._trace_path()).parts)
