from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ..kkt.reconcile.layout import NEEDED, Field, Layout, guess

LONGEST_HEADING = 200


class FiscalReportLayout(models.Model):
    """How an operator's report is laid out: told once, used for each further report."""

    _name = "fiscal.report.layout"
    _description = "Layout of an operator's report"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    ofd_id = fields.Many2one("fiscal.ofd", string="OFD", check_company=True)
    column_ids = fields.One2many("fiscal.report.layout.column", "layout_id", string="Columns")
    kopecks = fields.Boolean(string="Sums are in kopecks", help="Such as 123456 for 1234.56")
    decimal_comma = fields.Boolean(
        string="Decimal comma",
        default=True,
        help="1.234,56 and not 1,234.56. A point before the last two digits is read either way",
    )
    month_first = fields.Boolean(
        string="Dates begin with the month",
        help="11/30/2026. Dates that begin with the year are read either way",
    )
    missing = fields.Char(
        string="Columns still to be named",
        compute="_compute_missing",
        help="Without FN, FD and total nothing can be held against our documents",
    )

    @api.depends("column_ids.meaning")
    @api.depends_context("lang")
    def _compute_missing(self):
        labels = self.env["fiscal.report.layout.column"]._labels()
        for layout in self:
            told = set(layout.column_ids.mapped("meaning"))
            layout.missing = ", ".join(labels[each] for each in NEEDED if each not in told)

    @api.constrains("column_ids")
    def _check_columns(self):
        labels = self.env["fiscal.report.layout.column"]._labels()
        for layout in self:
            told = [each for each in layout.column_ids.mapped("meaning") if each]
            twice = [labels[each] for each in dict.fromkeys(told) if told.count(each) > 1]
            if twice:
                raise ValidationError(
                    self.env._("Columns: %s: named for more than one column.", ", ".join(twice))
                )

    def _layout(self):
        """Return the value that reports are read by (``kkt.reconcile.layout.Layout``)."""
        self.ensure_one()
        return Layout(
            {Field(each.meaning): each.heading for each in self.column_ids if each.meaning},
            kopecks=self.kopecks,
            decimal_comma=self.decimal_comma,
            month_first=self.month_first,
        )

    @api.model
    def _remembered(self, headings, company, ofd):
        """Return the layout that fits these headings best, the operator's own first; or none."""
        layouts = self.search([("company_id", "=", company.id), ("ofd_id", "in", [ofd.id, False])])
        there = set(headings)
        fitting = layouts.filtered(lambda each: not each._layout().missing(there))
        return max(
            fitting,
            key=lambda each: (
                each.ofd_id == ofd,
                len(there.intersection(each.column_ids.mapped("heading"))),
            ),
            default=self,
        )

    @api.model
    def _guessed(self, headings, company, ofd):
        """Make a layout for these headings, as far as their words tell what they hold."""
        found = guess(headings)
        fields_of = {heading: field.value for field, heading in found.columns.items()}
        return self.create(
            {
                "name": ofd.name or self.env._("Report of an operator"),
                "company_id": company.id,
                "ofd_id": ofd.id,
                "kopecks": isinstance(found, Layout) and found.kopecks,
                "column_ids": [
                    Command.create(
                        {
                            "sequence": number,
                            "heading": heading,
                            "meaning": fields_of.get(heading, False),
                        }
                    )
                    for number, heading in enumerate(headings)
                    if len(heading) <= LONGEST_HEADING
                ],
            }
        )
