from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import models
from odoo.tools import split_every

from odoo.addons.optics_kkt_driver.kkt.fiscal.vocabulary import SETTLEMENTS, DocumentKind, Nds
from odoo.addons.optics_kkt_driver.kkt.flow.states import SIGNED
from odoo.addons.optics_kkt_driver.kkt.reconcile.sales import (
    TOTAL,
    Place,
    Role,
    Sale,
    SignedReceipt,
    Source,
)
from odoo.addons.optics_kkt_driver.models.fiscal_document import RECEIPT_KINDS
from odoo.addons.optics_kkt_driver.models.fiscal_document_sums import WITHOUT_VAT

from ..receipt_builder.lines import to_kopecks
from .fiscal_sales_comparison import ANOTHER_RATE, BATCH, COLUMNS, RATES
from .pos_order import PAID_STATES

DOCUMENT_FIELDS = (
    *("device_id", "date_time", "kind", "source", "correction_role", "pos_order_id"),
    *("original_id", "pos_line_ids", *COLUMNS),
)
ORDER_FIELDS = ("date_order", "state", "config_id", "fiscal_position_id", "fiscal_decision")
LINE_FIELDS = (
    *("order_id", "product_id", "qty", "price_unit", "price_subtotal", "price_subtotal_incl"),
    "tax_ids",
)


