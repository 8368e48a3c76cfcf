"""How values of commands and answers lie in bytes (Shtrih-M protocol v1.17), for either end.

Numbers are binary, least byte first; texts are CP1251. A layout is a row of fields; the last ones
may be absent in what is read, as older firmware sends less.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

ENCODING = "cp1251"
_CENTURY = 2000


class BadLayout(ValueError):
    """Bytes, or a value, that do not fit the layout; `field` is the one at fault."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True)
class Field(ABC):
    """One value; `name` is its key. `size` is in bytes; REST takes all that is left."""

    name: str
    size: int

    @abstractmethod
    def encode(self, value: Any) -> bytes:
        """The bytes of a value. Raises ValueError or TypeError."""

    @abstractmethod
    def decode(self, raw: bytes) -> Any:
        """The value of exactly `size` bytes. Raises ValueError."""


REST = -1


class UInt(Field):
    """An unsigned number; None stands for "not given", all bits set."""

    __slots__ = ()

    def encode(self, value: int | None) -> bytes:
        if value is None:
            return b"\xff" * self.size
        try:
            return value.to_bytes(self.size, "little")
        except OverflowError:
            raise ValueError(f"{value} does not fit into {self.size} bytes") from None

    def decode(self, raw: bytes) -> int:
        return int.from_bytes(raw, "little")


class Optional(UInt):
    """A number that may be "not given": all bits set are read as None."""

    __slots__ = ()

    def decode(self, raw: bytes) -> int | None:  # type: ignore[override]
        return None if raw == b"\xff" * self.size else int.from_bytes(raw, "little")


@dataclass(frozen=True, slots=True)
class Numbers(Field):
    """`count` numbers of the same size, as a tuple; `size` is of all of them."""

    count: int

    def encode(self, value: tuple[int, ...]) -> bytes:
        if len(value) != self.count:
            raise ValueError(f"{self.count} numbers are needed, not {len(value)}")
        each = UInt(self.name, self.size // self.count)
        return b"".join(each.encode(number) for number in value)

    def decode(self, raw: bytes) -> tuple[int, ...]:
        step = self.size // self.count
        return tuple(
            int.from_bytes(raw[start : start + step], "little")
            for start in range(0, self.size, step)
        )


class Text(Field):
    """CP1251. Padded with zero bytes where the size is fixed; what cannot be written is `?`."""

    __slots__ = ()

    def encode(self, value: str) -> bytes:
        raw = value.encode(ENCODING, "replace")
        if self.size == REST:
            return raw
        if len(raw) > self.size:
            raise ValueError(f"at most {self.size} characters fit")
        return raw.ljust(self.size, b"\0")

    def decode(self, raw: bytes) -> str:
        return raw.decode(ENCODING, "replace").split("\0")[0]


class Digits(Field):
    """A number that keeps its leading zeros, as ASCII padded with spaces."""

    __slots__ = ()

    def encode(self, value: str) -> bytes:
        raw = value.encode("ascii")
        if len(raw) > self.size:
            raise ValueError(f"at most {self.size} characters fit")
        return raw.ljust(self.size, b" ")

    def decode(self, raw: bytes) -> str:
        return raw.decode("ascii", "replace").rstrip(" \0")


class Raw(Field):
    """Bytes as they are: TLV, marking codes, what is reserved."""

    __slots__ = ()

    def encode(self, value: bytes) -> bytes:
        if self.size not in (REST, len(value)):
            raise ValueError(f"{self.size} bytes are needed, not {len(value)}")
        return bytes(value)

    def decode(self, raw: bytes) -> bytes:
        return bytes(raw)


class DayFirst(Field):
    """A date DD MM YY of the till's clock; None for one that is not set."""

    __slots__ = ()

    def encode(self, value: date | None) -> bytes:
        return bytes(3) if value is None else bytes((value.day, value.month, value.year - _CENTURY))

    def decode(self, raw: bytes) -> date | None:
        return date(_CENTURY + raw[2], raw[1], raw[0]) if any(raw) else None


class YearFirst(Field):
    """A date YY MM DD of the drive; None for one that is not set."""

    __slots__ = ()

    def encode(self, value: date | None) -> bytes:
        return bytes(3) if value is None else bytes((value.year - _CENTURY, value.month, value.day))

    def decode(self, raw: bytes) -> date | None:
        return date(_CENTURY + raw[0], raw[1], raw[2]) if any(raw) else None


class Moment(Field):
    """YY MM DD HH MM of the drive, naive local time; None for one that is not set."""

    __slots__ = ()

    def encode(self, value: datetime | None) -> bytes:
        if value is None:
            return bytes(5)
        return bytes((value.year - _CENTURY, value.month, value.day, value.hour, value.minute))

    def decode(self, raw: bytes) -> datetime | None:
        if not any(raw):
            return None
        return datetime(_CENTURY + raw[0], *raw[1:5])


class Clock(Field):
    """HH MM SS."""

    __slots__ = ()

    def encode(self, value: time) -> bytes:
        return bytes((value.hour, value.minute, value.second))

    def decode(self, raw: bytes) -> time:
        return time(raw[0], raw[1], raw[2])


class Layout:
    """Fields in a row; those after `required` may be absent at the end of what is read."""

    def __init__(self, *fields: Field, required: int | None = None) -> None:
        self.fields = fields
        self._required = len(fields) if required is None else required

    def encode(self, values: Mapping[str, Any]) -> bytes:
        """The bytes of `values`; optional fields at the end may be left out. Raises BadLayout."""
        parts = []
        for index, field in enumerate(self.fields):
            if field.name not in values:
                if index >= self._required:
                    break
                raise BadLayout(field.name, "is missing")
            try:
                parts.append(field.encode(values[field.name]))
            except (ValueError, TypeError, AttributeError) as error:
                raise BadLayout(field.name, str(error)) from error
        return b"".join(parts)

    def decode(self, raw: bytes) -> dict[str, Any]:
        """The values in `raw`; bytes behind the last field are passed over. Raises BadLayout."""
        values: dict[str, Any] = {}
        offset = 0
        for index, field in enumerate(self.fields):
            size = len(raw) - offset if field.size == REST else field.size
            if len(raw) - offset < size or (index >= self._required and offset == len(raw)):
                if index >= self._required:
                    break
                raise BadLayout(
                    field.name, f"{size} bytes are needed, {len(raw) - offset} are left"
                )
            try:
                values[field.name] = field.decode(raw[offset : offset + size])
            except ValueError as error:
                raise BadLayout(field.name, str(error)) from error
            offset += size
        return values
