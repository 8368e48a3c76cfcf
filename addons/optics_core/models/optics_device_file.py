import hashlib
import re
from base64 import b64decode, b64encode
from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..optics.devices.file import read_device_file
from ..optics.devices.xml import LARGEST
from ..optics.problems import Problem, UnreadableFile
from .optics_checked import EYES
from .optics_measurement_values import EYE_COLUMNS, PAIR_COLUMNS
from .optics_prescription import ERASING
from .optics_words import lines_of_problems, words_of_problem

STATES = [
    ("waiting", "Waits for a patient"),
    ("assigned", "Put to a patient"),
    ("refused", "Unreadable"),
]
FILING = object()
"""In the context of what takes in, assigns and detaches. No client can send it."""
BY_HAND = frozenset({"candidate_id"})
"""What an optician writes himself."""
EARLIEST = 1970
"""Year. A device's clock that is earlier was never set."""
ENCODINGS = ("utf-8", "utf-16", "cp932")
"""In which an unreadable file is looked through for somebody's name."""


class OpticsDeviceFile(models.Model):
    """The file of a refraction device as it was received, and to whom it was put.

    What it tells is read from it anew each time it is shown (``optics.devices``), so that a waiting
    file is told in the reader's language; measurements are built when it is put to a patient.
    """

    _name = "optics.device.file"
    _inherit = ["optics.read.logged"]
    _description = "File of a device"
    _order = "received_on desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    name = fields.Char(string="File", required=True, readonly=True)
    received_on = fields.Datetime(
        string="Received on", required=True, readonly=True, default=fields.Datetime.now
    )
    sha256 = fields.Char(string="SHA-256", required=True, readonly=True)
    size = fields.Integer(
        readonly=True, aggregator=None, help="Bytes; of one that is too large not all were counted"
    )
    # In the table itself: who reads a file of its own is not logged, and its bytes outlive it.
    content = fields.Binary(
        string="As received", attachment=False, readonly=True, help="Empty for what was too large"
    )
    state = fields.Selection(STATES, required=True, readonly=True, default="refused")
    device = fields.Char(readonly=True, help="Maker and model")
    measured_on = fields.Datetime(
        string="Measured on", readonly=True, help="By the clock of the device"
    )
    told_name = fields.Char(string="Name at the device", readonly=True)
    told_birthdate = fields.Date(string="Date of birth at the device", readonly=True)
    told_id = fields.Char(string="ID at the device", readonly=True)
    told_number = fields.Char(
        string="Number at the device", readonly=True, help="Often of the day only"
    )
    summary = fields.Text(string="Measured", compute="_compute_words")
    left_out = fields.Text(
        string="Left out", compute="_compute_words", help="Told by the file and in no measurement"
    )
    refusal = fields.Text(string="Why it is unreadable", compute="_compute_words")
    candidate_id = fields.Many2one(
        "res.partner",
        string="Whom to put it to",
        ondelete="set null",
        check_company=True,
        domain="[('is_company', '=', False)]",
        help="Proposed where somebody's name or number is the same",
    )
    doubts = fields.Text(string="Please check", compute="_compute_doubts")
    patient_id = fields.Many2one(
        "res.partner", readonly=True, index=True, ondelete="restrict", check_company=True
    )
    measurement_ids = fields.One2many(
        "optics.measurement", "device_file_id", string="Measurements", readonly=True
    )

    _same_file = models.UniqueIndex("(company_id, sha256)", "This file was received already.")

    # --- what it tells ----------------------------------------------------------------------------

    @api.depends("content", "name", "size")
    @api.depends_context("lang")
    def _compute_words(self):
        measurements = self.env["optics.measurement"]
        for file in self:
            file.summary = file.left_out = file.refusal = False
            try:
                told = file._told()
            except UnreadableFile as error:
                file.refusal = file._words_of_refusal(error)
                continue
            shown = [measurements.new(_columns(each)) for each in told.measurements]
            file.summary = "\n".join(one._timeline_summary() for one in shown)
            file.left_out = told.left_out and lines_of_problems(measurements, told.left_out, EYES)

    def _told(self):
        """Return what the file tells, a value of the plain package.

        :raises UnreadableFile: it gives no measurement
        """
        content = self.with_context(bin_size=False, bin_size_content=False).content
        if self.size > LARGEST:
            raise UnreadableFile(self.name, "too_large", limit=LARGEST)
        return read_device_file(b64decode(content or b""), self.name)

    def _words_of_refusal(self, error):
        problem = Problem("", "file", error.name, error.code, error.params)
        words = [words_of_problem(self.env, problem)]
        if error.problems:
            measurements = self.env["optics.measurement"]
            words.append(lines_of_problems(measurements, error.problems, EYES))
        return "\n".join(words)

    def _timeline_summary(self):
        """Say what it tells in a line, as the measurements built of it do."""
        return (self.summary or self.refusal or "").replace("\n", "; ")

    # --- how it comes in --------------------------------------------------------------------------

    @api.model
    def receive(self, name, content, patient_id=False):
        """Take in a file that was dropped on a page.

        :param content: base64
        :param patient_id: whose page that is
        :return: an action that shows what became of it
        :raises UserError: it is unreadable, and nothing of it is kept
        """
        self.check_access("write")
        patient = self.env["res.partner"].browse(patient_id)
        file = self._take_in(name, b64decode(content), self.env.company, patient)
        if file.state == "refused":
            # Without the file's name, which may be a person's: Odoo's log has what is refused.
            words = file.refusal
            raise UserError(words)
        if file.state == "waiting" and patient:
            file.candidate_id = patient
            asked = file.action_assign()
            if asked is not True:
                return asked
        return file._notification(patient)

    def _notification(self, patient):
        """Say where the file is now, with a warning where that is not where it was dropped."""
        if self.state == "waiting":
            words = self.env._("%s waits among the new measurements for a patient.", self.name)
        else:
            words = self.env._(
                "%(file)s: %(patient)s", file=self.name, patient=self.patient_id.name
            )
        is_as_meant = not patient or self.patient_id == patient
        if is_as_meant:
            return _notice(words, "success")
        return _notice(self.env._("This file was received already. %s", words), "warning")

    @api.model
    def _take_in(self, name, raw, company, patient=None):
        """Keep a file and put it to whom it means for certain, unless a `patient` is told.

        The same file again is the same record.

        :param raw: its bytes, one more than the largest at most
        """
        sha256 = hashlib.sha256(raw).hexdigest()
        files = self.sudo().with_context(optics_filing=FILING)
        file = files.search([("company_id", "=", company.id), ("sha256", "=", sha256)])
        file = file or files.create(
            {
                "company_id": company.id,
                "name": name.replace("\0", ""),
                "sha256": sha256,
                "size": len(raw),
                "content": b64encode(raw) if len(raw) <= LARGEST else False,
            }
        )
        file = file.with_env(self.env)
        if file.state == "refused":
            file._read_in()
            if file.state == "waiting" and not patient:
                file._look_for_patient()
        return file

    def _read_in(self):
        """Note what the file tells, if it can be read."""
        try:
            told = self._told()
        except UnreadableFile:
            return
        person = told.patient
        names = (person.last_name, person.first_name, person.middle_name)
        self._file(
            state="waiting",
            device=" ".join(filter(None, (told.maker, told.model))),
            measured_on=self._in_utc(told.measured_on),
            told_name=" ".join(filter(None, names)),
            told_birthdate=person.birth_date,
            told_id=person.identifier,
            told_number=person.number,
        )

    def _in_utc(self, moment):
        """Return the time of a device's clock in UTC; None where the clock was never set."""
        if not moment or moment.year < EARLIEST:
            return None
        local = moment.replace(tzinfo=ZoneInfo(self._zone()))
        return local.astimezone(UTC).replace(tzinfo=None)

    def _zone(self):
        """Return the time zone of the shop in which the device stands."""
        company = self.company_id.sudo()
        users = self.env["res.users"].sudo()
        of_company = [("company_ids", "in", company.ids), ("tz", "!=", False)]
        told = company.partner_id.tz or self.env.user.tz
        return told or users.search(of_company, limit=1).tz or "UTC"

    def _file(self, **values):
        self.sudo().with_context(optics_filing=FILING).write(values)

    def write(self, vals):
        is_filing = self.env.context.get("optics_filing") is FILING
        if not is_filing and not BY_HAND.issuperset(vals):
            raise UserError(self.env._("The file of a device stays as it was received."))
        return super().write(vals)

    # --- whose it is ------------------------------------------------------------------------------

    def _look_for_patient(self):
        """Put it to whom the device means for certain; else propose whom it may mean."""
        patient = self._known_patient()
        if patient:
            self._assign(patient)
        else:
            self._file(candidate_id=self._proposed_patient().id)

    def _known_patient(self):
        """Return the only person with the device's ID, or else with its name and birth date.

        A name alone is nobody's for certain, nor is a number: devices count the people of a day.
        """
        if self.told_id:
            found = self._people(("ref", "=", self.told_id))
            if found:
                is_certain = len(found) == 1 and not self._doubts_of(found)
                return found if is_certain else found.browse()
        if not self.told_birthdate or len(_words(self.told_name)) < 2:
            return self.env["res.partner"]
        found = self._people(("optics_birthdate", "=", self.told_birthdate))
        found = found.filtered(lambda one: _words(self.told_name) <= _words(one.name))
        return found if len(found) == 1 else found.browse()

    def _proposed_patient(self):
        """Return the only person with the ID, the number or the name, for an optician to see."""
        told = [one for one in (self.told_id, self.told_number) if one]
        found = self._people(("ref", "in", told)) if told else self.env["res.partner"]
        words = _words(self.told_name)
        if not found and len(words) >= 2:
            found = self._people(*(("name", "ilike", word) for word in self.told_name.split()))
            found = found.filtered(lambda one: words <= _words(one.name))
        return found if len(found) == 1 else found.browse()

    def _people(self, *terms):
        """Return people whom the company knows."""
        of_company = ("company_id", "in", [False, self.company_id.id])
        domain = [("is_company", "=", False), of_company, *terms]
        return self.env["res.partner"].sudo().search(domain)

    @api.depends("candidate_id", "told_id", "told_name", "told_birthdate")
    @api.depends_context("lang")
    def _compute_doubts(self):
        for file in self:
            candidate = file.candidate_id.sudo()
            file.doubts = "\n".join(file._doubts_of(candidate)) if candidate else False

    def _doubts_of(self, patient):
        """Return sentences on what the device tells of somebody else than this patient."""
        doubts = [self._doubt_of_id(patient)] if self.told_id else []
        born = patient.optics_birthdate
        if self.told_birthdate and born and self.told_birthdate != born:
            doubts.append(
                self.env._(
                    "The device names the date of birth %(told)s; the patient's is %(own)s.",
                    told=format_date(self.env, self.told_birthdate),
                    own=format_date(self.env, born),
                )
            )
        if not _words(self.told_name) <= _words(patient.name):
            doubts.append(
                self.env._(
                    "The device names %(told)s; the patient is %(own)s.",
                    told=self.told_name,
                    own=patient.name,
                )
            )
        return [doubt for doubt in doubts if doubt]

    def _doubt_of_id(self, patient):
        others = self._people(("ref", "=", self.told_id), ("id", "!=", patient.id))
        if others:
            return self.env._(
                "The device names the ID %(told)s, which is that of %(other)s.",
                told=self.told_id,
                other=", ".join(others.mapped("name")),
            )
        if patient.ref and patient.ref != self.told_id:
            return self.env._(
                "The device names the ID %(told)s; the patient's is %(own)s.",
                told=self.told_id,
                own=patient.ref,
            )
        return ""

    # --- putting it to a patient, and taking it back ----------------------------------------------

    def action_assign(self):
        """Put it to the chosen patient.

        :return: True, or a dialogue where the device tells of somebody else
        """
        self._check_waiting()
        if not self.doubts:
            return self._assign(self.candidate_id)
        return {
            "name": self.env._("Is this the patient?"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("optics_core.optics_device_file_view_doubts").id, "form")],
            "target": "new",
        }

    def action_assign_anyway(self):
        self._check_waiting()
        self._assign(self.candidate_id)
        return {"type": "ir.actions.act_window_close"}

    def _check_waiting(self):
        self.ensure_one()
        self.check_access("write")
        if self.state != "waiting":
            raise UserError(self.env._("This file waits for no patient."))
        if not self.candidate_id:
            raise UserError(self.env._("Choose the patient first."))

    def _assign(self, patient):
        self._file(state="assigned", patient_id=patient.id, candidate_id=False)
        common = {
            "company_id": self.company_id.id,
            "patient_id": patient.id,
            "device_file_id": self.id,
            "date": self.measured_on or self.received_on,
            "device": self.device,
            "examiner": False,
        }
        told = self._told()
        self.env["optics.measurement"].create(
            [{**common, **_columns(measured)} for measured in told.measurements]
        )
        return True

    def action_detach(self):
        """Take it back from a patient: its measurements go, and it waits again."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "assigned":
            raise UserError(self.env._("This file stands with no patient."))
        derived = [("measurement_id", "in", self.measurement_ids.ids)]
        if self.env["optics.prescription"].sudo().search_count(derived, limit=1):
            raise UserError(self.env._("A prescription was derived from this file."))
        self.measurement_ids.unlink()
        self._file(state="waiting", patient_id=False)
        return True

    def action_check_folder(self):
        """Have the folder looked through now, instead of within a minute."""
        self.check_access("write")
        self.env.ref("optics_core.cron_device_folder").sudo()._trigger()
        folder = self.env["optics.device.folder"]._folder()
        words = self.env._("The folder is looked through. Load the page again in a moment.")
        none = self.env._("No folder is named on the server (optics_device_folder in odoo.conf).")
        return _notice(words if folder else none, "info" if folder else "warning")

    @api.ondelete(at_uninstall=False)
    def _never_unlink_assigned(self):
        is_erasing = self.env.context.get("optics_erasing") is ERASING
        if not is_erasing and any(file.state == "assigned" for file in self):
            raise UserError(self.env._("Take the file back from its patient first."))

    # --- the log, and erasing ---------------------------------------------------------------------

    def _read_subjects(self):
        # Of a waiting file nobody knows yet whose health it tells of.
        return self.filtered("patient_id")

    @api.model
    def _erase_of(self, patients, words):
        """Delete files of erased people, and those that name them and wait.

        :param words: what is known of them, by kinds (``optics.erasure.sweep._words``)
        """
        files = self.sudo().with_context(optics_erasing=ERASING)
        files.search([("candidate_id", "in", patients.ids)])._file(candidate_id=False)
        waiting = files.search([("patient_id", "=", False)])
        theirs = files.search([("patient_id", "in", patients.ids)])
        (theirs + waiting.filtered(lambda one: one._tells_of(words))).unlink()

    def _tells_of(self, words):
        """Tell whether a file that waits or is unreadable names somebody."""
        if self.told_birthdate and words["day"] and self.told_birthdate not in words["day"]:
            return False  # a namesake
        raw = b64decode(self.content or b"")
        texts = [raw.decode(encoding, "ignore") for encoding in ENCODINGS]
        told = _words(" ".join([self.name, self.told_name or "", *texts]))
        is_named = any(len(_words(name) & told) >= 2 for name in words["name"])
        return is_named or bool({self.told_id, self.told_number} & words["ref"])


def _columns(measured):
    """Return the columns of a measurement of the plain package."""
    columns = {name: getattr(measured, name) for name in PAIR_COLUMNS}
    for prefix, eye in zip(EYES.values(), (measured.od, measured.os), strict=True):
        columns |= {f"{prefix}{name}": getattr(eye, name) for name in EYE_COLUMNS}
    told = {name: value for name, value in columns.items() if value}
    return {"kind": measured.kind.value, **told}


def _notice(words, kind):
    """Return the action that shows a notification; a warning stays until it is closed."""
    params = {"type": kind, "message": words, "sticky": kind == "warning"}
    return {"type": "ir.actions.client", "tag": "display_notification", "params": params}


def _words(text):
    return set(re.findall(r"\w+", (text or "").lower().replace("ё", "е")))
