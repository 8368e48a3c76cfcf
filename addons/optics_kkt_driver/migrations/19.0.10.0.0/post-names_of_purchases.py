"""Purchases are found by names in which spaces and letters that look alike are alike."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    api.Environment(cr, SUPERUSER_ID, {})["fiscal.purchase"]._normalise_names()
