"""Answers byte by byte, written out by hand from the protocol (Shtrih-M protocol v1.17)."""

from __future__ import annotations

from kkt.drivers.virtual import Faults

from .client import CASHIER, SYSTEM, Bench, Client, plain

FN = "39393939 31323730 37353933 37353537"
"""9999127075937557 in ASCII."""
NINE_O_CLOCK = "1A 03 02 09 00"
"""2 March 2026, 09:00: YY MM DD HH MM."""
NOT_GIVEN = "FFFFFFFFFF"
FRAMES = (
    f"FF46 {SYSTEM} 01 40420F000000 20A1070000 {NOT_GIVEN} {NOT_GIVEN} CB 01 04 01 CEEFF0E0E2E0"
)
"""Sale (1), 1.000000 pieces, 5000.00, sum and tax by the till, 22 % (CBh), department 1, paid in
full (4), a good (1), «Оправа»."""
_NOUGHT = "0000000000"
PAID_6000 = f"FF45 {SYSTEM} C027090000 {_NOUGHT * 15} 00 {_NOUGHT * 6} 01"
"""6000.00 in cash, fifteen other kinds, no rounding, six taxes, ОСН."""


def test_full_status(client: Client) -> None:
    told = (
        # error, operator 30, firmware "C3", build 664, of 21.01.26, hall, one document
        "11 00 1E 4333 9802 15011A 01 0100"
        # flags: roll by both sensors; shift closed, submode 0, port: TCP
        "8200 04 00 80"
        # the old fiscal memory: version "10", build, date
        "3130 0100 15011A"
        # 02.03.26, 09:00:00, flags, lower half of serial number 44269364888078
        "02031A 090000 01 0EC2C443"
        # no shift closed yet, old field, 1 registration, 29 left, INN 7707083893, upper half
        "0000 FFFF 01 1D 75C460CB0100 4328"
    )
    assert client.ask(f"11 {SYSTEM}") == plain(told)
    assert len(plain(told)) // 2 == 50


def test_who_it_is(client: Client) -> None:
    # type 0, subtype 0, protocol 1.17, model 250, Russian, «ШТРИХ-М-02Ф»
    assert client.ask("FC") == plain("FC 00 00 00 01 11 FA 00 D8D2D0C8D52DCC2D3032D4")


def test_model_parameters(client: Client) -> None:
    # bits 0, 13, 23, 34, 36, 39, 43, 45-49, 53; 48 and 24 characters; no raster; 12 digits of INN,
    # 16 of RNM, long forms, passwords 0 and 30, no Bluetooth table, field 14, commands of 255 bytes
    told = "F7 00 0120800094E82300 30 18 00 0C 10 10 0E 00000000 1E000000 00 0E FF00"
    assert client.ask("F7 01") == plain(told)
    assert client.ask("F7 02") == "F733"


def test_text_of_an_error(client: Client) -> None:
    words = "CAEEECE0EDE4E020EDE520EFEEE4E4E5F0E6E8E2E0E5F2F1FF20E220E4E0EDEDEEE920"
    words += "F0E5E0EBE8E7E0F6E8E820CACAD2"
    assert client.ask("6B 37") == plain(f"6B 00 {words}")


def test_cashiers_and_administrators(client: Client) -> None:
    assert client.ask(f"10 {CASHIER}").startswith("100001")
    assert client.ask("10 1D000000").startswith("10001D")
    assert client.ask(f"E0 {CASHIER}") == "E00001"
    # Both administrators may take reports, a cashier may not, and only one reads the drive.
    assert client.ask("40 1D000000") == "40001D"
    assert client.ask(f"40 {CASHIER}") == "404F"
    assert client.ask("FF01 1D000000") == "FF014F"


