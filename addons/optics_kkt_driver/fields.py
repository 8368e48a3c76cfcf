from odoo import fields


class Int8(fields.Integer):
    """An integer of 64 bits; read as text by clients, because JavaScript has no such numbers."""

    type = "integer"
    _column_type = ("int8", "int8")

    def convert_to_read(self, value, record, use_display_name=True):
        return str(value or 0)
