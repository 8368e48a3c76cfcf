"""Fiscal documents between FNS's JSON names and the drive's bytes (FFD, general part).

`decode(encode(x)) == x` for every JSON document of known names that a drive takes, and what was
decoded can always be encoded. Tags that the table does not know, and values longer than their tag
may be, survive under ``"tag<number>"`` as hexadecimal strings, a list of them when repeated. The
order of keys is the order of tags; a repeated tag stands where its first was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import elements, scalars, tags
from .elements import Element, MalformedTlv
from .tags import DOCUMENT, Tag, ValueType
from .vocabulary import DocumentCode

MAX_DOCUMENT_SIZE = 32768
"""Bytes of a document's tags that a drive takes."""
FISCAL_SIGN_PREFIX = "fiscalSignPrefix"
"""The first two bytes of tag 1077, there only when they are not zero; a name of ours."""
NOT_IN_DOCUMENT = frozenset({"markingCode"})
"""Names that a document of ours carries for the driver, and no signed document has."""

_OUTGROWS_NOTHING = elements.LONGEST // 6
"""No element grows more than sixfold: 1037 of no bytes is written as 20 spaces."""
_UNKNOWN = re.compile(r"tag([0-9]{1,5})")


class EncodingError(ValueError):
    """JSON that no fiscal document can hold; `path` is such as ``items[0].price``."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


def encode_document(data: Mapping[str, Any]) -> bytes:
    """The bytes of a whole document; its key ``code`` says which (:class:`DocumentCode`).

    A signed one may outgrow a drive: where its own bytes have a number or a text in none, these
    have it in full. Raises EncodingError.
    """
    code = data.get("code")
    if code not in [int(each) for each in DocumentCode]:
        raise EncodingError("code", f"must be a document's code, not {code!r}")
    body = encode_tags({name: value for name, value in data.items() if name != "code"})
    _check_fits(body, elements.LONGEST)
    return elements.join([Element(int(code), body)])


def encode_new_document(data: Mapping[str, Any]) -> bytes:
    """As :func:`encode_document`, for a drive to sign: it must fit. Raises EncodingError."""
    raw = encode_document(data)
    _check_fits(raw[elements.HEADER.size :], MAX_DOCUMENT_SIZE)
    return raw


def _check_fits(body: bytes, most: int) -> None:
    if len(body) > most:
        raise EncodingError("document", f"{len(body)} bytes, at most {most} fit")


def decode_document(raw: bytes) -> dict[str, Any]:
    """The JSON of a whole document and nothing after it. Raises MalformedTlv."""
    element, rest = elements.first(raw)
    if rest:
        raise MalformedTlv(f"{len(rest)} bytes after the document")
    if element.tag not in [int(each) for each in DocumentCode]:
        raise MalformedTlv(f"{element.tag} is no document's code")
    if len(element.value) > MAX_DOCUMENT_SIZE:
        raise MalformedTlv(f"{len(element.value)} bytes, at most {MAX_DOCUMENT_SIZE} fit")
    data = decode_tags(element.value)
    if len(element.value) > _OUTGROWS_NOTHING:
        in_full = len(encode_tags(data))
        if in_full > elements.LONGEST:
            raise MalformedTlv(f"{in_full} bytes in full, at most {elements.LONGEST} fit")
    return {"code": element.tag, **data}


def encode_tags(data: Mapping[str, Any]) -> bytes:
    """The bytes of a document's tags without the outermost one. Raises EncodingError."""
    return elements.join(_elements(DOCUMENT, data, ""))


def decode_tags(raw: bytes) -> dict[str, Any]:
    """The JSON of a document's tags without the outermost one. Raises MalformedTlv."""
    return _object(DOCUMENT, raw, "")


