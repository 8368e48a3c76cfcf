import re
from uuid import uuid4

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import ValidationError

BLANK = "____________________"
"""What is not known is left to be filled in by hand."""
WITHDRAWAL = (
    "Согласие действует со дня его подписания и может быть отозвано в любой момент письменным"
    " заявлением, поданным по адресу Оператора."
)
FACT = re.compile(r"\{(\w+)\}")
FACTS = frozenset(
    {
        *("организация", "инн", "огрн", "адрес"),
        *("пациент", "дата_рождения", "адрес_пациента", "дата"),
    }
)
"""In Russian, as the text around them: whoever edits it reads no English."""


class OpticsConsentPurpose(models.Model):
    """What a patient may consent to: one purpose, one document (152-ФЗ, ст. 9 ч. 1 and 4)."""

    _name = "optics.consent.purpose"
    _description = "Purpose of a consent"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        default=lambda self: f"own-{uuid4().hex[:8]}",
        copy=False,
        help="By which the program asks for it",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    title = fields.Char(
        string="Heading of the document", required=True, help="In Russian, as it is printed"
    )
    text = fields.Html(
        string="Text of the document",
        required=True,
        help="In Russian, as it is printed. {организация}, {инн}, {огрн}, {адрес}, {пациент},"
        " {дата_рождения}, {адрес_пациента} and {дата} are filled in. What comes with the program"
        " is a draft that no lawyer has reviewed: have yours read it before you use it. Consents"
        " given before keep the text that was signed.",
    )
    may_be_withdrawn = fields.Boolean(
        string="May be withdrawn",
        default=True,
        help="By 152-ФЗ any consent to the use of personal data may be",
    )
    after_withdrawal = fields.Text(
        string="What follows a withdrawal", help="In Russian, as it is printed"
    )

    _one_code = models.UniqueIndex("(code)", "Another purpose has this code.")

    @api.constrains("text")
    def _check_text(self):
        for purpose in self:
            unknown = set(FACT.findall(purpose.text)) - FACTS
            if unknown:
                raise ValidationError(
                    self.env._(
                        "Text of the document: nothing is known to fill in for %s.",
                        ", ".join(f"{{{name}}}" for name in sorted(unknown)),
                    )
                )

    def _filled(self, patient, company):
        """Return the whole document with what is known of both sides, and blanks for the rest."""
        facts = self._facts(patient, company)
        text = FACT.sub(lambda found: str(escape(facts[found[1]] or BLANK)), self.text)
        heading = Markup('<h4 style="text-align: center">%s</h4>') % self.title
        # The field is cleaned when it is written, and what was filled in is escaped.
        return heading + Markup(text) + self._how_to_withdraw()  # noqa: S704

    def _how_to_withdraw(self):
        """Return what a consent in writing must say of its withdrawal (152-ФЗ, ст. 9 ч. 4 п. 8)."""
        if not self.may_be_withdrawn:
            return ""
        return Markup("<p>%s %s</p>") % (WITHDRAWAL, self.after_withdrawal or "")

    @api.model
    def _facts(self, patient, company):
        return {
            "организация": company.name,
            "инн": company.vat,
            "огрн": company.company_registry,
            "адрес": self._address(company.partner_id),
            "пациент": patient.name,
            "дата_рождения": self._day(patient.optics_birthdate),
            "адрес_пациента": self._address(patient),
            "дата": self._day(fields.Date.context_today(self)),
        }

    @api.model
    def _address(self, partner):
        # No region: Odoo knows those of Russia in English only.
        parts = (partner.zip, partner.city, partner.street, partner.street2)
        return ", ".join(part for part in parts if part)

    @api.model
    def _day(self, day):
        """Write a date as Russian documents do, whatever the user's language."""
        return day and day.strftime("%d.%m.%Y")
