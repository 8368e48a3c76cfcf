from odoo import api, fields, models

PRODUCT_TYPES = [
    ("1", "Goods"),
    ("4", "Service"),
    ("3", "Work"),
    ("2", "Excisable goods"),
    ("10", "Payment (advance, gift card)"),
    ("13", "Other"),
    ("30", "Excisable goods under marking, without a code"),
    ("31", "Excisable goods under marking, with a code"),
    ("32", "Goods under marking, without a code"),
    ("33", "Goods under marking, with a code"),
]
MEASURES = [
    ("0", "piece"),
    ("10", "gram"),
    ("11", "kilogram"),
    ("12", "ton"),
    ("20", "centimetre"),
    ("21", "decimetre"),
    ("22", "metre"),
    ("30", "square centimetre"),
    ("31", "square decimetre"),
    ("32", "square metre"),
    ("40", "millilitre"),
    ("41", "litre"),
    ("42", "cubic metre"),
    ("50", "kilowatt hour"),
    ("51", "gigacalorie"),
    ("70", "day"),
    ("71", "hour"),
    ("72", "minute"),
    ("73", "second"),
    ("80", "kilobyte"),
    ("81", "megabyte"),
    ("82", "gigabyte"),
    ("83", "terabyte"),
    ("255", "other unit"),
]
MEASURE_OF_UNIT = {
    "uom.product_uom_unit": "0",
    "uom.product_uom_gram": "10",
    "uom.product_uom_kgm": "11",
    "uom.product_uom_ton": "12",
    "uom.product_uom_cm": "20",
    "uom.product_uom_meter": "22",
    "uom.product_uom_square_meter": "32",
    "uom.product_uom_milliliter": "40",
    "uom.product_uom_litre": "41",
    "uom.product_uom_cubic_meter": "42",
    "uom.product_uom_kwh": "50",
    "uom.product_uom_day": "70",
    "uom.product_uom_hour": "71",
    "uom.product_uom_minute": "72",
}
OTHER_UNIT = "255"


class ProductTemplate(models.Model):
    _inherit = "product.template"

    fiscal_product_type = fields.Selection(
        PRODUCT_TYPES,
        string="Kind of item on receipts",
        compute="_compute_fiscal_product_type",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Tag 1212: goods and services by the product's type, unless set otherwise.",
    )
    fiscal_measure = fields.Selection(
        MEASURES,
        string="Unit on receipts",
        compute="_compute_fiscal_measure",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Tag 2108: follows the product's unit of measure, unless set otherwise.",
    )

    @api.depends("type")
    def _compute_fiscal_product_type(self):
        for product in self:
            product.fiscal_product_type = "4" if product.type == "service" else "1"

    @api.depends("uom_id")
    def _compute_fiscal_measure(self):
        measures = {
            unit.id: measure
            for xmlid, measure in MEASURE_OF_UNIT.items()
            if (unit := self.env.ref(xmlid, raise_if_not_found=False))
        }
        for product in self:
            product.fiscal_measure = measures.get(product.uom_id.id, OTHER_UNIT)
