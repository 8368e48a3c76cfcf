import json
from datetime import UTC

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.optics_kkt_driver.kkt.virtual.ofd import Arrival
from odoo.addons.optics_kkt_driver.models.fiscal_document import KINDS


class OfdMockReceipt(models.Model):
    """A document as it arrived at the emulator. It is not real: no tax service hears of it."""

    _name = "ofd.mock.receipt"
    _description = "OFD emulator: document received"
    _order = "id desc"
    _log_access = False

    fn_number = fields.Char(string="FN", required=True, readonly=True)
    fd_number = fields.Integer(string="FD", required=True, readonly=True)
    fpd = fields.Char(string="FPD", required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    device_code = fields.Char(string="Till", required=True, readonly=True)
    key = fields.Char(required=True, readonly=True)
    document = fields.Json(required=True, readonly=True)
    document_text = fields.Text(string="Document as sent", compute="_compute_document_text")
    tlv = fields.Text(string="TLV", readonly=True)
    digest = fields.Char(required=True, readonly=True)
    received_at = fields.Datetime(required=True, readonly=True)

    _number_unique = models.UniqueIndex(
        "(fn_number, fd_number)", "The emulator has this document already."
    )

    @api.depends("fn_number", "fd_number")
    def _compute_display_name(self):
        for receipt in self:
            receipt.display_name = f"{receipt.fn_number} / {receipt.fd_number}"

    @api.depends("document")
    def _compute_document_text(self):
        for receipt in self:
            receipt.document_text = json.dumps(receipt.document, ensure_ascii=False, indent=2)

    @api.model
    def _keep(self, arrival):
        """Store `arrival` and return None; if its (FN, FD) is known, return what is stored.

        Of two that come at once one is stored; the other waits for that and finds it, provided
        that the cursor is READ COMMITTED.
        """
        values = {
            "fn_number": arrival.fn_number,
            "fd_number": arrival.fd_number,
            "fpd": arrival.fpd,
            "kind": arrival.kind,
            "device_code": arrival.device_code,
            "key": arrival.key,
            "document": Json(dict(arrival.document)),
            "tlv": arrival.tlv,
            "digest": arrival.digest,
            "received_at": arrival.received_at.astimezone(UTC).replace(tzinfo=None),
        }
        stored = self.env.execute_query(
            SQL(
                """INSERT INTO ofd_mock_receipt (%s) VALUES %s
                   ON CONFLICT (fn_number, fd_number) DO NOTHING RETURNING id""",
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        if stored:
            return None
        known = self.search(
            [("fn_number", "=", arrival.fn_number), ("fd_number", "=", arrival.fd_number)]
        )
        return known._arrival()

    def _arrival(self):
        """Return the row as the emulator's core knows it."""
        self.ensure_one()
        return Arrival(
            fn_number=self.fn_number,
            fd_number=self.fd_number,
            fpd=self.fpd,
            kind=self.kind,
            device_code=self.device_code,
            key=self.key,
            document=self.document,
            tlv=self.tlv or "",
            digest=self.digest,
            received_at=self.received_at.replace(tzinfo=UTC),
        )
