from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from psycopg2.extras import Json

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..exceptions import KeyConflict
from ..kkt.fiscal.correcting import Basis, Wrong
from ..kkt.fiscal.document import Buyer, Cashier, InvalidDocument, Item, Payments, Receipt
from ..kkt.fiscal.vocabulary import (
    CorrectionType,
    ItemsQuantityMeasure,
    Nds,
    OperationType,
    PaymentType,
    ProductType,
    TaxationType,
)
from .common import FiscalCase, make_receipt

CASHIER = Cashier("Администратор Смирнова")
FOREIGN_FN = "9960440300000001"


class CorrectionCase(FiscalCase):
    def setUp(self):
        super().setUp()
        self.open_shift()

    def correct(self, right=None, key="c1", **values):
        values = {"basis": Basis(self.till._local_date()), "reference": "Ошибка", **values}
        return self.env["fiscal.document"]._correct(
            self.till, key, "backend", right=right or make_receipt(), **values
        )

    def printed(self, *arguments, **values):
        """Correct and print; return the rows and each document as the till gives it back."""
        rows = self.correct(*arguments, **values)
        rows._print_in_order()
        return rows, self.till._read_documents(rows.mapped("fd_number"))

    def sell(self, key="sale", **values):
        row = self.register(key, make_receipt(**values))
        self.assertEqual(row.state, "printed")
        return row

    def rows(self):
        return self.env["fiscal.document"].search(
            [("device_id", "=", self.till.id), ("correction_role", "!=", False)], order="id"
        )

    def assertTags(self, document, **tags):
        """Compare tags of a document read back; None stands for a tag that must not be there."""
        self.assertEqual({name: document.get(name) for name in tags}, tags)


