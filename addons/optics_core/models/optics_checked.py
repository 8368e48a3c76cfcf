from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..optics.problems import InvalidPrescription
from ..optics.vocabulary import Eye
from .optics_words import lines_of_problems, words_of_problem

EYES = {Eye.OD: "od_", Eye.OS: "os_"}
"""How the names of an eye's columns begin."""


class OpticsChecked(models.AbstractModel):
    """Columns that the plain package checks: told at their cells, and decided when they are saved.

    Who inherits it names the columns, in ``depends`` and ``constrains`` of the same methods.
    """

    _name = "optics.checked"
    _inherit = ["optics.imported"]
    _description = "Values that are checked by the rules of optics"

    entry_problems = fields.Json(
        string="Problems of the entries",
        compute="_compute_entry_problems",
        help="Of each column that breaks a rule: what is said of it at its cell",
    )

    def _value(self):
        """Return the record as a value of the plain package.

        :raises InvalidPrescription: it breaks rules
        """
        raise NotImplementedError

    @api.depends_context("lang")
    def _compute_entry_problems(self):
        for values in self:
            values.entry_problems = {
                EYES.get(problem.eye, "") + problem.field: words_of_problem(self.env, problem)
                for problem in values._problems()
            }

    def _check_values(self):
        for values in self:
            problems = values._problems()
            if problems:
                raise ValidationError(lines_of_problems(values, problems, EYES))

    def _problems(self):
        try:
            self._value()
        except InvalidPrescription as error:
            return error.problems
        return ()
