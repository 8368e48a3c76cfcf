"""The codec: both ways without loss, and hostile bytes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkt.fiscal import elements, scalars, tags, tlv
from kkt.fiscal.elements import Element, MalformedTlv
from kkt.fiscal.tags import DOCUMENT, Tag, ValueType
from kkt.fiscal.vocabulary import DocumentCode

from .builders import CP866, receipts, with_something_weird
from .golden_files import NAMES, golden_json

EARLIEST, LATEST = datetime(1970, 1, 1), datetime(2106, 2, 7)
texts = st.text(CP866, max_size=8)


def scalar(tag: Tag) -> st.SearchStrategy[Any]:
    """Any JSON value that a tag can hold."""
    match tag.type:
        case ValueType.UINT | ValueType.VLN:
            return st.integers(min_value=0, max_value=(1 << (8 * tag.size)) - 1)
        case ValueType.FVLN:
            return st.decimals(min_value=0, max_value=10**9, places=6).map(plain_decimal)
        case ValueType.TEXT:
            return texts.map(lambda text: text[: tag.size])
        case ValueType.PADDED:
            return texts.map(lambda text: text[: tag.size].rstrip(" "))
        case ValueType.TIME:
            return st.datetimes(min_value=EARLIEST, max_value=LATEST, timezones=st.none()).map(
                lambda moment: moment.replace(microsecond=0).isoformat()
            )
        case ValueType.BYTES:
            return st.binary(max_size=min(tag.size, 9)).map(bytes.hex)
        case ValueType.PRODUCT_CODE:
            return texts.map(lambda text: {"rawProductCode": "?" + text[: tag.size - 1]})
        case ValueType.FISCAL_SIGN:
            return st.integers(min_value=0, max_value=(1 << 32) - 1)
    return objects(tag.number)


def plain_decimal(value: Any) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def value_of(tag: Tag) -> st.SearchStrategy[Any]:
    return st.lists(scalar(tag), min_size=1, max_size=2) if tag.repeated else scalar(tag)


@st.composite
def objects(draw: st.DrawFn, parent: int) -> dict[str, Any]:
    """Any JSON object of names that may stand in a parent, unknown tags among them."""
    some = draw(st.lists(st.sampled_from(tags.members(parent)), max_size=4, unique=True))
    data: dict[str, Any] = {}
    for tag in some:
        data[tag.name] = draw(value_of(tag))
        if tag.type is ValueType.FISCAL_SIGN and draw(st.booleans()):
            data[tlv.FISCAL_SIGN_PREFIX] = draw(st.integers(min_value=1, max_value=0xFFFF))
    if draw(st.booleans()):
        number = draw(st.integers(min_value=3000, max_value=0xFFFF))
        data[f"tag{number}"] = draw(st.binary(max_size=5)).hex()
    return data


@given(objects(DOCUMENT))
def test_any_document_survives(data: dict[str, Any]) -> None:
    try:
        raw = tlv.encode_tags(data)
    except tlv.EncodingError as error:
        assert "bytes, at most" in error.reason  # a nested object outgrew its tag
        return
    assert tlv.decode_tags(raw) == data
    assert tlv.encode_tags(tlv.decode_tags(raw)) == raw


PARENTS = (DOCUMENT, *(tag.number for tag in tags.TAGS.values() if tag.type is ValueType.STLV))


def within(parent: int, data: dict[str, Any]) -> dict[str, Any]:
    """A document in which an object stands at the place of its parent."""
    if parent == DOCUMENT:
        return data
    tag = tags.TAGS[parent]
    above = next(each for each in PARENTS if tags.by_number(each, parent))
    return within(above, {tag.name: [data] if tag.repeated else data})


@pytest.mark.parametrize("tag", tags.TAGS.values(), ids=lambda tag: str(tag.number))
def test_every_tag_survives(tag: Tag) -> None:
    parent = next(each for each in PARENTS if tags.by_number(each, tag.number))

    @settings(max_examples=15)
    @given(value_of(tag))
    def survives(value: Any) -> None:
        data = within(parent, {tag.name: value})
        assert tlv.decode_tags(tlv.encode_tags(data)) == data

    survives()


@given(receipts())
def test_receipts_survive(document: Any) -> None:
    data = document.to_json()
    assert tlv.decode_tags(tlv.encode_tags(data)) == data


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=20)), max_size=10))
def test_elements_are_kept_to_the_byte(pairs: list[tuple[int, bytes]]) -> None:
    found = [Element(*pair) for pair in pairs]
    raw = elements.join(found)
    assert elements.split(raw) == found
    assert elements.join(elements.split(raw)) == raw


@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(raw: bytes) -> None:
    for decode in (tlv.decode_tags, tlv.decode_document):
        try:
            data = decode(raw)
        except MalformedTlv:
            continue
        json.dumps(data)


known = st.sampled_from(sorted(tags.TAGS))


@given(st.lists(st.tuples(known, st.binary(max_size=40)), max_size=8))
def test_known_tags_with_random_values_are_read_or_refused(pairs: list[tuple[int, bytes]]) -> None:
    raw = elements.join(Element(*pair) for pair in pairs)
    try:
        data = tlv.decode_tags(raw)
    except MalformedTlv as error:
        assert str(error)
        return
    # What was read can be written again; it may be shorter, for padded numbers are trimmed.
    assert tlv.decode_tags(tlv.encode_tags(data)) == data


@given(st.lists(st.tuples(known, st.binary(max_size=600)), max_size=4))
def test_known_tags_with_long_values_can_be_written_again(pairs: list[tuple[int, bytes]]) -> None:
    inner = elements.join(Element(*pair) for pair in pairs)
    for raw in (inner, elements.join([Element(1059, inner), Element(1256, inner)])):
        try:
            data = tlv.decode_tags(raw)
        except MalformedTlv:
            continue
        assert tlv.decode_tags(tlv.encode_tags(data)) == data


def test_a_number_of_no_bytes_is_nought() -> None:
    """As real drives write 1081 and 1215-1217."""
    raw = bytes.fromhex("39 04 00 00 BF 04 00 00 C0 04 00 00 C1 04 00 00 23 04 04 00 FF 03 00 00")
    data = tlv.decode_tags(raw)
    sums = dict.fromkeys(("ecashTotalSum", "prepaidSum", "creditSum", "provisionSum"), 0)
    assert data == {**sums, "items": [{"quantity": "0"}]}
    assert tlv.decode_tags(tlv.encode_tags(data)) == data


def of_no_bytes(number: int, raw: bytes = b"") -> bytes:
    """A document's tags in which a tag has a value of no bytes, within all that it stands in."""
    whole = elements.join([Element(number, raw)])
    parent = next(each for each in PARENTS if tags.by_number(each, number))
    return whole if parent == DOCUMENT else of_no_bytes(parent, whole)


