"""A till of the demonstration shop as a machine sees it: its HTTP API, its drive's memory."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from kkt.virtual import Faults, VirtualTill
from tests.acceptance.harness.server import OdooServer

SUNGLASSES = {
    "pos_id": "POS-001",
    "items": [
        {
            "name": "Очки солнцезащитные Ray-Ban",
            "quantity": 1,
            "price": 5000.00,
            "tax_rate": 20,
        }
    ],
    "total": 5000.00,
    "payment_method": "card",
}

NOT_NOW = {409, 503, 504}
"""Statuses that ask to come again."""
SETTLED_WITHIN = 90
"""Seconds in which what was refused for now must be signed."""


class Till:
    """One till of a running server, by its code: the shop has POS-001."""

    def __init__(self, server: OdooServer, code: str = "POS-001") -> None:
        self.server = server
        self.code = code
        (row,) = server.sql("SELECT id FROM kkt_device WHERE code = %s", code)
        self.id: int = row["id"]

    # --- over HTTP -------------------------------------------------------------------------------

    def sell(self, key: str, body: dict[str, Any] | None = None) -> requests.Response:
        return requests.post(
            f"{self.server.url}/v1/kkt/receipt",
            json=body or {**SUNGLASSES, "pos_id": self.code},
            headers={"X-Idempotency-Key": key},
            timeout=120,
        )

    def sell_until_signed(self, key: str) -> requests.Response:
        """Ask with this key again as long as the answer is to come again."""
        deadline = time.monotonic() + SETTLED_WITHIN
        while time.monotonic() < deadline:
            answer = self.sell(key)
            if answer.ok:
                return answer
            assert answer.status_code in NOT_NOW, answer.text
            time.sleep(0.2)
        raise AssertionError(f"{key}: {answer.status_code} {answer.text}")

    def sell_in_background(self, key: str) -> threading.Thread:
        """Sell while the test does something else, such as killing the server."""

        def sell() -> None:
            try:
                self.sell(key)
            except requests.ConnectionError:
                pass  # the server was killed: what became of the sale is the test's question

        thread = threading.Thread(target=sell, daemon=True)
        thread.start()
        return thread

    def buffer(self) -> dict[str, Any]:
        answer = requests.get(
            f"{self.server.url}/v1/kkt/buffer/status", params={"pos_id": self.code}, timeout=30
        )
        answer.raise_for_status()
        status: dict[str, Any] = answer.json()
        return status

    def wait_for_buffer(self, timeout: float = 15, **expected: Any) -> dict[str, Any]:
        """Ask until the buffer's status says all of this at once; return it."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            status = self.buffer()
            if expected.items() <= status.items():
                return status
            time.sleep(0.1)
        raise AssertionError(f"not {expected} within {timeout} s: {status}")

    def sync(self) -> requests.Response:
        """Have what waits sent now."""
        return requests.post(
            f"{self.server.url}/v1/kkt/buffer/sync", params={"pos_id": self.code}, timeout=30
        )

    def send_to(self, address: str) -> None:
        """Give its operator another address."""
        (row,) = self.server.sql("SELECT ofd_id FROM kkt_device WHERE id = %s", self.id)
        self.server.rpc("fiscal.ofd", "write", [row["ofd_id"]], {"url": address})

    def ofd(self, call: str, **settings: Any) -> dict[str, Any]:
        """Ask the OFD emulator (`health`, `receipts`), or tell it (`set-failure`, …)."""
        url = f"{self.server.url}/ofd/v1/"
        if call in ("health", "receipts"):
            answer = requests.get(url + call, timeout=30)
        else:
            answer = requests.post(f"{url}admin/{call}", json=settings, timeout=30)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said

    # --- in the database -------------------------------------------------------------------------

    def row(self, key: str) -> dict[str, Any]:
        (row,) = self.server.sql("SELECT * FROM fiscal_document WHERE idempotency_key = %s", key)
        return row

    def wait_for(self, key: str, *states: str, timeout: float = 15) -> dict[str, Any]:
        """Wait until the document with this key is in one of `states`; return its row."""
        (row,) = self.server.wait_for_sql(
            "SELECT * FROM fiscal_document WHERE idempotency_key = %s AND state = ANY(%s)",
            key,
            list(states),
            timeout=timeout,
        )
        return row

    def slow_down(self, *, sign_delay: float = 0.0, print_time: float = 0.0) -> None:
        """Make the till need seconds, so that a test can step in between."""
        self.server.rpc(
            "kkt.device",
            "write",
            [self.id],
            {"sign_delay": sign_delay, "print_time": print_time},
        )

    def beat_until(self, presence: str, timeout: float = 40) -> None:
        """Wait until the heartbeat sees the till so, after the time that it must stay otherwise."""
        self.server.sql(
            "UPDATE kkt_device_status SET presence_since = presence_since - interval '2 minutes'"
            " WHERE device_id = %s RETURNING id",
            self.id,
        )
        self.server.wait_for_sql(
            "SELECT 1 FROM kkt_device_status WHERE device_id = %s AND presence = %s",
            self.id,
            presence,
            timeout=timeout,
        )

    # --- on the drive ----------------------------------------------------------------------------

    @property
    def memory(self) -> Path:
        return self.server.database.data_dir / "kkt" / self.server.db / f"{self.id}.sqlite"

    def set_faults(self, **faults: Any) -> None:
        with closing(VirtualTill(self.memory)) as till:
            till.set_faults(Faults(**faults))

    def mend(self) -> None:
        """Take all faults away."""
        if self.memory.exists():
            self.set_faults()

    def drawer(self) -> int:
        """Kopecks in the drawer, as the till believes."""
        with closing(VirtualTill(self.memory)) as till:
            return till.status().cash_in_drawer

    def age_shift(self, hours: float) -> int:
        """Have the open shift begun so long ago; return its number."""
        with closing(sqlite3.connect(self.memory)) as memory, memory:
            (opened, number), *_ = memory.execute(
                "SELECT shift_opened_at, shift_number FROM drive WHERE shift_open"
            ).fetchall()
            earlier = datetime.fromisoformat(opened) - timedelta(hours=hours)
            memory.execute("UPDATE drive SET shift_opened_at = ?", [earlier.isoformat()])
        return int(number)

    def signed_receipts(self) -> list[dict[str, Any]]:
        """Every receipt that the drive has ever signed."""
        if not self.memory.exists():
            return []
        with closing(VirtualTill(self.memory)) as till:
            last = till.baseline().last_fd
            documents = [dict(till.read(number)) for number in range(1, last + 1)]
        return [document for document in documents if document["code"] == 3]

    def wait_for_signature(self, count: int, timeout: float = 10) -> None:
        """Wait until the drive has signed `count` receipts."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                if len(self.signed_receipts()) >= count:
                    return
            except sqlite3.OperationalError:
                pass  # busy: the till is signing just now
            time.sleep(0.02)
        raise AssertionError(f"the drive did not sign {count} receipts within {timeout} s")
