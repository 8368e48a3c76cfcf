import json
from datetime import timedelta
from uuid import uuid4

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, get_lang
from odoo.tools.misc import babel_locale_parse

from ..fields import Int8
from ..kkt.site.report import BREAKERS
from ..lane.cursor import end_transaction

GROUP = "optics_kkt_driver.group_kkt_heartbeat"
AHEAD = timedelta(seconds=60)
"""A report whose time is further ahead of ours would make the shop look alive for too long."""
STATES = [
    ("never", "Has never reported"),
    ("silent", "Silent"),
    ("unhealthy", "Cannot sell"),
    ("degraded", "Needs attention"),
    ("healthy", "In order"),
]
"""Of a shop, as this server sees it; the last three are words of the shop."""
BREAKER_WORDS = dict(
    zip(BREAKERS, ("Sends", "Tries with one document", "Waits after failures"), strict=True)
)
NETWORK_WORDS = {"ONLINE": "Online", "DEGRADED": "Answers with errors", "OFFLINE": "Offline"}


class KktSite(models.Model):
    """A shop whose own server reports to this one, the head office. One row a shop.

    What a shop has said is written by one statement, which alone decides whether it is news.
    """

    _name = "kkt.site"
    _description = "Shop that reports"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, tracking=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Reports as",
        required=True,
        readonly=True,
        copy=False,
        check_company=True,
        ondelete="restrict",
        help="The shop's user, who can report and nothing else; made with the shop",
    )
    number = Int8(string="Last report", readonly=True, copy=False, default=0, aggregator=None)
    reported_at = fields.Datetime(
        string="Time at the shop", readonly=True, copy=False, help="By the shop's clock"
    )
    received_at = fields.Datetime(string="Received at", readonly=True, copy=False)
    heard_since = fields.Datetime(
        string="Reports since", readonly=True, copy=False, help="Without a silence in between"
    )
    heartbeats_received = fields.Integer(
        string="Reports received", readonly=True, copy=False, default=0, aggregator=None
    )
    version = fields.Char(readonly=True, copy=False)
    status = fields.Selection(STATES[2:], string="By its own account", readonly=True, copy=False)
    percent_full = fields.Float(
        string="Buffer, %", readonly=True, copy=False, aggregator=None, digits=(16, 1)
    )
    pending = fields.Integer(string="Undelivered", readonly=True, copy=False, aggregator=None)
    dead = fields.Integer(string="Not accepted", readonly=True, copy=False, aggregator=None)
    circuit_breaker = fields.Selection(
        list(BREAKER_WORDS.items()), string="Sending to the OFD", readonly=True, copy=False
    )
    network_status = fields.Selection(
        list(NETWORK_WORDS.items()), string="Network to the OFD", readonly=True, copy=False
    )
    oldest_pending_at = fields.Datetime(string="Oldest undelivered", readonly=True, copy=False)
    tills = fields.Json(string="Each till", readonly=True, copy=False)
    tills_in_words = fields.Text(string="Tills", compute="_compute_tills_in_words")
    silence_told = fields.Boolean(
        readonly=True, copy=False, help="People were called because the shop is silent"
    )
    state = fields.Selection(STATES, compute="_compute_state")
    age = fields.Char(string="Last heard", compute="_compute_state")

    _one_user = models.UniqueIndex("(user_id)", "Each shop reports as a user of its own.")

    @api.depends("received_at", "status")
    @api.depends_context("lang")
    def _compute_state(self):
        now, limit = fields.Datetime.now(), self._silent_after()
        locale = babel_locale_parse(get_lang(self.env).code)
        for site in self:
            received = site.received_at
            if not received:
                site.state, site.age = "never", False
                continue
            # A moment ahead of ours is none: the clock here was set back.
            age = max(now - received, timedelta())
            site.state = "silent" if age > limit else site.status
            site.age = format_timedelta(-age, add_direction=True, locale=locale)

    @api.depends("tills")
    @api.depends_context("lang")
    def _compute_tills_in_words(self):
        words = dict(self.env["kkt.device"]._fields["health"]._description_selection(self.env))
        for site in self:
            site.tills_in_words = "\n".join(
                self.env._(
                    "%(till)s: %(health)s, undelivered: %(undelivered)s",
                    till=till["code"],
                    health=words[till["health"]],
                    undelivered=till["undelivered"],
                )
                for till in site.tills or []
            )

    @api.model
    def _silent_after(self):
        seconds = self.env["res.config.settings"]._fiscal_setting("site_silent_after")
        return timedelta(seconds=seconds)

    @api.model_create_multi
    def create(self, vals_list):
        # Before a user is made for whoever may not.
        self.check_access("create")
        for vals in vals_list:
            self._check_written_by_hand(vals)
            company = vals.get("company_id") or self.env.company.id
            vals["user_id"] = self._make_user(vals.get("name"), company).id
        return super().create(vals_list)

    @api.model
    def _make_user(self, name, company_id):
        """Return a new user who can report and nothing else, and who has no password."""
        return (
            self.env["res.users"]
            .sudo()
            .with_context(no_reset_password=True, mail_create_nolog=True)
            .create(
                {
                    "name": name,
                    "login": f"__shop_{uuid4().hex}__",
                    "company_id": company_id,
                    "company_ids": [Command.set([company_id])],
                    "group_ids": [Command.set(self.env.ref(GROUP).ids)],
                }
            )
        )

    def write(self, vals):
        self._check_written_by_hand(vals)
        result = super().write(vals)
        if "company_id" in vals:
            # Also in the company that they belong to now.
            self.check_access("write")
            company = self.env["res.company"].browse(vals["company_id"])
            self.sudo().user_id.write(
                {"company_ids": [Command.set(company.ids)], "company_id": company.id}
            )
        return result

    @api.model
    def _check_written_by_hand(self, vals):
        """Keep what shops have told, and whom they report as, from whoever may name a shop."""
        told = [name for name in vals if name in self._fields and self._fields[name].readonly]
        if told and not self.env.su:
            labels = (self._fields[name]._description_string(self.env) for name in told)
            raise UserError(self.env._("The shop itself tells this: %s", ", ".join(labels)))

    # The key ----------------------------------------------------------------------------------

    def action_new_key(self):
        """Make the key that the shop's server reports with, and show it once."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.users.apikeys.show",
            "name": self.env._("Key of the shop"),
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_key": self._new_key()},
        }

    def _new_key(self):
        """Return a new key; no earlier one opens anything any more."""
        user = self.sudo().user_id
        if user.group_ids != self.env.ref(GROUP):
            # Whoever may make keys of shops would make one of that other power.
            raise UserError(self.env._("The shop's user has other rights besides reporting."))
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        keys.search([("user_id", "=", user.id)])._remove()
        return keys._generate("rpc", self.name, None)

    # Reports ----------------------------------------------------------------------------------

    def _receive(self, report):
        """Keep a report if it is news; tell whether it was.

        Of several at once the statement lets one through after another, as their numbers are.

        :param report: ``kkt.site.report.SiteReport``
        """
        self.ensure_one()
        told = report.to_json()
        news = {
            "number": report.number,
            "reported_at": report.time.replace(tzinfo=None),
            "oldest_pending_at": report.oldest_pending_at
            and report.oldest_pending_at.replace(tzinfo=None),
            "tills": SQL("%s::jsonb", json.dumps(told["tills"])),
            **{
                name: told[name]
                for name in ("version", "status", "circuit_breaker", "network_status")
            },
            **{name: told[name] for name in ("percent_full", "pending", "dead")},
        }
        columns = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), value) for name, value in news.items()
        )
        self.env.cr.execute(
            SQL(
                """UPDATE kkt_site SET %s, received_at = %s,
                          heartbeats_received = heartbeats_received + 1,
                          heard_since = CASE WHEN received_at >= %s THEN heard_since ELSE %s END
                    WHERE id = %s AND number < %s""",
                columns,
                now := fields.Datetime.now(),
                now - self._silent_after(),
                now,
                self.id,
                report.number,
            )
        )
        is_news = bool(self.env.cr.rowcount)
        self.invalidate_recordset()
        return is_news

    @api.model
    def _heartbeats_received(self, domain):
        """Count the reports of these shops, those included that are archived: it never falls."""
        sites = self.sudo().with_context(active_test=False)
        ((total,),) = sites._read_group(domain, [], ["heartbeats_received:sum"])
        return total or 0

    # Silence ----------------------------------------------------------------------------------

    @api.model
    def _cron_watch_sites(self):
        """Call people, once, when a shop falls silent; their calls are done when it is back."""
        for site in self.sudo().search([("received_at", "!=", False)]):
            # The lock is the first of its transaction: no report has come since, none can now.
            end_transaction(self.env)
            if site.try_lock_for_update():
                site._watch()

    def _watch(self):
        is_silent = self.state == "silent"
        if is_silent and not self.silence_told:
            self.silence_told = True
            self.env["kkt.device"]._call_managers(self, self._silence_in_words)
        elif self.silence_told and not is_silent and self._is_heard_steadily():
            self.silence_told = False
            env = self.with_context(lang=self.company_id.partner_id.lang).env
            self.activity_feedback(
                ["mail.mail_activity_data_todo"], feedback=env._("The shop reports again.")
            )

    def _silence_in_words(self, env):
        summary = env._("%s: the shop's server does not report", self.name)
        note = env._(
            "Its last report came %s. Is its network or its server down?", self.with_env(env).age
        )
        return summary, note

    def _is_heard_steadily(self):
        """Whether it has reported for as long as makes a silence: a shop that is on the edge of one
        calls people once, not each time.
        """
        return fields.Datetime.now() - self.heard_since >= self._silent_after()
