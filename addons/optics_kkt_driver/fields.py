import json

from odoo import fields


class Int8(fields.Integer):
    """An integer of 64 bits; read as text by clients, because JavaScript has no such numbers."""

    type = "integer"
    _column_type = ("int8", "int8")

    def convert_to_read(self, value, record, use_display_name=True):
        return str(value or 0)


class JsonAsText(fields.Json):
    """JSON with signs (FPD) or sums in kopecks; read as text by clients.

    XML-RPC has no numbers beyond 32 bits, and a read that meets one fails as a whole.
    """

    def convert_to_read(self, value, record, use_display_name=True):
        return value and json.dumps(value, ensure_ascii=False)

    def convert_to_write(self, value, record):
        return value  # Odoo's own is what is read
