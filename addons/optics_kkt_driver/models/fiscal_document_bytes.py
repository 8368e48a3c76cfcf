import base64
from datetime import timedelta

from odoo import api, fields, models

from ..kkt.fiscal.tlv import encode_document
from ..kkt.flow.states import SIGNED

PATIENCE = timedelta(minutes=5)
"""So long a document waits for the drive's bytes; then it goes to the OFD without them."""


class FiscalDocument(models.Model):
    """The bytes of a signed document as the drive has them: what the OFD gets is these."""

    # Has columns of its own.
    _inherit = "fiscal.document"  # pylint: disable=consider-merging-classes-inherited

    signed_tlv = fields.Binary(
        string="The drive's bytes",
        attachment=False,
        readonly=True,
        copy=False,
        help="The signed document as TLV, its tags in the drive's own order",
    )
    bytes_awaited_until = fields.Datetime(
        string="Waits for the drive's bytes until",
        readonly=True,
        help="The drive's bytes are still to be read; after this time it is sent without them",
    )
    bytes_origin = fields.Selection(
        [
            ("drive", "The drive's own"),
            ("awaited", "Still to be read from the drive"),
            ("composed", "Composed from the JSON: the drive's own are not kept"),
        ],
        string="Bytes",
        compute="_compute_bytes_origin",
        help="Composed bytes say the same; their tags may stand in another order than in the drive",
    )

    _without_bytes = models.Index("(device_id, fd_number) WHERE bytes_awaited_until IS NOT NULL")

    @api.depends("signed_tlv", "bytes_awaited_until", "state", "fd_number")
    def _compute_bytes_origin(self):
        now = fields.Datetime.now()
        for document in self:
            if not document.fd_number or document.state not in SIGNED:
                document.bytes_origin = False
            elif document.signed_tlv:
                document.bytes_origin = "drive"
            else:
                until = document.bytes_awaited_until
                document.bytes_origin = "awaited" if until and until > now else "composed"

    def _tlv(self):
        """Return the bytes of this signed document, and whether they are the drive's own."""
        self.ensure_one()
        if kept := self.with_context(bin_size=False).signed_tlv:
            return base64.b64decode(kept), True
        return encode_document(self.signed_json), False

    def _bytes_values(self, signed):
        """Turn the bytes of an answer into columns, or the lack of them."""
        if signed.tlv:
            return {"signed_tlv": base64.b64encode(signed.tlv)}
        # A till that sends by itself sends its own.
        awaited = signed.fd_number and self.device_id.delivery != "device"
        until = fields.Datetime.now() + PATIENCE
        return {"bytes_awaited_until": awaited and until}

    # What the lane asks (see kkt/flow/drive_bytes.py) ---------------------------------------------

    @api.model
    def _next_without_bytes(self, device):
        """Return the oldest row on the drive in the till whose bytes are still to be read."""
        return self.search(
            [
                ("device_id", "=", device.id),
                ("bytes_awaited_until", "!=", False),
                ("fn_number", "=", device._lane().fn_number),
            ],
            order="fd_number",
            limit=1,
        )

    def _keep_bytes(self, tlv):
        self.write({"signed_tlv": base64.b64encode(tlv), "bytes_awaited_until": False})
        self.env["fiscal.ofd"]._ring_the_sender()

    def _bytes_refused(self, why):
        """Let it be sent without the drive's bytes, and say why."""
        self.bytes_awaited_until = False
        self.env["fiscal.document.event"].sudo()._record({self: self.state}, self.state, why)
        self.env["fiscal.ofd"]._ring_the_sender()
