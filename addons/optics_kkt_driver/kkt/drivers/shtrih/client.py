"""Commands asked of a till: encoded by the table, sent over the link, judged by the error byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from ..clock import Clock
from ..codes import refusal
from ..errors import NoAnswer, Unreachable
from ..trace import Trace
from . import commands
from .commands import COMMANDS, PASSWORD, Command, Password, code_of
from .layout import BadLayout, Layout, Raw, Text
from .link import Link, NotAnswered, NotSent, Patience
from .port import open_port

READ_ATTEMPTS = 2
"""A question may be asked again when its answer is lost."""


class TooLate(Exception):
    """The deadline has come: the command was not sent."""


class Till:
    """One connection to a till."""

    def __init__(
        self, link: Link, *, password: int, execution_limit: timedelta, clock: Clock
    ) -> None:
        self._link = link
        self._password = password
        self._limit = execution_limit.total_seconds()
        self._clock = clock
        self.deadline: datetime | None = None
        """Aware; no frame leaves us from then on. None: no limit."""

    def ask(self, command: Command, **values: Any) -> dict[str, Any]:
        """Have a command executed; return what it answers.

        :raises Refused: the till says no
        :raises Unreachable: the command never got there, or a question was not answered
        :raises NoAnswer: a command that changes something left us, and its answer did not come
        :raises TooLate: the deadline had come before it was sent
        """
        data = encode_request(command, self._password, values)
        patience = Patience(
            answer=min(command.timeout, self._limit), contact=min(10.0, self._limit)
        )
        attempts = 1 if command.changes else READ_ATTEMPTS
        for attempt in range(1, attempts + 1):
            try:
                answer = self._link.exchange(data, patience, self._check_deadline)
                break
            except NotSent as error:
                raise Unreachable(f"the till does not answer: {error}") from error
            except NotAnswered as error:
                if command.changes:
                    raise NoAnswer(f"{command.name}: no answer: {error}") from error
                if attempt == attempts:
                    raise Unreachable(f"{command.name}: no answer: {error}") from error
        return decode_answer(command, answer)

    def table(self, table: int, row: int, field: int) -> bytes:
        """The value of a field of the till's tables, as it lies there."""
        value: bytes = self.ask(commands.READ_TABLE, table=table, row=row, field=field)["value"]
        return value

    def money(self, register: int) -> int:
        """Kopecks of a money register."""
        value: int = self.ask(commands.MONEY_REGISTER, **_register(register))["value"]
        return value

    def operations(self, register: int) -> int:
        """Number of an operation register."""
        value: int = self.ask(commands.OPERATION_REGISTER, **_register(register))["value"]
        return value

    @contextmanager
    def until(self, deadline: datetime | None) -> Iterator[None]:
        """Within it, no frame leaves us after `deadline`."""
        before, self.deadline = self.deadline, deadline
        try:
            yield
        finally:
            self.deadline = before

    def close(self) -> None:
        self._link.close()

    def _check_deadline(self) -> None:
        if self.deadline is not None and self._clock.now() >= self.deadline:
            raise TooLate


def connect(
    address: str,
    *,
    password: int,
    execution_limit: timedelta,
    clock: Clock,
    trace: Trace | None,
) -> Till:
    """Open the port of a till. Raises Unreachable."""

    def note(sent: bool, data: bytes) -> None:
        if trace is not None:
            trace.note(sent, told(sent, data), data)

    link = Link(open_port(address), note)
    return Till(link, password=password, execution_limit=execution_limit, clock=clock)


# Bytes -------------------------------------------------------------------------------------------


def encode_request(command: Command, password: int, values: Mapping[str, Any]) -> bytes:
    """DATA of a request. Raises BadLayout."""
    before = b"" if command.password is Password.NONE else PASSWORD.encode(password)
    return command.code + before + command.request.encode(values)


def decode_answer(command: Command, data: bytes) -> dict[str, Any]:
    """What an answer says.

    Raises Refused for an error byte; NoAnswer (or Unreachable, where nothing was to change) for
    bytes that are no answer to this command: then nobody knows what was done.
    """
    size = len(command.code)
    failure = Unreachable if not command.changes else NoAnswer
    if data[:size] != command.code or len(data) <= size:
        raise failure(f"{command.name}: the till answered something else: {data.hex()}")
    error = data[size]
    if error:
        raise refusal(f"{error:02X}")
    try:
        return command.answer.decode(data[size + 1 :])
    except BadLayout as bad:
        raise failure(f"{command.name}: the answer cannot be read: {bad}") from bad


def told(sent: bool, data: bytes) -> str:
    """A frame for people: names and numbers; texts and requisites, which may be personal, as sizes
    only."""
    command = COMMANDS.get(code_of(data))
    if command is None:
        return f"{code_of(data).hex().upper()}h, {len(data)} bytes"
    try:
        if sent:
            skip = len(command.code) + (0 if command.password is Password.NONE else PASSWORD.size)
            said = _values(command.request, data[skip:])
        elif data[len(command.code)]:
            said = f"error {data[len(command.code)]:02X}h"
        else:
            said = _values(command.answer, data[len(command.code) + 1 :])
    except (BadLayout, IndexError):
        said = f"{len(data)} bytes that do not fit it"
    return f"{command.label} {command.name} {said}".rstrip()


def _values(layout: Layout, raw: bytes) -> str:
    values = layout.decode(raw)
    private = {each.name for each in layout.fields if isinstance(each, (Raw, Text))}
    return ", ".join(
        f"{name}: {len(value)} bytes" if name in private else f"{name} {value}"
        for name, value in values.items()
    )


def _register(number: int) -> dict[str, int]:
    return {"number": number & 0xFF, **({"number_high": number >> 8} if number > 0xFF else {})}
