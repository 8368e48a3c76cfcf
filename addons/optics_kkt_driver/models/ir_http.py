from odoo import models

from ..settings import is_development


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        return {**super().session_info(), **self._fiscal_session_info()}

    def _fiscal_session_info(self):
        """Tell the web client what is no production here; it says so on top of each screen."""
        user = self.env.user
        if not user.has_group("optics_kkt_driver.group_fiscal_user"):
            return {}
        companies = self.env["kkt.monitor"]._not_real(user.company_ids)
        return {"fiscal_not_real": {"development": is_development(), "companies": companies}}
