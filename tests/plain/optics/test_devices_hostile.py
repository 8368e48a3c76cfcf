"""Files that are none, or mean harm: refused with a code, fast, whatever stands in them."""

from __future__ import annotations

import codecs
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.devices.file import DeviceFile, is_ignored, read_device_file
from optics.devices.xml import LARGEST
from optics.problems import RULES, UnreadableFile

from .device_files import FILES, edited, refused

LM = FILES["nidek_lm.xml"]
BODY = LM.partition(b"?>")[2]
LAUGHS = "<!DOCTYPE l [<!ENTITY l0 'ha'>" + "".join(
    f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12)
)


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    """Seconds of the processor, of which the slowest file here takes a fraction."""
    start = time.process_time()
    yield
    assert time.process_time() - start < 60


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"no xml",
        b"\x00" * 1000,
        b"\xff\xd8\xff\xe0 a picture",
        b"PK\x03\x04",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a>&unknown;</a>",
        b"<a>&#0;</a>",
        b"<a b='1' b='2'/>",
        b'<?xml version="1.0"?><?xml version="1.0"?><a/>',
        b"<a>\x01</a>",
        # A second declaration, and one that is too long to be any, which would hide a DOCTYPE.
        b'<?xml version="1.0"?><?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>',
        b'<?xml version="1.0" encoding="UTF-7"' + b" " * 500 + b"?>+ADwAIQ-DOCTYPE a+AD4-<a/>",
        b"<x:a/>",
        LM[: len(LM) // 2],
        LM[:-3],
        b"<a>" * 300_000,
    ],
)
def test_what_is_no_xml(content: bytes) -> None:
    assert refused(content).code in ("not_xml", "wrong_encoding")


def test_a_file_is_cut_off_anywhere() -> None:
    end = len(LM.rstrip())
    for length in range(0, end, 7):
        assert refused(LM[:length]).code == "not_xml"


def test_deep_nesting() -> None:
    depth = 100_000
    assert refused(b"<a>" * depth + b"</a>" * depth).code == "not_xml"
    depth = 200
    assert refused(b"<a>" * depth + b"</a>" * depth).code == "unknown_dialect"


@pytest.mark.parametrize(
    "content",
    [
        f"{LAUGHS}]><Data><R>&l11;</R></Data>",
        "<!DOCTYPE d SYSTEM 'file:///etc/hostname'><Data/>",
        "<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><Data><R>&e;</R></Data>",
        "<!DOCTYPE d [<!ENTITY % e SYSTEM 'http://127.0.0.1:1/'> %e;]><Data/>",
        "<!DOCTYPE Data><Data><R/></Data>",
        "<!doctype html><html></html>",
        "<Data><![CDATA[<!ENTITY]]></Data>",
    ],
)
def test_no_document_type_and_no_entity(content: str) -> None:
    assert refused(content.encode()).code == "has_entities"
    assert refused(content.encode("utf-16")).code == "has_entities"
    in_japanese = '<?xml version="1.0" encoding="Shift-JIS"?>' + content
    assert refused(in_japanese.encode("cp932")).code == "has_entities"


def test_what_is_too_large_is_not_even_decoded() -> None:
    assert refused(b"\xff" * (2 * LARGEST)).params == {"limit": LARGEST}
    blanks = LARGEST - len(LM)
    assert isinstance(read_device_file(LM + b" " * blanks, ""), DeviceFile)
    assert refused(LM + b" " * (blanks + 1)).code == "too_large"


