from odoo.tests import TransactionCase, tagged

MISSING = "/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@tagged("post_install", "-at_install")
class TestAssets(TransactionCase):
    def test_browsers_are_not_sent_for_a_file_that_debian_left_out(self):
        found = self.env["ir.asset"]._get_asset_paths("web.assets_backend", {})
        paths = [each[0] for each in found]
        self.assertNotIn(MISSING, paths)
        self.assertIn("/mail/static/lib/idb-keyval/idb-keyval.js", paths)
