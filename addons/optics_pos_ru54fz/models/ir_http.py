from odoo import api, models

from .. import odoo_russian


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @api.model
    def _get_translations_for_webclient(self, modules, lang):
        """Let our Russian of Odoo's words come before Odoo's; the browser's hash is of both."""
        per_module, parameters = super()._get_translations_for_webclient(modules, lang)
        if (lang or self.env.context.get("lang")) != odoo_russian.LANGUAGE:
            return per_module, parameters
        ours = odoo_russian.web_terms()
        return {
            module: odoo_russian.supplemented(theirs, ours[module]) if module in ours else theirs
            for module, theirs in per_module.items()
        }, parameters
