from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..optics.frame import BoxedSize, Frame, RimType, parse_boxed_size
from ..optics.limits import LIMITS, check_limit
from ..optics.problems import InvalidPrescription, Problem, Problems, UnreadableEntry
from ..optics.units import Unit
from .optics_words import lines_of_problems, problems_of_columns
from .quantity import Quantity

SIZES = {
    "optics_eye_size": "frame_a",
    "optics_bridge": "frame_dbl",
    "optics_temple": "temple",
    "optics_box_a": "frame_a",
    "optics_box_b": "frame_b",
    "optics_box_dbl": "frame_dbl",
    "optics_box_ed": "frame_ed",
}
"""Columns of a frame's sizes, and the limits that they keep to."""


def _size(label, explanation):
    return Quantity(string=label, unit=Unit.TENTH_MM, help=explanation)


class ProductProduct(models.Model):
    """One frame: its colour and its sizes by the boxing system; ``optics.frame`` has the rules."""

    _inherit = "product.product"

    optics_color = fields.Char(string="Colour", help="As the maker names or numbers it")
    optics_eye_size = _size("Eye size", "As marked, tenths of a millimetre")
    optics_bridge = _size("Bridge", "As marked, tenths of a millimetre")
    optics_temple = _size("Temple", "Length as marked, tenths of a millimetre")
    optics_box_a = _size("A", "Width of the box as measured, tenths of a millimetre")
    optics_box_b = _size("B", "Height of the box, tenths of a millimetre")
    optics_box_dbl = _size("DBL", "Distance between the boxes as measured, tenths of a millimetre")
    optics_box_ed = _size("ED", "Effective diameter, twice the greatest radius, tenths of a mm")
    optics_size = fields.Char(
        string="Size",
        compute="_compute_optics_size",
        inverse="_inverse_optics_size",
        help="As it is marked: 52□18–140",
    )

    @api.depends("optics_eye_size", "optics_bridge", "optics_temple")
    def _compute_optics_size(self):
        for frame in self:
            told = (frame.optics_eye_size, frame.optics_bridge, frame.optics_temple or None)
            try:
                frame.optics_size = str(BoxedSize(*told))
            except InvalidPrescription:
                frame.optics_size = False

    def _inverse_optics_size(self):
        for frame in self:
            size = frame._optics_told_size() if frame.optics_size else None
            frame.optics_eye_size = size.eye_size if size else 0
            frame.optics_bridge = size.bridge if size else 0
            frame.optics_temple = size.temple if size and size.temple else 0
        # Shown again as it is marked, not as it was typed.
        for records in (self, self.product_tmpl_id):
            records.invalidate_recordset(["optics_size"], flush=False)

    def _optics_told_size(self):
        try:
            return parse_boxed_size(self.optics_size)
        except UnreadableEntry as error:
            problems = [Problem("", "optics_size", error.value, error.code, error.params)]
        except InvalidPrescription as error:
            problems = problems_of_columns(error, "optics_")
        raise ValidationError(lines_of_problems(self, problems, {}))

    @api.constrains(*SIZES, "optics_kind")
    def _check_optics_frame(self):
        for product in self.filtered(lambda each: any(each[name] for name in SIZES)):
            problems = product._optics_frame_problems()
            if problems:
                raise ValidationError(lines_of_problems(product, problems, {}))

    def _optics_frame_problems(self):
        problems = Problems()
        for name, limit in SIZES.items():
            check_limit(problems, "", name, self[name] or None, LIMITS[limit])
        if not problems.found:
            try:
                self._optics_frame()
            except InvalidPrescription as error:
                return problems_of_columns(error, "optics_box_")
        return problems.found

    def _optics_frame(self):
        """Return the frame as a value of the plain package, None while too little is told.

        What is measured goes before what is marked.

        :raises InvalidPrescription: it breaks rules
        """
        self.ensure_one()
        a = self.optics_box_a or self.optics_eye_size
        dbl = self.optics_box_dbl or self.optics_bridge
        if not (a and dbl and self.optics_box_b and self.optics_rim):
            return None
        ed = self.optics_box_ed or None
        return Frame(a, self.optics_box_b, dbl, RimType(self.optics_rim), ed)
