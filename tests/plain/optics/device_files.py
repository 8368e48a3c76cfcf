"""Files of devices that tests read: those drawn by hand in `devices/`, and built ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from optics.devices.file import DeviceFile, read_device_file
from optics.measurement import Kind, Measurement
from optics.problems import UnreadableFile

FOLDER = Path(__file__).parent / "devices"
FILES = {path.name: path.read_bytes() for path in sorted(FOLDER.glob("*.xml"))}
NAMESPACE = "http://www.joia.or.jp/standardized/namespaces/"


def read(name: str) -> DeviceFile:
    return read_device_file(FILES[name], name)


def edited(name: str, *changes: tuple[str, str]) -> bytes:
    """A file of the folder in UTF-8 with texts exchanged, each of which stands there."""
    text = FILES[name].decode("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def refused(content: bytes, name: str = "file.xml") -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read_device_file(content, name)
    return caught.value


def of_kind(file: DeviceFile, kind: Kind) -> Measurement:
    (found,) = (each for each in file.measurements if each.kind is kind)
    return found


def told(part: Any) -> dict[str, Any]:
    """What an eye or the pair tells, without what is empty."""
    values = {name: getattr(part, name) for name in part.__dataclass_fields__}
    return {
        name: value for name, value in values.items() if value and name not in ("kind", "od", "os")
    }


def joia(kind: str, body: str) -> bytes:
    """A JOIA file of one measure, whose elements have no prefix."""
    return (
        f'<Ophthalmology><Measure xmlns="{NAMESPACE}{kind}" type="{kind}">{body}</Measure>'
        "</Ophthalmology>"
    ).encode()


def joia_ref(measurement: Measurement) -> bytes:
    """A measurement as an autorefractor writes it: two decimals, an axis of 0 without cylinder."""
    eyes = ""
    for letter, eye in (("R", measurement.od), ("L", measurement.os)):
        if eye.measured:
            eyes += (
                f"<{letter}><Median><Sphere>{eye.sphere / 100:+.2f}</Sphere>"
                f"<Cylinder>{eye.cylinder / 100:+.2f}</Cylinder>"
                f"<Axis>{eye.axis or 0}</Axis></Median></{letter}>"
            )
    vertex = f"<VD>{measurement.vertex / 100:.2f}</VD>" if measurement.vertex else "<VD/>"
    distance = f"<Distance>{measurement.pd_far / 10:.2f}</Distance>" if measurement.pd_far else ""
    return joia("REF", f"{vertex}<REF>{eyes}</REF><PD>{distance}</PD>")