@tagged("post_install", "-at_install")
class TestCorrectionDocuments(CorrectionCase):
    """What is signed, read back from the till tag by tag."""

    def test_a_settlement_without_a_till(self):
        day = self.till._local_date() - timedelta(days=3)
        items = (
            Item.priced("Очки солнцезащитные", 500000, Nds.NDS_22),
            Item.priced(
                "Шнур",
                3000,
                Nds.NDS_22,
                2,
                items_quantity_measure=ItemsQuantityMeasure.METER,
            ),
            Item.priced("Подбор", 100000, Nds.NDS_NO, product_type=ProductType.SERVICE),
        )
        for operation in OperationType:
            with self.subTest(operation):
                settled = Receipt(
                    operation,
                    TaxationType.OSN,
                    items,
                    Payments(cash=6000, ecash=600000),
                    CASHIER,
                    buyer=Buyer("+79001234567"),
                )
                (row,), (document,) = self.printed(settled, key=f"c{operation}", basis=Basis(day))
                self.assertEqual((row.kind, row.correction_role), ("correction", "settlement"))
                self.assertTags(
                    document,
                    code=31,
                    operationType=int(operation),
                    appliedTaxationType=1,
                    correctionType=0,
                    correctionBase={"correctionDocumentDate": f"{day}T00:00:00"},
                    totalSum=606000,
                    cashTotalSum=6000,
                    ecashTotalSum=600000,
                    prepaidSum=0,
                    creditSum=0,
                    provisionSum=0,
                    ndsNo=100000,
                    amountsReceiptNds={"amountsNds": [{"nds": 11, "ndsSum": 91246}]},
                    operator="Администратор Смирнова",
                    buyerPhoneOrAddress="+79001234567",
                    propertiesData=None,
                )
                self.assertEqual(
                    [
                        (
                            *(line["name"], line["price"], line["quantity"], line["sum"]),
                            *(line["nds"], line["paymentType"], line["productType"]),
                            line["itemsQuantityMeasure"],
                        )
                        for line in document["items"]
                    ],
                    [
                        ("Очки солнцезащитные", 500000, "1", 500000, 11, 4, 1, 0),
                        ("Шнур", 3000, "2", 6000, 11, 4, 1, 22),
                        ("Подбор", 100000, "1", 100000, 6, 4, 4, 0),
                    ],
                )

    def test_by_order(self):
        basis = Basis(self.till._local_date(), CorrectionType.INSTRUCTION, "12-07/5")
        _rows, (document,) = self.printed(basis=basis)
        self.assertTags(document, correctionType=1)
        self.assertEqual(document["correctionBase"]["correctionDocumentNumber"], "12-07/5")

    def test_an_error_in_a_receipt(self):
        sale = self.sell(cash=True)
        purchase = sale._purchase()
        right = make_receipt(price=400000)
        rows, (reverse, again) = self.printed(right, wrong=sale._as_wrong())
        self.assertEqual(rows.mapped("correction_role"), ["reverse", "right"])
        self.assertEqual(rows.mapped("original_id"), sale)
        for row in rows:
            self.assertRecordValues(
                row,
                [
                    {
                        "state": "printed",
                        "original_fn": sale.fn_number,
                        "original_fd": sale.fd_number,
                        "original_fpd": sale.fpd,
                        "purchase_id": purchase.id,
                        "reference": "Ошибка",
                    }
                ],
            )
        basis = {"correctionDocumentDate": f"{self.till._local_date()}T00:00:00"}
        self.assertTags(
            reverse,
            code=31,
            operationType=2,
            totalSum=500000,
            cashTotalSum=500000,
            ecashTotalSum=0,
            correctionType=0,
            correctionBase=basis,
            propertiesData=sale.fpd,
            items=sale.signed_json["items"],
        )
        self.assertTags(
            again,
            code=31,
            operationType=1,
            totalSum=400000,
            cashTotalSum=0,
            ecashTotalSum=400000,
            correctionType=0,
            correctionBase=basis,
            propertiesData=sale.fpd,
        )
        self.assertLess(rows[0].fd_number, rows[1].fd_number)

    def test_ffd_1_05_mends_an_error_by_ordinary_receipts(self):
        self.till = self.make_till(code="TEST-105", ffd_version="1.05")
        self.open_shift("shift-105")
        sale = self.sell("sale-105", cash=True)
        wrong = sale._as_wrong()
        rows, documents = self.printed(make_receipt(price=400000), wrong=wrong)
        self.assertEqual(rows.mapped("kind"), ["receipt", "receipt"])
        for document, operation, total in zip(documents, (2, 1), (500000, 400000), strict=True):
            self.assertTags(
                document,
                code=3,
                fiscalDocumentFormatVer=2,
                operationType=operation,
                totalSum=total,
                propertiesData=sale.fpd,
                correctionType=None,
            )

    def test_ffd_1_05_keeps_site_and_unit_as_signed(self):
        """Tag 1125 is none of FFD 1.05, whose receipts tell the site in 1187 all the same."""
        self.till = self.make_till(code="TEST-105", ffd_version="1.05")
        self.open_shift("shift-105")
        cord = Item.priced(
            *("Шнурок", 10000, Nds.NDS_22, 2),
            items_quantity_measure=ItemsQuantityMeasure.METER,
        )
        online = Receipt(
            OperationType.SALE,
            TaxationType.OSN,
            (cord,),
            Payments(ecash=20000),
            CASHIER,
            buyer=Buyer("a@b.ru"),
            internet_payment=True,
            retail_place="https://optika.example",
        )
        sale = self.register("sale-105", online)
        wrong = sale._as_wrong()
        self.assertTrue(wrong.settlement.internet_payment)
        _rows, documents = self.printed(online, wrong=wrong)
        for document in documents:
            self.assertTags(document, retailPlace="https://optika.example", internetPayment=None)
            self.assertEqual(document["items"][0]["unit"], "м")
        foreign = {**sale.signed_json, "fiscalDocumentNumber": 99}
        row = self.env["fiscal.document"]._record_foreign(self.till, foreign)
        (line,) = row._signed_settlement().items
        self.assertEqual(line.items_quantity_measure, ItemsQuantityMeasure.METER)

    def test_an_error_in_a_return_is_taken_back_by_a_sale(self):
        sale = make_receipt()
        returned = Receipt(
            OperationType.SALE_RETURN, TaxationType.OSN, sale.items, sale.payments, sale.cashier
        )
        row = self.register("return", returned)
        right = Receipt(
            OperationType.SALE_RETURN,
            TaxationType.OSN,
            sale.items,
            Payments(cash=500000),
            sale.cashier,
        )
        self.register("cash", make_receipt(cash=True))
        _rows, (reverse, again) = self.printed(right, wrong=row._as_wrong())
        self.assertEqual((reverse["operationType"], again["operationType"]), (1, 2))

    def test_a_correction_with_an_error_is_mended_too(self):
        day = self.till._local_date() - timedelta(days=5)
        (first,), _documents = self.printed(basis=Basis(day), key="first")
        self.assertEqual(first._settled_on(), day, "that of the settlement, not of the paper")
        rows, (reverse, _again) = self.printed(
            make_receipt(price=100), wrong=first._as_wrong(), basis=Basis(day), key="second"
        )
        self.assertTags(reverse, operationType=2, propertiesData=first.fpd, totalSum=500000)
        self.assertEqual(rows.mapped("original_id"), first)

    def test_a_receipt_of_2025_is_mended_at_20_percent(self):
        """It was signed elsewhere; both documents keep its rate, and the till too."""
        item = Item.priced("Очки солнцезащитные", 500000, Nds.NDS_20)
        prepaid = Item.priced("Оправа", 122000, Nds.NDS_20_120, payment_type=PaymentType.PREPAYMENT)
        signed = Receipt(
            OperationType.SALE,
            TaxationType.OSN,
            (item, prepaid),
            Payments(cash=622000),
            Cashier("Кассир Петрова"),
        )
        right = Receipt(
            OperationType.SALE,
            TaxationType.OSN,
            (item, prepaid),
            Payments(ecash=622000),
            CASHIER,
        )
        rows, documents = self.printed(
            right,
            wrong=Wrong(FOREIGN_FN, 77, "123456789", signed),
            basis=Basis(date(2025, 12, 30)),
        )
        for document in documents:
            self.assertEqual([line["nds"] for line in document["items"]], [1, 3])
            self.assertTags(
                document,
                correctionBase={"correctionDocumentDate": "2025-12-30T00:00:00"},
                nds18=83333,
                nds18118=20333,
                propertiesData="0123456789",
            )
        self.assertFalse(rows.original_id)
        self.assertEqual(set(rows.mapped("original_fpd")), {"0123456789"})
        self.assertFalse(rows.filtered("warnings"), "no rate was touched")


