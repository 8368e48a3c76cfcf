"""No company sees another's tills and documents."""

from tests.suite.suite_case import SuiteCase

#: Models without a company of their own, each with the reason.
SHARED = {
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
