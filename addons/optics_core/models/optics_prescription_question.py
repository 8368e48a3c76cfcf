from odoo import api, fields, models
from odoo.exceptions import UserError

OF_THE_OPTICIAN = frozenset({"is_right", "remark"})
"""What is answered; the rest stands as it was asked."""


class OpticsPrescriptionQuestion(models.Model):
    """What looked like a slip of the pen when a prescription was signed, and what was answered.

    Asked by :meth:`optics.prescription.action_sign`, by the rules of ``optics.traps``.
    """

    _name = "optics.prescription.question"
    _inherit = ["optics.read.logged"]
    _description = "Question to a prescription"
    _order = "id"
    _rec_name = "question"
    _check_company_auto = True

    prescription_id = fields.Many2one(
        "optics.prescription", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="prescription_id.company_id", store=True, index=True)
    code = fields.Char(required=True)
    question = fields.Text(required=True)
    is_right = fields.Boolean(string="It is right", help="The value was checked and stays")
    remark = fields.Char()
    answered_by_id = fields.Many2one("res.users", string="Answered by")
    answered_at = fields.Datetime(string="Answered on")

    def _read_subjects(self):
        return self.prescription_id

    def write(self, vals):
        if not vals.keys() <= OF_THE_OPTICIAN:
            raise UserError(self.env._("A question stays as it was asked."))
        for question in self:
            if question.prescription_id.state != "draft":
                raise UserError(
                    self.env._(
                        "%s is signed. Make a new revision.", question.prescription_id.display_name
                    )
                )
        who = {"answered_by_id": self.env.uid, "answered_at": fields.Datetime.now()}
        return super().write({**vals, **who})

    @api.model
    def _ask(self, prescription, asked):
        """Let a prescription have exactly the questions that are due; answers to them stay.

        :param asked: pairs of a rule's code and the sentence
        """
        due = dict.fromkeys(asked)
        questions = prescription.question_ids.sudo()
        stale = questions.filtered(lambda one: (one.code, one.question) not in due)
        known = {(one.code, one.question) for one in questions - stale}
        stale.unlink()
        self.sudo().create(
            [
                {"prescription_id": prescription.id, "code": code, "question": sentence}
                for code, sentence in due
                if (code, sentence) not in known
            ]
        )
