"""Purchases are found by names in which spaces and letters that look alike are alike (since
19.0.10.0.0), and characters that nobody sees are none (since 19.0.11.1.0).
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    api.Environment(cr, SUPERUSER_ID, {})["fiscal.purchase"]._normalise_names()
