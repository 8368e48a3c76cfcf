import json
from datetime import timedelta

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, new_test_user, tagged

from ..lane.cursor import ADVISORY_OUTBOX, try_advisory_lock
from .common import FiscalMixin

SUNGLASSES = {
    "name": "Очки солнцезащитные Ray-Ban",
    "quantity": 1,
    "price": 5000.00,
    "tax_rate": 22,
}


NO_NUMBERS = ("1_0", "١٠٠", " 1", "1 ", "1e0", "+1", "1.", ".5", "0x1", "", "NaN", True, [1])


def _of(numbers, **changes):
    """Return a return of somebody else's receipt, some of whose numbers are told otherwise."""
    return {"type": "refund", "original": {**numbers, **changes}}


class Raw(str):
    """Stands in a body as it is, without quotes: numbers that Python would write otherwise."""

    __slots__ = ()

    @classmethod
    def dumps(cls, body):
        found = []

        def marked(value):
            if isinstance(value, cls):
                found.append(value)
                return f"@raw{len(found) - 1}@"
            if isinstance(value, dict):
                return {name: marked(each) for name, each in value.items()}
            return [marked(each) for each in value] if isinstance(value, list) else value

        text = json.dumps(marked(body))
        for index, each in enumerate(found):
            text = text.replace(f'"@raw{index}@"', str(each))
        return text