class FiscalSalesComparison(models.Model):
    """Both sides, read in batches: what the drives have signed, and what Odoo's orders say."""

    # Has no fields of its own: it reads.
    _inherit = "fiscal.sales.comparison"  # pylint: disable=consider-merging-classes-inherited

    def _tills(self):
        return self.device_ids or self._all_tills()

    def _all_tills(self):
        """Return the tills of the company, also those that serve no more."""
        tills = self.env["kkt.device"].with_context(active_test=False)
        return tills.search([("company_id", "=", self.company_id.id)])

    def _counts(self):
        """Return whether a ``Place`` is compared; an order of no till is, where none is named."""
        tills = {0, *self._tills().ids} if not self.device_ids else set(self.device_ids.ids)
        return lambda place: place.till in tills and self.date_from <= place.day <= self.date_to

    def _read_both(self):
        """Return what is to be compared: ``SignedReceipt``s, ``Sale``s."""
        zones = {till.id: ZoneInfo(till.timezone) for till in self._all_tills()}
        documents = self._documents_of_period()
        orders = self._orders_of_period(zones)
        self._follow_originals(documents)
        named = {row["sale"] for row in documents.values() if row["role"] is not Role.RETURNS}
        orders |= self._orders([("id", "in", list(named - {None} - orders.keys()))])
        settled = {row["sale"] for row in documents.values() if row["role"] is Role.SETTLES}
        documents |= self._settling(orders.keys() - settled)
        receipts = [self._receipt(row, zones) for row in documents.values()]
        tills = {each.sale: each.place.till for each in receipts if each.role is Role.SETTLES}
        return receipts, self._sales(orders, tills, zones)

    def _bounds(self, zone):
        """Return the first moment of the period by a zone's clock, and the first after it."""
        return [
            datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
            for day in (self.date_from, self.date_to + timedelta(days=1))
        ]

    # Receipts -----------------------------------------------------------------------------------

    def _documents_of_period(self):
        found = {}
        for till in self._tills():
            first, end = self._bounds(ZoneInfo(till.timezone))
            found |= self._documents(
                [
                    ("device_id", "=", till.id),
                    ("date_time", ">=", first),
                    ("date_time", "<", end),
                    ("kind", "in", (*RECEIPT_KINDS, "foreign")),
                ]
            )
        return found

    def _settling(self, order_ids):
        """Return what settles these orders, outside of the period."""
        found = {}
        for some in split_every(BATCH, order_ids):
            settles = self.env["pos.order"]._receipts_domain()
            found |= self._documents([("pos_order_id", "in", some), *settles])
        return found

    def _documents(self, domain):
        """Return signed documents as rows by id, with ``sale``, ``role`` and ``sums``."""
        documents = self.env["fiscal.document"].sudo()
        domain = [*domain, ("company_id", "=", self.company_id.id), ("state", "in", SIGNED)]
        rows = _in_batches(documents, domain, DOCUMENT_FIELDS)
        foreign = documents.browse(row["id"] for row in rows if row["kind"] == "foreign")
        settlements = foreign.filtered(lambda each: _is_settlement(each.foreign_kind))
        for row in rows:
            row["sale"] = row["pos_order_id"] or None
            row["role"] = Role.SETTLES
            row["sums"] = {name: to_kopecks(row[column]) for column, name in COLUMNS.items()}
        found = {row["id"]: row for row in rows}
        for document in settlements:
            told = document._kopecks_by_measure()
            found[document.id]["sums"] = {name: told[column] for column, name in COLUMNS.items()}
        for document in foreign - settlements:
            del found[document.id]
        return found

    def _follow_originals(self, documents):
        """Tie what corrects or gives back a receipt to the order of that receipt."""
        left = [row for row in documents.values() if not row["sale"] and row["original_id"]]
        origins = {row["id"]: (row["sale"], row["original_id"]) for row in documents.values()}
        wanted = {row["original_id"] for row in left} - origins.keys()
        while wanted:
            rows = self.env["fiscal.document"].sudo().browse(wanted)
            found = rows.read(["pos_order_id", "original_id"], load=None)
            origins |= {
                row["id"]: (row["pos_order_id"] or None, row["original_id"]) for row in found
            }
            wanted = {row["original_id"] for row in found if row["original_id"]} - origins.keys()
        for row in left:
            sale, original = None, row["original_id"]
            while original and not sale:
                sale, original = origins[original]
            # By FFD 1.05 errors are corrected by ordinary receipts.
            if row["kind"] == "correction" or row["correction_role"]:
                row |= {"sale": sale, "role": Role.CORRECTS}
            elif sale and row["sums"][TOTAL] < 0:
                row |= {"sale": sale, "role": Role.RETURNS}

    def _receipt(self, row, zones):
        source = "foreign" if row["kind"] == "foreign" else row["source"]
        known = source in set(Source)
        return SignedReceipt(
            row["id"],
            Place(row["device_id"], _day(row["date_time"], zones[row["device_id"]])),
            row["sums"],
            Source(source) if known else Source.BACKEND,
            row["sale"],
            row["role"],
            lines=len(row["pos_line_ids"] or ()) or 1,
        )

    # Orders -------------------------------------------------------------------------------------

    def _orders_of_period(self, zones):
        """Return paid orders as rows by id; a day more on both sides, as no till is known yet."""
        bounds = [self._bounds(zone) for zone in {*zones.values(), ZoneInfo("UTC")}]
        return self._orders(
            [
                ("date_order", ">=", min(first for first, _end in bounds)),
                ("date_order", "<", max(end for _first, end in bounds)),
                ("fiscal_required", "=", True),
                ("state", "in", PAID_STATES),
            ]
        )

    def _orders(self, domain):
        # Whoever may see the tills need not have a right to the point of sale.
        orders = self.env["pos.order"].sudo()
        domain = [*domain, ("company_id", "=", self.company_id.id)]
        return {row["id"]: row for row in _in_batches(orders, domain, ORDER_FIELDS)}

    def _sales(self, orders, tills, zones):
        """Return orders as ``Sale``s, each where its receipt was signed or ought to be."""
        configs = self.env["pos.config"].sudo().with_context(active_test=False)
        configs = {each.id: each for each in configs.search([])}
        rates = _Rates(self.sudo().env)
        sales = []
        for some in split_every(BATCH, orders.values()):
            ids = [row["id"] for row in some]
            lines, payments = self._lines(ids), self._payments(ids)
            for row in some:
                config = configs[row["config_id"]]
                till = tills.get(row["id"]) or config.kkt_device_id.id or 0
                place = Place(till, _day(row["date_order"], zones.get(till, ZoneInfo("UTC"))))
                sums = _sums_of_lines(row, lines[row["id"]], config, rates)
                paid = payments[row["id"]]
                off = sum(paid.values()) + sums.get("prepaid", 0) - sums[TOTAL]
                for kind, kopecks in paid.items():
                    sums[kind] = sums.get(kind, 0) + kopecks
                sales.append(
                    Sale(
                        row["id"],
                        place,
                        sums,
                        paid=row["state"] in PAID_STATES,
                        decided=bool(row["fiscal_decision"]),
                        rounding=off if config.cash_rounding else 0,
                        lines=len(lines[row["id"]]),
                    )
                )
        return sales

    def _lines(self, order_ids):
        lines = self.env["pos.order.line"].sudo()
        found = defaultdict(list)
        for row in lines.search_read([("order_id", "in", order_ids)], LINE_FIELDS, load=None):
            if row["qty"]:
                found[row["order_id"]].append(row)
        lines.invalidate_model()
        return found

    def _payments(self, order_ids):
        """Return kopecks by kind of payment, change taken off, by order."""
        groups = (
            self.env["pos.payment"]
            .sudo()
            ._read_group(
                [("pos_order_id", "in", order_ids)],
                ["pos_order_id", "payment_method_id"],
                ["amount:sum"],
            )
        )
        found = defaultdict(lambda: defaultdict(int))
        for order, method, amount in groups:
            found[order.id][method.fiscal_payment_kind] += to_kopecks(amount)
        return found


