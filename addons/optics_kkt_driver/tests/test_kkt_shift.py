from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import new_test_user

from ..kkt.fiscal.document import (
    Cashier,
    CashIn,
    CashOut,
    Correction,
    Item,
    Payments,
    Receipt,
    ShiftClosing,
    ShiftOpening,
)
from ..kkt.fiscal.vocabulary import (
    CorrectionType,
    Nds,
    OperationType,
    PaymentType,
    TaxationType,
)
from ..kkt.virtual import VirtualTill
from ..kkt.virtual.faults import Faults
from .common import FiscalCase, make_receipt, open_till

CASHIER = Cashier("Кассир Иванова")
FRAME = Item.priced("Оправа", 850000, Nds.NDS_NO)


def settle(payments, operation=OperationType.SALE, item=FRAME):
    return Receipt(operation, TaxationType.OSN, (item,), payments, CASHIER)


def correction():
    return Correction(
        OperationType.SALE,
        TaxationType.OSN,
        (FRAME,),
        Payments(cash=850000),
        CASHIER,
        correction_type=CorrectionType.SELF,
        correction_document_date=date(2026, 1, 5),
    )


class ShiftCase(FiscalCase):
    """A till with its shift open, and what happens at it."""

    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env,
            "till-manager",
            "base.group_user,optics_kkt_driver.group_fiscal_manager",
            company_id=self.env.company.id,
            name="Директор Сидоров",
        )

    def shift(self):
        return self.env["kkt.shift"].search([("device_id", "=", self.till.id)], limit=1)

    def document(self, action):
        return self.env["fiscal.document"].browse(action["res_id"])

    def activities(self):
        return self.till.activity_ids.filtered(lambda each: each.user_id == self.manager)

    def by_hand(self, document):
        """Print something at the till itself, past us."""
        with open_till(self.till) as driver:
            before = datetime.now(UTC) + timedelta(seconds=5)
            driver.till.execute(document.kind, document.to_json(), before=before)

    def after(self, time):
        """Let so much time pass, for the till and for us."""
        frozen = freeze_time(datetime.now(UTC) + time, tick=True)
        frozen.start()
        self.addCleanup(frozen.stop)
        self.till._refresh_status()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestShift(ShiftCase):
    def setUp(self):
        super().setUp()
        self.open_shift()

    def a_day(self):
        credit = Item.priced("Очки", 700000, Nds.NDS_22, payment_type=PaymentType.CREDIT)
        for number, document in enumerate(
            [
                CashIn(100000, CASHIER),
                make_receipt(cash=True),
                settle(Payments(ecash=850000)),
                settle(Payments(cash=200000, prepaid=650000)),
                settle(Payments(credit=700000), item=credit),
                settle(Payments(cash=850000)),
                settle(Payments(cash=850000), OperationType.SALE_RETURN),
                settle(
                    Payments(cash=30000),
                    OperationType.PURCHASE,
                    Item.priced("Лом", 30000, Nds.NDS_NO),
                ),
                correction(),
                CashOut(250000, CASHIER),
            ]
        ):
            row = self.register(f"day-{number}", document)
            self.assertEqual(row.state, "printed", row.error_message)

    def test_a_days_counters_agree_to_the_kopeck(self):
        self.a_day()
        report = self.document(self.till.action_x_report())
        shift = self.shift()
        self.assertEqual(shift.comparison, "agree")
        self.assertEqual(shift.told_by_id, report)
        ours = shift.our_counters
        self.assertEqual(ours["shiftSumReports"]["totalReceiptBsoCount"], 8)
        self.assertEqual(ours["shiftSumReports"]["sellOper"]["prepaidSum"], 650000)
        self.assertEqual(ours["shiftSumReports"]["sellOper"]["creditSum"], 700000)
        self.assertEqual(ours["shiftSumReports"]["buyOper"]["cashSum"], 30000)
        self.assertEqual(ours["cashIn"], {"count": 1, "sum": 100000})
        self.assertEqual(ours["cashOut"], {"count": 1, "sum": 250000})
        drawer = 100000 + 500000 + 200000 + 850000 - 850000 - 30000 - 250000
        self.assertEqual(ours["cashInDrawer"], drawer)
        self.assertEqual(shift.device_counters["cashInDrawer"], drawer)

        closing = self.document(self.till.action_close_shift())
        self.assertEqual((shift.state, shift.closing_id), ("closed", closing))
        self.assertEqual(shift.comparison, "agree")
        self.assertEqual(
            shift.device_counters["cashInDrawer"], drawer, "asked for after the Z, which has none"
        )
        self.assertNotIn("cashIn", shift.device_counters)
        self.assertFalse(self.activities())

    def test_who_and_when(self):
        shift = self.shift()
        self.assertEqual(
            (shift.state, shift.number, shift.opened_by), ("open", 1, "Кассир Иванова")
        )
        self.assertEqual(shift.opened_at, shift.opening_id.date_time)
        self.till.with_user(self.manager).action_close_shift()
        self.assertEqual(shift.closed_by, self.manager.name)
        self.assertEqual(shift.closed_at, shift.closing_id.date_time)
        self.assertEqual(shift.closing_id.shift_id, shift)
        self.assertEqual(shift.closing_id.action_shift()["res_id"], shift.id)

    def test_the_drawer_is_reckoned_back_to_the_opening(self):
        """A receipt that opens its shift is signed before the till is asked how it is."""
        self.register("in", CashIn(5000, CASHIER))
        self.till.action_close_shift()
        self.register("sale", make_receipt(cash=True), open_shift=True)
        shift = self.shift()
        self.assertEqual(shift.number, 2)
        self.assertEqual(shift.opening_cash, {"cashInDrawer": 5000})
        self.till.action_x_report()
        self.assertEqual(shift.our_counters["cashInDrawer"], 505000)
        self.assertEqual(shift.comparison, "agree")

    def test_cash_after_the_closing_is_not_in_its_report(self):
        self.register(document=make_receipt(cash=True))
        self.till.action_close_shift()
        self.register("out", CashOut(500000, CASHIER))
        shift = self.shift()
        shift.action_compare()
        self.assertEqual(shift.comparison, "agree")
        self.assertEqual(shift.our_counters["cashInDrawer"], 500000)

    def test_x_twice_tells_twice(self):
        first = self.document(self.till.action_x_report())
        self.register(document=make_receipt(cash=True))
        second = self.document(self.till.action_x_report())
        self.assertNotEqual(first, second)
        self.assertEqual((first.state, second.state), ("printed", "printed"))
        self.assertFalse(second.fd_number)
        self.assertEqual(self.shift().told_by_id, second)
        self.assertEqual(self.shift().comparison, "agree")
        for words in ("Sale", "In cash", "5,000.00", "In the drawer"):
            self.assertIn(words, second.counters_html)
        self.assertNotIn("Ours", second.counters_html)

    def test_sales_after_an_x_report_are_not_compared_with_it(self):
        self.till.action_x_report()
        self.register(document=make_receipt(cash=True))
        shift = self.shift()
        shift.action_compare()
        self.assertEqual(shift.comparison, "agree")

    def test_what_was_printed_by_hand_is_in_both(self):
        self.by_hand(make_receipt(cash=True))
        self.by_hand(correction())
        self.till.action_x_report()
        shift = self.shift()
        self.assertEqual(shift.comparison, "agree")
        self.assertEqual(shift.our_counters["shiftSumReports"]["totalReceiptBsoCount"], 2)
        self.assertEqual(shift.our_counters["cashInDrawer"], 500000)

    def test_a_lost_row_makes_a_difference_and_calls_people_once(self):
        self.register("kept", make_receipt(cash=True))
        self.lose(self.register("lost", settle(Payments(cash=850000))))
        self.till.action_x_report()
        shift = self.shift()
        self.assertEqual(shift.comparison, "differ")
        (activity,) = self.activities()
        self.assertIn("13,500.00", activity.note)
        self.assertIn("5,000.00", activity.note)
        table = shift.counters_html
        for words in ("13,500.00", "5,000.00", "≠ 8,500.00", "table-danger"):
            self.assertIn(words, table)
        self.till.action_x_report()
        self.till.action_close_shift()
        self.assertEqual(shift.comparison, "differ")
        self.assertEqual(self.activities(), activity, "once per shift")

    def test_a_decided_document_mends_the_difference(self):
        row = self.register("lost", make_receipt(cash=True))
        self.env.cr.execute(
            """ALTER TABLE fiscal_document DISABLE TRIGGER fiscal_document_guard;
            UPDATE fiscal_document SET state = 'manual', candidates = '[%s]', fn_number = NULL,
                fd_number = NULL, fpd = NULL, signed_json = NULL, qr_text = NULL WHERE id = %s;
            ALTER TABLE fiscal_document ENABLE TRIGGER fiscal_document_guard""",
            [row.fd_number, row.id],
        )
        number = row.fd_number
        self.env.invalidate_all()
        self.till.action_close_shift()
        shift = self.shift()
        self.assertEqual((shift.comparison, shift.undecided_count), ("differ", 1))
        action = row.action_decide()
        self.env["fiscal.document.decision"].with_context(**action["context"]).create(
            {"choice": "signed", "fd_number": number, "reason": "seen on paper"}
        ).action_decide()
        shift.invalidate_recordset()
        self.assertEqual(shift.comparison, "differ", "nobody has looked again yet")
        shift.action_compare()
        self.assertEqual((shift.comparison, shift.undecided_count), ("agree", 0))

    def test_an_odd_receipt_of_others_keeps_no_z_report_away(self):
        """Tag 1199 is of mark 2, and its rates are added by law: the Z report counts them all."""
        sale = self.register(document=make_receipt(cash=True)).signed_json
        line = sale["items"][0]
        oddities = (
            {"amountsReceiptNds": {"amountsNds": [{"nds": 11}, {"nds": 13, "ndsSum": 1}]}},
            {"items": [{"price": line["price"]}, {**line, "nds": 13}], "appliedTaxationType": 64},
            {"operationType": 9},
            {"cashTotalSum": None},
        )
        self.till.action_x_report()
        shift = self.shift()
        for number, odd in enumerate(oddities, 1):
            told = {**sale, **odd, "fiscalDocumentNumber": sale["fiscalDocumentNumber"] + number}
            row = self.env["fiscal.document"]._record_foreign(self.till, told)
            for html in ("lines_html", "details_html", "tags_html"):
                self.assertTrue(row[html], (odd, html))
        shift.told_fd += len(oddities)
        shift._compare()
        self.assertEqual(shift.our_counters["shiftSumReports"]["sellOper"]["receiptBsoCount"], 3)
        self.assertEqual(shift.comparison, "differ")

    def test_closed_by_hand_at_the_till(self):
        self.register(document=make_receipt(cash=True))
        shift = self.shift()
        self.by_hand(ShiftClosing(Cashier("Директор Петров")))
        self.by_hand(ShiftOpening(Cashier("Директор Петров")))
        self.register("next", make_receipt())
        self.assertEqual((shift.state, shift.closed_by), ("closed", "Директор Петров"))
        self.assertEqual(shift.closing_id.kind, "foreign")
        self.assertEqual(shift.comparison, "agree")
        self.assertIn("5,000.00", shift.closing_id.counters_html)
        following = self.shift()
        self.assertEqual((following.number, following.state), (2, "open"))
        self.assertEqual(following.opened_by, "Директор Петров")
        self.till.action_x_report()
        self.assertEqual(following.comparison, "agree")
        self.assertEqual(following.our_counters["cashInDrawer"], 500000)

    def test_a_recovered_closing_closes_the_shift(self):
        with open_till(self.till) as driver:
            driver.till.set_faults(Faults(times=1, lost_answer="after_signing"))
        self.till.action_close_shift()
        self.assertEqual((self.shift().state, self.shift().comparison), ("closed", "agree"))
        self.assertIn("cashInDrawer", self.shift().device_counters)

    def test_a_till_that_forgets_its_drawer_at_the_closing_is_not_called_wrong(self):
        self.register("cash", make_receipt(cash=True))
        ask = VirtualTill.status
        with patch.object(VirtualTill, "status", lambda till: replace(ask(till), cash_in_drawer=0)):
            self.till.action_close_shift()
            self.till.action_test_connection()
        shift = self.shift()
        self.assertEqual((shift.state, shift.comparison), ("closed", "agree"))
        self.assertNotIn("cashInDrawer", shift.device_counters)
        self.assertFalse(self.activities())

    def test_comparing_needs_counters_and_an_administrator(self):
        with self.assertRaises(UserError):
            self.shift().action_compare()
        self.till.action_x_report()
        reader = new_test_user(
            self.env, "reader", "base.group_user,optics_kkt_driver.group_fiscal_user"
        )
        with self.assertRaises(AccessError):
            self.shift().with_user(reader).action_compare()
        for user in (reader, self.manager):
            with self.assertRaises(AccessError):
                self.shift().with_user(user).write({"comparison": "agree"})
        with self.assertRaises(UserError):
            self.shift().unlink()