@pytest.mark.parametrize("tag", tags.TAGS.values(), ids=lambda tag: str(tag.number))
def test_only_a_time_and_a_sign_have_always_bytes(tag: Tag) -> None:
    parent = next(each for each in PARENTS if tags.by_number(each, tag.number))
    raw = of_no_bytes(tag.number)
    if tag.type in (ValueType.TIME, ValueType.FISCAL_SIGN):
        with pytest.raises(MalformedTlv, match="bytes, not 0"):
            tlv.decode_tags(raw)
        return
    data = tlv.decode_tags(raw)
    assert tlv.decode_tags(tlv.encode_tags(data)) == data
    if tag.type in (ValueType.UINT, ValueType.VLN):
        assert data == within(parent, {tag.name: [0] if tag.repeated else 0})


@pytest.mark.parametrize(
    ("tag", "raw"),
    [
        (1021, b"a" * 65),
        (1018, b"7707083893123"),
        (
            1084,
            bytes.fromhex("3D 04 40 00") + b"a" * 64 + bytes.fromhex("3E 04 00 01") + b"a" * 256,
        ),
        # Each number without bytes takes one when it is written.
        (1129, elements.join([Element(1201, b"")] + [Element(65001, b"a" * 108)])),
    ],
)
def test_what_is_too_long_for_its_tag_is_carried(tag: int, raw: bytes) -> None:
    whole = elements.join([Element(tag, raw)])
    told: dict[str, Any] = {f"tag{tag}": raw.hex()}
    if tag == 1129:
        whole, told = elements.join([Element(1194, whole)]), {"shiftSumReports": told}
    assert tlv.decode_tags(whole) == told
    assert tlv.encode_tags(told) == whole


