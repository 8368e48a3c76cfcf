from odoo import api, fields, models

from ..kkt.virtual.faults import Faults, LostAnswer


class KktVirtualFaults(models.TransientModel):
    """What is wrong with a virtual till, set on purpose: to see what the shop does then.

    The fields of ``kkt.virtual.faults.Faults``, except where "nothing" is a value there.
    """

    _name = "kkt.virtual.faults"
    _description = "Faults of a virtual till"
    _check_company_auto = True

    device_id = fields.Many2one(
        "kkt.device", string="Till", required=True, readonly=True, check_company=True
    )
    company_id = fields.Many2one(related="device_id.company_id")
    times = fields.Integer(
        string="How many documents",
        help="The faults of documents meet so many and are mended then; 0: all of them",
    )
    lost_answer = fields.Selection(
        [
            (LostAnswer.BEFORE_SIGNING.value, "The command is lost: nothing is signed"),
            (LostAnswer.AFTER_SIGNING.value, "The answer is lost: the document is signed"),
        ],
        string="Lost answer",
        help="The cashier sees that it is not known whether the receipt was signed",
    )
    refuse_code = fields.Char(
        string="Refusal with code", help="Two hexadecimal digits, such as 4E, instead of signing"
    )
    power_cut = fields.Boolean(
        string="Power cut",
        help="The power goes while the document is open: it must be cancelled",
    )
    delay = fields.Float(
        string="Delay, s",
        help="Seconds before signing; beyond 2 the command is never executed",
    )
    execute_late = fields.Float(
        string="Executed late, s",
        help="The answer is lost at once, and the document is signed so much later",
    )

    silent = fields.Boolean(string="Silence", help="The till answers nothing")
    no_paper = fields.Boolean(string="No paper")
    paper_is_limited = fields.Boolean(
        string="Paper for some documents", help="The paper is out after the number beside it"
    )
    paper_left = fields.Integer(string="Documents until the paper is out")
    paper_runs_out = fields.Boolean(
        string="Paper ends in the next document",
        help="It is signed and not on paper; put paper in (mend) and continue printing",
    )
    cover_open = fields.Boolean(string="Cover is open")
    drive_full = fields.Boolean(string="Drive is full")
    exchange_down = fields.Boolean(
        string="The till does not reach the OFD",
        help="Of a till that sends its documents by itself",
    )
    clock_offset = fields.Float(
        string="Clock ahead, s", help="Seconds that the till's clock is ahead of ours"
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Begin with the faults that the till has now."""
        for vals in vals_list:
            device = self.env["kkt.device"].browse(vals.get("device_id"))
            device.check_access("write")
            now = (device and device._known_faults()) or Faults()
            vals.update({**self._from_faults(now), **vals})
        return super().create(vals_list)

    @api.model
    def _from_faults(self, faults):
        values = faults.to_json()
        return {
            **{name: value for name, value in values.items() if name in self._fields},
            "times": faults.times or 0,
            "lost_answer": faults.lost_answer.value or False,
            "paper_is_limited": faults.paper_left is not None,
            "paper_left": faults.paper_left or 0,
        }

    @api.model
    def _words(self, faults):
        """Say `faults` by this form's labels: "No paper; How many documents: 1"."""
        untouched = Faults().to_json()
        set_now = {k: v for k, v in faults.to_json().items() if v != untouched[k]}
        shown = self.fields_get(list(set_now), ["string", "selection"])
        return "; ".join(_fault_words(shown[name], value) for name, value in set_now.items())

    def _to_faults(self):
        """The form's values under the names of ``Faults``; what is not said is not wrong."""
        self.ensure_one()
        return {
            **{name: self[name] for name in Faults.__dataclass_fields__ if name in self._fields},
            "times": self.times or None,
            "lost_answer": self.lost_answer or "",
            "refuse_code": (self.refuse_code or "").strip().upper(),
            "paper_left": self.paper_left if self.paper_is_limited else None,
        }

    def action_set(self):
        """Set the faults as the form has them."""
        self.ensure_one()
        self.device_id.check_access("write")
        self.device_id._set_virtual_faults(**self._to_faults())
        return self._close()

    def action_mend(self):
        """Nothing is wrong any more."""
        self.ensure_one()
        self.device_id.check_access("write")
        self.device_id._set_virtual_faults()
        return self._close()

    def _close(self):
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Faults of the virtual till"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


def _fault_words(field, value):
    """Say one fault by what ``fields_get`` tells of its field."""
    if value is True:
        return field["string"]
    return f"{field['string']}: {dict(field.get('selection', ())).get(value, value)}"