def test_a_sale(client: Client) -> None:
    assert client.ask(f"E0 {SYSTEM}") == "E0001E"
    assert client.ask(f"8D {SYSTEM} 00") == "8D001E"
    assert client.ask(FRAMES) == "FF4600"
    # 2108 = 0: tag 083Ch, one byte
    assert client.ask(f"FF4D {SYSTEM} 3C08 0100 00") == "FF4D00"
    # 1008, 03F0h: +79001234567
    contact = "F003 0C00 2B3739303031323334353637"
    assert client.ask(f"FF0C {SYSTEM} {contact}") == "FF0C00"
    assert client.ask(f"89 {SYSTEM}") == plain("89 00 1E 20A1070000")
    answer = client.ask(PAID_6000)
    # change 1000.00, FD 3
    assert answer.startswith(plain("FF45 00 A086010000 03000000"))
    sign = answer[-8:]
    assert len(answer) // 2 == 2 + 1 + 5 + 4 + 4
    # receipt, no acknowledgement, its moment, FD 3, its sign, sale, 5000.00
    found = f"FF0A 00 03 00 {NINE_O_CLOCK} 03000000 {sign} 01 20A1070000"
    assert client.ask(f"FF0A {SYSTEM} 03000000") == plain(found)
    # fiscal mode, no document, shift open, no warnings, last document, drive, last FD 3
    told = f"FF01 00 03 00 00 01 00 {NINE_O_CLOCK} {FN} 03000000"
    assert client.ask(f"FF01 {SYSTEM}") == plain(told)


def test_what_was_signed_is_read_back_in_pieces(client: Client) -> None:
    client.done(f"E0 {SYSTEM}", f"8D {SYSTEM} 00", FRAMES, PAID_6000)
    begun = client.ask(f"FF3A {SYSTEM} 03000000")
    # receipt (3), and how many bytes follow
    assert begun.startswith(plain("FF3A 00 0300"))
    size = int.from_bytes(bytes.fromhex(begun[-4:]), "little")
    body = ""
    while len(body) // 2 < size:
        piece = client.ask(f"FF3B {SYSTEM}")
        assert piece.startswith("FF3B00") and len(piece) > 6
        body += piece[6:]
    assert client.ask(f"FF3B {SYSTEM}") == "FF3B08"
    for told in (
        "B904 0100 04",  # 1209: FFD 1.2
        "FA03 0C00 373730373038333839332020",  # 1018: INN, padded to 12
        "1E04 0100 01",  # 1054: sale
        "1F04 0100 01",  # 1055: ОСН
        "0604 0600 8EAFE0A0A2A0",  # 1030: «Оправа» in CP866
        "3704 0300 20A107",  # 1079: 5000.00 in the fewest bytes
        "FF03 0200 0001",  # 1023: 1, no decimals
        "1304 0300 20A107",  # 1043
        "AF04 0100 0B",  # 1199: 22 %
        "B004 0300 346001",  # 1200: 901.64 = 5000.00 * 22 / 122, rounded
        "BE04 0100 04",  # 1214
        "BC04 0100 01",  # 1212
        "3C08 0100 00",  # 2108: pieces, when nobody tells otherwise
        "FC03 0300 20A107",  # 1020
        "0704 0300 20A107",  # 1031: the change taken off
        "3904 0100 00",  # 1081
        "5004 0100 00",  # 1104: nought, because one of 1102-1107 must be there
        "5F04 0C00 AF04 0100 0B 6004 0300 346001",  # 1119 in 1115: 22 %, 901.64
    ):
        assert plain(told) in body, told
    assert client.ask(f"FF3A {SYSTEM} 04000000") == "FF3A08"


def test_long_answers_tell_the_moment(client: Client) -> None:
    # Table 17, row 1, field 36: 1
    client.done(f"1E {SYSTEM} 11 0100 24 01")
    client.done(f"E0 {SYSTEM}", f"8D {SYSTEM} 00", FRAMES)
    assert client.ask(PAID_6000).endswith(plain(NINE_O_CLOCK))
    # Bit 50 of F7h says so.
    assert client.ask("F7 01").startswith(plain("F7 00 0120800094E82700"))


