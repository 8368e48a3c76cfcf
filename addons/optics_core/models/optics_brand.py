from odoo import fields, models


class OpticsBrand(models.Model):
    _name = "optics.brand"
    _description = "Brand of frames and lenses"
    _order = "name"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex("(lower(name))", "There is a brand of this name already.")
