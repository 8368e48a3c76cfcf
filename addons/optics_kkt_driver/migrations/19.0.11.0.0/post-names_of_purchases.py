"""In purchases' names characters that nobody sees fall away since this version."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    api.Environment(cr, SUPERUSER_ID, {})["fiscal.purchase"]._normalise_names()
