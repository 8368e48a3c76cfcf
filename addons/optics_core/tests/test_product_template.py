from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

KINDS = ["frame", "lens", "contact_lens", "sunglasses", "care", "service"]


@tagged("post_install", "-at_install")
class TestOpticsKind(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sunglasses = cls.env["product.template"].create(
            {"name": "Sunglasses", "optics_kind": "sunglasses"}
        )
        cls.wrap = cls.env["product.template"].create({"name": "Gift wrap"})

    def test_the_kinds_are_those_of_the_trade(self):
        field = self.env["product.template"]._fields["optics_kind"]
        self.assertEqual(field.get_values(self.env), KINDS)

    def test_a_product_is_not_optical_until_somebody_says_so(self):
        self.assertFalse(self.wrap.optics_kind)

    def test_variants_share_the_kind_of_their_template(self):
        self.assertEqual(self.sunglasses.product_variant_id.optics_kind, "sunglasses")
        self.sunglasses.product_variant_id.optics_kind = "frame"
        self.assertEqual(self.sunglasses.optics_kind, "frame")

    def test_an_unknown_kind_is_refused(self):
        with self.assertRaises(ValueError):
            self.wrap.optics_kind = "telescope"

    def test_the_form_sets_the_kind(self):
        user = new_test_user(
            self.env, "optics_storekeeper", "base.group_user,product.group_product_manager"
        )
        with Form(self.wrap.with_user(user)) as form:
            form.optics_kind = "care"
        self.assertEqual(self.wrap.optics_kind, "care")

    def test_only_those_who_may_change_products_change_the_kind(self):
        user = new_test_user(self.env, "optics_reader", "base.group_user")
        sunglasses = self.sunglasses.with_user(user)
        self.assertEqual(sunglasses.optics_kind, "sunglasses")
        with self.assertRaises(AccessError):
            sunglasses.optics_kind = "frame"

    def test_the_search_view_finds_and_groups_optical_goods(self):
        view = self.env["product.template"].get_view(
            self.env.ref("product.product_template_search_view").id, "search"
        )
        arch = etree.fromstring(view["arch"])
        self.assertTrue(arch.xpath("//filter[@name='optics']"))
        self.assertTrue(arch.xpath("//filter[@name='group_by_optics_kind']"))
        ours = self.sunglasses | self.wrap
        found = ours.search([("id", "in", ours.ids), ("optics_kind", "!=", False)])
        self.assertEqual(found, self.sunglasses)
        groups = ours._read_group([("id", "in", ours.ids)], ["optics_kind"], ["__count"])
        self.assertCountEqual(groups, [("sunglasses", 1), (False, 1)])

    def test_the_list_shows_the_kind(self):
        for view in ("product.product_template_tree_view", "product.product_product_tree_view"):
            record = self.env.ref(view)
            arch = self.env[record.model].get_view(record.id, "list")["arch"]
            self.assertTrue(etree.fromstring(arch).xpath("//field[@name='optics_kind']"), view)
