from odoo import http
from odoo.http import content_disposition, request

from ..models.product_template_matrix import MATRIX_GROUPS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class OpticsLensSheet(http.Controller):
    """The download of a design's stock as a spreadsheet."""

    @http.route("/optics/lens/<int:design_id>/<int:warehouse_id>/stock", type="http", auth="user")
    def stock(self, design_id, warehouse_id):
        design = request.env["product.template"].browse(design_id).exists()
        design._check_matrix_access(MATRIX_GROUPS)
        warehouse = design._matrix_warehouse(warehouse_id)
        content = request.env["optics.lens.sheet"]._written(design, warehouse)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", XLSX),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(f"{design.name}.xlsx")),
            ],
        )
