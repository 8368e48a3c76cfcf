import re
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import formatLang

from ..kkt.fiscal.jsonio import date_from_json
from ..kkt.fiscal.listing import label_of, listing
from ..kkt.fiscal.vat import signed_vat_totals
from ..kkt.fiscal.vocabulary import CorrectionType

INDENT_REM = 1.5
"""Width of one step into a group of tags."""
LINE_OF_PATH = re.compile(r"items\[(\d+)\]")


class FiscalDocument(models.Model):
    """What a document says beside its lines, readable for people who know no tags."""

    # Fields for people alone.
    _inherit = "fiscal.document"  # pylint: disable=consider-merging-classes-inherited

    warnings_text = fields.Text(string="Warnings in words", compute="_compute_warnings_text")
    details_html = fields.Html(string="Details", compute="_compute_details_html")
    tags_html = fields.Html(string="As signed", compute="_compute_tags_html")

    @api.depends("warnings")
    def _compute_warnings_text(self):
        for document in self:
            document.warnings_text = "\n".join(map(self._warning_text, document.warnings or []))

    @api.model
    def _warning_text(self, warning):
        """Say a stored ``FiscalWarning`` in the user's language."""
        texts = {
            "rate_20_replaced": self.env._("20 % was replaced by 22 %, the price is the same"),
            "rate_not_of_regime": self.env._(
                "the VAT rate is none of the seller's tax regime on the day of supply"
            ),
            "rate_differs": self.env._("the till has signed another VAT rate than it was sent"),
            "gs1_lacking_tail": self.env._("the marking code has no crypto tail"),
            "lines_differ": self.env._("the till has signed other lines than it was sent"),
        }
        text = texts.get(warning["code"], warning["text"])
        line = LINE_OF_PATH.match(warning["field"])
        if not line:
            return text
        return self.env._("Line %(number)s: %(text)s", number=int(line[1]) + 1, text=text)

    @api.depends("payload", "signed_json")
    @api.depends_context("lang")
    def _compute_details_html(self):
        for document in self:
            data = document.signed_json or document.payload or {}
            document.details_html = "totalSum" in data and self._details_html(data)

    @api.model
    def _details_html(self, data):
        """Return payments, VAT, buyer and reason of a receipt or correction, as HTML.

        :param data: FNS JSON, as asked for or as signed
        """
        base = data.get("correctionBase") or {}
        return self.env["ir.qweb"]._render(
            "optics_kkt_driver.fiscal_document_details",
            {
                "data": data,
                "buyer": {**data, **(data.get("buyerInformation") or {})},
                "vat": self._vat_sums(data),
                "tax_system": self._tax_system_label(data.get("appliedTaxationType")),
                "settled_on": date_from_json(base.get("correctionDocumentDate")),
                "order_number": base.get("correctionDocumentNumber"),
                "by_order": data.get("correctionType") == CorrectionType.INSTRUCTION,
                "money": lambda kopecks: formatLang(self.env, (kopecks or 0) / 100),
            },
        )

    @api.depends("signed_json")
    @api.depends_context("lang")
    def _compute_tags_html(self):
        for document in self:
            signed = document.signed_json
            document.tags_html = signed and self._tags_html(signed)

    @api.model
    def _tags_html(self, data):
        """Return all that a document says, tag by tag, as HTML.

        :param data: FNS JSON
        """
        return self.env["ir.qweb"]._render(
            "optics_kkt_driver.fiscal_document_tags",
            {"lines": listing(data), "indent": INDENT_REM, "shown": self._number_or_text},
        )

    @api.model
    def _number_or_text(self, value):
        return self._number(value) if isinstance(value, Decimal) else value

    @api.model
    def _number(self, value):
        """Write a number as the reader does, with the decimals that it has."""
        return formatLang(self.env, float(value), digits=max(0, -value.as_tuple().exponent))

    @api.model
    def _vat_sums(self, data):
        """Pairs of rate and kopecks: VAT, and turnover where there is none."""
        try:
            sums = signed_vat_totals(data)
        except (AttributeError, TypeError):
            return []
        return [(nds.label, total) for nds, total in sorted(sums.items())]

    @api.model
    def _tax_system_label(self, code):
        labels = dict(self.env["kkt.device"]._fields["tax_system"]._description_selection(self.env))
        return labels.get(str(code)) or label_of("appliedTaxationType", code) or code
