"""Two servers on one database, a till, and the operator at the end of the wire."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from kkt.virtual import VirtualTill
from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till
from tests.chaos.clients import Client
from tests.chaos.cluster import Cluster, ClusterDatabase
from tests.chaos.history import History
from tests.chaos.wire import Wire

QUIET_WITHIN = 90
"""Seconds for the servers to settle and deliver all, once nothing disturbs them."""
PLANTED = Path(__file__).parent / "planted"
PATIENCE = {
    "sync_interval": 1,
    "ofd_connect_timeout": 1,
    "ofd_read_timeout": 2,
    "ofd_retry_base": 1,
    "ofd_retry_cap": 3,
    "circuit_breaker_recovery": 1,
}
"""Settings, seconds: nobody here can wait five minutes for the next attempt."""


class Shop:
    """Whatever happens to one of its servers, the other may take its lane."""

    def __init__(self, database: ClusterDatabase, cluster: Cluster, wire: Wire) -> None:
        self.cluster, self.wire = cluster, wire
        self.servers = [OdooServer(database, cluster.environment) for _ in range(2)]
        self._options: list[str] = []

    def plant(self, bug: str) -> None:
        """Have the servers load an addon with this bug (``planted/chaos_planted``)."""
        self._options = ["--load=base,rpc,web,optics_kkt_driver,chaos_planted"]
        for server in self.servers:
            server.environment["ODOO_ADDONS_PATH"] = f"{os.environ['ODOO_ADDONS_PATH']},{PLANTED}"
            server.environment["CHAOS_PLANTED"] = bug

    def open(self) -> Till:
        """Start the servers; its till is slow enough to be interrupted at any point."""
        first = self.servers[0]
        for name, value in PATIENCE.items():
            first.sql(
                "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                f"optics_kkt.{name}",
                str(value),
            )
        first.sql("UPDATE fiscal_ofd SET url = %s", self.wire.url)
        self.start()
        till = Till(first)
        till.slow_down(sign_delay=0.1, print_time=0.1)
        return till

    def start(self) -> None:
        for server in self.servers:
            server.start(*self._options, wait=False)
        for server in self.servers:
            server.wait_until_up()

    def settle(self, **settings: int) -> None:
        """Change settings while the servers run."""
        for name, value in settings.items():
            self.servers[0].rpc("ir.config_parameter", "set_param", f"optics_kkt.{name}", value)

    def wait_until_quiet(self) -> None:
        """Until no document waits; what still does then, the history shows."""
        deadline = time.monotonic() + QUIET_WITHIN
        while time.monotonic() < deadline and self.servers[0].sql(
            "SELECT 1 FROM fiscal_document WHERE dead_reason = 'exhausted'"
            " OR state IN ('queued', 'printing', 'unknown', 'printed')"
        ):
            time.sleep(0.2)

    def history(self, till: Till, clients: Sequence[Client]) -> History:
        first = self.servers[0]
        signed_at = first.sql(
            "SELECT document_id, extract(epoch FROM min(at))::float AS at"
            " FROM fiscal_document_event WHERE to_state = 'printed' GROUP BY document_id"
        )
        return History(
            told={key: number for client in clients for key, number in client.sold.items()},
            rows=first.sql("SELECT * FROM fiscal_document ORDER BY id"),
            drive=_documents(till),
            ofd=[
                (each["fiscalDriveNumber"], each["fiscalDocumentNumber"])
                for each in self.wire.ofd.receipts()
            ],
            signed_at={row["document_id"]: row["at"] for row in signed_at},
            calls=list(self.wire.calls),
            refusals=list(self.wire.refusals),
        )


def _documents(till: Till) -> list[dict[str, Any]]:
    """All that its drive has ever signed."""
    with closing(VirtualTill(till.memory)) as drive:
        last = drive.baseline().last_fd
        return [dict(drive.read(number)) for number in range(1, last + 1)]