@tagged("post_install", "-at_install")
class TestCorrectionOrder(CorrectionCase):
    """A pair is made once and in order, whatever happens to its first."""

    def setUp(self):
        super().setUp()
        self.sale = self.sell()
        self.wrong = self.sale._as_wrong()

    def pair(self, key="c1", price=400000):
        return self.correct(make_receipt(price=price), key=key, wrong=self.wrong)

    def test_a_repeated_key_makes_nothing_new(self):
        rows = self.pair()
        self.assertEqual(self.pair(), rows)
        rows._print_in_order()
        numbers = rows.mapped("fd_number")
        self.pair()._print_in_order()
        self.assertEqual(self.rows(), rows)
        self.assertEqual(rows.mapped("fd_number"), numbers)

    def test_a_key_belongs_to_one_correction(self):
        self.pair()
        with self.assertRaises(KeyConflict):
            self.pair(price=300000)
        with self.assertRaises(KeyConflict):
            self.correct(make_receipt(price=1))

    def test_the_right_one_waits_while_the_reverse_one_is_refused(self):
        self.set_faults(cover_open=True)
        rows = self.pair()
        rows._print_in_order()
        self.assertEqual(rows.mapped("state"), ["failed", "queued"])
        self.set_faults()
        self.serve()
        self.assertEqual(rows.mapped("state"), ["failed", "queued"], "the lane passes it by")
        self.assertIn(rows[0].display_name, rows[1]._explain())
        other = self.register("other", make_receipt(price=100))
        self.assertEqual(other.state, "printed", "and others are not held back")
        rows[0].action_retry()
        self.serve()
        self.assertEqual(rows.mapped("state"), ["printed", "printed"])
        self.assertLess(rows[0].fd_number, rows[1].fd_number)

    def test_a_second_press_tries_the_refused_one_again(self):
        self.set_faults(cover_open=True)
        self.pair()._print_in_order()
        self.set_faults()
        self.pair()._print_in_order()
        self.assertEqual(self.rows().mapped("state"), ["printed", "printed"])

    def test_the_right_one_is_given_up_with_the_reverse_one(self):
        self.set_faults(cover_open=True)
        rows = self.pair()
        rows._print_in_order()
        self.set_faults()
        rows[0].action_give_up()
        self.assertEqual(rows.mapped("state"), ["cancelled", "cancelled"])
        self.serve()
        self.assertEqual(rows.mapped("fd_number"), [0, 0])
        again = self.pair("c2")
        again._print_in_order()
        self.assertEqual(again.mapped("state"), ["printed", "printed"], "and it can be done anew")

    def test_giving_the_waiting_one_up_gives_both_up(self):
        self.set_faults(cover_open=True)
        rows = self.pair()
        rows._print_in_order()
        rows[1].action_give_up()
        self.assertEqual(rows.mapped("state"), ["cancelled", "cancelled"])

    def test_lost_answers_keep_the_order(self):
        for lost in ("before_signing", "after_signing"):
            with self.subTest(lost):
                sale = self.sell(f"sale {lost}", price=10000)
                rows = self.correct(make_receipt(price=9000), key=lost, wrong=sale._as_wrong())
                self.set_faults(times=1, lost_answer=lost)
                rows._print_in_order()
                self.serve()
                self.assertEqual(rows.mapped("state"), ["printed", "printed"])
                self.assertLess(rows[0].fd_number, rows[1].fd_number)

    def test_what_is_taken_back_is_not_taken_back_again(self):
        rows = self.pair()
        with self.assertRaisesRegex(UserError, f"FD {self.sale.fd_number} is corrected already"):
            self.pair("c2")
        rows._print_in_order()
        with self.assertRaisesRegex(UserError, rows[1].display_name):
            self.pair("c2")
        self.assertEqual(self.rows(), rows)

    def test_a_pair_given_up_half_way_is_completed(self):
        rows = self.pair()
        rows[0]._sign()
        self.assertEqual(rows.mapped("state"), ["printed", "queued"])
        rows[1].action_give_up()
        self.assertEqual(rows.mapped("state"), ["printed", "cancelled"])
        completed = self.pair("c2", price=300000)
        self.assertEqual(completed[0], rows[0], "the reverse one stands")
        completed._print_in_order()
        self.assertRecordValues(
            completed[1], [{"state": "printed", "correction_role": "right", "total_sum": 3000.0}]
        )
        self.assertEqual(self.pair("c2", price=300000), completed)

    def test_only_what_waits_can_be_given_up(self):
        rows = self.pair()
        rows._print_in_order()
        for row in (self.sale, *rows):
            with self.assertRaises(UserError):
                row.action_give_up()


