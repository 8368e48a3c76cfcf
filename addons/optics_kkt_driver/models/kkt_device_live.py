from odoo import fields, models


class KktDevice(models.Model):
    """What the till said last, beside what administrators set: the columns of its status."""

    _inherit = "kkt.device"

    seen_at = fields.Datetime(related="status_ids.seen_at")
    status_error = fields.Char(related="status_ids.error")
    model_name = fields.Char(related="status_ids.model_name")
    serial = fields.Char(related="status_ids.serial")
    clock_difference = fields.Integer(related="status_ids.clock_difference")
    clock_is_off = fields.Boolean(related="status_ids.clock_is_off")
    paper = fields.Boolean(related="status_ids.paper")
    cover_closed = fields.Boolean(related="status_ids.cover_closed")
    open_document = fields.Boolean(related="status_ids.open_document")
    unprinted_fd = fields.Integer(related="status_ids.unprinted_fd")
    fn_number = fields.Char(related="status_ids.fn_number")
    fn_valid_until = fields.Date(related="status_ids.fn_valid_until")
    fn_days_left = fields.Integer(related="status_ids.fn_days_left")
    live_ffd_version = fields.Char(string="FFD told", related="status_ids.ffd_version")
    last_fd = fields.Integer(related="status_ids.last_fd")
    warning_words = fields.Char(related="status_ids.warning_words")
    shift_opened_at = fields.Datetime(related="status_ids.shift_opened_at")
    shift_age = fields.Float(related="status_ids.shift_age")
    receipt_number = fields.Integer(related="status_ids.receipt_number")
    cash_in_drawer = fields.Float(related="status_ids.cash_in_drawer")
    fn_undelivered = fields.Integer(related="status_ids.undelivered", string="Undelivered (FN)")
    undelivered_since = fields.Datetime(related="status_ids.undelivered_since")
    ofd_blocks_at = fields.Datetime(related="status_ids.ofd_blocks_at")
    ofd_days_left = fields.Integer(related="status_ids.ofd_days_left")
