"""How the maker's own drivers begin and sell, as they were seen to do it."""

from __future__ import annotations

import pytest

from .client import SYSTEM, Bench, Client, plain
from .test_receipts import close, line


def test_the_maker_s_driver_connects(client: Client) -> None:
    client.done("F7 01", "FC", f"11 {SYSTEM}", f"11 {SYSTEM}", f"10 {SYSTEM}", f"FF01 {SYSTEM}")
    client.done(f"2D {SYSTEM} 11")
    for table, row, field in (("05", "02", "01"), ("04", "01", "01"), ("13", "01", "01")):
        client.done(f"2E {SYSTEM} {table} {field}")
        value = client.ask(f"1F {SYSTEM} {table} {row}00 {field}")
        client.done(f"1E {SYSTEM} {table} {row}00 {field} {value[4:]}")
    client.done(f"2E {SYSTEM} 11 11", f"1F {SYSTEM} 11 0100 11")
    client.done(f"26 {SYSTEM} 01", "FC", f"11 {SYSTEM}")


def test_the_maker_s_driver_sells(shop: Bench, client: Client) -> None:
    assert client.ask(f"10 {SYSTEM}")[10:12] == "04"
    client.done(f"E0 {SYSTEM}")
    assert client.ask(f"10 {SYSTEM}")[10:14] == "0200"
    client.done(f"2F {SYSTEM} 02 01 CEEFF2E8EAE0", f"2F {SYSTEM} 02 01 2A2A2A")
    client.done(f"8D {SYSTEM} 00", line(rate="CB"), f"FF4D {SYSTEM} 3C08 0100 00")
    client.done(f"FF0C {SYSTEM} F003 0C00 2B3739303031323334353637")
    assert client.ask(f"89 {SYSTEM}") == plain("89 00 1E E803000000")
    closed = client.ask(close("E803000000"))
    assert closed.startswith(plain("FF45 00 0000000000 03000000"))
    assert client.ask(f"FF01 {SYSTEM}").endswith("03000000")
    found = client.ask(f"FF0A {SYSTEM} 03000000")
    # receipt, and the same sign as in the answer of FF45h
    assert found[6:8] == "03" and closed[-8:] in found
    client.done(f"8C {SYSTEM}")


def test_the_maker_s_driver_cancels(client: Client) -> None:
    client.done(f"E0 {SYSTEM}", f"8D {SYSTEM} 00", line(), f"88 {SYSTEM}")
    assert client.ask(f"10 {SYSTEM}")[10:12] == "02"
    assert client.ask(f"FF01 {SYSTEM}").endswith("02000000")


@pytest.mark.parametrize("is_signed", [True, False])
def test_the_maker_s_way_out_of_a_lost_answer(client: Client, *, is_signed: bool) -> None:
    """10h, FF01h against the FD before, FF0Ah."""
    client.done(f"E0 {SYSTEM}", f"8D {SYSTEM} 00", line())
    if is_signed:
        client.done(close("E803000000"))
    mode = client.ask(f"10 {SYSTEM}")[10:12]
    last = client.ask(f"FF01 {SYSTEM}")[-8:]
    assert (mode, last) == (("02", "03000000") if is_signed else ("08", "02000000"))
    found = client.ask(f"FF0A {SYSTEM} {last}")
    # receipt, sale, 10.00; or the opening of the shift, number 1
    assert found.endswith(plain("01 E803000000") if is_signed else "0100")