def test_the_drive(client: Client) -> None:
    assert client.ask(f"FF02 {SYSTEM}") == plain(f"FF02 00 {FN}")
    # 1110 days from 2 March 2026: 16 March 2029
    assert client.ask(f"FF03 {SYSTEM}") == plain("FF03 00 1D 03 10")
    # its moment, INN and RNM padded, all tax systems, mode, extension, the OFD's INN, no reasons
    told = client.ask(f"FF09 {SYSTEM}")
    inn = "373730373038333839332020"
    number = "3632333930373438323030333834343920202020"
    assert told.startswith(
        plain(f"FF09 00 {NINE_O_CLOCK} {inn} {number} 3F 00 00 {inn} 00000000 01000000")
    )
    assert len(told) // 2 == 3 + 5 + 12 + 20 + 1 + 1 + 1 + 12 + 4 + 4 + 4


def test_the_queue_for_the_ofd(shop: Bench, client: Client) -> None:
    # nothing to tell, nobody reads, none waits, none, no moment
    assert client.ask(f"FF39 {SYSTEM}") == plain("FF39 00 00 00 0000 00000000 0000000000")
    client.done(f"E0 {SYSTEM}", f"41 {SYSTEM}")
    # b1: has a message; two wait, the first is FD 2
    told = f"FF39 00 02 00 0200 02000000 {NINE_O_CLOCK}"
    assert client.ask(f"FF39 {SYSTEM}") == plain(told)
    assert client.ask(f"FF3F {SYSTEM}") == plain("FF3F 00 0200")
    assert client.ask(f"FF3C {SYSTEM} 02000000") == "FF3C08"
    shop.host.till.acknowledge(2)
    told = f"FF39 00 02 00 0100 03000000 {NINE_O_CLOCK}"
    assert client.ask(f"FF39 {SYSTEM}") == plain(told)
    assert client.ask(f"FF0A {SYSTEM} 02000000")[8:10] == "01"
    # operatorAck, 7
    assert client.ask(f"FF3C {SYSTEM} 02000000").startswith(plain("FF3C 00 0700"))


def test_the_shift(client: Client) -> None:
    assert client.ask(f"FF40 {SYSTEM}") == plain("FF40 00 00 0000 0000")
    client.done(f"E0 {SYSTEM}", f"8D {SYSTEM} 00", FRAMES, PAID_6000)
    assert client.ask(f"FF40 {SYSTEM}") == plain("FF40 00 01 0100 0100")
    client.done(f"41 {SYSTEM}")
    assert client.ask(f"FF40 {SYSTEM}") == plain("FF40 00 00 0100 0100")
    assert client.ask(f"41 {SYSTEM}") == "413D"


def test_the_shift_of_the_drive(client: Client) -> None:
    # shift 1, FD 2; shift 1, FD 3
    assert client.ask(f"FF0B {SYSTEM}").startswith(plain("FF0B 00 0100 02000000"))
    client.done(f"FF42 {SYSTEM}")
    assert client.ask(f"FF43 {SYSTEM}").startswith(plain("FF43 00 0100 03000000"))