@pytest.mark.parametrize(
    "content",
    [
        b"<a " + b"b='" + b"x" * 900_000 + b"'/>",
        b"<a " + b" ".join(b"b%d='1'" % n for n in range(60_000)) + b"/>",
        b"<a>" + b"<b/>" * 200_000 + b"</a>",
        b"<?xml " + b'encoding="a"' * 80_000,
        b"<Ophthalmology>" + b"<Measure Type='LM'><LM><R/></LM></Measure>" * 20_000
        + b"</Ophthalmology>",
        b"<Data><R><AR>" + b"<ARList No='1'/>" * 50_000 + b"</AR></R></Data>",
    ],
)  # fmt: skip
def test_a_megabyte_of_anything_takes_no_time(content: bytes) -> None:
    assert len(content) < LARGEST
    refused(content)


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("Shift-JIS", "cp932"),
        ("Shift_JIS", "cp932"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("utf-16", "utf-16-be"),
    ],
)
def test_encodings(declared: str, codec: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{declared}"?>'
        + edited(
            "nidek_lm.xml",
            ("<LastName>", "<LastName>Пробин"),
            (LM.partition(b"?>")[0].decode(), "<?x"),
        ).decode()
    )
    assert read_device_file(text.encode(codec), "").patient.last_name == "Пробин"


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0" encoding="UTF-16"?>' + BODY,
        b'<?xml version="1.0" encoding="UTF-7"?>' + BODY,
        b'<?xml version="1.0" encoding="no such"?>' + BODY,
        b'<?xml version="1.0" encoding="rot13"?>' + BODY,
        b'<?xml version="1.0" encoding="utf-8"?><a>\xcf\xf0</a>',
        b"<a>\xcf\xf0</a>",
        b'<?xml version="1.0" encoding="Shift-JIS"?><a>\x81</a>',
        ('<?xml version="1.0" encoding="UTF-8"?>' + BODY.decode()).encode("utf-16"),
        codecs.BOM_UTF8 + b'<?xml version="1.0" encoding="Shift-JIS"?>' + BODY,
        codecs.BOM_UTF16_LE + b"<",
        "<a/>".encode("utf-32"),
    ],
)
def test_wrong_encodings(content: bytes) -> None:
    assert refused(content).code in ("wrong_encoding", "not_xml")
    if b"encoding" in content:
        assert refused(content).code == "wrong_encoding"


@pytest.mark.parametrize("name", ["NIDEK_LM_Stylesheet.xsl", "nidek_rt_stylesheet.XSL", "a.xslt"])
def test_stylesheets_in_the_folder_are_ignored(name: str) -> None:
    assert is_ignored(name)
    assert refused(LM, name).code == "is_stylesheet"


def test_a_stylesheet_is_known_by_its_root_too() -> None:
    sheet = b'<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>'
    assert refused(sheet, "LM_0001.xml").code == "is_stylesheet"
    assert not is_ignored("LM_0001.xml")


@pytest.mark.parametrize(
    ("content", "root"),
    [
        ("<html/>", "html"),
        ("<Data><X/></Data>", "Data"),
        ("<Ophthalmology/>", "Ophthalmology"),
        ("<Ophthalmology><Measure Type='NT'/></Ophthalmology>", "Ophthalmology"),
        ("<Ophthalmology><Measure xmlns='urn:other' Type='LM'/></Ophthalmology>", "Ophthalmology"),
        (f"<{'a' * 1000}/>", "a" * 40),
    ],
)
def test_unknown_devices(content: str, root: str) -> None:
    error = refused(content.encode())
    assert (error.code, error.params) == ("unknown_dialect", {"root": root})


def test_comments_and_instructions_are_no_text() -> None:
    content = edited("nidek_lm.xml", (">143<", ">1<!-- 9 -->4<?pi 9?>3<"))
    assert read_device_file(content, "").measurements[0].od.axis == 143


def outcome(content: bytes) -> None:
    try:
        file = read_device_file(content, "any")
    except UnreadableFile as error:
        assert error.code in RULES and str(error)
    else:
        assert file.measurements


files = st.sampled_from(sorted(FILES.values()))


@given(st.data())
def test_whatever_bytes_become_of_a_file_it_is_read_or_refused(data: st.DataObject) -> None:
    content = data.draw(files)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        content = content[:start] + data.draw(st.binary(max_size=8)) + content[end:]
    outcome(content)


@given(st.data())
def test_whatever_text_stands_in_an_element_it_is_read_or_refused(data: st.DataObject) -> None:
    told = b"<Sphere", b"<Cylinder", b"<Axis", b"<ADD", b"<Prism", b"<Distance", b"<Date", b"<DOB"
    parts = FILES["nidek_lm.xml"].split(b"</")
    text = st.text(st.characters(exclude_characters="<&", exclude_categories=("C",)), max_size=12)
    numbers = st.sampled_from(["0", "-0.00", "9" * 5000, "1e9", "+", "-99.99", "360", "0000-00-00"])
    for place in data.draw(st.lists(st.integers(0, len(parts) - 1), min_size=1, max_size=5)):
        if any(each in parts[place] for each in told):
            head, _, _ = parts[place].rpartition(b">")
            parts[place] = head + b">" + data.draw(text | numbers).encode()
    outcome(b"</".join(parts))


@given(files, st.integers(0, 20_000))
def test_a_truncated_file_is_refused(content: bytes, length: int) -> None:
    if length < len(content) - 8:
        refused(content[:length])


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    outcome(content)
