"""Streams are taken apart alike, however they are broken up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.messages import Http, Shtrih, WireProtocol

SHORT_STATUS = bytes.fromhex("02 05 10 1E000000 0B")
"""10h with the password 30; 05 ^ 10 ^ 1E = 0B."""
FN_STATUS_REFUSED = bytes.fromhex("02 03 FF01 37 CA")
"""FF01 answered with error 37h; 03 ^ FF ^ 01 ^ 37 = CA."""
ENQ, ACK, NAK = b"\x05", b"\x06", b"\x15"
POST = b"POST /api/v2/requests HTTP/1.1\r\nHost: till\r\nContent-Length: 4\r\n\r\n{  }"
GET = (
    b"GET /api/v2/requests/3f2504e0-4f89-41d3-9a0c-0305e82c3301?deviceID=a HTTP/1.1\r\n"
    b"Host: till\r\n\r\n"
)
CREATED = b"HTTP/1.1 201 Created\r\ncontent-length:2\r\n\r\n{}"


@pytest.mark.parametrize(
    ("protocol", "messages"),
    [
        (Shtrih(), [ENQ, SHORT_STATUS, ACK, ENQ, ENQ, NAK, b"\xff", FN_STATUS_REFUSED]),
        (Http(), [POST, GET, CREATED, POST]),
    ],
)
@given(cuts=st.sets(st.integers(1, 500)))
def test_any_split_of_the_stream_gives_the_same_messages(
    protocol: WireProtocol, messages: list[bytes], cuts: set[int]
) -> None:
    stream, splitter, found = b"".join(messages), protocol.splitter(), []
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    for start, end in zip(edges, edges[1:], strict=False):
        found += splitter.feed(stream[start:end])
    assert found == messages
    assert splitter.rest() == b""


def test_what_is_not_whole_is_kept() -> None:
    splitter = Shtrih().splitter()
    assert list(splitter.feed(ACK + SHORT_STATUS[:4])) == [ACK]
    assert splitter.rest() == SHORT_STATUS[:4]


def test_messages_are_named_by_their_kind() -> None:
    shtrih, http = Shtrih(), Http()
    assert shtrih.name(NAK, to_till=False) == "NAK"
    assert shtrih.name(b"\xff", to_till=False) == "byte FF"
    assert shtrih.name(SHORT_STATUS, to_till=True) == "command 10"
    assert shtrih.name(FN_STATUS_REFUSED, to_till=False) == "answer FF01"
    assert http.name(POST, to_till=True) == "POST /api/v2/requests"
    assert http.name(GET, to_till=True) == "GET /api/v2/requests/{uuid}?deviceID=a"
    assert http.name(CREATED, to_till=False) == "201"