@tagged("post_install", "-at_install")
class TestShiftSeenLate(ShiftCase):
    def test_a_shift_seen_in_its_middle_is_told_as_such(self):
        with open_till(self.till) as driver:
            driver.baseline()
        self.by_hand(ShiftOpening(CASHIER))
        self.by_hand(make_receipt(cash=True))
        self.till.action_test_connection()
        shift = self.shift()
        self.assertEqual((shift.state, shift.number), ("open", 1))
        self.assertTrue(shift.opened_at)
        self.assertFalse(shift.opening_id or shift.opening_cash)
        self.till.action_x_report()
        self.assertEqual(shift.comparison, "partial")
        self.assertNotIn("cashInDrawer", shift.our_counters)
        self.assertFalse(self.activities(), "it is not known, so nobody is called")
        self.till.action_close_shift()
        self.assertEqual((shift.state, shift.comparison), ("closed", "partial"))

    def test_cash_outside_of_a_shift_makes_none(self):
        self.register("in", CashIn(100, CASHIER))
        self.assertFalse(self.shift())


@tagged("post_install", "-at_install")
class TestShiftAge(ShiftCase):
    def setUp(self):
        super().setUp()
        self.open_shift()
        self.cron = self.env.ref("optics_kkt_driver.cron_warn_of_age")

    def test_nobody_is_warned_early(self):
        self.after(timedelta(hours=22, minutes=50))
        self.cron.method_direct_trigger()
        self.assertFalse(self.activities() or self.till.shift_warning)
        self.assertEqual(self.till._pos_status()["state"], "green")

    def test_after_23_hours_people_are_warned_once(self):
        self.after(timedelta(hours=23, minutes=1))
        lamp = self.till._pos_status()
        self.assertEqual(lamp["state"], "yellow")
        self.assertEqual(lamp["text"], self.till.shift_warning)
        self.assertEqual(self.shift().warning, self.till.shift_warning)
        for _ in range(2):
            self.cron.method_direct_trigger()
            self.assertEqual(len(self.activities()), 1)
        self.assertEqual(self.register(document=make_receipt()).state, "printed")

    def test_the_age_goes_by_the_tills_own_clock(self):
        with open_till(self.till) as driver:
            driver.till.set_faults(Faults(clock_offset=240))
        self.after(timedelta(hours=22, minutes=57))
        self.assertEqual(self.till._pos_status()["state"], "yellow")

    def test_after_24_hours_the_refusal_brings_its_remedy(self):
        self.after(timedelta(hours=24, minutes=1))
        self.assertEqual(self.till._pos_status()["state"], "red")
        row = self.register(document=make_receipt())
        self.assertEqual((row.state, row.error_code), ("failed", "4E"))
        for words in ("24 часа", "4E", "Закройте смену и откройте новую."):
            self.assertIn(words, row._explain())
        self.till.action_x_report()
        self.till.action_close_shift()
        self.assertEqual(self.shift().comparison, "agree")
        self.assertFalse(self.till.shift_warning)
        self.till.action_open_shift()
        row._sign()
        self.assertEqual(row.state, "printed")


