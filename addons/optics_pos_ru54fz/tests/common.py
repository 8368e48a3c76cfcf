"""A shop that sells in roubles at a virtual till, and one without a till beside it."""

from uuid import uuid4

from odoo.fields import Command
from odoo.tests import TransactionCase

from odoo.addons.optics_kkt_driver.tests.common import FiscalMixin

SUNGLASSES = "Очки солнцезащитные Ray-Ban"
FRAME = "Оправа корригирующая Vogue"


class ShopMixin(FiscalMixin):
    """Builds the shop; use with a case that has `env`, before its first test."""

    @classmethod
    def set_up_shop(cls):
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.company = cls.env["res.company"].create(
            {"name": "Оптика на Литейном", "country_id": cls.env.ref("base.ru").id}
        )
        cls.env["account.chart.template"].try_loading("ru_optics", cls.company)
        cls.cashier = cls.env["res.users"].create(
            {
                "name": "Иванова М. П.",
                "login": "ivanova",
                "password": "ivanova",
                "lang": "en_US",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [
                    Command.set(
                        [
                            cls.env.ref("base.group_user").id,
                            cls.env.ref("point_of_sale.group_pos_user").id,
                        ]
                    )
                ],
                "fiscal_position": "Кассир",
                "fiscal_inn": "500100732259",
            }
        )
        cls.env.user.company_ids += cls.company
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.company = cls.company.with_env(cls.env)
        cls.set_up_products()
        cls.cash = cls.payment_method("Cash", "cash")
        cls.card = cls.payment_method("Card", "bank")
        cls.config = cls.env["pos.config"].create(
            {
                "name": "Касса 1",
                "payment_method_ids": [Command.set((cls.cash + cls.card).ids)],
            }
        )

    @classmethod
    def set_up_products(cls):
        def product(name, price, tax):
            return cls.env["product.product"].create(
                {
                    "name": name,
                    "list_price": price,
                    "available_in_pos": True,
                    "company_id": cls.company.id,
                    "taxes_id": [Command.set(cls.tax(tax).ids)],
                }
            )

        cls.sunglasses = product(SUNGLASSES, 5000, "ru_vat_22")
        cls.frame = product(FRAME, 6500, "ru_vat_none")

    @classmethod
    def tax(cls, name):
        return cls.env["account.chart.template"].ref(name)

    @classmethod
    def payment_method(cls, name, journal_type):
        journal = cls.env["account.journal"].create({"name": name, "type": journal_type})
        return cls.env["pos.payment.method"].create({"name": name, "journal_id": journal.id})

    # What a cashier does --------------------------------------------------------------------------

    def bind_till(self):
        """Give the point of sale a till, open its session and the till's shift."""
        self.till = self.make_till()
        self.config.kkt_device_id = self.till
        self.open_session()
        self.assertTrue(self.pos_session.fiscal_open_shift()["successful"])

    def open_session(self):
        self.config.with_user(self.cashier).open_ui()
        self.pos_session = self.config.current_session_id.with_user(self.cashier)
        self.pos_session.set_opening_control(0, "")

    def line(self, product, qty=1, discount=0, price=None, **values):
        """A line as the client sends it, with the prices that it has computed."""
        price = product.list_price if price is None else price
        total = round(qty * price * (1 - discount / 100), 2)
        rate = product.taxes_id.amount
        return {
            "product_id": product.id,
            "full_product_name": product.display_name,
            "qty": qty,
            "price_unit": price,
            "discount": discount,
            "tax_ids": [Command.set(product.taxes_id.ids)],
            "price_subtotal": round(total / (1 + rate / 100), 2),
            "price_subtotal_incl": total,
            "uuid": str(uuid4()),
            **values,
        }

    def order_values(self, lines, payments, state="paid", **values):
        """An order as the client sends it; `payments` are pairs of method and amount."""
        total = round(sum(line["price_subtotal_incl"] for line in lines), 2)
        untaxed = round(sum(line["price_subtotal"] for line in lines), 2)
        paid = round(sum(amount for _method, amount in payments), 2)
        if values.get("is_refund"):
            # The screen turns the signs of a return's lines, and of nothing else.
            turned = ("price_subtotal", "price_subtotal_incl")
            lines = [{**line, **{name: -line[name] for name in turned}} for line in lines]
        return {
            "uuid": str(uuid4()),
            "access_token": str(uuid4()),
            "name": "/",
            "state": state,
            "session_id": self.pos_session.id,
            "company_id": self.company.id,
            "config_id": self.config.id,
            "user_id": self.cashier.id,
            "lines": [Command.create(line) for line in lines],
            "payment_ids": [
                Command.create(
                    {
                        "payment_method_id": method.id,
                        "amount": amount,
                        "uuid": str(uuid4()),
                    }
                )
                for method, amount in payments
            ],
            "amount_total": total,
            "amount_tax": round(total - untaxed, 2),
            "amount_paid": paid,
            "amount_return": -max(round(paid - total, 2), 0),
            "date_order": "2026-06-01 10:00:00",
            **values,
        }

    def sync(self, values):
        """Send an order as the client does; return it."""
        data = self.env["pos.order"].with_user(self.cashier).sync_from_ui([dict(values)])
        uuid = values["uuid"]
        (sent,) = [row for row in data["pos.order"] if row["uuid"] == uuid]
        return self.env["pos.order"].browse(sent["id"]).with_user(self.cashier)

    def sell(self, lines=None, payments=None, **values):
        """Send an order, have its receipt signed, send it again; return it and its values."""
        lines = lines or [self.line(self.sunglasses)]
        payments = payments or [(self.card, 5000)]
        sent = self.order_values(lines, payments, **values)
        order = self.sync(sent)
        answer = order.fiscal_register()
        self.assertTrue(answer["is_signed"], answer["text"])
        self.sync(sent)
        return order

    def receipt_of(self, order):
        return order._fiscal_receipt_document()


class ShopCase(ShopMixin, TransactionCase):
    """Lane and working cursors all yield the test's transaction (Odoo's test mode)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()

    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()
        self.bind_till()
