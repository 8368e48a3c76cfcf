import json
from base64 import b64decode
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from odoo import api, models
from odoo.exceptions import AccessError, MissingError
from odoo.tools import format_date, format_datetime, html2plaintext

from ..optics.limits import adapted
from ..optics.measurement import MEASURED
from .optics_words import has_comma

PRINTED_IN = "ru_RU"
"""What a consumer is handed is in Russian (168-ФЗ), whatever language its writer reads."""
ANY_STEP = adapted(eighths=True, tenths_of_mm=True, hundredths_of_prism=True, fresnel=True)
CONTACTS = (
    *("optics_birthdate", "phone", "email", "contact_address_inline"),
    *("vat", "ref", "comment", "lang", "create_date"),
)
NOT_OF_THE_PERSON = frozenset(
    {
        *("id", "create_uid", "write_uid", "write_date", "company_id", "patient_id"),
        *("previous_id", "candidate_id", "sha256", "size"),
    }
)
"""How the program keeps a record."""


class OpticsPatientExport(models.AbstractModel):
    """All that is held about a person, for the person: who asks has a right to it.

    152-ФЗ, ст. 14 ч. 1 and 7: what is processed, and who has had access to it.
    """

    _name = "optics.patient.export"
    _description = "Data of a patient for the patient"

    @api.model
    def _zip(self, patient):
        """Return the file: the same for people (HTML) and for programs (JSON)."""
        self._check_allowed(patient)
        held = self._in_russian()._held(patient)
        page = self.env["ir.qweb"]._render("optics_core.patient_export", {"held": held})
        buffer = BytesIO()
        with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
            archive.writestr("data.json", json.dumps(held, ensure_ascii=False, indent=2))
            archive.writestr("data.html", f"<!DOCTYPE html>\n{page}")
            for file in self._device_files(patient):
                archive.writestr(f"devices/{file.id}.xml", b64decode(file.content))
        return buffer.getvalue()

    @api.model
    def _check_allowed(self, patient):
        if not self.env.user.has_group("optics_core.group_optics_optician"):
            raise AccessError(self.env._("Only opticians export a person's data."))
        if not patient:
            raise MissingError(self.env._("There is no such patient."))
        patient.check_access("read")

    @api.model
    def _in_russian(self):
        lang = PRINTED_IN if self.env["res.lang"]._get_data(code=PRINTED_IN) else self.env.lang
        return self.with_context(lang=lang)

    @api.model
    def _held(self, patient):
        """Return chapters by their headings: lists of records, each of labels and values."""
        patient = patient.with_env(self.env)
        of_patient = [("patient_id", "=", patient.id)]
        chapters = {
            # Odoo calls a contact's name as it calls a company's.
            "Контактные данные": [
                {"Имя": patient.name, **one} for one in self._records(patient, CONTACTS)
            ],
            "Рецепты": self._logged("optics.prescription", of_patient),
            "Измерения": self._logged("optics.measurement", of_patient),
            "Файлы приборов": self._logged("optics.device.file", of_patient),
            "Согласия": self._records(self.env["optics.consent"].search(of_patient)),
        }
        # What a cashier sold and who has read: told to the person, also where the optician has
        # no right to these models; of the companies that he works for.
        within = [("company_id", "in", self.env.companies.ids)]
        orders = self.env["sale.order"].sudo().search([("partner_id", "=", patient.id), *within])
        chapters["Заказы"] = self._records(orders, ("name", "date_order", "state"))
        lines = self.env["optics.access.log"].sudo().search([*of_patient, *within])
        chapters["Кто получал медицинские записи"] = self._records(
            lines, ("read_at", "user_id", "what", "res_model")
        )
        return chapters

    @api.model
    def _device_files(self, patient):
        """Return the originals, the reading of which :meth:`_held` has noted."""
        files = self.env["optics.device.file"].with_context(bin_size=False)
        return files.search([("patient_id", "=", patient.id)])

    @api.model
    def _logged(self, model, domain):
        """Return records, and note that each was given away."""
        records = self.env[model].search(domain)
        records._log_reading("exported")
        return [
            {**told, **self._lines_of(record)}
            for record, told in zip(records, self._records(records), strict=True)
        ]

    @api.model
    def _lines_of(self, record):
        """Return each eye in a line, as on the screen."""
        if record._name in ("optics.measurement", "optics.device.file"):
            return {"Итог": record._timeline_summary()}
        questions = record.question_ids
        return {
            "Итог": record._timeline_summary(),
            **{one.question: one.remark or one.is_right for one in questions},
        }

    @api.model
    def _records(self, records, names=None):
        names = names or self._names_of(records)
        labels = records.sudo().fields_get(names, ["string"])
        return [
            {
                labels[name]["string"]: shown
                for name in names
                if (shown := self._shown(record, name)) not in (None, "")
            }
            for record in records
        ]

    @api.model
    def _names_of(self, records):
        """Return the stored columns that tell of a person."""
        return [
            name
            for name, field in records._fields.items()
            if field.store and field.type not in ("one2many", "many2many", "binary")
            if name not in NOT_OF_THE_PERSON
        ]

    @api.model
    def _shown(self, record, name):
        """Write a value as it stands in a document; None where nothing was told."""
        value, field = record[name], record._fields[name]
        unit = self._unit(record._name, name)
        if unit:
            # A sphere of nought is told, any other nought is not.
            told = value or (name.endswith("sphere") and value == 0)
            shown = unit.shown(value, decimal_comma=has_comma(self.env)) if told else ""
            return shown.replace("-", "−")
        if not value:
            return None
        ways = {
            "many2one": lambda: value.sudo().display_name,
            "selection": lambda: dict(field._description_selection(self.env)).get(value, value),
            "date": lambda: format_date(self.env, value),
            "datetime": lambda: format_datetime(self.env, value),
            "html": lambda: html2plaintext(value),
        }
        return ways.get(field.type, lambda: value)()

    @api.model
    def _unit(self, model, name):
        """Return the unit of a measured column, None of all others."""
        table = {"optics.prescription": ANY_STEP, "optics.measurement": MEASURED}.get(model, {})
        limit = table.get(name) or table.get(name.partition("_")[2])
        return getattr(limit, "unit", None) if not name.endswith("acuity") else None
