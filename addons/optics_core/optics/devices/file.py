"""The door: a file of a refraction device as a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from ..measurement import Measurement
from ..problems import Problem, UnreadableFile
from .joia import is_joia, read_joia
from .nidek_ar import is_nidek_ar, read_nidek_ar
from .nidek_lm import is_nidek_lm, read_nidek_lm
from .nidek_rt import is_nidek_rt, read_nidek_rt
from .reading import Reader
from .xml import XSL, Node, parsed


class Dialect(StrEnum):
    """Which devices' way of writing a file follows."""

    JOIA = "joia"
    """JOIA 01, ISO/TS 22218-1."""
    NIDEK_AR = "nidek_ar"
    NIDEK_LM = "nidek_lm"
    NIDEK_RT = "nidek_rt"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePatient:
    """Whom the device was told to measure, word for word; empty where it was told nothing."""

    number: str = ""
    identifier: str = ""
    """Such as a bar code; many devices number the people of a day and know no more."""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    sex: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFile:
    """What one file tells; at least one measurement."""

    dialect: Dialect
    maker: str
    model: str
    measured_on: datetime | None
    """By the device's clock, without a time zone; midnight where only a date is told."""
    patient: DevicePatient
    measurements: tuple[Measurement, ...]
    left_out: tuple[Problem, ...] = ()
    """What was told and is in no measurement, and why: acuities on other scales, prisms without
    a base."""


_READERS: Mapping[Dialect, Callable[[Node, Reader], None]] = MappingProxyType(
    {
        Dialect.JOIA: read_joia,
        Dialect.NIDEK_AR: read_nidek_ar,
        Dialect.NIDEK_LM: read_nidek_lm,
        Dialect.NIDEK_RT: read_nidek_rt,
    }
)
_OF_MEASURE: Mapping[Dialect, Callable[[Node], bool]] = MappingProxyType(
    {
        Dialect.JOIA: is_joia,
        Dialect.NIDEK_LM: is_nidek_lm,
        Dialect.NIDEK_RT: is_nidek_rt,
    }
)
_DATE = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_TIME = re.compile(r"([0-9]{1,2})[-:.]([0-9]{1,2})(?:[-:.]([0-9]{1,2}))?(?:[.,][0-9]*)?")


def is_ignored(name: str) -> bool:
    """Whether a file's name says that it is none of a measurement.

    Devices lay stylesheets for browsers, such as ``NIDEK_LM_Stylesheet.xsl``, beside them.
    """
    return name.lower().endswith((".xsl", ".xslt"))


def read_device_file(content: bytes, name: str) -> DeviceFile:
    """Read the file of a device; its dialect is recognized by the XML, not by the name.

    Raises UnreadableFile; with ``values_refused`` its `problems` name eye, field, value and range.
    """
    if is_ignored(name):
        raise UnreadableFile(name, "is_stylesheet")
    root = parsed(content, name)
    dialect = _dialect(root, name)
    reader = Reader()
    _READERS[dialect](root, reader)
    if reader.problems.found:
        raise UnreadableFile(name, "values_refused", reader.problems.found)
    if not reader.measurements:
        raise UnreadableFile(name, "no_measurement")
    common = next((part for part in root.parts() if part.name == "Common"), root)
    return DeviceFile(
        dialect=dialect,
        maker=common.told("Company"),
        model=common.told("ModelName"),
        measured_on=_moment(common.told("Date"), common.told("Time")),
        patient=_patient(common),
        measurements=tuple(reader.measurements),
        left_out=reader.left_out.found,
    )


def _dialect(root: Node, name: str) -> Dialect:
    if root.namespace == XSL:
        raise UnreadableFile(name, "is_stylesheet")
    if is_nidek_ar(root):
        return Dialect.NIDEK_AR
    if root.name == "Ophthalmology":
        for dialect, is_one in _OF_MEASURE.items():
            if any(map(is_one, root.parts())):
                return dialect
    raise UnreadableFile(name, "unknown_dialect", root=root.name[:40])


def _patient(common: Node) -> DevicePatient:
    def told(name: str) -> str:
        return common.told(f"Patient/{name}")

    born = _moment(told("DOB"), "")
    return DevicePatient(
        number=told("No.") or told("No"),
        identifier=told("ID"),
        first_name=told("FirstName"),
        middle_name=told("MiddleName"),
        last_name=told("LastName"),
        sex=told("Sex"),
        birth_date=born.date() if born else None,
    )


def _moment(day: str, clock: str) -> datetime | None:
    """Date and time as devices write them; None without a date, and of what no clock shows."""
    date_told, time_told = _DATE.fullmatch(day), _TIME.fullmatch(clock)
    if not date_told:
        return None
    parts = [*date_told.groups(), *(time_told.groups("0") if time_told else ())]
    try:
        return datetime(*map(int, parts))  # type: ignore[arg-type]
    except ValueError:
        return None
