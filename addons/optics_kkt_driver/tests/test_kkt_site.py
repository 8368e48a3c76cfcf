"""Head office: what it takes of shops, what it refuses, and when it calls people."""

import json
from datetime import UTC, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..kkt.site.report import SiteReport, TillReport
from ..models.kkt_site import GROUP

HEARTBEAT = "/api/v1/kkt/heartbeat"


def make_report(number=1, **changes):
    """Return a report of a shop in order, of now."""
    said = {
        "number": number,
        "time": fields.Datetime.now().replace(tzinfo=UTC),
        "version": "19.0.11.1.0",
        "status": "healthy",
        "circuit_breaker": "CLOSED",
        "network_status": "ONLINE",
        "percent_full": 1.5,
        "pending": 3,
        "dead": 0,
        "oldest_pending_at": None,
        "tills": (TillReport("POS-001", "ready", online=True, undelivered=3),),
    }
    return SiteReport(**{**said, **changes})


@tagged("post_install", "-at_install")
class TestHeartbeat(HttpCase):
    def setUp(self):
        super().setUp()
        self.site = self.env["kkt.site"].create({"name": "Невский"})
        self.key = self.site._new_key()

    def call(self, path=HEARTBEAT, body=None, key=None):
        headers = {
            "Authorization": f"Bearer {key or self.key}",
            "Content-Type": "application/json",
        }
        answer = self.url_open(path, data=body and json.dumps(body), headers=headers)
        self.site.invalidate_recordset()
        return answer.status_code, answer.json()

    def report(self, number=1, **changes):
        return self.call(body={**make_report(number).to_json(), **changes})

    def stored(self):
        """All that the shop's row has, as the database says."""
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(s) FROM kkt_site s WHERE id = %s", [self.site.id])
        return self.env.cr.fetchone()[0]

    def refused(self, wanted, code, *args, **changes):
        """Report what is refused; return the details. Nothing has changed."""
        before = self.stored()
        status, answer = self.report(*args, **changes)
        self.assertEqual((status, answer["error"]["code"]), (wanted, code), answer)
        self.assertEqual(self.stored(), before)
        return answer["error"]["details"]

    def test_a_report_is_kept(self):
        self.assertEqual(self.report(7), (200, {"status": "accepted", "number": 7}))
        self.assertEqual(
            (self.site.number, self.site.state, self.site.pending, self.site.percent_full),
            (7, "healthy", 3, 1.5),
        )
        self.assertEqual(self.site.heartbeats_received, 1)
        self.assertEqual(self.site.tills[0]["code"], "POS-001")
        self.assertIn("POS-001: Ready", self.site.with_context(lang="en_US").tills_in_words)

    def test_a_number_that_does_not_grow_changes_nothing(self):
        self.report(7)
        for number in (7, 6):
            details = self.refused(409, "stale_report", number, pending=99)
            self.assertEqual(details["field"], "number")
        self.assertEqual(self.report(8)[0], 200)
        self.assertEqual(self.site.heartbeats_received, 2)

    def test_a_time_ahead_changes_nothing(self):
        def ahead(seconds):
            moment = fields.Datetime.now() + timedelta(seconds=seconds)
            return f"{moment.isoformat()}Z"

        details = self.refused(409, "report_from_future", 7, time=ahead(75))
        self.assertEqual(details["field"], "time")
        self.assertEqual(self.report(7, time=ahead(45))[0], 200)

    def test_what_is_wrong_is_named(self):
        details = self.refused(422, "invalid_request", 7, status="fine", guess=1)
        self.assertEqual(
            {problem["field"]: problem["code"] for problem in details["problems"]},
            {"status": "unknown_choice", "guess": "unknown_field"},
        )
        self.assertEqual(self.call(body=[1])[1]["error"]["code"], "bad_json")

    def test_a_user_without_a_shop_is_refused(self):
        self.site.active = False
        self.assertEqual(self.report()[1]["error"]["code"], "forbidden")
        machine = new_test_user(self.env, "api", groups="optics_kkt_driver.group_kkt_api")
        key = self.env["res.users.apikeys"].with_user(machine).sudo()._generate("rpc", "t", None)
        status, answer = self.call(body=make_report().to_json(), key=key)
        self.assertEqual((status, answer["error"]["code"]), (403, "forbidden"))
        self.assertEqual(self.call(body=make_report().to_json(), key="no")[0], 401)

    @mute_logger("odoo.http")
    def test_the_shops_user_reaches_nothing_else(self):
        for path in ("/v1/health", "/api/v1/health", "/v1/kkt/buffer/status"):
            self.assertEqual(self.call(path)[0], 403, path)
        self.assertEqual(self.call("/v1/kkt/cash_in", {"pos_id": "X", "amount": 1})[0], 403)
        for model in ("kkt.site", "kkt.device", "fiscal.document", "kkt.head.office"):
            status, _answer = self.call(f"/json/2/{model}/search_read", {"domain": []})
            self.assertEqual(status, 403, model)
        user = self.site.user_id
        self.assertEqual(user.all_group_ids, self.env.ref(GROUP))
        ours = [name for name in self.env if name.startswith(("kkt.", "fiscal."))]
        self.assertFalse(
            [name for name in ours if self.env[name].with_user(user).has_access("read")]
        )

    def test_a_new_key_ends_the_old_one(self):
        shown = self.site.action_new_key()["context"]["default_key"]
        self.assertEqual(self.report()[0], 401)
        self.assertEqual(self.call(body=make_report().to_json(), key=shown)[0], 200)

    def test_nobody_writes_what_the_shop_tells(self):
        manager = new_test_user(
            self.env, "manager", "base.group_user,optics_kkt_driver.group_fiscal_manager"
        )
        site = self.site.with_user(manager)
        site.name = "Лиговский"
        for told in (
            {"pending": 0},
            {"number": 9},
            {"received_at": False},
            {"user_id": manager.id},
        ):
            with self.assertRaisesRegex(UserError, "The shop itself tells this"):
                site.write(told)
            with self.assertRaisesRegex(UserError, "The shop itself tells this"):
                site.create({"name": "Another", **told})

    def test_no_shop_is_moved_into_a_foreign_company(self):
        manager = new_test_user(
            self.env, "manager", "base.group_user,optics_kkt_driver.group_fiscal_manager"
        )
        other = self.env["res.company"].create({"name": "ИП Соколов"})
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.site.with_user(manager).company_id = other

    def test_no_key_is_made_of_other_power(self):
        self.site.user_id.group_ids = [Command.link(self.env.ref("base.group_system").id)]
        with self.assertRaises(UserError):
            self.site.action_new_key()

    def test_health_counts_the_reports_of_the_callers_companies(self):
        machine = new_test_user(self.env, "api", groups="optics_kkt_driver.group_kkt_api")
        key = self.env["res.users.apikeys"].with_user(machine).sudo()._generate("rpc", "t", None)
        (before, at_first) = self.call("/api/v1/health", key=key)
        self.assertEqual((before, at_first["status"]), (200, "healthy"))
        self.report(1)
        self.report(2)
        other = self.env["res.company"].create({"name": "ИП Соколов"})
        others = self.env["kkt.site"].create({"name": "Чужой", "company_id": other.id})
        others._receive(make_report())
        self.site.active = False
        count = self.call("/api/v1/health", key=key)[1]["heartbeats_received"]
        self.assertEqual(count - at_first["heartbeats_received"], 2)


