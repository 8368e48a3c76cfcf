from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.optics_kkt_driver.kkt.virtual.ofd import FailureMode, OfdState

from ..settings import first_state


class OfdMockState(models.Model):
    """How the emulator behaves now: one row, the same for all companies."""

    _name = "ofd.mock.state"
    _description = "OFD emulator: behaviour"
    _log_access = False

    singleton = fields.Boolean(required=True, readonly=True, default=True)
    mode = fields.Selection(
        [
            ("disabled", "Answers well"),
            ("count", "Fails a number of times"),
            ("permanent", "Fails always"),
        ],
        required=True,
        default="disabled",
    )
    failures_left = fields.Integer(required=True, default=0)
    status_code = fields.Integer(required=True, default=503)
    response_delay = fields.Float(required=True, default=0.0, help="Seconds before each answer")
    calls = fields.Integer(required=True, default=0)

    _single = models.UniqueIndex("(singleton)", "The emulator has one behaviour.")
    _singleton_true = models.Constraint("CHECK (singleton)", "The emulator has one behaviour.")

    @api.model
    def _seed(self):
        """Make the one row, behaving as the server's settings say."""
        self.create(self._values(first_state()))

    @api.model
    def _the_one(self, *, lock=False):
        """Return the one row; with `lock`, waits until nobody else changes it."""
        query = SQL("SELECT id FROM ofd_mock_state %s", SQL("FOR UPDATE") if lock else SQL())
        ((row_id,),) = self.env.execute_query(query)
        return self.browse(row_id)

    def _value(self):
        """Return the behaviour as the emulator's core knows it."""
        self.ensure_one()
        return OfdState(
            mode=FailureMode(self.mode),
            failures_left=self.failures_left,
            status_code=self.status_code,
            response_delay=self.response_delay,
            calls=self.calls,
        )

    @api.model
    def _values(self, state):
        return {
            "mode": state.mode.value,
            "failures_left": state.failures_left,
            "status_code": state.status_code,
            "response_delay": state.response_delay,
            "calls": state.calls,
        }
