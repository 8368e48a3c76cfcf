from odoo import api, models
from odoo.tools.translate import TranslationImporter

from .. import odoo_russian


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):
        """Load our Russian of Odoo's words after Odoo's: it has the last word.

        Everything that loads translations comes by here: the installation or update of a
        module, ours included, and that of a language.
        """
        result = super()._load_module_terms(modules, langs, overwrite=overwrite)
        supplemented = odoo_russian.modules_with_stored_terms() | {"optics_pos_ru54fz"}
        if odoo_russian.LANGUAGE in langs and supplemented.intersection(modules):
            self._load_russian_of_odoo()
        return result

    def _load_russian_of_odoo(self):
        importer = TranslationImporter(self.env.cr, verbose=False)
        importer.load_file(odoo_russian.CATALOGUE, odoo_russian.LANGUAGE)
        # Spares records that are the administrator's own (noupdate).
        importer.save(overwrite=True)
