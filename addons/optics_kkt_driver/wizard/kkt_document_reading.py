import json

from odoo import api, fields, models
from odoo.exceptions import UserError


class KktDocumentReading(models.TransientModel):
    """A signed document as the drive gives it now, beside what we have stored of it."""

    _name = "kkt.document.reading"
    _description = "Document read from a drive"
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device", string="Till", required=True, readonly=True, check_company=True
    )
    company_id = fields.Many2one(related="device_id.company_id")
    fd_number = fields.Integer(string="FD", required=True)
    fn_number = fields.Char(string="FN", readonly=True)
    json_text = fields.Text(
        string="JSON", readonly=True, help="The document as read, FNS JSON names, tags in order"
    )
    lines_html = fields.Html(string="Tags", compute="_compute_lines_html")
    tlv_hex = fields.Text(string="TLV", readonly=True, help="The drive's bytes, hexadecimal")
    document_id = fields.Many2one(
        "fiscal.document", string="Our document", readonly=True, check_company=True
    )
    verdict = fields.Selection(
        [
            ("equal", "The drive says the same as our document"),
            ("differs", "The drive says something else than our document"),
            ("unknown", "We have no document with this number"),
        ],
        string="Comparison",
        readonly=True,
    )
    differences = fields.Char(string="What differs", readonly=True)

    @api.depends("json_text")
    def _compute_lines_html(self):
        for reading in self:
            data = reading.json_text and json.loads(reading.json_text)
            reading.lines_html = data and self.env["fiscal.document"]._tags_html(data)

    def action_read(self):
        """Ask the till for the document of this number."""
        self.ensure_one()
        self.device_id.check_access("write")
        number = self.fd_number
        if number < 1:
            raise UserError(self.env._("FD: the number of a document, 1 or more."))
        data, tlv = self.device_id._converse(
            lambda lane, driver: (dict(driver.read(number)), driver.read_tlv(number))
        )
        self.write(
            {
                "fn_number": data["fiscalDriveNumber"],
                "json_text": json.dumps(data, indent=2, ensure_ascii=False),
                "tlv_hex": tlv.hex(" "),
                **self._compared(data),
            }
        )
        return self._show()

    def _compared(self, data):
        """Find our row of this document and say whether it is the same."""
        row = self.env["fiscal.document"].search(
            [
                ("fn_number", "=", data["fiscalDriveNumber"]),
                ("fd_number", "=", data["fiscalDocumentNumber"]),
            ]
        )
        stored = row.signed_json or {}
        names = sorted(
            name for name in {*data, *stored} if row and data.get(name) != stored.get(name)
        )
        return {
            "document_id": row.id,
            "verdict": "unknown" if not row else "differs" if names else "equal",
            "differences": ", ".join(names),
        }

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Read a document from the drive"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
