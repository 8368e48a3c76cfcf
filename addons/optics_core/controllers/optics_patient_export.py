from odoo import http
from odoo.http import content_disposition, request


class OpticsPatientExport(http.Controller):
    """The download of what is held about a person; it is made for each request and kept nowhere."""

    @http.route("/optics/patient/<int:patient_id>/export", type="http", auth="user", readonly=False)
    def export(self, patient_id):
        patient = request.env["res.partner"].browse(patient_id).exists()
        content = request.env["optics.patient.export"]._zip(patient)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/zip"),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(f"patient-{patient_id}.zip")),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