@tagged("post_install", "-at_install")
class TestCorrectionRefusals(CorrectionCase):
    def assertRefused(self, field, *arguments, **values):
        with self.assertRaises(InvalidDocument) as caught:
            self.correct(*arguments, **values)
        self.assertEqual([problem.field for problem in caught.exception.problems], [field])
        self.assertFalse(self.rows())

    def test_no_settlement_of_tomorrow(self):
        tomorrow = self.till._local_date() + timedelta(days=1)
        self.assertRefused("settled_on", basis=Basis(tomorrow))

    def test_no_rate_of_another_date(self):
        self.assertRefused("items[0].nds", basis=Basis(date(2025, 12, 31)))
        self.assertRefused("items[0].nds", make_receipt(nds=Nds.NDS_20))

    def test_no_other_sign_of_a_document_of_ours(self):
        sale = self.sell()
        wrong = Wrong(sale.fn_number, sale.fd_number, "1", make_receipt())
        self.assertRefused("fpd", wrong=wrong)

    def test_a_rate_outside_of_the_regime_is_told_and_kept_in_the_history(self):
        self.env["fiscal.regime"].create(
            {"since": "2025-01-01", "tax_system": "1", "vat": "exempt"}
        )
        sale = self.sell()
        reverse, right = self.correct(make_receipt(price=100), wrong=sale._as_wrong())
        self.assertFalse(reverse.warnings, "it repeats what was signed")
        self.assertEqual(right.warnings[0]["field"], "items[0].nds")
        self.assertEqual(right.event_ids.mapped("to_state"), ["queued"])
        self.assertEqual(right.event_ids.why, right.warnings[0]["text"])
        self.assertEqual(
            right.warnings_text,
            "Line 1: the VAT rate is none of the seller's tax regime on the day of supply",
        )


