from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.optics_kkt_driver.kkt.virtual.ofd import FailureMode, Manner, OfdState

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
    delay_spread = fields.Float(required=True, default=0.0, help="Seconds longer, at random")
    retry_after = fields.Integer(
        required=True, default=0, help="Seconds that a failing call is told to wait"
    )
    manner = fields.Selection(
        [
            (Manner.WELL.value, "As it should"),
            (Manner.REJECTED.value, "Says “rejected” under 200"),
            (Manner.ECHO.value, "Sends our own words back"),
            (Manner.GARBAGE.value, "Sends a page"),
            (Manner.RESET.value, "Closes the connection, stores nothing"),
            (Manner.LOST.value, "Stores, and closes the connection"),
            (Manner.TRUNCATED.value, "Stores, and sends half of the answer"),
        ],
        string="Answers",
        required=True,
        default=Manner.WELL.value,
        help="Calls that do not fail",
    )
    probability = fields.Float(
        required=True,
        default=1.0,
        help="Share of the calls, from 0 to 1, that fail or are answered in another manner",
    )
    seed = fields.Integer(
        required=True, default=0, help="Which calls these are: the same seed gives the same ones"
    )
    calls = fields.Integer(required=True, readonly=True, default=0)

    _single = models.UniqueIndex("(singleton)", "The emulator has one behaviour.")
    _plausible = models.Constraint(
        "CHECK (failures_left >= 0 AND status_code BETWEEN 400 AND 599 AND retry_after >= 0 AND"
        " seed >= 0 AND response_delay BETWEEN 0 AND 600 AND delay_spread BETWEEN 0 AND 600 AND"
        " probability BETWEEN 0 AND 1)",
        "Numbers are not negative, the status is from 400 to 599, delays are at most 600 s, the"
        " share is from 0 to 1.",
    )
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

    @api.depends("mode", "manner")
    def _compute_display_name(self):
        for state in self:
            state.display_name = self.env._("Behaviour of the emulator")

    @api.model
    def action_open(self):
        """Show the one row."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.sudo()._the_one().id,
            "views": [(False, "form")],
        }

    def action_behave(self):
        """Answer well and at once again; what arrived stays."""
        self.ensure_one()
        self.check_access("write")
        self.write(self._values(OfdState(calls=self.calls)))

    def _value(self):
        """Return the behaviour as the emulator's core knows it."""
        self.ensure_one()
        return OfdState(
            mode=FailureMode(self.mode),
            failures_left=self.failures_left,
            status_code=self.status_code,
            response_delay=self.response_delay,
            delay_spread=self.delay_spread,
            retry_after=self.retry_after,
            manner=Manner(self.manner),
            probability=self.probability,
            seed=self.seed,
            calls=self.calls,
        )

    @api.model
    def _values(self, state):
        return {
            "mode": state.mode.value,
            "failures_left": state.failures_left,
            "status_code": state.status_code,
            "response_delay": state.response_delay,
            "delay_spread": state.delay_spread,
            "retry_after": state.retry_after,
            "manner": state.manner.value,
            "probability": state.probability,
            "seed": state.seed,
            "calls": state.calls,
        }
