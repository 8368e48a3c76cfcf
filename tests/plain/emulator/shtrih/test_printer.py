"""Paper, cover, and the time that printing takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .client import SYSTEM, Bench, Client, bench, plain
from .test_receipts import OPEN, SALE, close, line

LINE = f"2F {SYSTEM} 02 01 CEEFF2E8EAE0"


def flags_and_modes(client: Client) -> str:
    """Flags, mode and submode of the short status."""
    return client.ask(f"10 {SYSTEM}")[6:14]


def test_lines_are_printed(client: Client) -> None:
    assert client.ask(LINE) == plain("2F 00 1E")
    for code, rest in {
        **{"17": "02 CEEF", "12": "02 CEEF", "25": "01", "29": "02 01", "13": "", "28": "00"},
        **{"52": "", "53": "00", "54": ""},
    }.items():
        assert client.ask(f"{code} {SYSTEM} {rest}") == f"{code}001E"
    # 576 dots, 12 x 24, seven fonts
    assert client.ask(f"26 {SYSTEM} 01") == plain("26 00 4002 0C 18 07")


def test_no_paper_and_an_open_cover(shop: Bench, client: Client) -> None:
    client.done(OPEN)
    shop.host.set_faults({"no_paper": True})
    assert flags_and_modes(client) == plain("0000 02 01")
    assert client.ask(SALE) == "8D6B"
    assert client.ask(LINE) == "2F6B"
    assert client.ask(f"B0 {SYSTEM}") == plain("B0 00 1E")
    shop.host.set_faults({"no_paper": False, "cover_open": True})
    assert flags_and_modes(client) == plain("8204 02 00")
    assert client.ask(SALE) == "8D7B"
    shop.host.set_faults({"cover_open": False})
    assert flags_and_modes(client) == plain("8200 02 00")
    client.done(SALE)


def test_paper_that_ends_in_a_receipt(shop: Bench, client: Client) -> None:
    client.done(OPEN, SALE, line())
    shop.host.set_faults({"paper_runs_out": True})
    # Signed all the same.
    assert client.ask(close("E803000000")).startswith(plain("FF45 00 0000000000 03000000"))
    assert flags_and_modes(client) == plain("0000 02 02")
    assert client.ask(f"B0 {SYSTEM}") == "B06B"
    assert client.ask(LINE) == "2F6B"
    shop.host.set_faults({"no_paper": False})
    # It waits for B0h, and prints nothing else before.
    assert flags_and_modes(client) == plain("8200 02 03")
    assert client.ask(LINE) == client.ask(LINE) == "2F58"
    assert client.ask(SALE) == "8D58"
    client.done(f"B0 {SYSTEM}")
    assert flags_and_modes(client) == plain("8200 02 00")
    client.done(SALE)


def test_a_copy(client: Client) -> None:
    client.done(OPEN, SALE, line(), close("E803000000"))
    assert client.ask(f"8C {SYSTEM}") == plain("8C 00 1E")
    assert client.ask(f"FF40 {SYSTEM}") == plain("FF40 00 01 0100 0100")


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, print_time=0.4) as made:
        yield made


def test_while_it_prints(slow: Bench) -> None:
    client = slow.client()
    client.done(OPEN)
    # 5: printing; questions are answered, what prints is not taken.
    assert flags_and_modes(client) == plain("8200 02 05")
    assert client.ask(SALE) == "8D50"
    assert client.ask(LINE) == "2F50"
    assert client.ask(f"41 {SYSTEM}") == "4150"
    assert client.ask(f"FF40 {SYSTEM}") == plain("FF40 00 01 0100 0000")
    give_up_at = time.monotonic() + 5
    while (told := flags_and_modes(client)) == plain("8200 02 05"):
        assert time.monotonic() < give_up_at, "it prints for ever"
    assert told == plain("8200 02 00")
    client.done(SALE)
    client.close()