class _Rates:
    """Names of the rates that orders' taxes have on receipts; each is looked up once."""

    def __init__(self, env):
        self._env, self._known = env, {}

    def name(self, position_id, tax_ids, vat, calculated):
        """Return a name of ``Sums``.

        :param vat: kopecks of VAT: says what no tax says
        :param calculated: of a prepayment (22/122)
        """
        key = position_id, tuple(tax_ids)
        if key not in self._known:
            taxes = self._env["account.tax"].browse(tax_ids)
            taxes = self._env["account.fiscal.position"].browse(position_id or ()).map_tax(taxes)
            self._known[key] = Nds(int(taxes.nds)) if len(taxes) == 1 and taxes.nds else None
        nds = self._known[key]
        if nds is None:
            return ANOTHER_RATE if vat else RATES[Nds.NDS_NO]
        return RATES[nds.calculated if calculated else nds]


def _sums_of_lines(order, lines, config, rates):
    """Return what the receipt of these lines should say, without what is paid at the till.

    Down payment lines alone are a prepayment, or one that is given back; beside goods they take
    off what was prepaid (tag 1215), while the goods stand on the receipt in full.
    """
    prepaying = config.down_payment_product_id.id
    goods = [line for line in lines if not prepaying or line["product_id"] != prepaying]
    sums = defaultdict(int)
    for line in lines:
        total, vat = _money_of_line(line)
        is_prepayment = bool(prepaying) and line["product_id"] == prepaying
        if is_prepayment and goods:
            sums["prepaid"] -= total
            continue
        position = order["fiscal_position_id"]
        name = rates.name(position, line["tax_ids"], vat, is_prepayment)
        sums[TOTAL] += total
        sums[name] += total if name in WITHOUT_VAT else vat
    sums[TOTAL] += 0
    return sums


def _money_of_line(line):
    """Return kopecks of a line with VAT, and of VAT; less than zero where the money goes back.

    Odoo's screen and its back office give the totals of a return different signs: quantity and
    price say which it is.
    """
    sign = -1 if (line["qty"] < 0) != (line["price_unit"] < 0) else 1
    total = abs(to_kopecks(line["price_subtotal_incl"]))
    return sign * total, sign * (total - abs(to_kopecks(line["price_subtotal"])))


def _in_batches(model, domain, names):
    """Read all records of a domain as rows of plain values; only a batch stays in the cache."""
    rows, last = [], 0
    while found := model.search_read(
        [*domain, ("id", ">", last)], names, order="id", limit=BATCH, load=None
    ):
        rows += found
        last = found[-1]["id"]
        model.invalidate_model()
    return rows


def _is_settlement(kind):
    return bool(kind) and DocumentKind(kind) in SETTLEMENTS


def _day(moment, zone):
    return moment.replace(tzinfo=UTC).astimezone(zone).date()