@tagged("post_install", "-at_install")
class TestSilence(TransactionCase):
    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env, "manager", groups="base.group_user,optics_kkt_driver.group_fiscal_manager"
        )
        self.clock = freeze_time("2026-11-30 07:00:00", tick=False)
        self.now = self.clock.start()
        self.addCleanup(self.clock.stop)
        self.number = 0
        self.site = self.env["kkt.site"].create({"name": "Невский"})
        self.heard()

    def heard(self):
        self.number += 1
        self.assertTrue(self.site._receive(make_report(self.number)))

    def pass_time(self, seconds, every=None):
        """Let time pass, with a report each so many seconds, and the job's run each minute."""
        for second in range(1, seconds + 1):
            self.now.tick(1)
            if every and second % every == 0:
                self.heard()
            if second % 60 == 0:
                self.site.invalidate_recordset()
                self.env["kkt.site"]._cron_watch_sites()

    def calls(self):
        return self.site.activity_ids.filtered(lambda call: call.user_id == self.manager)

    def test_a_silent_shop_calls_once_until_it_is_back(self):
        self.pass_time(180)
        self.assertEqual((self.site.state, len(self.calls())), ("healthy", 0))
        self.pass_time(600)
        self.assertEqual((self.site.state, len(self.calls())), ("silent", 1))
        self.assertIn("Невский", self.calls().summary)
        self.heard()
        self.assertEqual(self.site.state, "healthy")
        self.pass_time(120, every=30)
        self.assertEqual(len(self.calls()), 1, "it may fall silent again at once")
        self.pass_time(120, every=30)
        self.assertFalse(self.calls())
        self.assertFalse(self.site.silence_told)

    def test_a_shop_on_the_edge_calls_once(self):
        self.pass_time(3600, every=230)
        self.assertEqual(len(self.calls()), 1)

    def test_a_shop_that_never_reported_is_not_silent(self):
        new = self.env["kkt.site"].create({"name": "Новый"})
        self.pass_time(600)
        self.assertEqual((new.state, new.age), ("never", False))
        self.assertFalse(new.activity_ids)

    def test_the_age_is_told_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.pass_time(300)
        self.assertEqual(self.site.with_context(lang="en_US").age, "5 minutes ago")
        self.assertEqual(self.site.with_context(lang="ru_RU").age, "5 минут назад")
