"""No company sees another's tills and documents."""

from tests.suite.suite_case import SUITE, SuiteCase

#: Models without a company of their own, each with the reason.
SHARED = {
    "optics.consent.purpose": "texts with the company filled in; consents themselves have one",
    "optics.brand": "names of makers, as products' categories are shared",
    "optics.certificate": "of the state's public register, for products of all companies",
    "kkt.head.office": "this server's own reports, about the tills of all companies",
    "ofd.mock.state": "the emulator plays an operator outside of all companies; development only",
    "ofd.mock.receipt": "the emulator plays an operator outside of all companies; development only",
}


class TestCompanies(SuiteCase):
    def test_every_model_has_a_stored_company(self):
        missing = [
            model._name
            for model in self.lasting_models()
            if model._name not in SHARED
            and not (
                "company_id" in model._fields
                and model._fields["company_id"].store
                and model._fields["company_id"].comodel_name == "res.company"
            )
        ]
        self.assertFalse(missing, "models without a stored company_id")

    def test_every_model_has_a_global_rule_on_its_company(self):
        """Global: a rule of a group would only add to what others open."""
        missing = []
        for model in self.lasting_models():
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", model._name), ("groups", "=", False)]
            )
            if model._name not in SHARED and not any(
                "company_id" in (rule.domain_force or "") and "company_ids" in rule.domain_force
                for rule in rules
            ):
                missing.append(model._name)
        self.assertFalse(missing, "models without a record rule on company_id")

    def test_every_link_between_models_with_a_company_is_checked(self):
        """What Odoo checks at create and write: nothing of one company names another's."""
        unchecked = [str(field) for field in self.links() if not field.check_company]
        self.assertFalse(unchecked, "many2one without check_company=True")
        unguarded = {
            field.model_name
            for field in self.links()
            if not self.env[field.model_name]._check_company_auto
        }
        self.assertFalse(unguarded, "models without _check_company_auto")

    def test_every_model_of_ours_with_a_company_checks_it(self):
        unguarded = [
            model._name
            for model in self.our_models()
            if "company_id" in model._fields and not model._check_company_auto
        ]
        self.assertFalse(unguarded, "models without _check_company_auto")

    def links(self):
        """Our many2one fields, on Odoo's models too, between two models with a company.

        Not those that only show another field; and not users, who work for several companies.
        """
        return [
            field
            for model in self.env.values()
            if "company_id" in model._fields and not model._abstract
            for field in model._fields.values()
            if field.type == "many2one"
            and field._module in SUITE
            and not field.related
            and field.comodel_name != "res.users"
            and "company_id" in self.env[field.comodel_name]._fields
        ]
