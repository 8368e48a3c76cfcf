from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..optics.stock_power import StockPower
from .test_lens_matrix import MatrixCase

WEAK, STRONG, OTHER = StockPower(-8), StockPower(-16, -8), StockPower(-16, -6)
BARCODES = {WEAK: "4600000000015", STRONG: "4600000000022", OTHER: "4600000000039"}
PAIR = "4600000000046"
CONTACTS = "4600000000053"
UNKNOWN = "4600000000060"


class ScanCase(MatrixCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.powers = cls.lens._optics_power_products(list(BARCODES))
        for power, barcode in BARCODES.items():
            cls.give_barcode(cls.powers[power], barcode)
        cls.contacts = cls.env["product.product"].create(
            {"name": "Monthly", "optics_kind": "contact_lens", "is_storable": True}
        )
        cls.contacts.write({"tracking": "lot", "use_expiration_date": True})
        cls.give_barcode(cls.contacts, CONTACTS)
        cls.stock = cls.warehouse.lot_stock_id
        cls.supply = cls.env.ref("stock.stock_location_suppliers")
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.keeper = new_test_user(
            cls.env, "sc_keeper", "base.group_user,stock.group_stock_user", name="Keeper"
        )
        cls.later = date.today() + timedelta(days=400)

    @classmethod
    def give_barcode(cls, product, barcode, unit=None):
        cls.env["product.uom"].create(
            {
                "barcode": barcode,
                "product_id": product.id,
                "uom_id": (unit or product.uom_id).id,
            }
        )

    def transfer(self, asked, kind="in"):
        """Return a confirmed transfer of products and counts, as the keeper sees it."""
        type_of_kind = {"in": self.warehouse.in_type_id, "out": self.warehouse.out_type_id}[kind]
        source, target = {
            "in": (self.supply, self.stock),
            "out": (self.stock, self.customers),
        }[kind]
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": type_of_kind.id,
                "partner_id": self.supplier.id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": count,
                            "product_uom": product.uom_id.id,
                            "location_id": source.id,
                            "location_dest_id": target.id,
                        }
                    )
                    for product, count in asked.items()
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking.with_user(self.keeper)

    def receipt(self):
        return self.transfer({self.powers[WEAK]: 2, self.powers[STRONG]: 5})

    def scan(self, picking, barcode, **more):
        return picking.optics_scan(barcode, **more)["answer"]

    def scanned(self, picking):
        lines = picking.optics_scan_state()["lines"]
        return {line["product"]: line["scanned"] for line in lines if line["scanned"]}

    def assert_refused(self, picking, answer, kind, words):
        """The answer is of a kind and says the words; the counts are those of before."""
        self.assertEqual(answer["kind"], kind, answer)
        self.assertRegex(answer["words"], words)
        self.assertFalse(self.scanned(picking))

    def on_hand(self, product):
        return product.sudo().with_context(warehouse_id=self.warehouse.id).qty_available

    def put_lot(self, name, count, expiry):
        lot = self.env["stock.lot"].create(
            {
                "name": name,
                "product_id": self.contacts.id,
                "expiration_date": fields.Datetime.to_datetime(expiry) + timedelta(hours=9),
            }
        )
        self.env["stock.quant"]._update_available_quantity(
            self.contacts, self.stock, count, lot_id=lot
        )
        return lot


