from odoo import api, fields, models

from ..fields import JsonAsText
from ..kkt.fiscal.vocabulary import DocumentCode, TaxationType
from ..kkt.flow.errors import DriveClosed, DriveOfAnotherTill

REGISTRATION_CODES = (DocumentCode.REGISTRATION, DocumentCode.REREGISTRATION)


class KktDrive(models.Model):
    """A fiscal drive (FN) that a till has or had. Written by the till's answers alone."""

    _name = "kkt.drive"
    _description = "Fiscal drive (FN)"
    _log_access = False
    _order = "seen_since desc, id desc"
    _rec_name = "fn_number"
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device",
        string="Till",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    fn_number = fields.Char(string="FN", required=True, readonly=True)
    state = fields.Selection(
        [("in_use", "In use"), ("archived", "Archived")],
        required=True,
        readonly=True,
        default="in_use",
    )
    first_fd = fields.Integer(
        string="First FD",
        readonly=True,
        aggregator=None,
        help="Where the drive stood when this till was first worked from here",
    )
    last_fd = fields.Integer(
        string="Last FD", readonly=True, aggregator=None, help="The highest FD that we know of"
    )
    valid_until = fields.Date(readonly=True)
    ffd_version = fields.Char(string="FFD", readonly=True)
    seen_since = fields.Datetime(string="In the till since", required=True, readonly=True)
    archived_at = fields.Datetime(readonly=True)
    closing_id = fields.Many2one(
        "fiscal.document",
        string="Closing of the archive",
        readonly=True,
        help="The drive's last document (FD code 6); it signs nothing after it",
        check_company=True,
    )
    document_count = fields.Integer(string="Documents", compute="_compute_document_count")

    registration = JsonAsText(
        readonly=True,
        help="The latest report on registration or re-registration, as read from the drive",
    )
    registration_read_at = fields.Datetime(
        string="Read at", readonly=True, help="When the till was last asked for the registration"
    )
    registration_fd = fields.Integer(
        string="FD of the registration",
        compute="_compute_registration",
        store=True,
        aggregator=None,
    )
    registered_on = fields.Char(string="Registered at", compute="_compute_registration", store=True)
    user_name = fields.Char(string="User", compute="_compute_registration", store=True)
    user_inn = fields.Char(string="INN", compute="_compute_registration", store=True)
    kkt_reg_id = fields.Char(string="RNM", compute="_compute_registration", store=True)
    kkt_number = fields.Char(string="Serial number", compute="_compute_registration", store=True)
    tax_systems = fields.Char(string="Tax systems", compute="_compute_registration", store=True)
    ofd_name = fields.Char(string="OFD", compute="_compute_registration", store=True)
    ofd_inn = fields.Char(string="INN of the OFD", compute="_compute_registration", store=True)
    retail_address = fields.Char(
        string="Address of settlements", compute="_compute_registration", store=True
    )
    retail_place = fields.Char(
        string="Place of settlements", compute="_compute_registration", store=True
    )

    _fn_unique = models.UniqueIndex("(fn_number)", "This drive is known already.")
    _one_in_use = models.UniqueIndex(
        "(device_id) WHERE state = 'in_use'", "A till works with one drive."
    )

    @api.depends("registration")
    def _compute_registration(self):
        for drive in self:
            report = drive.registration or {}
            drive.registration_fd = report.get("fiscalDocumentNumber", 0)
            drive.registered_on = report.get("dateTime", "").replace("T", " ")
            drive.user_name = report.get("user", "")
            drive.user_inn = report.get("userInn", "")
            drive.kkt_reg_id = report.get("kktRegId", "")
            drive.kkt_number = report.get("kktNumber", "")
            bits = report.get("taxationType", 0)
            drive.tax_systems = ", ".join(each.label for each in TaxationType if bits & each)
            drive.ofd_name = report.get("ofdName", "")
            drive.ofd_inn = report.get("ofdInn", "")
            drive.retail_address = report.get("retailPlaceAddress", "")
            drive.retail_place = report.get("retailPlace", "")

    def _compute_document_count(self):
        counts = dict(
            self.env["fiscal.document"]._read_group(
                [("fn_number", "in", self.mapped("fn_number")), ("fd_number", ">", 0)],
                ["fn_number"],
                ["__count"],
            )
        )
        for drive in self:
            drive.document_count = counts.get(drive.fn_number, 0)

    # Written under the lock of the till's lane ----------------------------------------------------

    @api.model
    def _take_in(self, device, baseline):
        """Make the drive that answers the one `device` works with; archive the one before.

        :param baseline: ``kkt.device.contract.Baseline``
        :return: why it cannot be (``kkt.flow.errors.TillRefusesWork``), or None
        """
        drive = self.search([("fn_number", "=", baseline.fn_number)])
        if drive and drive.device_id != device:
            return DriveOfAnotherTill(found=baseline.fn_number, till=drive.device_id.code)
        if drive.closing_id:
            return DriveClosed(found=baseline.fn_number)
        self._in_use(device)._archive()
        if drive:
            drive.write({"state": "in_use", "archived_at": False})
        else:
            drive = self.create(
                {
                    "device_id": device.id,
                    "fn_number": baseline.fn_number,
                    "first_fd": baseline.last_fd,
                    "last_fd": baseline.last_fd,
                    "seen_since": fields.Datetime.now(),
                }
            )
        device._lane().write({"fn_number": drive.fn_number, "last_fd": drive.last_fd})
        return None

    @api.model
    def _in_use(self, device):
        return self.search([("device_id", "=", device.id), ("state", "=", "in_use")])

    def _archive(self):
        self.write({"state": "archived", "archived_at": fields.Datetime.now()})
        # The partial index is asked before the next drive of the till is put in use.
        self.flush_recordset()

    def _keep_status(self, status):
        """Keep what a status (``kkt.device.contract.DeviceStatus``) says of this drive."""
        self.ensure_one()
        self.write(
            {
                "last_fd": max(self.last_fd, status.last_fd),
                "valid_until": status.fn_valid_until,
                "ffd_version": status.ffd_version,
            }
        )

    def _keep_registration(self, report):
        """Keep a report on (re-)registration (FNS JSON); None when the drive did not give it."""
        values = {"registration_read_at": fields.Datetime.now()}
        if report and report.get("code") in REGISTRATION_CODES:
            values["registration"] = dict(report)
        self.write(values)

    @api.model
    def _note(self, document):
        """Follow a signed document that changes the drive itself: registration or closing."""
        code = (document.signed_json or {}).get("code")
        if code not in (*REGISTRATION_CODES, DocumentCode.DRIVE_CLOSE):
            return
        drive = self.search([("fn_number", "=", document.fn_number)])
        if not drive:
            return
        if code == DocumentCode.DRIVE_CLOSE:
            drive.closing_id = document
        elif document.fd_number >= drive.registration_fd:
            drive._keep_registration(document.signed_json)

    # Buttons ----------------------------------------------------------------------------------

    def action_documents(self):
        """Open the documents that this drive has signed."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "optics_kkt_driver.fiscal_document_action"
        )
        return {**action, "domain": [("fn_number", "=", self.fn_number)], "context": {}}
