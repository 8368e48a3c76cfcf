from odoo import api, fields, models


class KktConnectionTest(models.TransientModel):
    """What a till said when its connection was tested, and what does not fit.

    Its own words are those of its status: when it is busy, those that it said last.
    """

    _name = "kkt.connection.test"
    _description = "Test of a till's connection"

    device_id = fields.Many2one("kkt.device", string="Till", required=True, readonly=True)
    driver = fields.Selection(related="device_id.driver")
    outcome = fields.Selection(
        [
            ("answers", "The till answers"),
            ("busy", "The till is busy"),
            ("refused", "The till answers, and refuses"),
            ("silent", "The till does not answer"),
        ],
        readonly=True,
    )
    finding_ids = fields.One2many(
        "kkt.connection.finding", "test_id", string="What does not fit", readonly=True
    )
    finding_count = fields.Integer(compute="_compute_finding_count")
    firmware = fields.Char(readonly=True)
    tax_mode = fields.Char(
        string="Table 1, field 14",
        readonly=True,
        help="Shtrih-M: how the till reckons taxes. 0 is right",
    )
    first_fd_waiting = fields.Integer(string="First FD in the queue", readonly=True)

    seen_at = fields.Datetime(related="device_id.seen_at")
    model_name = fields.Char(related="device_id.model_name")
    serial = fields.Char(related="device_id.serial")
    clock_difference = fields.Integer(related="device_id.clock_difference")
    paper = fields.Boolean(related="device_id.paper")
    cover_closed = fields.Boolean(related="device_id.cover_closed")
    fn_number = fields.Char(related="device_id.fn_number")
    fn_valid_until = fields.Date(related="device_id.fn_valid_until")
    ffd_version = fields.Char(related="device_id.live_ffd_version")
    last_fd = fields.Integer(related="device_id.last_fd")
    warning_words = fields.Char(related="device_id.warning_words")
    shift_open = fields.Boolean(related="device_id.shift_open")
    shift_number = fields.Integer(related="device_id.shift_number")
    shift_opened_at = fields.Datetime(related="device_id.shift_opened_at")
    undelivered = fields.Integer(related="device_id.fn_undelivered")
    undelivered_since = fields.Datetime(related="device_id.undelivered_since")

    @api.constrains("device_id")
    def _check_device(self):
        """What is shown here is read without regard to rights, so only of tills of one's own."""
        # Constraints run with all rights.
        self.sudo(False).device_id.check_access("write")

    @api.depends("finding_ids")
    def _compute_finding_count(self):
        for test in self:
            test.finding_count = len(test.finding_ids)

    def action_test(self):
        """Ask the till (again) and show what it said."""
        self.ensure_one()
        self.device_id.check_access("write")
        examined = self.device_id._examine()
        details = examined.status.details if examined.status else {}
        tax_mode = details.get("taxMode")
        self.finding_ids.unlink()
        self.write(
            {
                "outcome": examined.outcome,
                "firmware": details.get("firmware"),
                "tax_mode": False if tax_mode is None else str(tax_mode),
                "first_fd_waiting": examined.status and examined.status.undelivered_first_fd,
                "finding_ids": [
                    fields.Command.create(finding._asdict())
                    for finding in self.device_id._findings(examined)
                ],
            }
        )
        return self._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test of the connection"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


class KktConnectionFinding(models.TransientModel):
    """One thing that does not fit, with its remedy."""

    _name = "kkt.connection.finding"
    _description = "Finding of a connection test"

    test_id = fields.Many2one(
        "kkt.connection.test", required=True, readonly=True, ondelete="cascade"
    )
    severity = fields.Selection(
        [("danger", "Stops work"), ("warning", "Look at it"), ("info", "To know")],
        required=True,
        readonly=True,
    )
    what = fields.Char(required=True, readonly=True)
    remedy = fields.Char(readonly=True)
