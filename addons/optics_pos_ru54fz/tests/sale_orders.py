"""Sale orders at the till: the lines that Odoo's screen makes of them."""

from odoo.fields import Command


class SaleOrderMixin:
    """For a case of :class:`~.common.ShopMixin`: «Quotation/Order» of the point of sale."""

    def set_up_sale_orders(self):
        self.prepayment = self.env["product.product"].create(
            {
                "name": "Предоплата",
                "type": "service",
                "list_price": 0,
                "taxes_id": [Command.clear()],
                "company_id": self.company.id,
            }
        )
        self.config.down_payment_product_id = self.prepayment
        # Odoo lets a cashier see sale orders only as a salesperson.
        self.cashier.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.buyer = self.env["res.partner"].create({"name": "Соколова Е. А."})

    def sale_order(self, *lines):
        """A quotation of lines, each a product or a dict of values with its `product`."""
        commands = []
        for line in lines:
            values = dict(line) if isinstance(line, dict) else {"product": line}
            product = values.pop("product")
            commands.append(Command.create({"product_id": product.id, **values}))
        return self.env["sale.order"].create(
            {"partner_id": self.buyer.id, "company_id": self.company.id, "order_line": commands}
        )

    def down_payment(self, sale_order, amount):
        """The lines of «Down payment» as the client computes them: one for each tax."""
        tax = self.env["account.tax"]
        lines = sale_order.order_line.filtered(lambda line: not line.display_type)
        base_lines = [line._prepare_base_line_for_taxes_computation() for line in lines]
        tax._add_tax_details_in_base_lines(base_lines, self.company)
        tax._round_base_lines_tax_details(base_lines, self.company)
        parts = tax._prepare_down_payment_lines(base_lines, self.company, "fixed", amount)
        tax._add_tax_details_in_base_lines(parts, self.company)
        tax._round_base_lines_tax_details(parts, self.company)
        return [self._down_payment_line(sale_order, part) for part in parts]

    def _down_payment_line(self, sale_order, part):
        details = part["tax_details"]
        rounding = details["delta_total_excluded_currency"]
        return self.line(
            self.prepayment,
            price=part["price_unit"],
            tax_ids=[Command.set(part["tax_ids"].ids)],
            price_subtotal=details["total_excluded_currency"] + rounding,
            price_subtotal_incl=details["total_included_currency"] + rounding,
            sale_order_origin_id=sale_order.id,
            extra_tax_data=self.env["account.tax"]._export_base_line_extra_tax_data(part),
        )

    def settlement(self, sale_order):
        """The lines of «Settle the order»: all goods, and what was prepaid with a minus."""
        return [
            line
            for each in sale_order.order_line.read_converted()
            if (line := self._settled(sale_order, each))
        ]

    def _settled(self, sale_order, each):
        product = self.prepayment
        if not each["is_downpayment"]:
            product = self.env["product.product"].browse(each["product_id"])
        done = max(each["qty_delivered"], each["qty_invoiced"])
        qty = each["product_uom_qty"] - done
        if product.type == "service" and sale_order.state not in ("sent", "draft"):
            qty = each["qty_to_invoice"]
        taxes = self.env["account.tax"].browse(each["tax_ids"])
        total = taxes.compute_all(
            each["price_unit"] * (1 - each["discount"] / 100), sale_order.currency_id, qty, product
        )
        return qty and self.line(
            product,
            qty=qty,
            price=each["price_unit"],
            discount=each["discount"],
            tax_ids=[Command.set(taxes.ids)],
            price_subtotal=total["total_excluded"],
            price_subtotal_incl=total["total_included"],
            sale_order_origin_id=sale_order.id,
            sale_order_line_id=each["id"],
        )

    def prepay(self, sale_order, amount, method=None):
        """Take a down payment and have it signed; return its order of the point of sale."""
        return self.sell(self.down_payment(sale_order, amount), [(method or self.cash, amount)])

    def settle(self, sale_order, method=None, lines=None):
        lines = lines or self.settlement(sale_order)
        rest = round(sum(line["price_subtotal_incl"] for line in lines), 2)
        payments = [(method or self.card, rest)] if rest else []
        sent = self.order_values(lines, payments)
        order = self.sync(sent)
        answer = order.fiscal_register()
        self.assertTrue(answer["is_signed"], answer["text"])
        self.sync(sent)
        return order

    def give_back(self, order, payments, qty=None, lines=None):
        """Return lines of an order; `qty` of each, all when None."""
        back = [
            self.line(
                line.product_id,
                qty=-(qty or line.qty),
                price=line.price_unit,
                tax_ids=[Command.set(line.tax_ids.ids)],
                price_subtotal=-line.price_subtotal * (qty or line.qty) / line.qty,
                price_subtotal_incl=-line.price_subtotal_incl * (qty or line.qty) / line.qty,
                refunded_orderline_id=line.id,
            )
            for line in (lines or order.lines)
        ]
        return self.order_values(back, payments, is_refund=True)

    def purchase_of(self, sale_order):
        return self.env["fiscal.purchase"].sudo()._of(self.company, sale_order.name)

    def signed(self, order):
        self.assertIn(order.state, ("paid", "done"))
        return self.receipt_of(order).signed_json
