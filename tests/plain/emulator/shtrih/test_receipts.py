"""What grows command by command, what is signed of it, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kkt.drivers.virtual import VirtualTill
from kkt.fiscal.ffd import to_ffd_1_05
from kkt.fiscal.problems import InvalidDocument
from kkt.fiscal.vocabulary import DocumentKind
from tests.plain.drivers.builders import CASHIER, FakeClock
from tests.plain.drivers.specimens import SPECIMENS

from .client import REGISTRATION, SYSTEM, Bench, Client, bench, hexed, plain
from .requests import requests

NOT_GIVEN = "FFFFFFFFFF"
NOUGHT = "0000000000"
OPEN = f"E0 {SYSTEM}"
SALE = f"8D {SYSTEM} 00"


def line(price: str = "E803000000", *, rate: str = "08", operation: str = "01", **more: str) -> str:
    """FF46h: one piece at 10.00 without VAT."""
    quantity, total = more.get("quantity", "40420F000000"), more.get("total", NOT_GIVEN)
    return (
        f"FF46 {SYSTEM} {operation} {quantity} {price} {total} {NOT_GIVEN} {rate} 01 04 01 CEF7EAE8"
    )


def close(*payments: str, taxes: str = NOUGHT * 6, taxation: str = "01") -> str:
    return f"FF45 {SYSTEM} {''.join(payments)}{NOUGHT * (16 - len(payments))} 00 {taxes} {taxation}"


@pytest.fixture(params=["1.2", "1.05"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def same_format(tmp_path: Path, version: str) -> Iterator[Bench]:
    registration = replace(REGISTRATION, ffd_version=version)
    with bench(tmp_path / "emulator", registration=registration) as shop:
        yield shop


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_same_is_signed_as_by_the_virtual_till(
    same_format: Bench, tmp_path: Path, version: str, name: str
) -> None:
    document = SPECIMENS[name]
    registration = replace(REGISTRATION, ffd_version=version)
    virtual = VirtualTill.create(tmp_path / "virtual.sqlite", registration, FakeClock())
    virtual.execute(DocumentKind.SHIFT_OPEN, CASHIER.to_json())
    try:
        content = document.to_json()
        content = to_ffd_1_05(document.kind, content) if version == "1.05" else content
    except InvalidDocument:
        return virtual.close()
    wanted = virtual.execute(document.kind, content).stored.document
    virtual.close()
    client = same_format.client()
    client.done(OPEN, *(hexed(each) for each in requests(document, version)))
    client.close()
    signed = same_format.host.till.read(3)
    assert without_sign(signed) == without_sign(dict(wanted))


def without_sign(document: dict[str, Any]) -> dict[str, Any]:
    """The keys of two drives differ, so their signs do."""
    return {name: value for name, value in document.items() if name != "fiscalSign"}


def test_a_shift_is_opened_and_closed_by_a_cashier_who_was_told(
    shop: Bench, client: Client
) -> None:
    # 1021 «Кассир Иванова», 1203 500100732259
    cashier = (
        f"FF0C {SYSTEM} FD03 0E00 8AA0E1E1A8E02088A2A0ADAEA2A0 B304 0C00 353030313030373332323539"
    )
    client.done(f"FF41 {SYSTEM}", cashier, OPEN)
    client.done(f"FF42 {SYSTEM}", cashier, f"41 {SYSTEM}")
    for number in (2, 3):
        document = shop.host.till.read(number)
        assert document["operator"] == "Кассир Иванова"
        assert document["operatorInn"] == "500100732259"


def test_else_by_whose_password_it_was(shop: Bench, client: Client) -> None:
    client.done("E0 03000000")
    assert shop.host.till.read(2)["operator"] == "ОПЕРАТОР 3"


def test_modes_while_a_receipt_grows(client: Client) -> None:
    def mode() -> str:
        return client.ask(f"10 {SYSTEM}")[10:12]

    assert mode() == "04"
    client.done(OPEN)
    assert mode() == "02"
    for kind, told in {"00": "08", "01": "18", "02": "28", "03": "38", "80": "08"}.items():
        client.done(f"8D {SYSTEM} {kind}")
        assert mode() == told
        assert client.ask(SALE) == "8D4A"
        assert client.ask(f"41 {SYSTEM}") == "414A"
        client.done(f"88 {SYSTEM}")
    assert mode() == "02"
    assert client.ask(f"88 {SYSTEM}") == "8873"


def test_operations_are_counted(client: Client) -> None:
    client.done(OPEN, SALE, line(), line())
    # operations: low byte after the submode
    assert client.ask(f"10 {SYSTEM}")[14:16] == "02"
    assert client.ask(f"89 {SYSTEM}") == plain("89 00 1E D007000000")


def test_the_first_line_opens_a_receipt(shop: Bench, client: Client) -> None:
    client.done(OPEN, line(operation="02"))
    assert client.ask(f"10 {SYSTEM}")[10:12] == "28"
    client.done(f"88 {SYSTEM}", f"50 {SYSTEM} A086010000", line(operation="02"))
    client.done(close("E803000000"))
    assert shop.host.till.read(3)["operationType"] == 2


def test_what_cannot_be_is_refused_and_the_receipt_stays(shop: Bench, client: Client) -> None:
    client.done(OPEN, SALE)
    assert client.ask(close("E803000000")) == "FF4533"
    for wrong, error in {
        line(operation="02"): "5E",  # another operation than the receipt's
        line(operation="05"): "33",
        line(rate="90"): "33",  # not a rate of this model
        line(rate="00"): "33",
        line(total="EB03000000"): "33",  # 3 kopecks too much
        f"FF4D {SYSTEM} 3C08 0100 00": "33",  # requisites of no line
        f"FF0C {SYSTEM} F003 0C00 2B37": "09",  # cut off
        f"FF67 {SYSTEM} 01 30": "A5",
    }.items():
        assert client.ask(wrong) == wrong[:4].replace(" ", "") + error, wrong
    client.done(line())
    assert client.ask(close("E703000000")) == "FF4545"
    assert client.ask(close(NOUGHT, "E903000000")) == "FF454D"
    assert client.ask(close("E803000000", taxation="03")) == "FF4535"
    assert client.ask(f"10 {SYSTEM}")[10:12] == "08"
    client.done(close("E803000000"))
    assert shop.host.till.read(3)["totalSum"] == 1000


def test_what_a_drive_cancels(client: Client) -> None:
    assert client.ask(f"FF08 {SYSTEM}") == "FF0802"
    for begin in ("FF41", "FF42", "FF37", "FF35", "8D"):
        if begin != "FF41":
            client.done(OPEN)
        client.done(f"{begin} {SYSTEM}" + (" 00" if begin == "8D" else ""), f"FF08 {SYSTEM}")
        if begin != "FF41":
            client.done(f"41 {SYSTEM}")
    assert client.ask(f"FF0C {SYSTEM} F003 0100 41") == "FF0C02"


def test_taxes_of_the_host(shop: Bench, client: Client) -> None:
    """With table 1 field 14 = 1 the till adds nothing up: without them VAT would be nought."""
    client.done(OPEN, f"1E {SYSTEM} 01 0100 0E 01", SALE, line(rate="02"))
    assert client.ask(close("E803000000")) == "FF4533"
    # 10 %: 0.91 in the second slot
    client.done(close("E803000000", taxes=NOUGHT + "5B00000000" + NOUGHT * 4))
    assert shop.host.till.read(3)["nds10"] == 91


def test_a_marking_code_must_be_checked_before(shop: Bench, client: Client) -> None:
    code = hexed(b"010460000000000821ABC123\x1d91EE06\x1d92" + b"c" * 44)
    size = f"{len(code) // 2:02X}"
    check = f"FF61 {SYSTEM} 01 00 {size} 00 {code}"
    bind = f"FF67 {SYSTEM} {size} {code}"
    client.done(OPEN, SALE, line())
    assert client.ask(f"FF69 {SYSTEM} 01") == "FF69A5"
    # checked by the drive, no reason, kind 1, nothing more, 0, [М+], no TLV
    assert client.ask(check) == plain("FF61 00 03 00 01 00 00 0F")
    client.done(f"FF69 {SYSTEM} 00")
    assert client.ask(bind) == "FF67A5"
    client.done(check, f"FF69 {SYSTEM} 01", bind, close("E803000000"))
    (item,) = shop.host.till.read(3)["items"]
    assert item["productCodeNew"]["gs1m"]["rawProductCode"] == "010460000000000821ABC123"
    assert item["labelCodeProcesMode"] == 0
    assert client.ask(f"FF61 {SYSTEM} 01 00 03 00 414243") == "FF6133"


# Old commands -----------------------------------------------------------------------------------


def old(code: str, taxes: str = "00000000") -> str:
    """2.000 pieces at 10.00, department 1."""
    return f"{code} {SYSTEM} D007000000 E803000000 01 {taxes} {'CEF7EAE8'.ljust(80, '0')}"


def test_old_commands_sell_and_return(shop: Bench, client: Client) -> None:
    client.done(OPEN, old("80", "01000000"), old("80"), old("80"), old("84"))
    closing = f"85 {SYSTEM} 8813000000 {NOUGHT * 3} 0000 00000000 {'00' * 40}"
    # 50.00 in cash for 40.00
    assert client.ask(closing) == plain("85 00 1E E803000000")
    sale = shop.host.till.read(3)
    assert (sale["operationType"], sale["totalSum"], sale["cashTotalSum"]) == (1, 4000, 4000)
    assert [item["nds"] for item in sale["items"]] == [1, 6]
    assert sale["items"][0]["name"] == "Очки" and sale["items"][0]["quantity"] == "2"
    client.done(f"8D {SYSTEM} 02", old("82"), closing.replace("8813000000", "A00F000000"))
    assert shop.host.till.read(4)["operationType"] == 2
    client.done(old("81"))
    assert client.ask(old("80")) == "805E"
    assert client.ask(old("84", "02000000")) == "845E"
    client.done(f"88 {SYSTEM}")
