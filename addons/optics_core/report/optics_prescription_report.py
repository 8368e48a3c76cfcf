from odoo import api, models

from ..models.optics_prescription import ANY_STEP
from ..models.optics_words import has_comma, shown_refraction
from ..optics.units import Unit
from ..optics.vocabulary import EyeState

PRINTED_IN = "ru_RU"
"""What a consumer is handed is in Russian first (168-ФЗ), whatever language its writer reads."""


class OpticsPrescriptionReport(models.AbstractModel):
    """What stands on the printed prescription: the fields of the usual forms 2-МИ and 3-МИ."""

    _name = "report.optics_core.report_prescription"
    _description = "Printed prescription"

    @api.model
    def _get_report_values(self, docids, data=None):
        lang = PRINTED_IN if self.env["res.lang"]._get_data(code=PRINTED_IN) else self.env.lang
        docs = self.env["optics.prescription"].with_context(lang=lang).browse(docids)
        docs.check_access("read")
        docs._log_reading("printed")
        return {
            "doc_model": docs._name,
            "docs": docs,
            "printed_in": lang,
            "rows": {
                doc.id: [self._row(doc, *each) for each in doc._value(ANY_STEP).eyes()]
                for doc in docs
            },
            "millimetres": self._millimetres,
        }

    @api.model
    def _millimetres(self, doc, name):
        """Write a distance of the pair, empty where it is not told."""
        unit = Unit.MM if name.startswith("working") else Unit.TENTH_MM
        unit = Unit.HUNDREDTH_MM if name == "vertex" else unit
        return doc[name] and unit.shown(doc[name], decimal_comma=has_comma(doc.env))

    @api.model
    def _row(self, doc, eye, entered):
        """Return the cells of an eye, by the names of its columns."""

        def shown(value, unit):
            return unit.shown(value, decimal_comma=has_comma(doc.env)).replace("-", "−")

        states = dict(doc._fields["od_state"]._description_selection(doc.env))
        row = {
            "eye": eye.value,
            "state": entered.state is not EyeState.POWERED and states[entered.state.value],
            "acuity": doc[f"{eye.value.lower()}_acuity"],
            **dict.fromkeys(("base_curve", "diameter", "level", "design")),
            "lens": doc[f"{eye.value.lower()}_lens"],
            "pd": entered.pd_monocular and shown(entered.pd_monocular, Unit.TENTH_MM),
        }
        if entered.contact_lens:
            row |= self._contact_lens(doc, eye, entered.contact_lens, shown)
        refraction = entered.refraction
        if refraction:
            row |= {
                "sphere": shown(refraction.sphere, Unit.EIGHTH_DIOPTRE),
                "cylinder": refraction.cylinder and shown(refraction.cylinder, Unit.EIGHTH_DIOPTRE),
                "axis": refraction.axis,
                "other_form": refraction.cylinder
                and shown_refraction(refraction.transposed(), has_comma(doc.env)),
                "addition": entered.addition and shown(entered.addition, Unit.EIGHTH_DIOPTRE),
            }
        polar = entered.prism.polar(eye)
        if polar.resultant:
            row["prism"] = shown(polar.resultant, Unit.HUNDREDTH_PRISM).lstrip("+")
            row["base"] = polar.base
        return row

    @api.model
    def _contact_lens(self, doc, eye, lens, shown):
        prefix = eye.value.lower()
        levels = dict(doc._fields[f"{prefix}_addition_level"]._description_selection(doc.env))
        return {
            "base_curve": lens.base_curve and shown(lens.base_curve, Unit.HUNDREDTH_MM),
            "diameter": lens.diameter and shown(lens.diameter, Unit.TENTH_MM),
            "level": levels.get(lens.addition_level),
            "design": lens.design and lens.design.value,
        }