@tagged("post_install", "-at_install")
class TestCorrectionWizard(CorrectionCase):
    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env,
            "till_manager",
            groups="base.group_user,optics_kkt_driver.group_fiscal_manager",
            name="Смирнова",
        )
        self.manager.fiscal_position = "Администратор"

    def form(self, **context):
        wizard = self.env["fiscal.correction"].with_user(self.manager)
        return Form(wizard.with_context(**context))

    def settlement_form(self):
        form = self.form(default_device_id=self.till.id)
        form.settled_on = self.till._local_date() - timedelta(days=1)
        form.reason = "Касса не работала"
        with form.right_line_ids.new() as line:
            line.name = "Очки солнцезащитные"
            line.price = 2500.0
            line.quantity = 2
            line.nds = "11"
        form.cash = 1000.0
        form.ecash = 4000.0
        return form

    def error_form(self, original):
        form = self.form(default_original_id=original.id)
        form.reason = "Ошибка в цене"
        return form

    def test_a_settlement_without_a_till(self):
        form = self.settlement_form()
        self.assertEqual((form.total_lines, form.total_paid), (5000.0, 5000.0))
        wizard = form.save()
        self.assertIn("Приход", wizard.preview_html)
        self.assertIn("5,000.00", wizard.preview_html)
        action = wizard.action_print()
        (row,) = self.rows()
        self.assertEqual((action["res_id"], row.state), (row.id, "printed"))
        (document,) = self.till._read_documents([row.fd_number])
        day = self.till._local_date() - timedelta(days=1)
        self.assertTags(
            document,
            operationType=1,
            totalSum=500000,
            cashTotalSum=100000,
            ecashTotalSum=400000,
            correctionBase={"correctionDocumentDate": f"{day}T00:00:00"},
            operator=self.manager._fiscal_cashier().operator,
        )
        self.assertEqual(document["items"][0]["quantity"], "2")
        self.assertIn("Касса не работала", document["properties"]["propertyValue"])
        self.assertEqual(row.reference, "Касса не работала")

    def test_an_error_is_preset_from_the_receipt(self):
        sale = self.sell(cash=True)
        form = self.error_form(sale)
        self.assertEqual(
            (form.kind, form.device_id, form.settled_on, form.original_fpd),
            ("error", self.till, self.till._local_date(), sale.fpd),
        )
        self.assertEqual((form.cash, form.total_lines), (5000.0, 5000.0))
        with form.right_line_ids.edit(0) as line:
            self.assertEqual((line.name, line.nds), ("Очки солнцезащитные", "11"))
            line.price = 4500.0
        form.cash = 4500.0
        wizard = form.save()
        self.assertIn("Возврат прихода", wizard.preview_html)
        action = wizard.action_print()
        rows = self.rows()
        self.assertEqual(action["domain"], [("id", "in", rows.ids)])
        self.assertEqual(rows.mapped("state"), ["printed", "printed"])
        self.assertEqual(rows.mapped("total_sum"), [5000.0, 4500.0])
        self.assertEqual(rows.mapped("original_id"), sale)

    def test_the_right_one_is_of_the_same_site(self):
        sale = self.register(
            "online",
            replace(
                make_receipt(),
                buyer=Buyer("a@b.ru"),
                internet_payment=True,
                retail_place="https://optika.example",
            ),
        )
        form = self.error_form(sale)
        form.save().action_print()
        for document in self.rows().mapped("signed_json"):
            self.assertTags(
                document,
                internetPayment=1,
                retailPlace="https://optika.example",
                buyerPhoneOrAddress="a@b.ru",
            )

    def test_a_contact_that_is_none_is_set_right(self):
        sale = self.register(
            "online",
            replace(
                make_receipt(),
                buyer=Buyer("a@b.ru", name="ООО А", inn="7707083893"),
                internet_payment=True,
                retail_place="https://optika.example",
            ),
        )
        self.sign_otherwise(sale, buyerPhoneOrAddress="none", retailPlace="")
        form = self.error_form(sale)
        self.assertTrue(form.internet_payment)
        self.assertFalse(form.buyer_contact or form.internet_site)
        self.assertIn("phone number or e-mail", form.preview_html)
        form.buyer_contact = "nobody"
        form.internet_site = "https://optika.example"
        self.assertIn("phone number or e-mail", form.preview_html)
        form.buyer_contact = "+79001234567"
        form.save().action_print()
        reverse, right = self.rows().mapped("signed_json")
        self.assertTags(reverse, buyerPhoneOrAddress="none", internetPayment=1)
        self.assertTags(
            right,
            internetPayment=1,
            retailPlace="https://optika.example",
            buyerPhoneOrAddress="+79001234567",
            buyerInformation={"buyer": "ООО А", "buyerInn": "7707083893"},
        )

    def test_a_good_contact_stays_beside_bad_papers(self):
        sale = self.register("papers", replace(make_receipt(), buyer=Buyer("a@b.ru")))
        self.sign_otherwise(sale, buyerInformation={"buyer": "Я", "buyerInn": "0000000000"})
        self.sign_line_otherwise(sale, originCountryCode="000")
        form = self.error_form(sale)
        self.assertFalse(form.internet_payment)
        form.save().action_print()
        reverse, right = self.rows().mapped("signed_json")
        self.assertEqual(reverse["buyerInformation"]["buyerInn"], "0000000000")
        self.assertEqual(reverse["items"][0]["originCountryCode"], "000")
        self.assertNotIn("originCountryCode", right["items"][0])
        self.assertTags(right, buyerPhoneOrAddress="a@b.ru", buyerInformation={"buyer": "Я"})

    def sign_otherwise(self, sale, **told):
        """Have another till's errors in a document of ours, which PostgreSQL guards."""
        self.env.cr.execute(
            """ALTER TABLE fiscal_document DISABLE TRIGGER USER;
            UPDATE fiscal_document SET signed_json = signed_json || %s WHERE id = %s;
            ALTER TABLE fiscal_document ENABLE TRIGGER USER""",
            [Json(told), sale.id],
        )
        self.env.invalidate_all()

    def sign_line_otherwise(self, sale, **told):
        self.sign_otherwise(sale, items=[{**sale.signed_json["items"][0], **told}])

    def test_what_the_lines_do_not_show_is_kept(self):
        item = Item.priced(
            "Оправа",
            100000,
            Nds.NDS_NO,
            origin_country_code="380",
            custom_entry_num="10131010/010126/0000001",
            product_type=ProductType.DEPOSIT,
        )
        sale = self.register(
            "imported",
            Receipt(
                OperationType.SALE,
                TaxationType.OSN,
                (item,),
                Payments(ecash=100000),
                CASHIER,
                buyer=Buyer("a@b.ru", name="ООО А", inn="7707083893"),
            ),
        )
        form = self.error_form(sale)
        form.ecash, form.cash = 0.0, 1000.0
        self.register("change", make_receipt(cash=True))
        form.save().action_print()
        documents = self.till._read_documents(self.rows().mapped("fd_number"))
        for document in documents:
            self.assertEqual(document["items"], sale.signed_json["items"])
            self.assertEqual(document["buyerInformation"], sale.signed_json["buyerInformation"])

    def typed_form(self):
        """A receipt of 2025 that is not in this database."""
        form = self.form(default_device_id=self.till.id)
        form.kind = "error"
        form.reason = "Перепутана форма оплаты"
        form.settled_on = "2025-12-30"
        form.original_fn, form.original_fd, form.original_fpd = FOREIGN_FN, 77, "123456789"
        for lines in (form.right_line_ids, form.wrong_line_ids):
            with lines.new() as line:
                line.name, line.price, line.nds = "Очки солнцезащитные", 6000.0, "1"
        form.wrong_cash = 6000.0
        form.ecash = 6000.0
        return form

    def test_a_receipt_that_is_typed_in(self):
        self.typed_form().save().action_print()
        rows = self.rows()
        reverse, again = self.till._read_documents(rows.mapped("fd_number"))
        self.assertTags(
            reverse, operationType=2, cashTotalSum=600000, ecashTotalSum=0, nds18=100000
        )
        self.assertTags(again, operationType=1, cashTotalSum=0, ecashTotalSum=600000, nds18=100000)
        for document in (reverse, again):
            self.assertTags(
                document,
                propertiesData="0123456789",
                correctionBase={"correctionDocumentDate": "2025-12-30T00:00:00"},
            )

    def test_a_known_receipt_that_is_typed_in_comes_from_its_record(self):
        sale = self.sell()
        form = self.form(default_device_id=self.till.id)
        form.kind = "error"
        form.original_fn = sale.fn_number
        form.original_fd = sale.fd_number
        self.assertEqual((form.original_id, form.original_fpd), (sale, sale.fpd))
        self.assertEqual(len(form.right_line_ids), 1)

    def test_pressed_twice(self):
        wizard = self.settlement_form().save()
        self.assertEqual(wizard.action_print(), wizard.action_print())
        self.assertEqual(len(self.rows()), 1)

    def test_all_that_is_wrong_is_named_at_once_and_makes_no_row(self):
        form = self.typed_form()
        form.settled_on = self.till._local_date() + timedelta(days=1)
        form.original_fpd = "12345678901"
        form.cashier_inn = "123"
        form.ecash = 100.0
        with form.right_line_ids.edit(0) as line:
            line.price = -1.0
        with form.wrong_line_ids.edit(0) as line:
            line.quantity = 0
        wizard = form.save()
        with self.assertRaises(UserError) as caught:
            wizard.action_print()
        text = str(caught.exception)
        for field in (
            "Date of the settlement: must not be after today",
            "Signed with an error, FPD: must have digits only, at most 10",
            "Cashier, INN: is no INN of a person",
            "Line 1, price: must not be less than 0.00",
            "Signed with an error, line 1, quantity: must be more than 0",
        ):
            with self.subTest(field):
                self.assertIn(field, text)
                self.assertIn(field, wizard.preview_html)
        self.assertFalse(self.rows())

    def test_problems_of_money_and_rates(self):
        form = self.settlement_form()
        form.cash = 999.0
        with self.assertRaisesRegex(UserError, "Payments: must come to .* 5,000.00"):
            form.save().action_print()
        form = self.settlement_form()
        form.settled_on = "2025-12-30"
        with self.assertRaisesRegex(UserError, "Line 1, VAT rate: .*НДС 20%"):
            form.save().action_print()
        form = self.settlement_form()
        with form.right_line_ids.edit(0) as line:
            line.payment_type = "2"
        with self.assertRaisesRegex(UserError, "VAT rate: a prepayment has the rate НДС 22/122"):
            form.save().action_print()
        form = self.settlement_form()
        form.cash, form.credit = 0.0, 1000.0
        with self.assertRaisesRegex(UserError, "on credit: must be what leaves on credit"):
            form.save().action_print()
        form = self.settlement_form()
        form.right_line_ids.remove(0)
        with self.assertRaisesRegex(UserError, "Lines: name what was settled"):
            form.save().action_print()
        self.assertFalse(self.rows())

    def test_a_line_is_told_what_is_wrong_with_it_and_nothing_else(self):
        for values, words in (
            ({"name": "Оправа\tRay-Ban"}, "Line 1, name: must not have tabs"),
            ({"price": 1e13}, "Line 1, price: must be an amount from 0.00 to 2,814,749,767,106.55"),
        ):
            wizard = self.settlement_form().save()
            with self.subTest(words):
                wizard.right_line_ids.update(values)
                with self.assertRaises(UserError) as caught:
                    wizard.action_print()
                self.assertRegex(str(caught.exception), f"^{words}[^\n]*$")
        self.assertFalse(self.rows())

    def test_a_line_keeps_its_kopeck_of_vat_until_it_is_changed(self):
        lines = self.env["fiscal.correction.line"]
        signed = Item.priced("Шнур", 1000, Nds.NDS_22, Decimal("0.5"), nds_sum=91)
        line = lines.new(lines._values_of("right", signed))
        self.assertEqual(line._item().vat, 91)
        line.price = 10.01
        self.assertEqual(line._item().vat, 90)

    def test_a_line_of_huge_numbers_has_a_total_to_show(self):
        line = self.env["fiscal.correction.line"].new({"price": 1e200, "quantity": 1e200})
        self.assertEqual(line.total, 2_814_749_767_106.55)

    def test_what_is_not_chosen_in_a_line_is_asked_for(self):
        line = self.env["fiscal.correction.line"].new({"name": "Очки", "price": 1, "nds": False})
        with self.assertRaises(InvalidDocument) as caught:
            line._item()
        told = [(problem.field, problem.code) for problem in caught.exception.problems]
        self.assertEqual(told, [("nds", "required")])

    def test_problems_are_told_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        form = self.settlement_form()
        form.cash, form.cashier_inn = 999.0, "123"
        wizard = form.save().with_context(lang="ru_RU")
        with self.assertRaises(UserError) as caught:
            wizard.action_print()
        text = str(caught.exception)
        self.assertNotRegex(text, "[A-Za-z]")
        self.assertEqual(len(text.splitlines()), 2)
        self.assertIn("Кассир, ИНН: ", wizard.preview_html)

    def test_by_order(self):
        form = self.settlement_form()
        form.correction_type = "1"
        form.order_number = "12-07/5"
        form.save().action_print()
        (document,) = self.till._read_documents([self.rows().fd_number])
        self.assertEqual(document["correctionBase"]["correctionDocumentNumber"], "12-07/5")

    def test_a_closed_shift(self):
        self.till._shift_close(CASHIER, "close", "backend")
        self.till.auto_open_shift = False
        wizard = self.settlement_form().save()
        with self.assertRaisesRegex(UserError, "Open shift"):
            wizard.action_print()
        self.assertFalse(self.rows())
        self.till.auto_open_shift = True
        wizard.action_print()
        self.assertEqual(self.rows().state, "printed", "the till opens the shift itself")

    def test_a_refusal_shows_the_document_with_its_reason(self):
        sale = self.sell()
        form = self.error_form(sale)
        self.set_faults(cover_open=True)
        action = form.save().action_print()
        reverse, right = self.rows()
        self.assertEqual((action["res_id"], reverse.state), (reverse.id, "failed"))
        self.assertTrue(reverse.error_message)
        self.assertEqual(right.state, "queued")

    def test_only_administrators_of_tills(self):
        reader = new_test_user(
            self.env, "till_reader", groups="base.group_user,optics_kkt_driver.group_fiscal_user"
        )
        with self.assertRaises(AccessError):
            self.env["fiscal.correction"].with_user(reader).create({})
        row = self.correct()
        with self.assertRaises(AccessError):
            row.with_user(reader).action_give_up()

    def test_a_till_of_another_company_cannot_mend(self):
        sale = self.sell()
        wizard = self.error_form(sale).save()
        other = self.env["res.company"].create({"name": "Другая", "vat": "7707083893"})
        self.manager.company_ids |= other
        till = self.till.with_company(other).copy(
            {"company_id": other.id, "code": "OTHER", "ofd_id": False}
        )
        wizard = wizard.with_context(allowed_company_ids=[self.env.company.id, other.id])
        wizard.device_id = till
        with self.assertRaisesRegex(UserError, "OTHER"):
            wizard.action_print()
        self.assertFalse(self.rows())


@tagged("post_install", "-at_install")
class TestDocumentForm(CorrectionCase):
    def test_details_in_words(self):
        sale = self.sell(cash=True)
        rows = self.correct(make_receipt(price=400000), wrong=sale._as_wrong())
        html = rows[0].details_html
        for text in ("5,000.00", "НДС 22%", "901.64", sale.fpd, "Кассир Иванова", "in cash"):
            self.assertIn(text, html)
        self.assertNotIn("on credit", html)
        by_order = self.correct(
            basis=Basis(self.till._local_date(), CorrectionType.INSTRUCTION, "12-07/5"), key="o"
        )
        self.assertIn("12-07/5", by_order.details_html)
        shift = self.env["fiscal.document"].search([("kind", "=", "shift_open")], limit=1)
        self.assertFalse(shift.details_html)

    def test_what_can_be_mended(self):
        sale = self.sell()
        waiting = self.enqueue("waits")
        shift = self.env["fiscal.document"].search([("kind", "=", "shift_open")], limit=1)
        self.assertTrue(sale.is_correctable)
        self.assertFalse(waiting.is_correctable or shift.is_correctable)