@tagged("post_install", "-at_install")
class TestApi(FiscalMixin, HttpCase):
    """The HTTP API, asked as a machine asks it: with the key of a user of the group KKT API."""

    def setUp(self):
        super().setUp()
        self.till = self.make_till(code="API-1")
        self.user = new_test_user(
            self.env,
            "kkt_api_client",
            groups="optics_kkt_driver.group_kkt_api",
            company_id=self.env.company.id,
        )
        self.key = (
            self.env["res.users.apikeys"]
            .with_user(self.user)
            .sudo()
            ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
        )

    def call(self, path, body=None, *, key="k1", method=None, **headers):
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if key and body is not None:
            sent["X-Idempotency-Key"] = key
        data = body if isinstance(body, (str, bytes)) else body and json.dumps(body)
        answer = self.url_open(path, data=data, headers={**sent, **headers}, method=method)
        self.assertEqual(answer.headers["Content-Type"], "application/json; charset=utf-8")
        return answer.status_code, answer.json()

    def sell(self, key="k1", **changes):
        body = {
            "pos_id": "API-1",
            "items": [SUNGLASSES],
            "total": 5000.00,
            "payment_method": "card",
            **changes,
        }
        return self.call("/v1/kkt/receipt", body, key=key)

    def rows(self):
        return self.env["fiscal.document"].search([("device_id", "=", self.till.id)])

    def corrections(self):
        return self.rows().filtered(lambda row: row.kind == "correction")

    def receipts(self):
        return self.rows().filtered(lambda row: row.kind == "receipt")

    def test_a_sale_is_signed_once_for_its_key(self):
        status, first = self.sell()
        self.assertEqual(status, 201)
        self.assertEqual(first["state"], "printed")
        self.assertEqual(first["document"]["ecashTotalSum"], 500000)
        self.assertEqual(first["receipt_number"], 1, "the closed shift was opened first")
        status, second = self.sell()
        self.assertEqual((status, second), (200, first))
        self.assertEqual(
            self.rows().filtered(lambda row: row.kind == "receipt").mapped("state"), ["printed"]
        )

    def test_the_document_is_found_by_its_key(self):
        _status, sold = self.sell(key="find me")
        self.assertEqual(self.call("/v1/kkt/receipt/find%20me"), (200, sold))
        self.assertEqual(self.call("/v1/kkt/receipt/other")[0], 404)

    def test_20_percent_of_2026_is_signed_at_22_with_a_warning(self):
        status, sold = self.sell(items=[{**SUNGLASSES, "tax_rate": 20}])
        self.assertEqual(status, 201)
        self.assertEqual(sold["document"]["items"][0]["nds"], 11)
        self.assertEqual(sold["document"]["totalSum"], 500000)
        self.assertEqual(len(sold["warnings"]), 1)
        self.assertIn("items[0]", sold["warnings"][0]["field"])

    def test_20_percent_of_2026_is_refused_where_the_company_wants_it(self):
        self.till.company_id.fiscal_rate_20_api = "refuse"
        status, answer = self.sell(items=[{**SUNGLASSES, "tax_rate": 20}])
        self.assertEqual(status, 422)
        self.assertEqual(answer["error"]["details"]["field"], "items[0].tax_rate")
        self.assertFalse(self.rows())

    def test_a_marking_code_without_its_separators(self):
        marked = {**SUNGLASSES, "product_type": 33}
        told = "010460398803012821{serial}{gs}93dGVz".format
        status, sold = self.sell(items=[{**marked, "marking_code": told(serial="5kdQ", gs="|")}])
        self.assertEqual(status, 201)
        code = sold["document"]["items"][0]["productCodeNew"]["gs1m"]
        self.assertEqual(code["sernum"], "5kdQ")
        cases = {"gs1_lost_separator": ("5kdQ", ""), "gs1_serial_characters": ("5k#dQ", "\x1d")}
        for rule, (serial, gs) in cases.items():
            with self.subTest(rule):
                code = told(serial=serial, gs=gs)
                status, answer = self.sell(key=rule, items=[{**marked, "marking_code": code}])
                self.assertEqual(status, 422)
                (problem,) = answer["error"]["details"]["problems"]
                self.assertEqual(problem["field"], "items[0].marking_code")
                self.assertEqual(problem["code"], rule)
        self.assertEqual(len(self.receipts()), 1)

    def test_a_marking_code_without_its_tail(self):
        items = [{**SUNGLASSES, "marking_code": "0104603988030128215kdQ"}]
        status, answer = self.sell(items=items)
        self.assertEqual(status, 422)
        (problem,) = answer["error"]["details"]["problems"]
        self.assertEqual(problem["field"], "items[0].marking_code")
        self.assertEqual(problem["code"], "gs1_lacking_tail")
        self.assertFalse(self.rows())
        self.till.company_id.fiscal_marking_tailless = True
        status, sold = self.sell(items=items)
        self.assertEqual(status, 201)
        (warning,) = sold["warnings"]
        self.assertEqual(warning["field"], "items[0].marking_code")
        self.assertEqual(warning["code"], "gs1_lacking_tail")
        self.assertIn("Line 1: the marking code has no", self.receipts().warnings_text)

    def test_a_marking_code_in_two_lines(self):
        told = "0104603988030128215kdQ{}93dGVz".format
        items = [{**SUNGLASSES, "marking_code": told(gs)} for gs in ("\x1d", " ")]
        outdated = {**SUNGLASSES, "tax_rate": 20}
        self.till.company_id.fiscal_rate_20_api = "refuse"
        status, answer = self.sell(items=[*items, outdated], total=15000.00)
        self.assertEqual(status, 422)
        problems = answer["error"]["details"]["problems"]
        self.assertEqual(
            [(each["field"], each["code"]) for each in problems],
            [
                ("items[1].marking_code", "marking_code_twice"),
                ("items[2].tax_rate", "rate_outdated"),
            ],
        )
        self.assertFalse(self.rows())

    def test_other_body_under_the_same_key(self):
        self.sell()
        status, answer = self.sell(total=4000.00, items=[{**SUNGLASSES, "price": 4000.00}])
        self.assertEqual((status, answer["error"]["code"]), (409, "key_conflict"))

    def test_bad_input_names_the_field_and_leaves_no_row(self):
        cases = [
            ({"total": 4999.99}, "total"),
            ({"items": [{**SUNGLASSES, "tax_rate": 19}]}, "items[0].tax_rate"),
            ({"items": [{**SUNGLASSES, "price": -1}]}, "items[0].price"),
            ({"items": [{**SUNGLASSES, "price": 0.001}]}, "items[0].price"),
            ({"items": [{**SUNGLASSES, "quantity": 0}]}, "items[0].quantity"),
            ({"items": [{**SUNGLASSES, "colour": "red"}]}, "items[0].colour"),
            ({"items": []}, "items"),
            ({"items": [{**SUNGLASSES, "name": ""}]}, "items[0].name"),
            ({"discount": 5}, "discount"),
            ({"payment_method": "shells"}, "payment_method"),
            ({"payments": [{"method": "cash", "amount": 1}]}, "payments"),
            ({"customer": {"email": "nobody"}}, "customer.email"),
            ({"customer": {"phone": "89001234567"}}, "customer.phone"),
            ({"customer": {"email": "anna@b\u00f3br.pl"}}, "customer.email"),
            (
                {"internet_site": "b\u00f3br.pl", "customer": {"email": "a@b.ru"}},
                "internet_site",
            ),
            ({"items": [{**SUNGLASSES, "name": "日本"}]}, "items[0].name"),
            ({"customer": {"email": "a@b.ru", "phone": "+79001234567"}}, "customer.phone"),
            ({"customer": {"inn": "7707083893"}}, "customer.name"),
            ({"internet_site": "https://optika.example"}, "customer.email"),
            ({"cashier": {}}, "cashier.name"),
            ({"reference": "₽" * 128}, "reference"),
            ({"reference": "Заказ «5»"}, "reference"),
            ({"purchase": "\u200b "}, "purchase"),
            (
                {"items": [{**SUNGLASSES, "quantity": 99999, "price": 99999999}]},
                "items[0].quantity",
            ),
            *(
                ({"items": [{**SUNGLASSES, "quantity": told}]}, "items[0].quantity")
                for told in NO_NUMBERS
            ),
            *(
                ({"items": [{**SUNGLASSES, "price": told}]}, "items[0].price")
                for told in NO_NUMBERS
            ),
            *(({"total": told}, "total") for told in NO_NUMBERS),
            ({"items": [{**SUNGLASSES, "country": "000"}]}, "items[0].country"),
            ({"customer": {"name": "ООО", "inn": "0" * 10}}, "customer.inn"),
            ({"items": [{**SUNGLASSES, "country": "Italy"}]}, "items[0].country"),
            ({"items": [{**SUNGLASSES, "marking_code": "123"}]}, "items[0].marking_code"),
            ({"cashier": {"name": "Иванова", "inn": "1"}}, "cashier.inn"),
            ({"pos_id": "NOPE"}, "pos_id"),
        ]
        for changes, field in cases:
            with self.subTest(changes):
                status, answer = self.sell(**changes)
                self.assertEqual(status, 422)
                self.assertEqual(answer["error"]["details"]["field"], field)
        self.assertFalse(self.rows())

    def test_every_item_tells_its_rate(self):
        untold = {name: value for name, value in SUNGLASSES.items() if name != "tax_rate"}
        stage = {"purchase": "Z-1", "payment_method": "card"}
        correction = {"date": "2026-01-15"}
        original = {"fn_number": "9999078902004312", "fd_number": 7, "fpd": "1234567890"}
        for item in (untold, {**untold, "tax_rate": None}):
            items = {"items": [item]}
            wrong = {**items, "total": 5000, "payment_method": "cash"}
            for route, body, field in [
                ("receipt", items, "items[0].tax_rate"),
                ("receipt", {"type": "purchase", **items}, "items[0].tax_rate"),
                ("receipt", {"type": "refund", **items}, "items[0].tax_rate"),
                ("receipt", {"stage": "prepayment", **stage, **items}, "items[0].tax_rate"),
                ("receipt", {"stage": "handover", **stage, **items}, "items[0].tax_rate"),
                ("correction", {**correction, **items}, "items[0].tax_rate"),
                (
                    "correction",
                    {**correction, "original": original, "wrong": wrong},
                    "wrong.items[0].tax_rate",
                ),
            ]:
                with self.subTest(route=route, body=body):
                    self.refused_for(field, "required", route, body)
        self.assertFalse(self.rows())

    def test_a_correction_names_the_site(self):
        site = "https://optika.example"
        body = {"date": self.till._local_date().isoformat(), "internet_site": site}
        self.refused_for("customer.email", "contact_required", "correction", body)
        buyer = {"customer": {"email": "a@b.ru"}}
        status, answer = self.ask("correction", {**body, **buyer}, key="k2")
        self.assertEqual(status, 201, answer)
        signed = self.corrections().signed_json
        self.assertEqual((signed["internetPayment"], signed["retailPlace"]), (1, site))

    def test_somebody_elses_wrong_receipt_may_be_wrong(self):
        line = {**SUNGLASSES, "price": 5000.49}
        wrong = {"items": [line], "total": 5000, "payment_method": "card", "internet_site": "a.ru"}
        body = {
            "date": self.till._local_date().isoformat(),
            "original": {"fn_number": "9999078902004312", "fd_number": 7, "fpd": "1234567890"},
        }
        for total in (5000.48, 4999, 5002):
            told = {**body, "wrong": {**wrong, "total": total}}
            self.refused_for("wrong.total", "not_the_items", "correction", told)
        status, answer = self.ask("correction", {**body, "wrong": wrong}, key="k2")
        self.assertEqual(status, 201, answer)
        reverse, right = self.corrections().sorted("id").mapped("signed_json")
        self.assertEqual((reverse["totalSum"], right["totalSum"]), (500000, 500000))
        self.assertEqual(reverse["items"][0]["sum"], 500049)
        self.assertEqual((reverse["internetPayment"], reverse["retailPlace"]), (1, "a.ru"))

    def refused_for(self, field, code, route, changes, key="k1"):
        """Ask for a document with a body that is good but for `changes`, and is refused."""
        status, answer = self.ask(route, changes, key=key)
        self.assertEqual(status, 422, answer)
        problems = answer["error"]["details"]["problems"]
        self.assertEqual([(each["field"], each["code"]) for each in problems], [(field, code)])

    def ask(self, route, changes, *, without=(), key="k1"):
        body = {
            "pos_id": "API-1",
            "items": [SUNGLASSES],
            "total": 5000.00,
            "payment_method": "card",
            **changes,
        }
        sent = {name: value for name, value in body.items() if name not in without}
        return self.call(f"/v1/kkt/{route}", Raw.dumps(sent), key=key)

    def test_a_full_buffer_is_told_and_drains(self):
        self.assertEqual(self.sell("first")[0], 201)
        self.till.buffer_size = self.till._owed_now()
        status, answer = self.sell("one-too-many")
        error = answer["error"]
        self.assertEqual((status, error["code"]), (503, "buffer_full"))
        oldest = self.till._oldest_undelivered().date_time
        self.assertEqual(error["details"]["oldest_pending_at"], f"{oldest.isoformat()}Z")
        self.assertFalse(
            self.env["fiscal.document"].search([("idempotency_key", "=", "one-too-many")])
        )
        self.assertEqual(self.sell("first")[0], 200, "a repeated call is answered")
        self.till._oldest_undelivered()._delivered("acknowledged")
        self.assertEqual(self.sell("one-too-many")[0], 201)

    def test_a_number_is_judged_before_it_is_computed_with(self):
        huge = Raw("1e10000000")
        for told in (huge, "1e10000000", Raw("1e5000"), Raw("9" * 5000), Raw("-1e10000000")):
            is_number = isinstance(told, Raw)
            is_amount = is_number and not told.startswith("-")
            large = "amount_too_large" if is_amount else "not_an_amount"
            for field, code, route, changes in [
                ("total", large, "receipt", {"total": told}),
                ("items[0].price", large, "receipt", {"items": [{**SUNGLASSES, "price": told}]}),
                (
                    "items[0].quantity",
                    "wrong_quantity" if is_number else "not_a_number",
                    "receipt",
                    {"items": [{**SUNGLASSES, "quantity": told}]},
                ),
                ("total", large, "correction", {"date": "2026-01-15", "total": told}),
            ]:
                with self.subTest(field=field, told=str(told)[:20]):
                    self.refused_for(field, code, route, changes)
        pieces = {"items": [{**SUNGLASSES, "quantity": Raw("1e-10000000")}]}
        self.refused_for("items[0].quantity", "too_many_decimals", "receipt", pieces)
        for route in ("cash_in", "cash_out"):
            for told in (huge, "2814749767106.56"):
                status, answer = self.ask(
                    route, {"amount": told}, without=("items", "total", "payment_method")
                )
                (problem,) = answer["error"]["details"]["problems"]
                self.assertEqual((status, problem["field"]), (422, "amount"))
                self.assertIn("in roubles from 0.00 to 2814749767106.55", problem["rule"])
        self.assertFalse(self.rows())

    def test_a_payment_is_judged_before_it_is_computed_with(self):
        paid = {"payments": [{"method": "cash", "amount": Raw("1e10000000")}]}
        status, answer = self.ask("receipt", paid, without=("payment_method",))
        self.assertEqual(status, 422)
        fields = [each["field"] for each in answer["error"]["details"]["problems"]]
        self.assertEqual(fields, ["payments[0].amount"])

    def test_what_is_no_text_or_of_another_type_is_told_by_its_field(self):
        numbers = {"fn_number": "9999078902004312", "fd_number": 7, "fpd": "1234567890"}
        refund = {"type": "refund"}
        nested = Raw("[" * 900 + "]" * 900)
        for field, changes in [
            ("items[0].name", {"items": [{**SUNGLASSES, "name": "\ud800"}]}),
            ("reference", {"reference": "a\0"}),
            ("reference", {"reference": "a\nb"}),
            ("purchase", {"purchase": "\udfff"}),
            ("body", {"\ud800": 1}),
            ("total" + "[0]" * 19, {"total": nested}),
            ("pos_id", {"pos_id": {"a": 1}}),
            ("pos_id", {"pos_id": ["API-1"]}),
            ("pos_id", {"pos_id": "\0"}),
            ("pos_id", {"pos_id": True}),
            ("cashier.name", {"cashier": {"name": ["И"]}}),
            ("cashier.name", {"cashier": {"name": True}}),
            ("cashier.position", {"cashier": {"name": "И", "position": {"a": 1}}}),
            ("items[0].payment_type", {"items": [{**SUNGLASSES, "payment_type": True}]}),
            ("original.key", {**refund, "original": {"key": {"a": 1}}}),
            ("original.fd_number", {**refund, "original": {**numbers, "fd_number": 1 << 31}}),
            ("original.fpd", {**refund, "original": {**numbers, "fpd": "7" * 100}}),
            ("original.fpd", {**refund, "original": {**numbers, "fpd": "\x1b[31m"}}),
            ("original.fn_number", {**refund, "original": {**numbers, "fn_number": "\ufeff"}}),
        ]:
            with self.subTest(changes=str(changes)[:60]):
                status, answer = self.ask("receipt", changes)
                self.assertEqual(status, 422, answer)
                self.assertEqual(answer["error"]["details"]["field"], field)
        self.assertFalse(self.rows())

    def test_what_is_told_is_taken_or_refused(self):
        """No value that a reader could drop, or take for another."""
        self.assertEqual(self.sell("first")[0], 201)
        rows = self.rows()
        refund, number = {"type": "refund"}, Raw("1e9999999999999999999")
        numbers = {"fn_number": "9999078902004312", "fd_number": 7, "fpd": "1234567890"}
        for field, code, changes in [
            *(("customer.email", "not_text", {"customer": {"email": each}}) for each in ([], 0)),
            ("customer.email", "empty", {"customer": {"email": ""}}),
            ("customer.email", "empty", {"customer": {"email": ""}, "internet_site": "a.ru"}),
            ("customer.phone", "two_contacts", {"customer": {"email": "a@b.ru", "phone": ""}}),
            ("customer.email", "not_an_email", {"customer": {"email": "+79001234567"}}),
            ("customer.phone", "not_a_phone", {"customer": {"phone": "a@b.ru"}}),
            ("cashier.name", "required", {"cashier": {"position": "Кассир"}}),
            ("cashier.position", "not_text", {"cashier": {"name": "И", "position": []}}),
            ("cashier.position", "too_long", {"cashier": {"name": "И", "position": "К" * 70}}),
            (
                "cashier.position",
                "too_long",
                {"cashier": {"name": "Иванова", "position": "К" * 60}},
            ),
            (
                "cashier.position",
                "control_characters",
                {"cashier": {"name": "И", "position": "\n"}},
            ),
            *(
                ("items[0].tax_rate", "unknown_rate", {"items": [{**SUNGLASSES, "tax_rate": each}]})
                for each in ("None", "no", "без НДС", "22%", "22 ", "22.0/122", True, number)
            ),
            *(
                (f"original.{name}", "original_named_twice", {**refund, "original": told})
                for name in numbers
                for told in [{"key": "first", name: numbers[name]}]
            ),
            ("original.fd_number", "not_from_one", _of(numbers, fd_number="1")),
            ("original.fpd", "not_text", _of(numbers, fpd=1)),
            ("original.fpd", "not_within", _of(numbers, fpd="9999999999")),
            ("original.fn_number", "wrong_digits", _of(numbers, fn_number="٩" * 16)),
            ("total", "amount_too_large", {"total": number}),
            ("items[0].country", "wrong_digits", {"items": [{**SUNGLASSES, "country": "٦٤٣"}]}),
            (
                "items[0].customs_declaration",
                "not_stored_as_it_is",
                {"items": [{**SUNGLASSES, "customs_declaration": "10702070/210523/«П»"}]},
            ),
            ("items[0].name", "unprintable", {"items": [{**SUNGLASSES, "name": "\u00a0"}]}),
            ("total", "told_twice", {"total": Raw('5000, "total": 5000')}),
            (
                "items[0].price",
                "told_twice",
                {"items": [Raw('{"name": "А", "price": 1, "tax_rate": 22, "price": 5000}')]},
            ),
        ]:
            with self.subTest(field=field, changes=str(changes)[:80]):
                self.refused_for(field, code, "receipt", changes)
        self.assertEqual(self.rows(), rows)

    def test_a_rate_is_told_as_a_number_or_a_word(self):
        for index, told in enumerate(("22", "22.0", Raw("2.2e1"), Raw("1E1"), "none", "22/122")):
            with self.subTest(told=told):
                item = {**SUNGLASSES, "tax_rate": told}
                status, answer = self.ask("receipt", {"items": [item]}, key=f"k{index}")
                self.assertEqual(status, 201, answer)

    def test_limits_count_what_is_stored(self):
        many = "и\u0306" * 64
        status, sold = self.ask("receipt", {"reference": 2 * many, "purchase": f" {many} "})
        self.assertEqual((status, sold.get("purchase")), (201, "й" * 64), sold)
        owed = {"stage": "handover", "purchase": "№…₽" * 21, "on_credit": True}
        status, answer = self.ask("receipt", owed, without=("payment_method",), key="k2")
        self.assertEqual(status, 201, answer)
        paid = {"stage": "credit_payment", "purchase": owed["purchase"]}
        status, answer = self.ask("receipt", paid, without=("items",), key="k3")
        self.assertEqual(status, 201, answer)

    def test_a_field_is_called_as_the_call_has_it(self):
        advance = {"items": None, "stage": "advance", "purchase": "D-1"}
        for field, changes in [
            *((name, {name: 1}) for name in ("nds", "sum", "operator", "phone_or_address")),
            ("operator", {"operator": "a\0"}),
            ("items[0].nds", {"items": [{**SUNGLASSES, "nds": 1}]}),
            ("body", {"": 1}),
            ("payment_method", {"payment_method": "credit"}),
            ("payment_method", {**advance, "payment_method": "prepaid"}),
            ("payments", {"payments": [{"method": "credit", "amount": 5000}]}),
        ]:
            with self.subTest(changes):
                body = {"items": [SUNGLASSES], "total": 5000, "payment_method": "card", **changes}
                if "payments" in changes:
                    del body["payment_method"]
                if changes.get("items", body) is None:
                    del body["items"]
                status, answer = self.call("/v1/kkt/receipt", {"pos_id": "API-1", **body})
                self.assertEqual(status, 422, answer)
                self.assertEqual(answer["error"]["details"]["field"], field)
        self.assertFalse(self.rows())

    def test_a_correction_is_told_of_its_own_fields_alone(self):
        told = {"date": "2026-11-02", "items": [{**SUNGLASSES, "tax_rate": 22}], "total": 5000}
        for name, value in [("basis", "law"), ("reason", "₽" * 64)]:
            with self.subTest(name):
                body = {"pos_id": "API-1", "payment_method": "card", **told, name: value}
                status, answer = self.call("/v1/kkt/correction", body)
                self.assertEqual(status, 422, answer)
                problems = answer["error"]["details"]["problems"]
                self.assertEqual([each["field"] for each in problems], [name])

    def test_paths_and_queries_that_nothing_has(self):
        for path, status in [
            ("/v1/kkt/receipt/%00", 404),
            ("/v1/kkt/receipt/a%0A%00", 404),
            ("/v1/%0A%00", 404),
            ("/v1/kkt/purchase/%00?pos_id=API-1", 404),
            ("/v1/kkt/purchase/a?pos_id=%00", 422),
            ("/v1/kkt/buffer/status?pos_id=%00", 422),
        ]:
            with self.subTest(path):
                self.assertEqual(self.call(path)[0], status)

    def test_a_return_of_ours_with_another_sign_is_refused(self):
        _status, sold = self.sell()
        told = {name: sold[name] for name in ("fn_number", "fd_number")}
        other = "1" if sold["fpd"] != "1" else "2"
        self.refused_for(
            "original.fpd",
            "another_sign",
            "receipt",
            {"type": "refund", "original": {**told, "fpd": other}, "items": [{"line": 1}]},
            key="k2",
        )

    def test_an_advance_may_leave_its_rate_out_but_not_empty(self):
        told = {"pos_id": "API-1", "stage": "advance", "total": 100, "payment_method": "cash"}
        status, answer = self.call("/v1/kkt/receipt", {**told, "tax_rate": None})
        self.assertEqual((status, answer["error"]["details"]["field"]), (422, "tax_rate"))
        status, sold = self.call("/v1/kkt/receipt", told, key="k2")
        self.assertEqual((status, sold["document"]["items"][0]["nds"]), (201, 12))

    def test_bad_calls(self):
        body = {"pos_id": "API-1"}
        for path, sent, options, expected in [
            ("/v1/kkt/receipt", "{", {}, (400, "bad_json")),
            ("/v1/kkt/receipt", "[1]", {}, (400, "bad_json")),
            ("/v1/kkt/receipt", '{"total": NaN}', {}, (400, "bad_json")),
            ("/v1/kkt/receipt", body, {"key": None}, (400, "idempotency_key_required")),
            (
                "/v1/kkt/receipt",
                body,
                {"Content-Type": "text/plain"},
                (415, "unsupported_media_type"),
            ),
            ("/v1/kkt/receipt", None, {"method": "DELETE"}, (405, "method_not_allowed")),
            ("/v1/nothing", None, {}, (404, "not_found")),
            ("/v1/health", None, {"Authorization": "Bearer wrong"}, (401, "unauthorized")),
            ("/v1/health", None, {"Authorization": ""}, (401, "unauthorized")),
        ]:
            with self.subTest(path=path, sent=sent, options=options):
                status, answer = self.call(path, sent, **options)
                self.assertEqual((status, answer["error"]["code"]), expected)
        self.assertFalse(self.rows())

    def test_a_key_of_another_group_is_refused(self):
        self.user.group_ids = self.env.ref("base.group_user")
        self.assertEqual(self.call("/v1/health")[0], 403)

    def test_a_till_of_another_company_is_unknown(self):
        other = self.env["res.company"].create({"name": "Other", "vat": "5"})
        self.till.write({"company_id": other.id, "ofd_id": False})
        status, answer = self.sell()
        self.assertEqual((status, answer["error"]["code"]), (422, "unknown_till"))
        self.assertFalse(self.rows())

    def test_other_companies_are_not_counted(self):
        self.sell()
        company = self.env["res.company"].create({"name": "Other"})
        other = self.make_till(code="API-2", company_id=company.id, ofd_id=False)
        other._status().silence = {"reason": "silent"}
        self.enqueue("k9", till=other)
        _status, buffer = self.call("/v1/kkt/buffer/status")
        self.assertEqual((buffer["pending_count"], buffer["queued_count"]), (1, 0))
        _status, health = self.call("/v1/health")
        self.assertNotIn("API-2", health["components"]["tills"]["silent"])
        self.user.company_ids |= other.company_id
        _status, buffer = self.call("/v1/kkt/buffer/status")
        self.assertEqual((buffer["pending_count"], buffer["queued_count"]), (1, 1))
        _status, health = self.call("/v1/health")
        self.assertIn("API-2", health["components"]["tills"]["silent"])

    def test_a_refusal_is_told_and_a_repeat_retries(self):
        self.set_faults(times=1, refuse_code="6B")
        status, answer = self.sell()
        self.assertEqual((status, answer["error"]["code"]), (502, "device_refused"))
        self.assertIn("6B", answer["error"]["message"], "the shift's opening was refused")
        self.assertEqual(answer["error"]["details"]["state"], "queued")
        self.set_faults()
        self.assertEqual(self.sell()[0], 201)
        self.set_faults(times=1, refuse_code="6B")
        status, answer = self.sell(key="k2")
        self.assertEqual((status, answer["error"]["details"]["code"]), (502, "6B"))
        self.assertEqual(answer["error"]["details"]["state"], "failed")
        self.assertEqual(self.sell(key="k2")[0], 201)

    def test_a_silent_till(self):
        self.sell()
        self.set_faults(silent=True)
        status, answer = self.sell(key="k2")
        self.assertEqual((status, answer["error"]["code"]), (504, "device_silent"))
        self.assertEqual(answer["error"]["details"]["state"], "queued")
        self.set_faults()
        self.assertEqual(self.sell(key="k2")[0], 201)

    def test_buffer_status_counts_receipts(self):
        self.sell()
        _status, buffer = self.call("/v1/kkt/buffer/status?pos_id=API-1")
        self.assertEqual(
            (buffer["pending_count"], buffer["synced_count"], buffer["network_status"]),
            (1, 0, "ONLINE"),
        )
        self.receipts()._delivered("test")
        _status, buffer = self.call("/v1/kkt/buffer/status?pos_id=API-1")
        self.assertEqual((buffer["pending_count"], buffer["synced_count"]), (0, 1))

    def test_sync_sends_what_waits_now(self):
        self.sell()
        row = self.receipts()
        row.next_attempt_at = fields.Datetime.now() + timedelta(minutes=4)
        bell = self.env.ref("optics_kkt_driver.cron_deliver")
        rung = self.env["ir.cron.trigger"].search_count([("cron_id", "=", bell.id)])
        status, answer = self.call("/v1/kkt/buffer/sync?pos_id=API-1", method="POST")
        self.assertEqual((status, answer), (202, {"status": "started", "pending_count": 1}))
        self.env.invalidate_all()
        self.assertFalse(row.next_attempt_at)
        more = self.env["ir.cron.trigger"].search_count([("cron_id", "=", bell.id)])
        self.assertGreater(more, rung)
        status, answer = self.call("/v1/kkt/buffer/sync?pos_id=NOBODY", method="POST")
        self.assertEqual((status, answer["error"]["code"]), (422, "unknown_till"))

    def test_sync_while_one_is_running(self):
        self.sell()
        # Another process: the test's own cursor would keep the server's from theirs.
        with db_connect(self.env.cr.dbname).cursor() as other:
            self.assertTrue(try_advisory_lock(other, ADVISORY_OUTBOX, self.till.id))
            status, answer = self.call("/v1/kkt/buffer/sync", method="POST")
        self.assertEqual((status, answer["error"]["code"]), (409, "sync_running"))

    def test_health(self):
        status, report = self.call("/v1/health")
        self.assertEqual(status, 200)
        self.assertIn(report["status"], ("healthy", "degraded"))
        self.assertEqual(report["circuit_breaker"], "CLOSED")
        self.assertEqual(report["version"], "19.0.11.1.0")
