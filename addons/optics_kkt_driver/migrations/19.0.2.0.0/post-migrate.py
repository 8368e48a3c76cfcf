"""Drives get a record of their own: one for each that a till was seen with."""

from odoo import SUPERUSER_ID, api, fields


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    known = set(env["kkt.drive"].search([]).mapped("fn_number"))
    for lane in env["kkt.lane"].search([("fn_number", "!=", False)]):
        if lane.fn_number in known:
            continue
        first = env["fiscal.document"].search(
            [("fn_number", "=", lane.fn_number), ("fd_number", ">", 0)], order="fd_number", limit=1
        )
        env["kkt.drive"].create(
            {
                "device_id": lane.device_id.id,
                "fn_number": lane.fn_number,
                "first_fd": first.fd_number or lane.last_fd,
                "last_fd": lane.last_fd,
                "seen_since": first.create_date or fields.Datetime.now(),
            }
        )