def test_a_document_that_is_too_large_is_none() -> None:
    raw = elements.join([Element(3, elements.join([Element(65001, bytes(33_000))]))])
    with pytest.raises(MalformedTlv, match="32768"):
        tlv.decode_document(raw)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\x01", "cut off"),
        (b"\xfc\x03\x05", "cut off"),
        (b"\xfc\x03\xff\xff\x00", "65535 bytes"),
        (b"\xfc\x03\x07\x00" + bytes(6) + b"\x01", "at most 6 bytes"),
        (b"\xfc\x03\x09\x00" + bytes(9), "number of 9 bytes"),
        (b"\x1e\x04\x02\x00\x01\x00", "1 bytes, not 2"),
        (b"\x1e\x04\x01\x00\x01" * 2, "twice"),
        (b"\x23\x04\x05\x00\xff\x03\x01\x00\x00", "decimal of 1 bytes"),
        (b"\x23\x04\x06\x00\xff\x03\x02\x00\xff\x01", "255 decimals"),
        (b"\x23\x04\x03\x00\xff\x03\x01", "cut off"),
        (b"\x35\x04\x04\x00\x00\x00\x00\x00", "6 bytes, not 4"),
        (b"\xf4\x03\x03\x00\x00\x00\x00", "4 bytes, not 3"),
    ],
)
def test_malformed(raw: bytes, words: str) -> None:
    with pytest.raises(MalformedTlv, match=words):
        tlv.decode_tags(raw)


def test_malformed_says_where() -> None:
    with pytest.raises(MalformedTlv) as caught:
        tlv.decode_tags(b"\x23\x04\x06\x00\xff\x03\x02\x00\xff\x01")
    assert caught.value.path == "items.quantity"


def test_a_length_field_allocates_nothing() -> None:
    hostile = b"".join(b"\x23\x04\xff\xff" for _ in range(2000))
    with pytest.raises(MalformedTlv):
        tlv.decode_tags(hostile[:-1])


def test_a_known_tag_in_a_strange_place_survives_as_unknown() -> None:
    raw = bytes.fromhex("06 04 02 00 8E 8E 3C 04 05 00 1E 04 01 00 01")
    data = tlv.decode_tags(raw)
    assert data == {"tag1030": "8e8e", "properties": {"tag1054": "01"}}
    assert tlv.encode_tags(data) == raw


def test_repeated_unknown_tags_survive() -> None:
    raw = bytes.fromhex("E9 FD 01 00 01 E9 FD 00 00 E9 FD 01 00 03")
    data = tlv.decode_tags(raw)
    assert data == {"tag65001": ["01", "", "03"]}
    assert tlv.encode_tags(data) == raw


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"nosuch": 1}, "nosuch"),
        ({"items": [{"price": -1}]}, "items[0].price"),
        ({"items": {"price": 1}}, "items"),
        ({"items": [5]}, "items[0]"),
        ({"properties": "x"}, "properties"),
        ({"operator": 5}, "operator"),
        ({"operator": "К" * 65}, "operator"),
        ({"totalSum": 1 << 48}, "totalSum"),
        ({"totalSum": 1.0}, "totalSum"),
        ({"totalSum": True}, "totalSum"),
        ({"totalSum": None}, "totalSum"),
        ({"operationType": 256}, "operationType"),
        ({"dateTime": "2026-01-05"}, "dateTime"),
        ({"dateTime": "1969-12-31T23:59:59"}, "dateTime"),
        ({"dateTime": "2107-01-01T00:00:00"}, "dateTime"),
        ({"items": [{"quantity": 1}]}, "items[0].quantity"),
        ({"items": [{"quantity": "-1"}]}, "items[0].quantity"),
        ({"items": [{"quantity": "one"}]}, "items[0].quantity"),
        ({"items": [{"quantity": "1e60"}]}, "items[0].quantity"),
        ({"items": [{"quantity": "1e-300"}]}, "items[0].quantity"),
        ({"items": [{"productCodeNew": {"gs1m": {}}}]}, "items[0].productCodeNew.gs1m"),
        ({"properties": {"propertyName": "n" * 64, "propertyValue": "v" * 256}}, "properties"),
        ({"fiscalSign": 1 << 32}, "fiscalSign"),
        ({"fiscalSign": 1, "fiscalSignPrefix": 1 << 16}, "fiscalSign"),
        ({"additionalDataOS": "xyz"}, "additionalDataOS"),
        ({"additionalDataOS": "00" * 33}, "additionalDataOS"),
        ({"tag65536": "00"}, "tag65536"),
        ({"tag1054": "00"}, "tag1054"),
        ({"tag65001": 5}, "tag65001"),
    ],
)
def test_what_cannot_be_written_is_named(data: dict[str, Any], path: str) -> None:
    with pytest.raises(tlv.EncodingError) as caught:
        tlv.encode_tags(data)
    assert caught.value.path == path


