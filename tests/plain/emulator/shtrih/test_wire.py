"""The lower level at the till's end: who speaks when, and what is kept of what went wrong."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .client import ACK, ENQ, NAK, SYSTEM, Bench, Client, bench, framed, plain

STATUS = f"10 {SYSTEM}"
CLOSED_SHIFT = plain("10 00 1E 8200 04 00 00 A8 D8 0000 00 000000 00")
OPENED = plain("E0 00 1E")


def test_an_idle_till_answers_nak_to_enq(client: Client) -> None:
    client.send(ENQ)
    assert client.read(1) == NAK


def test_the_frame_is_told_byte_by_byte(client: Client) -> None:
    # STX, 5 bytes, code 10h, password 30, LRC = 05 ^ 10 ^ 1E
    client.send("02 05 10 1E000000 0B")
    # ACK, STX, 17 bytes: 10h, no error, operator 30, flags: roll by both sensors, mode 4, submode
    # 0, operations 0, battery, power, 2 old errors, operations 0, 3 reserved, last print result
    assert client.read(21) == plain("06 02 11 10 00 1E 8200 04 00 00 A8 D8 0000 00 000000 00 E9")


def test_a_wrong_checksum_is_answered_nak_and_executes_nothing(client: Client) -> None:
    client.send("02 05 E0 1E000000 00")
    assert client.read(1) == NAK
    client.send(ENQ)
    assert client.read(1) == NAK
    assert client.ask(STATUS) == CLOSED_SHIFT


def test_an_answer_waits_until_it_is_acknowledged(client: Client) -> None:
    client.send_raw(framed(f"E0 {SYSTEM}"))
    assert client.read(1) == ACK
    assert client.read_frame() == OPENED
    for _ in range(3):
        client.send(NAK)
        assert client.is_quiet()
        client.send(ENQ)
        assert client.read(1) == ACK
        assert client.read_frame() == OPENED
    client.send(ACK)
    client.send(ENQ)
    assert client.read(1) == NAK


def test_it_waits_for_the_next_connection_too(shop: Bench) -> None:
    lost = shop.client()
    lost.send_raw(framed(f"E0 {SYSTEM}"))
    lost.close()
    client = shop.client()
    client.send(ENQ)
    assert client.read(1) == ACK
    assert client.read_frame() == OPENED
    client.send(ACK)
    assert client.ask(f"E0 {SYSTEM}") == "E03C"
    client.close()


def test_a_new_command_does_away_with_an_old_answer(client: Client) -> None:
    client.send_raw(framed(f"E0 {SYSTEM}"))
    assert client.read(1) == ACK
    assert client.read_frame() == OPENED
    client.send_raw(framed(f"89 {SYSTEM}"))
    assert client.read(1) == ACK
    assert client.read_frame() == "8973"
    client.send(ACK + ENQ)
    assert client.read(1) == NAK


def test_what_is_left_of_a_frame_is_dropped(client: Client) -> None:
    client.send("02 05 E0 1E0000")
    # A byte that comes later than a second after the last one begins anew.
    client.set_patience(1.3)
    with pytest.raises(TimeoutError):
        client.read(1)
    client.send(ENQ)
    assert client.read(1) == NAK
    assert client.ask(STATUS) == CLOSED_SHIFT


def test_a_frame_cut_by_the_end_of_a_connection_is_dropped(shop: Bench) -> None:
    lost = shop.client()
    lost.send("02 05 E0 1E0000")
    lost.close()
    client = shop.client()
    assert client.ask(STATUS) == CLOSED_SHIFT
    client.close()


def test_another_client_waits_until_the_first_has_left(shop: Bench) -> None:
    first, second = shop.client(), shop.client()
    assert first.ask(STATUS) == CLOSED_SHIFT
    second.send(ENQ)
    assert second.is_quiet()
    first.close()
    assert second.read(1) == NAK
    second.close()


# Any split, any junk --------------------------------------------------------------------------

CONVERSATION = [
    bytes.fromhex(ENQ),
    framed(f"E0 {SYSTEM}"),
    bytes.fromhex(ACK + ENQ),
    framed(f"8D {SYSTEM} 00"),
    bytes.fromhex(ACK),
    framed(f"88 {SYSTEM}"),
    bytes.fromhex(ACK + ENQ),
    framed(f"41 {SYSTEM}"),
    bytes.fromhex(ACK),
    framed(STATUS),
    bytes.fromhex(ACK),
]
SAID = plain(
    "15 06 0203E0001EFD 15 06 02038D001E90 06 020388001E95 15 06 020341001E5C "
    "06 0211 10001E8200040000A8D800000000000000 E9"
)

_quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@_quick
@given(cuts=st.sets(st.integers(1, sum(map(len, CONVERSATION)) - 1)))
def test_any_split_of_the_stream_gives_the_same(
    tmp_path_factory: pytest.TempPathFactory, cuts: set[int]
) -> None:
    stream = b"".join(CONVERSATION)
    edges = [0, *sorted(cuts), len(stream)]
    with bench(tmp_path_factory.mktemp("till")) as shop:
        client = shop.client()
        for begin, end in zip(edges, edges[1:], strict=False):
            client.send_raw(stream[begin:end])
        assert client.read(len(SAID) // 2) == SAID
        client.close()


@_quick
@given(junk=st.binary(max_size=400))
def test_garbage_hurts_nobody(shared: Bench, junk: bytes) -> None:
    noisy = shared.client()
    noisy.send_raw(junk)
    noisy.end()
    noisy.close()
    client = shared.client()
    client.send(ENQ)
    # Junk may have been a command: then its answer waits.
    if client.read(1) == ACK:
        client.read_frame()
        client.send(ACK)
    answer = client.ask(STATUS)
    assert answer.startswith("1000") and len(answer) == len(CLOSED_SHIFT)
    client.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> object:
    with bench(tmp_path_factory.mktemp("till")) as made:
        yield made


def test_garbage_as_a_command_is_refused(client: Client) -> None:
    for request, error in {
        "00": "37",
        "FE 1E000000": "37",
        "FFEE 1E000000": "37",
        "10": "33",
        "10 63000000": "4F",
        "FF01 01000000": "4F",
        f"8D {SYSTEM}": "33",
        f"8D {SYSTEM} 04": "33",
    }.items():
        code = "FF" + plain(request)[2:4] if request.startswith("FF") else request[:2]
        assert client.ask(request) == code + error, request