def test_registers(client: Client) -> None:
    client.done(f"E0 {SYSTEM}", f"50 {SYSTEM} A086010000")
    client.done(f"8D {SYSTEM} 00", FRAMES, PAID_6000, f"51 {SYSTEM} 0A00000000")

    def money(number: str) -> str:
        answer = client.ask(f"1A {SYSTEM} {number}")
        assert answer.startswith("1A001E")
        return answer[6:]

    def operations(number: str) -> str:
        answer = client.ask(f"1B {SYSTEM} {number}")
        assert answer.startswith("1B001E")
        return answer[6:]

    # 121 sales, 193 in cash, 197 by kind 2, 241 in the drawer, 242 put in, 243 taken out
    assert money("79") == money("C1") == plain("20A107 000000")
    assert money("C5") == "000000000000"
    assert money("F1") == plain("B62709 000000")
    assert money("F2") == plain("A08601 000000")
    assert money("F3") == plain("0A0000 000000")
    # 4144 + 36: sales settled by prepayment
    assert money("54 10") == "000000000000"
    # 144 sales of the shift, 152 documents, 153 and 154 cash operations, 155 and 156 their numbers
    assert [operations(each) for each in ("90", "91", "98", "99", "9A", "9B", "9C")] == [
        *("0100", "0000", "0500", "0100", "0100", "0100", "0100"),
    ]


def test_cash_tells_the_number_of_the_document(client: Client) -> None:
    client.done(f"E0 {SYSTEM}")
    # Registration and opening of the shift are 1 and 2.
    assert client.ask(f"50 {SYSTEM} A086010000") == plain("50 00 1E 0300")
    assert client.ask(f"51 {SYSTEM} A086010000") == plain("51 00 1E 0400")
    assert client.ask(f"51 {SYSTEM} 0100000000") == "5146"


def test_the_state_of_settlements(client: Client) -> None:
    client.done(f"E0 {SYSTEM}")
    assert client.ask(f"FF38 {SYSTEM}") == "FF3802"
    # 1021, 03FDh: «Кассир Иванова»
    client.done(f"FF37 {SYSTEM}", f"FF0C {SYSTEM} FD03 0E00 8AA0E1E1A8E02088A2A0ADAEA2A0")
    # 17h: it is in the making
    assert client.ask(f"FF01 {SYSTEM}").startswith(plain("FF01 00 03 17 01 01"))
    answer = client.ask(f"FF38 {SYSTEM}")
    assert answer.startswith(plain("FF38 00 03000000"))
    # two wait since 2 March 2026, this report too
    assert answer.endswith(plain("02000000 1A 03 02"))


def test_the_clock(shop: Bench, client: Client) -> None:
    # 09:02:00
    client.done(f"21 {SYSTEM} 090200")
    assert client.ask(f"11 {SYSTEM}")[50:62] == plain("02031A 090200")
    client.done(f"22 {SYSTEM} 03031A")
    # Mode 6, and nothing else until the date is confirmed.
    assert client.ask(f"10 {SYSTEM}")[10:12] == "06"
    assert client.ask(f"E0 {SYSTEM}") == "E0C0"
    assert client.ask(f"23 {SYSTEM} 04031A") == "237C"
    client.done(f"23 {SYSTEM} 03031A")
    assert client.ask(f"11 {SYSTEM}")[50:62] == plain("03031A 090200")
    # A day ahead of the drive.
    assert client.ask(f"E0 {SYSTEM}") == "E017"
    client.done(f"22 {SYSTEM} 02031A", f"23 {SYSTEM} 02031A", f"E0 {SYSTEM}")
    assert client.ask(f"21 {SYSTEM} 090300") == "2173"


def test_a_shift_of_more_than_a_day(shop: Bench, client: Client) -> None:
    client.done(f"E0 {SYSTEM}")
    shop.clock.sleep(24 * 3600)
    assert client.ask(f"10 {SYSTEM}")[10:12] == "03"
    assert client.ask(f"8D {SYSTEM} 00") == "8D4E"
    client.done(f"41 {SYSTEM}")


def test_a_drive_that_is_full_or_silent(shop: Bench, client: Client) -> None:
    shop.host.till.set_faults(Faults(drive_full=True))
    assert client.ask(f"E0 {SYSTEM}") == "E012"
    shop.host.till.set_faults(Faults(refuse_code="14"))
    assert client.ask(f"E0 {SYSTEM}") == "E014"
    shop.host.till.set_faults(Faults(silent=True))
    client.send("05")
    assert client.is_quiet()
