import json
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from ..lane.one_of_many import noting_on_till, one_of_many


class KktDevice(models.Model):
    """What went wrong when a job had its turn with a till; gone when its next run goes well."""

    # A subject of its own, beside what administrators set.
    _inherit = "kkt.device"  # pylint: disable=consider-merging-classes-inherited

    trouble = fields.Text(string="What went wrong", compute="_compute_trouble")

    @api.depends("status_ids.troubles")
    @api.depends_context("lang", "tz")
    def _compute_trouble(self):
        for device in self:
            troubles = device._status().troubles or {}
            device.trouble = "\n".join(
                self.env._(
                    "%(time)s, job “%(job)s”: %(why)s",
                    time=format_datetime(self.env, fields.Datetime.to_datetime(trouble["at"])),
                    job=self._name_of_job(job),
                    why=self._words_of_trouble(trouble),
                )
                for job, trouble in sorted(troubles.items())
            )

    @api.model
    def _name_of_job(self, job):
        cron = self.env.ref(job, raise_if_not_found=False)
        return cron.sudo().name if cron else job

    @api.model
    def _words_of_trouble(self, trouble):
        """Say what went wrong; what is not meant for people is in the server's log only."""
        return trouble["words"] or self.env._(
            "unexpected error %s; the server's log has the details", trouble["error"]
        )

    def _keep_run(self, job, error):
        """Keep how the last run of a job went with this till, and call people if it went wrong.

        By one statement each: several jobs may write here at once.

        :param str job: its XML id
        :param error: what went wrong; None when nothing did
        """
        self.ensure_one()
        if error is None:
            change = SQL(
                "troubles = nullif(troubles - %s::text, '{}') WHERE troubles ? %s", job, job
            )
        else:
            trouble = {
                "at": fields.Datetime.to_string(fields.Datetime.now()),
                "error": type(error).__name__,
                "words": str(error) if isinstance(error, UserError) else "",
            }
            change = SQL(
                "troubles = coalesce(troubles, '{}') || jsonb_build_object(%s::text, %s::jsonb)"
                " WHERE true",
                job,
                json.dumps(trouble),
            )
        status = self._status()
        self.env.cr.execute(
            SQL("UPDATE kkt_device_status SET %s AND device_id = %s", change, self.id)
        )
        status.invalidate_recordset(["troubles"])
        if error is not None:
            self._call_because_of(job, trouble)

    def _call_because_of(self, job, trouble):
        def say(env):
            device = self.with_env(env)
            summary = env._("A job fails at this till: %s", device._name_of_job(job))
            return summary, device._words_of_trouble(trouble)

        self._call_managers(self, say)

    @api.model
    def _troubled(self, job):
        """Return the tills with which the last run of this job went wrong."""
        self.env.cr.execute(
            SQL("SELECT device_id FROM kkt_device_status WHERE troubles ? %s ORDER BY 1", job)
        )
        return self.browse(device_id for (device_id,) in self.env.cr.fetchall())

    def _each_whatever_comes(self, job, do):
        """Do a job's part for each of these tills, and for those with which it failed the last
        time: what goes wrong with one is recorded on it, and the next one has its turn.

        :param str job: XML id of the job, which is the caller
        :param do: called with the till, within a savepoint
        """
        tills = self | self._troubled(job)
        self.env["ir.cron"]._commit_progress(remaining=len(tills))
        for till in tills:
            one_of_many(
                f"Job {job} at till {till.id}",
                partial(till._in_savepoint, do),
                noting_on_till(self.env.registry, till.id, job),
            )
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _in_savepoint(self, do):
        with self.env.cr.savepoint():
            do(self)
