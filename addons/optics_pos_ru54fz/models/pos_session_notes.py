from odoo import models
from odoo.tools import plaintext2html


class PosSession(models.Model):
    """What the history of a session says of its cash."""

    # One file a concern.
    _inherit = "pos.session"  # pylint: disable=consider-merging-classes-inherited

    def _post_cash_details_message(self, state, expected, difference, notes):
        """Say it in the language of whoever has counted: Odoo's words are English in its code."""
        roubles = self.currency_id.format
        counted = {
            "expected": roubles(expected),
            "counted": roubles(expected + difference),
            "difference": roubles(difference),
        }
        if state == "Closing":
            said = self.env._(
                "Cash at closing: expected %(expected)s, counted %(counted)s,"
                " difference %(difference)s.",
                **counted,
            )
        else:
            said = self.env._(
                "Cash at opening: expected %(expected)s, counted %(counted)s,"
                " difference %(difference)s.",
                **counted,
            )
        self.message_post(body=plaintext2html("\n".join(filter(None, (said, notes)))))
