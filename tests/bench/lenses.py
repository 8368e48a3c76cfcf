"""A warehouse of lenses by power: its matrix, the till's start beside it, and devices' files."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import psycopg2

from tests.acceptance.harness.database import TestDatabase
from tests.bench.rows import copy_row
from tests.bench.shop import Shop
from tests.bench.timing import milliseconds, show

DESIGNS = int(os.environ.get("BENCH_DESIGNS", "60"))
SPHERES, CYLINDERS = 40, 15
CELLS = SPHERES * CYLINDERS
REPETITIONS = 40
STARTS = 15
FILE = Path(__file__).parents[1] / "plain" / "optics" / "devices" / "nidek_ark.xml"
BARE = (
    "SELECT p.id, p.optics_sphere, p.optics_cylinder, sum(q.quantity), sum(q.reserved_quantity)"
    " FROM product_product p LEFT JOIN stock_quant q ON q.product_id = p.id"
    " WHERE p.product_tmpl_id = %s AND p.optics_is_power GROUP BY p.id"
)
"""What a matrix needs at least."""


class Warehouse:
    """Designs that the till offers, and each of their powers in stock with a minimum."""

    def __init__(self, database: TestDatabase) -> None:
        self.database = database
        self.shop = Shop(database)
        with self.shop.env() as env:
            self._design(env)

    def _design(self, env) -> None:
        from odoo.addons.optics_core.optics.stock_power import StockPower

        values = {
            "optics_kind": "lens",
            "optics_design": "single_vision",
            "optics_index": 1498,
            "available_in_pos": True,
        }
        designs = env["product.template"].create(
            [{**values, "name": f"Линза {number}"} for number in range(DESIGNS)]
        )
        self.designs = designs.ids
        warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
        power = designs[0]._optics_power_product(StockPower(200))
        env["stock.quant"]._update_available_quantity(power, warehouse.lot_stock_id, 3)
        designs[0].optics_matrix_set_minimum(warehouse.id, [[200, 0, 0, 2]])
        self.power, self.warehouse = power.id, warehouse.id
        barcode = {"product_id": power.id, "uom_id": power.uom_id.id, "barcode": "P0"}
        self.barcode = env["product.uom"].create(barcode).id
        of_power = [("product_id", "=", power.id)]
        self.quant = env["stock.quant"].search(of_power, limit=1).id
        self.rule = env["stock.warehouse.orderpoint"].search(of_power).id

    def fill(self) -> None:
        """Put every cell of every design into stock, with a minimum and a barcode each."""
        count = DESIGNS * CELLS
        ids = f"(ARRAY{self.designs})[1 + (n - 1) / {CELLS}]"
        sphere = f"(2 * ((n - 1) / {CYLINDERS} % {SPHERES}) - {SPHERES})"
        cylinder = f"(-2 * ((n - 1) % {CYLINDERS}))"
        products = {
            **{"id": "t.id + n", "product_tmpl_id": ids},
            **{"optics_sphere": sphere, "optics_cylinder": cylinder},
            "combination_indices": f"'power ' || {sphere} || '/' || {cylinder}",
        }
        copy_row(self.database, "product_product", self.power, count, products)
        of_power = {"id": "t.id + n", "product_id": f"{self.power} + n"}
        copy_row(self.database, "stock_quant", self.quant, count, of_power)
        copy_row(self.database, "stock_warehouse_orderpoint", self.rule, count, of_power)
        barcodes = {**of_power, "barcode": "'P' || n"}
        copy_row(self.database, "product_uom", self.barcode, count, barcodes)

    def start(self) -> None:
        """Load a till as its browser does."""
        with self.shop.env() as env:
            session = env["pos.session"].browse(self.shop.session_ids["till"])
            session.load_data([])

    def matrix(self, number: int) -> None:
        with self.shop.env() as env:
            design = env["product.template"].browse(self.designs[number % DESIGNS])
            grid = design.optics_matrix(self.warehouse)
            assert len(grid["cells"]) >= CELLS

    def file(self, number: int) -> None:
        """Take a device's file in for a patient, and propose the prescription of it."""
        with self.shop.env() as env:
            patient = env["res.partner"].create({"name": f"Пациент {number}"})
            content = FILE.read_bytes() + f"<!-- {number} -->".encode()
            files = env["optics.device.file"]
            file = files._take_in(f"{number}.xml", content, env.company, patient)
            file.candidate_id = patient
            file.action_assign_anyway()
            refracted = file.measurement_ids.filtered(lambda each: each.kind == "objective")
            assert refracted.action_prescribe()

    def measurement(self, number: int) -> None:
        """The same by hand: a measurement of one line."""
        with self.shop.env() as env:
            patient = env["res.partner"].create({"name": f"Пациент {number}"})
            values = {"patient_id": patient.id, "kind": "objective", "od_measured": True}
            assert env["optics.measurement"].create(values).action_prescribe()


def run() -> None:
    database = TestDatabase()
    try:
        _measure(Warehouse(database))
    finally:
        database.drop()


def _measure(warehouse: Warehouse) -> None:
    before = [milliseconds(warehouse.start) for _ in range(STARTS)]
    warehouse.fill()
    after = [milliseconds(warehouse.start) for _ in range(STARTS)]
    taken = [milliseconds(partial(warehouse.matrix, number)) for number in range(REPETITIONS)]
    bare = _bare(warehouse)
    without, beside = median(before), median(after)
    files = [milliseconds(partial(warehouse.file, number)) for number in range(REPETITIONS)]
    by_hand = [
        milliseconds(partial(warehouse.measurement, number)) for number in range(REPETITIONS)
    ]
    show(
        f"{DESIGNS} designs of {CELLS} powers each, medians",
        [
            (
                "the till's start without and with them (goal: × 1.05)",
                f"{without:.0f} and {beside:.0f} ms × {beside / without:.2f}",
            ),
            (
                "matrix of a design, P95 (goal: 300 ms); bare query",
                f"{quantiles(taken, n=20)[-1]:.0f} ms; {median(bare):.1f} ms,"
                f" × {median(taken) / median(bare):.0f}",
            ),
            (
                "device's file to proposal, P95 (goal: 1000 ms); by hand",
                f"{quantiles(files, n=20)[-1]:.0f} ms; × {median(files) / median(by_hand):.1f}",
            ),
        ],
    )
    from odoo.sql_db import close_db

    close_db(warehouse.shop.registry.db_name)


def _bare(warehouse: Warehouse) -> list[float]:
    link = psycopg2.connect(dbname=warehouse.database.name)
    with link.cursor() as cursor:

        def fetch(design: int) -> None:
            cursor.execute(BARE, (design,))
            assert len(cursor.fetchall()) >= CELLS

        taken = [milliseconds(partial(fetch, design)) for design in warehouse.designs]
    link.close()
    return taken
