from odoo import fields


class Quantity(fields.Integer):
    """A whole number of some small unit; files have it in writing, −10 eighths as -1.25.

    So the two directions agree: what was exported can be imported, and −10 never turns into
    −10.00 D. See :class:`.optics_imported.IrFieldsConverter` for the way in.
    """

    unit = None
    """``optics.units.Unit``"""
    is_told_by_zero = False
    """Whether nought is a value like any other; else it is "not told", and a file has nothing."""
    aggregator = None

    def convert_to_export(self, value, record):
        if not value and not self.is_told_by_zero:
            return ""
        exact = self.unit.exact(value or 0)
        return int(exact) if self.unit.per_one == 1 else float(exact)
