"""The real store keeps the contract that the exhaustive check of faults relies on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from odoo.addons.optics_kkt_driver.tests.common import (
    FiscalCase,
    make_receipt,
    open_till,
    take_lane,
)

from tests.plain.flow.store_contract import StoreContract


class TestHeldLane(StoreContract, FiscalCase):
    package = "odoo.addons.optics_kkt_driver.kkt"

    def setUp(self):
        super().setUp()
        self._driver = self.enterContext(open_till(self.till))
        self._lane = self.enterContext(take_lane(self.till))

    @property
    def store(self):
        return self._lane

    def row(self, row_id):
        self.env.invalidate_all()
        return self.env["fiscal.document"].browse(row_id)

    def queue(self, key):
        return self.enqueue(key, open_shift=True).id

    def state(self, row):
        return self.row(row).state

    def give_up(self, row):
        self.row(row)._give_up("given up")

    def baseline(self, **changes):
        return replace(self._driver.baseline(), **changes)

    def sign(self, entry):
        return self._driver.register(entry.document, entry.intent)

    def print_foreign(self):
        contract = self.part("device.contract")
        deadline = datetime.now(UTC) + timedelta(seconds=2)
        intent = contract.Intent("FOREIGN1", "task", self.baseline(), 1, deadline)
        return self._driver.register(make_receipt(), intent).document