def _object(parent: int, raw: bytes, path: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    try:
        found = elements.split(raw)
    except MalformedTlv as error:
        raise MalformedTlv(error.reason, offset=error.offset, path=path) from None
    for number, value in found:
        tag = tags.by_number(parent, number)
        if tag is None or _is_too_long(tag, value):
            _put_unknown(data, f"tag{number}", value.hex())
        else:
            _put(data, tag, value, f"{path}.{tag.name}" if path else tag.name)
    return data


def _is_too_long(tag: Tag, raw: bytes) -> bool:
    """Whether it cannot be written again under the tag's name; malformed bytes are told later."""
    if tag.type is not ValueType.STLV:
        return scalars.is_too_long(tag, raw)
    try:
        members = _object(tag.number, raw, "")
    except MalformedTlv:
        return False
    # Padding and noughts may have been shorter in these bytes than we write them.
    return len(elements.join(_elements(tag.number, members, ""))) > tag.size


def _put(data: dict[str, Any], tag: Tag, raw: bytes, path: str) -> None:
    if tag.name in data and not tag.repeated:
        raise MalformedTlv(f"tag {tag.number} stands there twice", path=path)
    try:
        if tag.type is ValueType.STLV:
            value: Any = _object(tag.number, raw, path)
        elif tag.type is ValueType.FISCAL_SIGN:
            prefix, value = scalars.decode_fiscal_sign(tag, raw)
            data.update({FISCAL_SIGN_PREFIX: prefix} if prefix else {})
        else:
            value = scalars.decode(tag, raw)
    except scalars.BadValue as error:
        raise MalformedTlv(str(error), path=path) from None
    if tag.repeated:
        data.setdefault(tag.name, []).append(value)
    else:
        data[tag.name] = value


def _put_unknown(data: dict[str, Any], name: str, value: str) -> None:
    if name not in data:
        data[name] = value
    elif isinstance(data[name], list):
        data[name].append(value)
    else:
        data[name] = [data[name], value]


def _elements(parent: int, data: Mapping[str, Any], path: str) -> Iterator[Element]:
    for name, value in data.items():
        if name in NOT_IN_DOCUMENT or name == FISCAL_SIGN_PREFIX:
            continue
        here = f"{path}.{name}" if path else name
        tag = tags.by_name(parent, name)
        if tag is None:
            yield from _unknown_elements(parent, name, value, here)
        elif tag.type is ValueType.FISCAL_SIGN:
            prefix = data.get(FISCAL_SIGN_PREFIX, 0)
            yield Element(tag.number, _checked(here, scalars.encode_fiscal_sign, prefix, value))
        elif tag.repeated:
            if not isinstance(value, list):
                raise EncodingError(here, f"must be a list, not {value!r}")
            for index, each in enumerate(value):
                yield Element(tag.number, _value(tag, each, f"{here}[{index}]"))
        else:
            yield Element(tag.number, _value(tag, value, here))


def _value(tag: Tag, value: Any, path: str) -> bytes:
    if tag.type is not ValueType.STLV:
        return _checked(path, scalars.encode, tag, value)
    if not isinstance(value, Mapping):
        raise EncodingError(path, f"must be an object, not {value!r}")
    raw = elements.join(_elements(tag.number, value, path))
    if len(raw) > tag.size:
        raise EncodingError(path, f"{len(raw)} bytes, at most {tag.size} fit into {tag.number}")
    return raw


def _unknown_elements(parent: int, name: str, value: Any, path: str) -> Iterator[Element]:
    found = _UNKNOWN.fullmatch(name)
    number = int(found[1]) if found else -1
    if found is None or number > elements.LONGEST:
        raise EncodingError(path, "no tag has this name here")
    known = tags.by_number(parent, number)
    for each in value if isinstance(value, list) else [value]:
        raw = _checked(path, scalars.encode, _RAW, each)
        if known and not _is_too_long(known, raw):
            raise EncodingError(path, "no tag has this name here")
        yield Element(number, raw)


_RAW = Tag(0, "", ValueType.BYTES, elements.LONGEST)


def _checked(path: str, encode: Any, *arguments: Any) -> bytes:
    try:
        raw: bytes = encode(*arguments)
    except scalars.BadValue as error:
        raise EncodingError(path, str(error)) from None
    return raw