@tagged("post_install", "-at_install")
class TestCashMove(ShiftCase):
    def setUp(self):
        super().setUp()
        self.open_shift()

    def wizard(self, **values):
        action = self.till.with_user(self.manager).action_cash_move()
        return (
            self.env["kkt.cash.move"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"amount": 150.25, "reason": "Размен", **values})
        )

    def moves(self):
        return self.env["fiscal.document"].search(
            [("device_id", "=", self.till.id), ("kind", "in", ("cash_in", "cash_out"))]
        )

    def test_pressed_twice_moves_once(self):
        wizard = self.wizard()
        first, second = wizard.action_move(), wizard.action_move()
        self.assertEqual(first["res_id"], second["res_id"])
        self.assertEqual(len(self.moves()), 1)
        row = self.moves()
        self.assertEqual((row.kind, row.state, row.reference), ("cash_in", "printed", "Размен"))
        self.assertEqual(row.signed_json["sum"], 15025)
        self.assertEqual(self.wizard().cash_in_drawer, 150.25)

    def test_an_amount_that_no_document_takes_is_told(self):
        with self.assertRaisesRegex(UserError, "2.814.749.767.106.55"):
            self.wizard(amount=1e30).action_move()

    def test_more_than_there_is_is_refused_and_can_be_mended(self):
        wizard = self.wizard(direction="out")
        with self.assertRaisesRegex(UserError, "Внесите наличные"):
            wizard.action_move()
        self.wizard(amount=100).action_move()
        wizard.amount = 40
        wizard.action_move()
        self.assertEqual(sorted(self.moves().mapped("state")), ["cancelled", "printed", "printed"])
        self.assertEqual(self.wizard().cash_in_drawer, 60)

    def test_the_cash_in_the_drawer_is_money(self):
        self.wizard().action_move()
        with Form(self.till.with_user(self.manager)) as form:
            self.assertEqual(form.currency_id, self.env.company.currency_id)
            self.assertEqual(form.cash_in_drawer, 150.25)
        for record in (self.till, self.till._status()):
            self.assertEqual(record._fields["cash_in_drawer"].type, "monetary")
            self.assertEqual(record.currency_id, self.env.company.currency_id)

    def test_what_is_made_is_not_made_otherwise(self):
        wizard = self.wizard()
        wizard.action_move()
        wizard.amount = 40
        with self.assertRaisesRegex(UserError, "form anew"):
            wizard.action_move()
        self.assertEqual(len(self.moves()), 1)

    def test_a_sum_and_a_reason_are_needed(self):
        for values in ({"amount": 0}, {"amount": -1}, {"reason": "  "}):
            with self.assertRaises(UserError):
                self.wizard(**values)

    def test_what_no_document_can_say_is_told_in_words(self):
        with self.assertRaisesRegex(UserError, "Sum: must be an amount from 0.01 to 2,814,749"):
            self.wizard(amount=1e13).action_move()
        self.manager.fiscal_inn = "123"
        with self.assertRaisesRegex(UserError, "INN: is no INN of a person"):
            self.wizard().action_move()
        self.assertFalse(self.moves())

    def test_only_administrators_move_cash(self):
        reader = new_test_user(
            self.env, "reader", "base.group_user,optics_kkt_driver.group_fiscal_user"
        )
        with self.assertRaises(AccessError):
            self.till.with_user(reader).action_cash_move()
        with self.assertRaises(AccessError):
            self.till.with_user(reader).action_x_report()
