"""``python -m kkt.emulator``: a till behind the doors of real ones. A test instrument, no till."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Protocol

from ..drivers.virtual import TillRegistration
from ..drivers.virtual.registration import FFD_VERSIONS
from . import control, shtrih
from .host import PRINT_TIME, TillHost
from .wire_faults import FaultPlan, read_script

STATE = Path(".dev/emulator")
SHTRIH_PORT = 7778
ATOL_PORT = 16732
"""Those of real tills."""


class Door(Protocol):
    """One way to the till, open as soon as it is made."""

    @property
    def address(self) -> str:
        """As it is told at the start, such as ``shtrih tcp 127.0.0.1:7778``."""

    def close(self) -> None: ...


Doors = Callable[[TillHost, argparse.Namespace], Iterator[Door]]
"""Opens those of one kind that the options ask for."""

DOORS: tuple[Doors, ...] = (shtrih.open_doors, control.open_doors)


def main(arguments: list[str] | None = None) -> None:
    """Open all doors, say so, and serve until SIGTERM or SIGINT."""
    options = _parser().parse_args(arguments)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    plan = FaultPlan(read_script(options.faults) if options.faults else (), options.seed)
    host = TillHost(options.state, _registration(options), print_time=options.print_time, plan=plan)
    doors = [door for opened in DOORS for door in opened(host, options)]
    for door in doors:
        print(door.address, flush=True)
    print("ready", flush=True)
    stopped.wait()
    for door in reversed(doors):
        door.close()
    host.close()


def _registration(options: argparse.Namespace) -> TillRegistration:
    return TillRegistration(
        seed=options.serial,
        user=options.user,
        user_inn=options.inn,
        retail_address="190000, Санкт-Петербург, Невский пр., 1",
        retail_place="Салон оптики",
        taxation_types=options.taxation,
        ofd_name="ОФД для проб",
        ofd_inn="7707083893",
        timezone=options.timezone,
        ffd_version=options.ffd,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m kkt.emulator", description=__doc__)
    add = parser.add_argument
    add("--state", type=Path, default=STATE, metavar="DIR", help="memory of the till (%(default)s)")
    add("--shtrih-port", type=int, default=SHTRIH_PORT, help="0: any (%(default)s)")
    add("--pty", action="store_true", help="Shtrih-M on a pseudo terminal too")
    add("--no-shtrih", action="store_true")
    add("--atol-port", type=int, default=ATOL_PORT, help="0: any (%(default)s)")
    add("--no-atol", action="store_true")
    add("--control-port", type=int, help="HTTP: state, faults, acknowledgements; 0: any")
    add("--print-time", type=float, default=PRINT_TIME, metavar="SECONDS")
    add("--faults", type=Path, metavar="FILE", help="JSON: faults of the wire")
    add("--seed", type=int, help="faults of the wire by chance")
    add("--ofd", default="off", help="off, interval:SECONDS or tcp:HOST:PORT")
    new = parser.add_argument_group("a new till", "what it is registered with, once")
    new.add_argument("--serial", default="emulator", help="its numbers are made of it")
    new.add_argument("--user", default="ООО Оптика", help="tag 1048")
    new.add_argument("--inn", default="7707083893", help="tag 1018")
    new.add_argument("--taxation", type=int, default=63, help="tag 1062, bits (%(default)s)")
    new.add_argument("--timezone", default="Europe/Moscow")
    new.add_argument("--ffd", choices=FFD_VERSIONS, default="1.2")
    return parser


if __name__ == "__main__":
    main()
