from odoo import api, models
from odoo.exceptions import UserError

from ..optics.entry import parse_entry
from ..optics.problems import Problem, UnreadableEntry
from .optics_words import words_of_problem
from .quantity import Quantity


class BatchRefused(Exception):
    """One row of several was refused, and nobody knows which."""


class OpticsImported(models.AbstractModel):
    """Records of numbers that come by Odoo's own import, a file's row each."""

    _name = "optics.imported"
    _description = "Records that can be imported"

    def _load_records(self, data_list, update=False):
        try:
            return super()._load_records(data_list, update)
        except UserError as error:
            if len(data_list) == 1:
                raise
            # Odoo's import says what refuses a batch at its first row, whichever row it was, and
            # then tries them one by one: of another exception it does only that.
            raise BatchRefused from error


class IrFieldsConverter(models.AbstractModel):
    _inherit = "ir.fields.converter"

    @api.model
    def _str_to_integer(self, model, field, value, savepoint):
        """Read a quantity as opticians write it, in dioptres or millimetres."""
        if not isinstance(field, Quantity):
            return super()._str_to_integer(model, field, value, savepoint)
        try:
            return parse_entry(str(value), field.unit), []
        except UnreadableEntry as error:
            problem = Problem("", field.name, error.value, error.code, error.params)
            words = words_of_problem(self.env, problem).replace("%", "%%")
            raise ValueError(f"%(field)s: {words}") from error