@pytest.mark.parametrize("name", NAMES)
def test_anything_anywhere_is_written_or_refused(name: str) -> None:
    for document in with_something_weird(golden_json(name)):
        try:
            raw = tlv.encode_document(document)
        except tlv.EncodingError as error:
            assert error.path
        else:
            tlv.decode_document(raw)


def test_the_marking_code_is_not_written() -> None:
    item = {"name": "a", "markingCode": "0104600000000008"}
    assert tlv.decode_tags(tlv.encode_tags({"items": [item]})) == {"items": [{"name": "a"}]}


@pytest.mark.parametrize("code", [0, 8, "3", None, 1059])
def test_a_document_needs_its_code(code: object) -> None:
    with pytest.raises(tlv.EncodingError, match="code"):
        tlv.encode_document({"code": code})


def test_only_documents_are_documents() -> None:
    with pytest.raises(MalformedTlv, match="no document"):
        tlv.decode_document(b"\x06\x04\x00\x00")
    with pytest.raises(MalformedTlv, match="after the document"):
        tlv.decode_document(b"\x03\x00\x00\x00\x00")


def test_a_document_has_a_largest_size() -> None:
    line = {"name": "и" * 128, "propertiesItem": "я" * 64}
    with pytest.raises(tlv.EncodingError, match="32768"):
        tlv.encode_new_document({"code": DocumentCode.RECEIPT, "items": [line] * 200})
    with pytest.raises(tlv.EncodingError, match="65535"):
        tlv.encode_document({"code": DocumentCode.RECEIPT, "items": [line] * 400})


def body_of(*line: Element) -> bytes:
    """As many lines of these elements as a drive takes."""
    one = elements.join([Element(1059, elements.join(line))])
    return one * (tlv.MAX_DOCUMENT_SIZE // len(one))


@pytest.mark.parametrize(
    ("body", "in_full"),
    [
        (
            elements.join([Element(1081, b""), Element(1008, b""), Element(65001, bytes(32_756))]),
            32_769,
        ),
        (body_of(Element(1200, b"")), 36_864),
        (body_of(Element(1226, b"1"), Element(1200, b""), Element(1030, b"x")), 54_600),
        (body_of(Element(1199, b"")), 36_864),
    ],
)
def test_what_a_drive_holds_is_read_and_written_again(body: bytes, in_full: int) -> None:
    data = tlv.decode_document(elements.join([Element(3, body)]))
    raw = tlv.encode_document(data)
    assert len(raw) == in_full + 4
    assert tlv.decode_tags(raw[4:]) == {name: data[name] for name in data.keys() - {"code"}}


def test_what_no_length_could_tell_is_refused() -> None:
    """8 bytes of a line are 20 in full, which makes 81 920 of all."""
    raw = elements.join([Element(3, body_of(Element(1226, b"")))])
    with pytest.raises(MalformedTlv, match="81920 bytes in full"):
        tlv.decode_document(raw)


def test_no_element_grows_more_than_sixfold() -> None:
    """Below that share of a length, a document need not be written to know that it can be."""
    of_nothing = [
        len(elements.join([Element(tag.number, scalars.encode(tag, scalars.decode(tag, b"")))]))
        for tag in tags.TAGS.values()
        if tag.type not in (ValueType.STLV, ValueType.TIME, ValueType.FISCAL_SIGN)
    ]
    assert max(of_nothing) == 6 * elements.HEADER.size


def test_the_message_sign_follows_the_document() -> None:
    element, rest = elements.first(b"\x03\x00\x05\x00\x1e\x04\x01\x00\x01" + b"sign")
    assert (element.tag, rest) == (3, b"sign")


def test_oversized_values_are_refused() -> None:
    with pytest.raises(ValueError, match="tag 5"):
        elements.join([Element(5, bytes(0x10000))])


def test_names_are_unique_within_a_parent() -> None:
    for parent in PARENTS:
        numbers = [tag.number for tag in tags.members(parent)]
        assert len(set(numbers)) == len(numbers) > 0
        for tag in tags.members(parent):
            assert tags.by_number(parent, tag.number) is tag
            assert tags.by_name(parent, tag.name) is tag
