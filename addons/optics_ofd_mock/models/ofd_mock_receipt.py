import json
from datetime import UTC

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.optics_kkt_driver.fields import JsonAsText
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
    document = JsonAsText(required=True, readonly=True)
    document_text = fields.Text(string="Document as sent", compute="_compute_document_text")
    tlv = fields.Text(string="TLV", readonly=True)
    digest = fields.Char(required=True, readonly=True)
    received_at = fields.Datetime(required=True, readonly=True)
    missing_before = fields.Integer(
        compute="_compute_missing_before",
        search="_search_missing_before",
        help="Documents of this drive that have not come, between the one before and this one",
    )

    _number_unique = models.UniqueIndex(
        "(fn_number, fd_number)", "The emulator has this document already."
    )

    @api.depends("fn_number", "fd_number")
    def _compute_display_name(self):
        for receipt in self:
            receipt.display_name = f"{receipt.fn_number} / {receipt.fd_number}"

    def _compute_missing_before(self):
        missing = dict(
            self.env.execute_query(
                SQL(
                    """SELECT this.id, this.fd_number - 1 - (
                              SELECT max(before.fd_number) FROM ofd_mock_receipt before
                               WHERE before.fn_number = this.fn_number
                                 AND before.fd_number < this.fd_number)
                         FROM ofd_mock_receipt this WHERE this.id = ANY(%s)""",
                    self.ids,
                )
            )
        )
        for receipt in self:
            receipt.missing_before = missing.get(receipt.id) or 0

    @api.model
    def _search_missing_before(self, operator, value):
        """Find what follows upon a gap: only ``(">", 0)`` can be asked for."""
        if (operator, value) != (">", 0):
            return NotImplemented
        found = SQL(
            """(SELECT id FROM ofd_mock_receipt WHERE (fn_number, fd_number) IN (
                       SELECT fn_number, after FROM (%s) AS gap))""",
            self._gaps_query(),
        )
        return [("id", "in", found)]

    @api.depends("document")
    def _compute_document_text(self):
        for receipt in self:
            receipt.document_text = json.dumps(receipt.document, ensure_ascii=False, indent=2)

    @api.model
    def _gaps(self):
        """Return ``(FN, first FD, last FD)`` of what is missing between documents of a drive."""
        query = SQL(
            "SELECT fn_number, before + 1, after - 1 FROM (%s) AS gap ORDER BY 1, 2",
            self._gaps_query(),
        )
        return self.env.execute_query(query)

    @api.model
    def _gaps_query(self):
        """Return the SQL of ``fn_number, before, after``: neighbours with something between."""
        return SQL(
            """SELECT fn_number, before, fd_number AS after FROM (
                      SELECT fn_number, fd_number, lag(fd_number) OVER (
                             PARTITION BY fn_number ORDER BY fd_number) AS before
                        FROM ofd_mock_receipt) AS neighbours
                WHERE fd_number > before + 1"""
        )

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
