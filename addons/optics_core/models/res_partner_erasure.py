from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .optics_prescription import ERASING

STAYS = frozenset({"name", "company_id", "type", "is_company", "lang", "tz", "active"})
"""What is needed of a partner, and tells nothing of a person."""
PROOF_YEARS = 3
"""For how long somebody may sue (ГК РФ, ст. 196): until then the proofs are needed."""
ACCOUNTING_YEARS = 5
RECORDS = ("optics.prescription", "optics.measurement")


# Erasing is a subject of its own, beside the patient's page in res_partner.py.
class ResPartner(models.Model):
    """A person who may ask to be forgotten."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    optics_is_erased = fields.Boolean(
        string="Erased on request",
        readonly=True,
        copy=False,
        groups="optics_core.group_optics_workshop",
        help="Nothing tells any more who this was",
    )

    def action_optics_erase(self):
        self.ensure_one()
        self.env["optics.erasure"]._check_allowed(self)
        wizard = self.env["optics.patient.erasure"].create({"patient_id": self.id})
        return {
            "name": self.env._("Erase a person"),
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _erasure_check(self, companies):
        """Refuse whom this must not erase.

        :param companies: for which the user works; others' records are not his to delete
        """
        if self.optics_is_erased:
            raise UserError(self.env._("This person is erased already."))
        if self.is_company or self.env["res.company"].search_count(
            [("partner_id", "=", self.id)], limit=1
        ):
            raise UserError(self.env._("%s is no person.", self.display_name))
        users = self.with_context(active_test=False).user_ids
        if any(user.active or not user.share for user in users):
            raise UserError(
                self.env._(
                    "%s can log in, or has worked here. Close a customer's access first;"
                    " who has worked here stays the author of what he signed.",
                    self.display_name,
                )
            )
        if any(self._erasure_records(model).company_id - companies for model in RECORDS):
            raise UserError(
                self.env._("A company that you do not work for has records of this person.")
            )

    def _erasure_records(self, model, company=None):
        domain = [("patient_id", "=", self.id)]
        domain += [("company_id", "=", company.id)] if company else []
        return self.env[model].sudo().search(domain)

    def _erasure_companies(self):
        """Return the companies with medical records of the person."""
        return self.env["res.company"].union(
            *(self._erasure_records(model).company_id for model in RECORDS)
        )

    def _erasure_last_day(self, company):
        """Return the day of the last medical record."""
        days = [fields.Date.to_date(one) for one in self._erasure_days(company)]
        return max(days, default=fields.Date.context_today(self))

    def _erasure_days(self, company):
        return [
            day for model in RECORDS for day in self._erasure_records(model, company).mapped("date")
        ]

    def _erasure_medical_until(self, company):
        """Return until when a company with a licence keeps the records, by its own setting."""
        years = company.optics_record_years
        return self._erasure_last_day(company) + relativedelta(years=years)

    def _erasure_addresses(self):
        """Return the person's further addresses, which are partners too."""
        return self.child_ids.filtered(lambda child: child.type != "contact")

    # --- what the answer says, in Russian as all that a consumer is handed ------------------------

    def _erasure_erased(self):
        """Return sentences on what is erased."""
        erased = [
            "Фамилия, имя, отчество, дата рождения, телефоны, адреса, электронная почта, ИНН,"
            " банковские счета, фотография, примечания, принадлежность к группам.",
            "Сообщения, история изменений, задачи и файлы карточки; файлы заказов.",
            "Упоминания этих сведений в сообщениях, журналах и документах программы.",
        ]
        if self._erasure_of("optics.device.file"):
            erased.append("Файлы приборов с измерениями.")
        free = self._erasure_companies().filtered(lambda one: not one.optics_licence)
        if free:
            erased.append("Рецепты, измерения, вопросы и ответы к рецептам.")
        return erased

    def _erasure_kept(self):
        """Return what stays: lines of what, why, and until when.

        Other addons add lines of what the law makes them keep.
        """
        medical = [self._erasure_kept_medical(one) for one in self._erasure_companies()]
        others = [
            self._erasure_kept_line(
                "Журнал доступа к медицинским записям, без сведений о лице",
                "учёт действий с персональными данными: п. 8 ч. 2 ст. 19 152-ФЗ",
                self._erasure_years_on("optics.access.log", "read_at", PROOF_YEARS),
            ),
            self._erasure_kept_line(
                "Согласия и их отзывы (дата и цель), без сведений о лице",
                "оператор доказывает, что согласие было: ч. 3 ст. 9 152-ФЗ; срок исковой"
                " давности: ст. 196 ГК РФ",
                self._erasure_of("optics.consent")
                and fields.Date.context_today(self) + relativedelta(years=PROOF_YEARS),
            ),
            self._erasure_kept_line(
                "Заказы: номер, даты, товары, суммы, без сведений о лице",
                "документы бухгалтерского учёта: ст. 29 402-ФЗ",
                self._erasure_years_on("sale.order", "date_order", ACCOUNTING_YEARS),
            ),
            self._erasure_kept_line(
                "Счета и платежи; их файлы – как были выданы, записи – без сведений о лице",
                "первичные учётные документы: ст. 29 402-ФЗ",
                self._erasure_years_on("account.move", "date", ACCOUNTING_YEARS),
            ),
        ]
        return [line for line in medical + others if line]

    @api.model
    def _erasure_kept_line(self, what, why, until):
        """Return a line of what stays, None where there is nothing and so no day."""
        return until and {"what": what, "why": why, "until": until.strftime("%d.%m.%Y")}

    def _erasure_of(self, model):
        name = "patient_id" if "patient_id" in self.env[model]._fields else "partner_id"
        return self.env[model].sudo().search([(name, "=", self.id)])

    def _erasure_years_on(self, model, date, years):
        """Return the day until which documents are kept; accounting counts from the year's end."""
        days = [fields.Date.to_date(day) for day in self._erasure_of(model).mapped(date) if day]
        return self._erasure_after(days, years)

    @api.model
    def _erasure_after(self, days, years):
        return days and max(days) + relativedelta(month=12, day=31, years=years)

    def _erasure_kept_medical(self, company):
        if not company.optics_licence:
            return None
        return self._erasure_kept_line(
            "Рецепты и измерения; имя, дата рождения, телефон, почта и адрес – отдельно,"
            " доступны только руководителю",
            f"медицинская документация ({company.name}, лицензия {company.optics_licence}):"
            " ст. 22 и п. 12 ч. 1 ст. 79 323-ФЗ",
            self._erasure_medical_until(company),
        )

    @api.model
    def _erasure_models_keeping_files(self):
        """Return models whose files stay by law (402-ФЗ, ст. 29)."""
        return {"account.move", "account.payment"}

    # --- what is done -----------------------------------------------------------------------------

    def _erasure_close_records(self):
        """Withdraw consents; keep or delete medical records, as each company must."""
        for company in self._erasure_companies():
            if company.optics_licence:
                until = self._erasure_medical_until(company)
                why = self._erasure_kept_medical(company)["why"]
                self.env["optics.patient.archive"].sudo()._keep(self, company, until, why)
            else:
                self._erasure_delete_records(company)
        today = fields.Date.context_today(self)
        self.sudo().optics_consent_ids.filtered(lambda one: one.state == "given")._change(
            state="withdrawn", withdrawn_on=today, withdrawn_by_id=self.env.uid
        )

    def _erasure_delete_records(self, company):
        """Delete prescriptions, what replaces another one first, and measurements."""
        prescriptions = self._erasure_records("optics.prescription", company)
        comparisons = self.env["optics.prescription.comparison"].sudo()
        comparisons.search([("patient_id", "=", self.id)]).unlink()
        for one in prescriptions.sorted("revision", reverse=True):
            one.with_context(optics_erasing=ERASING).unlink()
        self._erasure_records("optics.measurement", company).unlink()

    def _erasure_make_nameless(self):
        """Empty every field of a person, and call him by his number."""
        emails = [email for email in self.mapped("email_normalized") if email]
        self.env["mail.blacklist"].search([("email", "in", emails)]).unlink()
        banks = self.bank_ids
        for bank in banks:
            bank.write({"acc_number": f"***{bank.id}", "acc_holder_name": False, "active": False})
        users = self.user_ids
        for user in users:
            user.write({"login": f"erased-{user.id}", "signature": False})
        (self.child_ids - self).write({"parent_id": False})
        self.write(
            {field.name: False for field in self._fields.values() if self._erasure_empties(field)}
        )
        for partner in self:
            # Odoo asks for active users by this context, and finds closed ones otherwise.
            name = self.env._("Erased patient %s", partner.id)
            partner.with_context(active_test=True).write(
                {"name": name, "optics_is_erased": True, "active": False}
            )

    @api.model
    def _erasure_empties(self, field):
        """Tell whether a field may say something of a person."""
        kinds = {"char", "text", "html", "date", "binary", "image", "many2many"}
        kinds |= set() if field.company_dependent else {"many2one", "json", "reference"}
        return (
            field.type in kinds
            and field.name not in STAYS
            and not field.required
            and not field.related
            and not (field.compute and field.readonly)
            and (field.store or field.company_dependent)
            and field.name not in models.MAGIC_COLUMNS
        )
