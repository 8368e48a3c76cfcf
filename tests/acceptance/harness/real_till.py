"""POS-001 moved to a till on a wire: an emulator of its own process behind a proxy."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tests.acceptance.harness.server import OdooServer
from tests.acceptance.harness.till import Till
from tests.chaos.interruption.bench import PROTOCOLS, SETTINGS
from tests.wire.proxy import Proxy
from tests.wire.till import EmulatedTill


class RealTill(Till):
    """As :class:`Till`; what the drive holds is read behind the emulator's back.

    :ivar proxy: strikes at the wire between the server and the till
    :ivar emulator: the till, to be killed and started again
    """

    def __init__(
        self,
        server: OdooServer,
        driver: str,
        folder: Path,
        stack: ExitStack,
        *,
        execution_limit: int,
    ) -> None:
        super().__init__(server)
        self.driver = driver
        self.emulator = EmulatedTill(driver, folder)
        stack.callback(self.emulator.kill)
        self.proxy = Proxy(PROTOCOLS[driver], self.emulator.address)
        stack.callback(self.proxy.close)
        address = SETTINGS[driver]["address"].format(self.proxy.address)
        values = {"driver": driver, "address": address, "execution_limit": execution_limit}
        server.rpc("kkt.device", "write", [self.id], values)

    @property
    def memory(self) -> Path:
        return self.emulator.memory
