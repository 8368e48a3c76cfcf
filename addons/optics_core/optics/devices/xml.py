"""XML from outside, which may be hostile: bounds, encodings, no entities; and a way through it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lxml import etree

from ..problems import UnreadableFile

LARGEST = 1024 * 1024
"""Bytes of a file; those of devices have some thousands."""
XSL = "http://www.w3.org/1999/XSL/Transform"
ENCODINGS: Mapping[str, str] = MappingProxyType(
    {
        "UTF-8": "utf-8",
        "US-ASCII": "utf-8",
        "UTF-16": "utf-16",
        # Devices write what Windows takes for Shift-JIS.
        **dict.fromkeys(("SHIFT-JIS", "SHIFT_JIS", "SJIS", "X-SJIS", "WINDOWS-31J"), "cp932"),
    }
)
"""Encoding as a file declares it to Python's codec."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
    (b"<\0", "utf-16", "utf-16-le"),
    (b"\0<", "utf-16", "utf-16-be"),
)
"""How a file begins, the codec it has then, and the one that reads it so."""
# The bounds keep a search through a megabyte without an end linear.
_DECLARATION = re.compile(
    r"\s{0,9}<\?xml\s[^>]{0,99}?"
    r"(?:encoding\s{0,9}=\s{0,9}[\"'](?P<encoding>[^\"'>]{0,40})[\"'][^>]{0,99})?\?>"
)
_FORBIDDEN = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Node:
    """An element; its children by name are those of its own namespace only.

    Devices mix standardized elements and their own, which bear the same names without a namespace.
    """

    element: Any

    @property
    def name(self) -> str:
        return str(etree.QName(self.element).localname)

    @property
    def namespace(self) -> str:
        return str(etree.QName(self.element).namespace or "")

    @property
    def text(self) -> str:
        return (self.element.text or "").strip()

    def attribute(self, name: str) -> str:
        """An attribute, whatever the case of its name; empty where it lacks."""
        for key, value in self.element.attrib.items():
            if key.lower() == name.lower():
                return str(value).strip()
        return ""

    def parts(self) -> Iterator[Node]:
        """All children, of any namespace."""
        return map(Node, self.element.iterchildren("*"))

    def all(self, path: str) -> list[Node]:
        """Elements at a path such as ``PD/Distance``, siblings in the order of their number."""
        found = [self]
        for step in path.split("/"):
            found = [part for each in found for part in each._children(step)]
        return found

    def last(self, path: str) -> Node | None:
        """The last element at a path that has a text."""
        return next((each for each in reversed(self.all(path)) if each.text), None)

    def told(self, path: str) -> str:
        """The last text at a path, empty where there is none."""
        found = self.last(path)
        return found.text if found else ""

    def _children(self, name: str) -> list[Node]:
        tag = f"{{{self.namespace}}}{name}" if self.namespace else name
        return sorted((part for part in self.parts() if part.element.tag == tag), key=_number)


def _number(node: Node) -> int:
    told = node.attribute("No")
    return int(told) if _NUMBER.fullmatch(told) else 0


def parsed(content: bytes, name: str) -> Node:
    """The root of a file's XML.

    Raises UnreadableFile: ``too_large``, ``wrong_encoding``, ``has_entities``, ``not_xml``.
    """
    if len(content) > LARGEST:
        raise UnreadableFile(name, "too_large", limit=LARGEST)
    text = _decoded(content, name)
    # Whoever declares no type declares no entity: nothing expands and nothing is fetched.
    if _FORBIDDEN.search(text):
        raise UnreadableFile(name, "has_entities")
    # The text is decoded here and in UTF-8 now. So that no declaration left in it chooses another
    # encoding, none stands at its start.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return Node(etree.fromstring(b" " + text.encode(), parser))
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(name, "not_xml", line=error.lineno or 1) from None


def _decoded(content: bytes, name: str) -> str:
    """The text after its declaration, which the bytes must bear out: else names are garbled."""
    marked = [(codec, exact) for mark, codec, exact in _MARKS if content.startswith(mark)]
    codec, exact = marked[0] if marked else ("", "")
    declaration = _DECLARATION.match(content[:999].decode(exact or "ascii", "replace"))
    declared = declaration and declaration["encoding"] or codec or "utf-8"
    wanted = ENCODINGS.get(declared.upper(), "")
    agreed = codec == wanted if codec else wanted != "utf-16"
    if not wanted or not agreed:
        raise UnreadableFile(name, "wrong_encoding", encoding=declared)
    try:
        text = content.decode(exact or wanted)
    except UnicodeDecodeError:
        raise UnreadableFile(name, "wrong_encoding", encoding=declared) from None
    return text[declaration.end() :] if declaration else text
