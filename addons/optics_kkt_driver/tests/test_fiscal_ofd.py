from threading import Thread
from unittest.mock import patch

from psycopg2 import DatabaseError, OperationalError
from psycopg2.errors import RestrictViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tests.common import _super_send
from odoo.tools import config, mute_logger

from ..kkt.emulator.ofd import OfdServer
from ..kkt.ofd.endpoint import BadSetting
from ..kkt.ofd.http import HttpTransport
from ..kkt.ofd.memory import MemoryTransport
from ..kkt.ofd.transport import EndpointUnusable
from ..kkt.virtual.ofd import MemoryOfdStore, OfdEmulator
from .common import FiscalCase


class EndpointCase(FiscalCase):
    def setUp(self):
        super().setUp()
        self.ofd = self.till.ofd_id
        self.manager = new_test_user(
            self.env, "manager", groups="optics_kkt_driver.group_fiscal_manager"
        )

    def conf(self, **options):
        """Have odoo.conf say this; the tests run outside of development mode."""
        options = {"dev_mode": [], "kkt_ofd_hosts": "", **options}
        return patch.dict(config.options, options)


@tagged("post_install", "-at_install")
class TestEndpoint(EndpointCase):
    """What may be entered as an operator's address, and who learns what by it."""

    def test_another_address_clears_the_token(self):
        self.ofd.token = "s3cret"
        self.ofd.with_user(self.manager).write({"url": self.ofd.url, "name": "ОФД 1"})
        self.assertEqual(self.ofd.token, "s3cret")
        self.ofd.with_user(self.manager).url = "https://elsewhere.example/v1"
        self.assertFalse(self.ofd.token)
        self.ofd.write({"url": "https://third.example/v1", "token": "another"})
        self.assertEqual(self.ofd.token, "another", "given together with the address")

    def test_one_that_tills_use_is_not_deleted(self):
        """As it was: its tills were left without one, and their documents waited for ever."""
        with (
            self.assertRaises(RestrictViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.ofd.with_user(self.manager).unlink()
        self.till.ofd_id = False
        self.ofd.with_user(self.manager).unlink()

    def test_link_local_is_refused_in_development_too(self):
        with self.conf(dev_mode=["all"], kkt_ofd_hosts="169.254.169.254"):
            for address in ("http://169.254.169.254/latest", "http://[fe80::1]/v1"):
                with self.subTest(address), self.assertRaises(ValidationError):
                    self.ofd.url = address

    def test_inside_is_for_development_and_named_hosts(self):
        address = "http://10.0.0.7/v1"
        with self.conf(), self.assertRaisesRegex(ValidationError, "kkt_ofd_hosts"):
            self.ofd.url = address
        with self.conf(kkt_ofd_hosts="ofd.local, 10.0.0.7"):
            self.ofd.url = address
            self.ofd._transport().close()
            with self.assertRaises(ValidationError):
                self.ofd.url = "http://10.0.0.8/v1"
        with self.conf(dev_mode=["all"]):
            self.ofd.url = "http://127.0.0.1:8299/v1"

    def test_a_route_of_this_server_is_asked_in_development_only(self):
        self.ofd.url = "/ofd/v1"
        with self.conf(), self.assertRaises(BadSetting):
            self.ofd._transport()
        with self.conf(dev_mode=["all"]):
            self.ofd._transport().close()

    def test_what_cannot_be_sent_is_refused_when_it_is_saved(self):
        for values, words in (
            ({"url": "https://ofd.example/v1?to="}, "Address: no user"),
            ({"url": "https://ofd.example/v1#"}, "Address: no user"),
            ({"url": f"http://{'a' * 70}.ru"}, "Address: no host"),
            ({"url": f"http://{'a.' * 130}ru"}, "Address: no host"),
            ({"token": "ключ"}, "Token"),
            ({"token": "two\nlines"}, "Token"),
            ({"proxy": "http://proxy:3128"}, "Proxy: only an https"),
            ({"proxy": "proxy:3128", "url": "https://ofd.example"}, "Proxy: its address"),
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, words),
                self.env.cr.savepoint(),
            ):
                self.ofd.write(values)

    def test_the_proxy_is_the_system_administrators(self):
        self.ofd.write({"url": "https://ofd.example/v1", "proxy": "http://proxy.example:3128"})
        self.ofd._transport().close()
        ofd = self.ofd.with_user(self.manager)
        with self.assertRaises(AccessError):
            ofd.read(["proxy"])
        with self.assertRaises(AccessError):
            ofd.proxy = "http://mine.example:3128"
        with self.assertRaises(ValidationError):
            ofd.url = "http://ofd.example/v1"

    def test_an_operator_is_not_moved_into_a_foreign_company(self):
        other = self.env["res.company"].create({"name": "ИП Соколов"})
        mine = self.ofd.copy({"name": "ОФД 2"})
        with self.assertRaisesRegex(UserError, "company"), self.env.cr.savepoint():
            self.ofd.company_id = other
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            mine.with_user(self.manager).write({"company_id": other.id})
        self.manager.company_ids = [Command.link(other.id)]
        mine.with_user(self.manager).with_context(
            allowed_company_ids=[self.env.company.id, other.id]
        ).company_id = other


@tagged("post_install", "-at_install")
class TestBadEndpointBesideAGoodOne(EndpointCase):
    """Nothing that goes wrong with one endpoint keeps another's documents."""

    def setUp(self):
        super().setUp()
        self.good = self.make_till(code="TEST-2")
        self.received = OfdEmulator(MemoryOfdStore())
        original = self.env.registry["fiscal.ofd"]._transport
        good = self.good.ofd_id.id
        self.startPatcher(
            patch.object(
                self.env.registry["fiscal.ofd"],
                "_transport",
                lambda ofd: MemoryTransport(self.received) if ofd.id == good else original(ofd),
            )
        )
        self.row = self.register(open_shift=True)
        self.beside = self.enqueue("k2", till=self.good, open_shift=True)
        self.beside._sign(1.0)

    def deliver(self):
        self.env.ref("optics_kkt_driver.cron_deliver").method_direct_trigger()
        self.env.invalidate_all()

    def put(self, column, value):
        """As if it had been stored before anybody looked."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE fiscal_ofd SET {column} = %s WHERE id = %s", [value, self.ofd.id]
        )
        self.env.invalidate_all()

    def check(self):
        self.assertLess(self.till.id, self.good.id, "the bad one has its turn first")
        self.deliver()
        self.assertEqual(self.beside.state, "delivered")
        self.assertEqual((self.row.state, self.row.delivery_attempts), ("printed", 0))
        self.assertTrue(self.ofd.paused_until)
        self.assertTrue(self.ofd.pause_reason)
        self.assertTrue(self.ofd.activity_ids)
        health = self.env["kkt.monitor"]._health_report(self.till)
        self.assertEqual(health["status"], "degraded")
        self.assertEqual(health["components"]["ofd"]["network_status"], "OFFLINE")

    def test_a_token_that_no_header_carries(self):
        self.put("token", "ключ")
        self.check()

    def test_a_host_that_cannot_be(self):
        self.put("url", f"http://{'a' * 70}.ru")
        self.check()

    def test_an_address_inside(self):
        self.put("url", "http://127.0.0.1:9/ofd/v1")
        self.check()

    def test_an_emulator_that_odoo_conf_lets_it_reach(self):
        # Odoo lets no test call out of its server.
        let_through = patch.object(type(self), "_request_handler", staticmethod(_super_send))
        with (
            let_through,
            OfdServer(OfdEmulator(MemoryOfdStore())) as door,
            self.conf(kkt_ofd_hosts="127.0.0.1"),
        ):
            Thread(target=door.serve_forever, daemon=True).start()
            self.put("url", f"{door.url}/ofd/v1")
            self.check()
            door.shutdown()
        self.assertIn("emulator", self.ofd.pause_reason)

    def test_a_name_that_leads_inside(self):
        """Which the connection alone finds out: see tests/plain/ofd/test_http.py."""
        unusable = EndpointUnusable("10.0.0.7 is inside")
        with patch.object(HttpTransport, "send", side_effect=unusable):
            self.check()
        self.assertIn("10.0.0.7", self.ofd.pause_reason)

    def test_whatever_else_goes_wrong(self):
        secret = "what an internal service said"
        with (
            self.broken(RuntimeError(secret)),
            self.assertLogs("odoo.addons.optics_kkt_driver.lane.one_of_many", "ERROR"),
        ):
            self.check()
        self.assertNotIn(secret, self.ofd.pause_reason)
        self.assertEqual(self.ofd.pause_answer, secret)

    def test_a_database_error_is_no_endpoints_fault(self):
        with (
            self.broken(OperationalError("the connection was closed")),
            mute_logger("odoo.addons.optics_kkt_driver.lane.one_of_many"),
        ):
            self.deliver()
        self.assertEqual(self.beside.state, "delivered")
        self.assertFalse(self.ofd.paused_until)

    def test_a_connection_that_breaks_in_a_commit_is_no_endpoints_fault(self):
        with (
            self.broken(DatabaseError("server closed the connection unexpectedly")),
            mute_logger("odoo.addons.optics_kkt_driver.lane.one_of_many"),
        ):
            self.deliver()
        self.assertEqual(self.beside.state, "delivered")
        self.assertFalse(self.ofd.paused_until)

    def broken(self, error):
        """Have the bad till's documents not even put together."""
        original = self.env.registry["fiscal.document"]._ofd_message

        def message(document):
            if document.device_id != self.till:
                return original(document)
            raise error

        return patch.object(self.env.registry["fiscal.document"], "_ofd_message", message)

    def test_answers_are_for_system_administrators(self):
        self.received.set_failure({"permanent_failure": True, "status_code": 503})
        self.put("url", "/ofd/v1")
        self.deliver()
        beside = self.beside.with_user(self.manager)
        self.assertEqual(beside.delivery_message, "HTTP 503")
        self.assertTrue(self.beside.delivery_answer)
        for record, field in ((beside, "delivery_answer"), (self.ofd, "pause_answer")):
            with self.subTest(field), self.assertRaises(AccessError):
                record.with_user(self.manager).read([field])

    def test_a_refusals_answer_is_not_in_the_history(self):
        self.received.set_failure({"permanent_failure": True, "status_code": 422})
        self.put("url", "/ofd/v1")
        self.deliver()
        self.assertEqual(self.beside.state, "dead")
        self.assertEqual(self.beside.event_ids[-1].why, "HTTP 422")
        self.assertTrue(self.beside.delivery_answer)
