"""Tables of settings: 1Eh, 1Fh, 2Dh, 2Eh."""

from __future__ import annotations

import pytest

from .client import SYSTEM, Bench, Client, plain

TABLES = {
    1: (1, 45),
    2: (30, 2),
    4: (14, 1),
    5: (16, 1),
    6: (12, 2),
    7: (16, 1),
    17: (1, 71),
    18: (1, 25),
    19: (1, 6),
    21: (1, 4),
}
"""Rows and fields."""


def test_structure_of_a_table(client: Client) -> None:
    # «НАЛОГОВЫЕ СТАВКИ», 40 bytes; 12 rows, 2 fields
    name = "CDC0CBCEC3CEC2DBC520D1D2C0C2CAC8".ljust(80, "0")
    assert client.ask(f"2D {SYSTEM} 06") == plain(f"2D 00 {name} 0C00 02")
    assert client.ask(f"2D {SYSTEM} 03") == "2D5D"


def test_structure_of_a_field(client: Client) -> None:
    # «Начисление налогов», binary, 1 byte, from 0 to 1
    name = "CDE0F7E8F1EBE5EDE8E520EDE0EBEEE3EEE2".ljust(80, "0")
    assert client.ask(f"2E {SYSTEM} 01 0E") == plain(f"2E 00 {name} 00 01 00 01")
    # A text has no limits: type 1, 64 bytes.
    assert client.ask(f"2E {SYSTEM} 02 02").endswith(plain("01 40"))
    assert client.ask(f"2E {SYSTEM} 01 2E") == "2E5D"


@pytest.mark.parametrize("table", TABLES)
def test_all_fields_of_all_rows_are_read(client: Client, table: int) -> None:
    rows, fields = TABLES[table]
    assert client.ask(f"2D {SYSTEM} {table:02X}").endswith(f"{rows:02X}00{fields:02X}")
    for field in range(1, fields + 1):
        structure = client.ask(f"2E {SYSTEM} {table:02X} {field:02X}")
        kind, size = structure[84:86], int(structure[86:88], 16)
        assert kind in ("00", "01")
        for row in range(1, rows + 1):
            answer = client.ask(f"1F {SYSTEM} {table:02X} {row:02X}00 {field:02X}")
            assert answer.startswith("1F00") and len(answer) == 4 + 2 * size


def test_rates(client: Client) -> None:
    told = [client.ask(f"1F {SYSTEM} 06 {row:02X}00 01")[4:] for row in range(1, 13)]
    values = [int.from_bytes(bytes.fromhex(each), "little") for each in told]
    assert values == [2000, 1000, 0, 0, 2000, 1000, 500, 700, 500, 700, 2200, 2200]


def test_the_registration_is_told_and_cannot_be_written(client: Client) -> None:
    # Table 18: INN, padded with spaces; FN; table 17 field 17: FFD 1.2
    assert client.ask(f"1F {SYSTEM} 12 0100 02") == plain("1F 00 373730373038333839332020")
    fn = "39393939313237303735393337353537"
    assert client.ask(f"1F {SYSTEM} 12 0100 04") == plain(f"1F 00 {fn}")
    assert client.ask(f"1F {SYSTEM} 11 0100 11") == plain("1F 00 04")
    assert client.ask(f"1E {SYSTEM} 12 0100 02 3131") == "1E7A"
    assert client.ask(f"1E {SYSTEM} 11 0100 11 02") == "1E7A"


def test_what_is_written_stays(shop: Bench, client: Client) -> None:
    assert client.ask(f"1E {SYSTEM} 01 0100 0E 01") == "1E00"
    # «Кассир» in row 1
    client.done(f"1E {SYSTEM} 02 0100 02 CAE0F1F1E8F0")
    assert client.ask(f"1F {SYSTEM} 01 0100 0E") == "1F0001"
    assert client.ask(f"1F {SYSTEM} 02 0100 02") == "1F00" + "CAE0F1F1E8F0".ljust(128, "0")


def test_a_wrong_value_is_refused(client: Client) -> None:
    for request, error in {
        "01 0100 0E 02": "33",  # more than the field's most
        "01 0100 0E 0100": "33",  # longer than the field
        "01 0200 0E 01": "5D",  # no such row
        "01 0100 00 01": "5D",  # no such field
        "63 0100 01 01": "5D",  # no such table
    }.items():
        assert client.ask(f"1E {SYSTEM} {request}") == f"1E{error}", request


def test_a_new_password_counts_at_once(client: Client) -> None:
    # Row 30: 1234
    client.done(f"1E {SYSTEM} 02 1E00 01 D2040000")
    assert client.ask(f"10 {SYSTEM}") == "104F"
    assert client.ask("10 D2040000").startswith("10001E")