@tagged("post_install", "-at_install")
class TestOpticsScan(ScanCase):
    def test_boxes_are_counted_from_nought(self):
        picking = self.receipt()
        self.assertEqual(sum(picking.move_ids.mapped("quantity")), 7, "Odoo fills in what is asked")
        self.assertEqual(self.scanned(picking), {})
        answer = self.scan(picking, BARCODES[STRONG])
        self.assertEqual(answer["kind"], "accepted")
        self.assertEqual(answer["words"], "Accepted: Clear 1.5 (−2.00 −1.00), 1 of 5")
        self.scan(picking, BARCODES[STRONG], count=3)
        self.scan(picking, f"0{BARCODES[WEAK]}")
        self.assertEqual(
            self.scanned(picking), {self.powers[STRONG].id: 4, self.powers[WEAK].id: 1}
        )
        looks = [line["look"] for line in picking.optics_scan_state()["lines"]]
        self.assertEqual(looks, ["part", "part"])
        self.assertEqual(sum(picking.move_ids.mapped("quantity")), 7, "Odoo's form is as it was")

    def test_a_box_counts_what_it_holds(self):
        pair = self.env["uom.uom"].create(
            {
                "name": "Pair",
                "relative_factor": 2,
                "relative_uom_id": self.powers[STRONG].uom_id.id,
            }
        )
        self.give_barcode(self.powers[STRONG], PAIR, pair)
        picking = self.receipt()
        self.scan(picking, PAIR, count=2)
        self.assertEqual(self.scanned(picking), {self.powers[STRONG].id: 4})
        self.assertEqual(self.scan(picking, PAIR)["kind"], "over")

    def test_a_wrong_box_is_named_and_changes_nothing(self):
        picking = self.transfer({self.powers[STRONG]: 5})
        answer = self.scan(picking, BARCODES[OTHER])
        words = r"Not of this transfer: Clear 1.5 −2.00 −0.75. It asks for −2.00 −1.00$"
        self.assert_refused(picking, answer, "foreign", words)
        answer = self.scan(picking, CONTACTS)
        self.assert_refused(picking, answer, "foreign", "Not of this transfer: Monthly")

    def test_too_many_are_accepted_only_when_somebody_says_so(self):
        picking = self.receipt()
        self.scan(picking, BARCODES[WEAK], count=2)
        answer = self.scan(picking, BARCODES[WEAK])
        self.assertEqual(answer["kind"], "over")
        self.assertRegex(answer["words"], r"Too many: Clear 1.5 \(−1.00\), asked 2, scanned 2")
        self.assertEqual(self.scanned(picking), {self.powers[WEAK].id: 2})
        self.assertEqual(self.scan(picking, BARCODES[WEAK], is_extra=True)["kind"], "accepted")
        line = picking.optics_scan_state()["lines"][0]
        self.assertEqual((line["scanned"], line["look"]), (3, "over"))
        self.scan(picking, BARCODES[STRONG], count=5)
        self.assertIs(picking.optics_scan_done(), True)
        self.assertEqual(self.on_hand(self.powers[WEAK]), 3)

    def test_bad_input_has_a_sentence(self):
        picking = self.receipt()
        for barcode, count, kind, words in (
            ("", 1, "refused", "Nothing was read"),
            (None, 1, "refused", "Nothing was read"),
            ("  ", 1, "refused", "Nothing was read"),
            (UNKNOWN, 1, "unknown", f"Barcode {UNKNOWN} is unknown"),
            ("'; DROP", 1, "unknown", "unknown"),
            (BARCODES[WEAK], 0, "refused", "from 1 to 9999"),
            (BARCODES[WEAK], -1, "refused", "from 1 to 9999"),
            (BARCODES[WEAK], 1.5, "refused", "whole numbers"),
            (BARCODES[WEAK], True, "refused", "whole numbers"),
            (BARCODES[WEAK], 10000, "refused", "from 1 to 9999"),
            ("]C10104600000000015172713011", 1, "refused", "scan again"),
        ):
            with self.subTest(barcode=barcode, count=count):
                answer = self.scan(picking, barcode, count=count)
                self.assert_refused(picking, answer, kind, words)

    def test_a_transfer_that_was_closed_meanwhile(self):
        done, cancelled = self.receipt(), self.receipt()
        done.sudo().button_validate()
        cancelled.sudo().action_cancel()
        for picking, state in ((done, "Done"), (cancelled, "Cancelled")):
            answer = self.scan(picking, BARCODES[WEAK])
            self.assert_refused(picking, answer, "refused", f"not open for scanning: {state}")
            self.assertEqual(picking.optics_scan_undo()["answer"]["kind"], "refused")
            self.assertFalse(picking.optics_scan_state()["is_open"])
            with self.refused("not open for scanning", UserError):
                picking.optics_scan_done()

    def test_everybody_takes_back_what_is_their_own(self):
        colleague = new_test_user(self.env, "sc_other", "base.group_user,stock.group_stock_user")
        picking = self.receipt()
        self.scan(picking, BARCODES[WEAK])
        self.scan(picking.with_user(colleague), BARCODES[STRONG], count=2)
        answer = picking.optics_scan_undo()["answer"]
        self.assertEqual(answer["words"], "Taken back: Clear 1.5 (−1.00), 0 of 2")
        self.assertEqual(self.scanned(picking), {self.powers[STRONG].id: 2})
        self.assertEqual(picking.optics_scan_undo()["answer"]["kind"], "refused")

    def test_what_is_missing_comes_in_a_backorder(self):
        picking = self.receipt()
        self.scan(picking, BARCODES[STRONG], count=3)
        action = picking.optics_scan_done()
        self.assertEqual(action["res_model"], "stock.backorder.confirmation")
        wizard = Form(self.env[action["res_model"]].with_context(**action["context"])).save()
        wizard.process()
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.on_hand(self.powers[STRONG]), 3)
        self.assertEqual(self.on_hand(self.powers[WEAK]), 0)
        rest = self.env["stock.picking"].search([("backorder_id", "=", picking.id)])
        asked = {move.product_id: move.product_uom_qty for move in rest.move_ids}
        self.assertEqual(asked, {self.powers[WEAK]: 2, self.powers[STRONG]: 2})
        self.assertFalse(self.scanned(rest.with_user(self.keeper)))

    def test_after_the_question_of_a_backorder_one_scans_on(self):
        picking = self.receipt()
        self.scan(picking, BARCODES[STRONG], count=5)
        self.assertIsInstance(picking.optics_scan_done(), dict)
        picking.optics_scan_undo()
        self.scan(picking, BARCODES[STRONG], count=4)
        self.scan(picking, BARCODES[WEAK], count=2)
        self.assertIsInstance(picking.optics_scan_done(), dict)
        self.scan(picking, BARCODES[STRONG])
        self.assertIs(picking.optics_scan_done(), True)
        self.assertEqual(self.on_hand(self.powers[STRONG]), 5)
        self.assertEqual(self.on_hand(self.powers[WEAK]), 2)

    def test_nothing_scanned_is_not_everything_received(self):
        picking = self.receipt()
        with self.refused("Nothing is scanned", UserError):
            picking.optics_scan_done()
        self.assertEqual(picking.state, "assigned")

    def test_picking_takes_from_the_stock(self):
        for power, count in ((STRONG, 4), (OTHER, 1)):
            self.env["stock.quant"]._update_available_quantity(
                self.powers[power], self.stock, count
            )
        picking = self.transfer({self.powers[STRONG]: 2}, "out")
        self.assertEqual(self.scan(picking, BARCODES[OTHER])["kind"], "foreign")
        self.scan(picking, BARCODES[STRONG], count=2)
        self.assertIs(picking.optics_scan_done(), True)
        self.assertEqual(self.on_hand(self.powers[STRONG]), 2)
        self.assertEqual(self.on_hand(self.powers[OTHER]), 1)

    def test_two_moves_of_a_product_share_the_boxes(self):
        picking = self.receipt()
        more = picking.sudo().move_ids[1].copy({"product_uom_qty": 3, "picking_id": picking.id})
        more._action_confirm(merge=False)
        self.scan(picking, BARCODES[WEAK], count=2)
        self.scan(picking, BARCODES[STRONG], count=8)
        self.assertIs(picking.optics_scan_done(), True)
        self.assertEqual(sorted(picking.move_ids.mapped("quantity")), [2, 3, 5])
        self.assertEqual(self.on_hand(self.powers[STRONG]), 8)

    def test_the_open_transfers(self):
        ours, other = self.receipt(), self.transfer({self.powers[WEAK]: 1}, "out")
        listed = self.env["stock.picking"].with_user(self.keeper).optics_scan_transfers()
        kinds = {each["id"]: each["kind"] for each in listed["transfers"]}
        self.assertEqual((kinds[ours.id], kinds[other.id]), ("incoming", "outgoing"))
        ours.sudo().action_cancel()
        listed = self.env["stock.picking"].with_user(self.keeper).optics_scan_transfers()
        self.assertNotIn(ours.id, [each["id"] for each in listed["transfers"]])

    def test_only_users_of_the_stock(self):
        picking = self.receipt()
        clerk = new_test_user(
            self.env, "sc_clerk", "base.group_user,optics_core.group_optics_workshop"
        )
        theirs = picking.with_user(clerk)
        for call in (
            theirs.optics_scan_state,
            lambda: theirs.optics_scan(BARCODES[WEAK]),
            lambda: theirs.optics_scan_name(UNKNOWN, self.powers[WEAK].id),
            theirs.optics_scan_undo,
            theirs.optics_scan_done,
            theirs.optics_scan_transfers,
        ):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            self.env["optics.scan"].with_user(self.keeper).create(
                {"picking_id": picking.id, "product_id": self.powers[WEAK].id, "quantity": 1}
            )

    def test_another_companys_transfer_is_closed(self):
        company = self.env["res.company"].create({"name": "Another shop"})
        person = new_test_user(
            self.env,
            "sc_elsewhere",
            "base.group_user,stock.group_stock_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        picking = self.receipt()
        self.scan(picking, BARCODES[WEAK])
        theirs = picking.with_user(person).with_company(company)
        for call in (theirs.optics_scan_state, lambda: theirs.optics_scan(BARCODES[WEAK])):
            with self.assertRaises(AccessError):
                call()
        self.assertFalse(self.env["optics.scan"].with_user(person).search([]))
        listed = self.env["stock.picking"].with_user(person).optics_scan_transfers()
        self.assertNotIn(picking.id, [each["id"] for each in listed["transfers"]])


@tagged("post_install", "-at_install")
class TestOpticsScanLots(ScanCase):
    def code(self, lot, expiry):
        return f"]d2010{CONTACTS}17{expiry:%y%m%d}10{lot}"

    def test_a_receipt_makes_the_lot_that_the_code_tells(self):
        picking = self.transfer({self.contacts: 3})
        self.scan(picking, self.code("A1", self.later), count=2)
        self.scan(picking, self.code("B2", self.later + timedelta(days=30)))
        lots = picking.optics_scan_state()["lines"][0]["lots"]
        self.assertEqual([(each["name"], each["scanned"]) for each in lots], [("A1", 2), ("B2", 1)])
        self.assertIs(picking.optics_scan_done(), True)
        lots = self.env["stock.lot"].search([("product_id", "=", self.contacts.id)], order="name")
        self.assertEqual(
            [(lot.name, lot.expiration_date.date(), lot.product_qty) for lot in lots],
            [("A1", self.later, 2), ("B2", self.later + timedelta(days=30), 1)],
        )

    def test_a_code_without_a_lot_asks_for_it(self):
        picking = self.transfer({self.contacts: 3})
        answer = self.scan(picking, CONTACTS)
        self.assert_refused(picking, answer, "lot_needed", "Which lot")
        self.assertTrue(answer["needs_expiry"])
        answer = self.scan(picking, CONTACTS, lot={"name": "A1"})
        self.assert_refused(picking, answer, "lot_needed", "Which lot")
        answer = self.scan(picking, CONTACTS, lot={"name": "A1", "expiry": "soon"})
        self.assert_refused(picking, answer, "refused", "soon is no date")
        told = {"name": " A1 ", "expiry": str(self.later)}
        self.assertEqual(self.scan(picking, CONTACTS, lot=told)["kind"], "accepted")
        # The lot is known from now on, and its expiry with it.
        self.assertEqual(self.scan(picking, CONTACTS, lot={"name": "A1"})["kind"], "accepted")
        self.assertEqual(self.scanned(picking), {self.contacts.id: 2})

    def test_two_expiries_of_a_lot_and_a_lot_that_has_expired(self):
        self.put_lot("A1", 1, self.later)
        picking = self.transfer({self.contacts: 3})
        answer = self.scan(picking, self.code("A1", self.later + timedelta(days=1)))
        self.assert_refused(picking, answer, "refused", "Lot A1 expires on .* and the box says")
        yesterday = date.today() - timedelta(days=1)
        answer = self.scan(picking, self.code("C3", yesterday))
        self.assert_refused(picking, answer, "refused", "Lot C3 has expired on")
        self.assertEqual(self.scan(picking, self.code("D4", date.today()))["kind"], "accepted")

    def test_what_is_picked_is_of_a_lot_that_is_there(self):
        self.put_lot("A1", 2, self.later)
        self.put_lot("OLD", 2, date.today() - timedelta(days=1))
        lot = self.put_lot("B2", 1, self.later)
        picking = self.transfer({self.contacts: 3}, "out")
        answer = self.scan(picking, CONTACTS)
        self.assertEqual((answer["kind"], answer["needs_expiry"]), ("lot_needed", False))
        self.assertTrue(answer["lots"])
        for name, words in (
            ("NONE", "There is no lot NONE of Monthly"),
            ("OLD", "Lot OLD has expired on"),
        ):
            answer = self.scan(picking, CONTACTS, lot={"name": name})
            self.assert_refused(picking, answer, "refused", words)
        answer = self.scan(picking, CONTACTS, lot={"name": "B2"}, count=2)
        self.assert_refused(picking, answer, "refused", "Lot B2 of Monthly: 1 are there")
        self.scan(picking, CONTACTS, lot={"name": "B2"})
        self.scan(picking, self.code("A1", self.later), count=2)
        self.assertIs(picking.optics_scan_done(), True)
        self.assertEqual(lot.product_qty, 0)
        used = {line.lot_id.name: line.quantity for line in picking.move_line_ids}
        self.assertEqual(used, {"A1": 2, "B2": 1})
        old = self.env["stock.quant"]._get_available_quantity(self.contacts, self.stock)
        self.assertEqual(old, 2, "what was reserved of the old lot is free again")

    def test_a_serial_number_is_one_piece(self):
        trial = self.env["product.product"].create(
            {"name": "Trial set", "is_storable": True, "tracking": "serial", "barcode": "TRIAL"}
        )
        picking = self.transfer({trial: 2})
        self.assertEqual(self.scan(picking, "TRIAL", lot={"name": "S1"})["kind"], "accepted")
        answer = self.scan(picking, "TRIAL", lot={"name": "S1"})
        self.assertRegex(answer["words"], "Serial number S1 is one piece")
        self.assertEqual(self.scanned(picking), {trial.id: 1})


@tagged("post_install", "-at_install")
class TestOpticsScanName(ScanCase):
    def test_an_unknown_barcode_of_a_receipt_is_given_to_a_product(self):
        picking = self.receipt()
        asked = self.scan(picking, UNKNOWN)
        self.assertTrue(asked["may_name"])
        answer = picking.optics_scan_name(UNKNOWN, self.powers[STRONG].id)["answer"]
        self.assertEqual(answer["kind"], "accepted")
        self.assertEqual(self.scan(picking, UNKNOWN)["kind"], "accepted")
        self.assertEqual(self.scanned(picking), {self.powers[STRONG].id: 2})
        self.assertIn(UNKNOWN, picking.message_ids[0].body)
        self.assertEqual(picking.message_ids[0].author_id, self.keeper.partner_id)

    def test_of_a_gs1_code_the_ean_is_kept(self):
        picking = self.transfer({self.contacts: 1})
        code = f"]d2010{UNKNOWN}17{self.later:%y%m%d}10A1"
        answer = picking.optics_scan_name(code, self.contacts.id)["answer"]
        self.assertEqual(answer["kind"], "accepted")
        found = self.env["product.uom"].search([("product_id", "=", self.contacts.id)])
        self.assertEqual(set(found.mapped("barcode")), {CONTACTS, UNKNOWN})

    def test_what_is_not_given(self):
        picking, outgoing = self.receipt(), self.transfer({self.powers[WEAK]: 1}, "out")
        self.assertFalse(self.scan(outgoing, UNKNOWN)["may_name"])
        for transfer, product in (
            (outgoing, self.powers[WEAK]),
            (picking, self.powers[OTHER]),
        ):
            with self.refused("Only products of a receipt", UserError):
                transfer.optics_scan_name(UNKNOWN, product.id)
        for barcode, words in (
            (BARCODES[OTHER], r"Clear 1.5 \(−2.00 −0.75\) has this barcode"),
            ("4600000000061", "is no barcode of a product"),
            ("", "is no barcode"),
            ("OBTVALI", "is no barcode"),
            ("x" * 49, "is no barcode"),
        ):
            with self.subTest(barcode=barcode):
                answer = picking.optics_scan_name(barcode, self.powers[WEAK].id)["answer"]
                self.assert_refused(picking, answer, "refused", words)
        self.assertEqual(
            len(
                self.env["product.uom"].search(
                    [("product_id", "in", self.lens.optics_power_ids.ids)]
                )
            ),
            3,
        )
